"""What the history tells, in words: what became of a card or column, and what differs."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.board.suggestion_labels import kind_in_words, step_in_words
from app.web.dates import full_day, in_words
from boards.database import read_session
from boards.history.activity import ActivityItem
from boards.labels import Label
from boards.models import Record, Service
from boards.text.diff import Piece, condensed, word_differences
from boards.text.sanitize import plain_text

EVENT_LABELS = {
    "added": _l("Info ajoutée"),
    "edited": _l("Info modifiée"),
    "text_restored": _l("Texte repris"),
    "moved": _l("Info déplacée"),
    "reordered": _l("Info déplacée dans sa colonne"),
    "arrived": _l("Info arrivée"),
    "left": _l("Info partie"),
    "archived": _l("Info archivée"),
    "restored": _l("Info restaurée"),
    "confirmed": _l("Info toujours valable"),
    "scheduled": _l("Publication programmée"),
    "published": _l("Info publiée"),
    "published_on_time": _l("Info publiée à sa date"),
    "expired": _l("Info expirée"),
    "erased": _l("Info effacée définitivement"),
    "reading_required": _l("Lecture demandée"),
    "reading_not_required": _l("Lecture qui n’est plus demandée"),
    "flashed": _l("Info signalée en flash"),
    "flash_put_out": _l("Flash éteint"),
    "suggestion_set": _l("Suggestion précisée"),
    "status_set": _l("Suite donnée à la suggestion"),
    "vote_cast": _l("Soutien ajouté"),
    "vote_withdrawn": _l("Soutien retiré"),
    "replied": _l("Réponse à la suggestion"),
    "reply_withdrawn": _l("Réponse retirée"),
    "column_added": _l("Colonne ajoutée"),
    "column_split": _l("Colonne ajoutée pour des infos choisies"),
    "column_edited": _l("Colonne modifiée"),
    "column_moved": _l("Colonne déplacée"),
    "column_archived": _l("Colonne archivée"),
    "column_merged": _l("Colonne fusionnée"),
    "column_restored": _l("Colonne restaurée"),
    "column_erased": _l("Colonne effacée définitivement, avec ses infos"),
    "labels_set": _l("Étiquettes changées"),
    "label_edited": _l("Étiquette modifiée"),
    "label_merged": _l("Étiquette fusionnée avec une autre"),
    "label_removed": _l("Étiquette retirée du tableau"),
    "label_restored": _l("Étiquette rétablie"),
    "rights_set": _l("Droits de la colonne modifiés"),
    "board_edited": _l("Tableau renommé"),
    "board_archived": _l("Tableau archivé"),
    "board_restored": _l("Tableau restauré"),
}
TELLABLE = {True: _l("Peut être dit aux usagers"), False: _l("Interne")}


def differences(told: ActivityItem) -> list[tuple[str, list[Piece]]]:
    """What differs in each text of a card or column, and in what was decided of it, under its name."""
    before, after = told.before, told.after
    found = []
    if "name" in before:
        found.append((_("Nom"), word_differences(before["name"], after["name"])))
    if "title" in before:
        found.append((_("Titre"), word_differences(before["title"], after["title"])))
    if "body_html" in before:
        old, new = plain_text(before["body_html"]), plain_text(after["body_html"])
        found.append(
            (
                _("Texte") if old != new else _("Mise en forme du texte"),
                condensed(word_differences(old, new)) if old != new else [],
            )
        )
    if before.get("visible_from") or after.get("visible_from"):
        at_once = _("tout de suite")
        found.append(
            (
                _("Visible à partir du"),
                _instead(_day(before["visible_from"], at_once), _day(after["visible_from"], at_once)),
            )
        )
    if "valid_until" in before:
        found.append((_("Valable jusqu’au"), _instead(_day(before["valid_until"]), _day(after["valid_until"]))))
    if "tellable" in before:
        found.append((_("Diffusion"), _instead(str(TELLABLE[before["tellable"]]), str(TELLABLE[after["tellable"]]))))
    if "internal_note" in before:
        found.append(
            (
                _("Note interne"),
                condensed(word_differences(before["internal_note"] or "", after["internal_note"] or "")),
            )
        )
    if "label_ids" in before:
        found.append((_("Étiquettes"), _instead(_labels(before["label_ids"]), _labels(after["label_ids"]))))
    return found + _of_asking(after) + _of_suggestion(before, after)


def _of_asking(after: Record) -> list[tuple[str, list[Piece]]]:
    """Until when people are asked to look, and who."""
    found = []
    if after.get("flash_until"):
        found.append((_("Flash jusqu’au"), [Piece("added", in_words(datetime.fromisoformat(after["flash_until"])))]))
    if after.get("must_read_services"):
        named = ", ".join(map(_service, after["must_read_services"]))
        found.append((_("Lecture demandée à"), [Piece("added", named)]))
    return found


def _of_suggestion(before: Record, after: Record) -> list[tuple[str, list[Piece]]]:
    found = []
    if "suggestion" in before:
        found.append((_("Nature"), _instead(kind_in_words(before["suggestion"]), kind_in_words(after["suggestion"]))))
    if "asked_id" in before:
        found.append(
            (_("Service à qui l’on demande"), _instead(_service(before["asked_id"]), _service(after["asked_id"])))
        )
    if "status" in before:
        found.append((_("Étape"), _instead(step_in_words(before["status"]), step_in_words(after["status"]))))
    if "note" in before:
        found.append((_("Explication"), word_differences(before["note"], after["note"])))
    if "votes" in before:
        found.append((_("Soutiens"), _instead(str(before["votes"]), str(after["votes"]))))
    return found


def _instead(old: str, new: str) -> list[Piece]:
    """One value in the place of another."""
    return [Piece("removed", old), Piece("same", " "), Piece("added", new)]


def _labels(ids: list[int]) -> str:
    """By name, those that still exist."""
    names = [label.name for label in (read_session().get(Label, id) for id in ids) if label is not None]
    return ", ".join(names) or str(_("aucune"))


def _service(service_id: int | None) -> str:
    service = read_session().get(Service, service_id) if service_id is not None else None
    return service.name if service is not None else str(_("aucun"))


def _day(day: str | None, otherwise: str | None = None) -> str:
    return full_day(date.fromisoformat(day)) if day else str(otherwise or _("sans limite"))
