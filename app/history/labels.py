"""Word the history: events, and the differences in each field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.board.suggestion_labels import kind_in_words, step_in_words
from app.web.dates import full_day, in_words
from boards.database import read_session
from boards.history.activity import ActivityItem
from boards.labels import Label
from boards.models import Service
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


# How a field's former and new values are shown; None: not at all.
Show = Callable[[Any, Any], list[Piece] | None]


def differences(told: ActivityItem) -> list[tuple[str, list[Piece]]]:
    """List what differs in each field of a card or column, under the field's label."""
    found = []
    for field, (label, show) in FIELD_LABELS.items():
        pieces = show(told.before[field], told.after[field]) if field in told.before else None
        if pieces is not None:
            found.append((_("Mise en forme du texte") if field == "body_html" and not pieces else str(label), pieces))
    return found


def _body(old: str, new: str) -> list[Piece]:
    """Compare the plain text; nothing differs where only the formatting does."""
    before, after = plain_text(old), plain_text(new)
    return condensed(word_differences(before, after)) if before != after else []


def _long_text(old: str | None, new: str | None) -> list[Piece]:
    return condensed(word_differences(old or "", new or ""))


def _replaced(word: Callable[[Any], str]) -> Show:
    """Show one value in the place of another."""
    return lambda old, new: [Piece("removed", word(old)), Piece("same", " "), Piece("added", word(new))]


def _added(word: Callable[[Any], str]) -> Show:
    """Show the new value alone, if there is one."""
    return lambda _old, new: [Piece("added", word(new))] if new else None


def _visible_from(old: str | None, new: str | None) -> list[Piece] | None:
    return _replaced(lambda day: _day(day, _("tout de suite")))(old, new) if old or new else None


def _labels(ids: list[int]) -> str:
    """Name those that still exist."""
    names = [label.name for label in (read_session().get(Label, id) for id in ids) if label is not None]
    return ", ".join(names) or str(_("aucune"))


def _services(ids: list[int]) -> str:
    return ", ".join(map(_service, ids))


def _service(service_id: int | None) -> str:
    service = read_session().get(Service, service_id) if service_id is not None else None
    return service.name if service is not None else str(_("aucun"))


def _day(day: str | None, otherwise: str | None = None) -> str:
    return full_day(date.fromisoformat(day)) if day else str(otherwise or _("sans limite"))


def _moment(moment: str) -> str:
    return in_words(datetime.fromisoformat(moment))


FIELD_LABELS: dict[str, tuple[Any, Show]] = {
    "name": (_l("Nom"), word_differences),
    "title": (_l("Titre"), word_differences),
    "body_html": (_l("Texte"), _body),
    "visible_from": (_l("Visible à partir du"), _visible_from),
    "valid_until": (_l("Valable jusqu’au"), _replaced(_day)),
    "tellable": (_l("Diffusion"), _replaced(lambda tellable: str(TELLABLE[tellable]))),
    "internal_note": (_l("Note interne"), _long_text),
    "label_ids": (_l("Étiquettes"), _replaced(_labels)),
    "flash_until": (_l("Flash jusqu’au"), _added(_moment)),
    "must_read_services": (_l("Lecture demandée à"), _added(_services)),
    "suggestion": (_l("Nature"), _replaced(kind_in_words)),
    "asked_id": (_l("Service à qui l’on demande"), _replaced(_service)),
    "status": (_l("Étape"), _replaced(step_in_words)),
    "note": (_l("Explication"), word_differences),
    "votes": (_l("Soutiens"), _replaced(str)),
}
