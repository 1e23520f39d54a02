"""Map Trello's lists and cards to columns and infos, without HTTP or SQL."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.trello.card_text import CardText
from app.trello.export import Export, TrelloBoard, TrelloCard, TrelloList
from app.trello.formatting import NBSP, guess_kind, local, slugify
from app.trello.import_audit import ImportAudit, ObjectKind, count_objects, count_remaining
from app.trello.lookups import Lookups, in_order
from app.trello.rich_text import UNTITLED, packed, rich, shortened, title_of
from boards.commands.columns import DEFAULT_HUES
from boards.commands.import_data import IncomingCard, IncomingColumn, continuation_origin
from boards.models import Kind
from boards.text.sanitize import TITLE_MAX_CHARACTERS

BYLINE = "importé de Trello"
NO_COLUMN = "Sans colonne"
ABOUT = "À propos de ce tableau"
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)

_USUAL_ID = re.compile(r"[\w-]{1,60}", re.ASCII)
_OBJECT_ID = re.compile(r"[0-9a-f]{24}")
_TRELLO_BEGAN = datetime(2010, 1, 1, tzinfo=UTC)

ProgressCallback = Callable[[int, int], None]


@dataclass(frozen=True)
class Mapped:
    """The columns that an export becomes, and the audit of the import."""

    title: str
    columns: list[IncomingColumn]
    audit: ImportAudit


def map_export(
    export: Export,
    zone: ZoneInfo,
    now: datetime,
    *,
    earlier: Mapping[str, list[str]] | None = None,
    progress: ProgressCallback | None = None,
) -> Mapped:
    """Map an export to columns. `earlier` has the board's imported comments, by Trello's card id."""
    return _Mapping(export, zone, now, earlier or {}, progress).run()


class _Mapping:
    def __init__(
        self,
        export: Export,
        zone: ZoneInfo,
        now: datetime,
        earlier: Mapping[str, list[str]],
        progress: ProgressCallback | None,
    ) -> None:
        self.export = export
        self.board = export.board
        self.zone = zone
        self.now = now
        self.progress = progress
        self.audit = ImportAudit()
        self.lookups = Lookups(self.board)
        self.text = CardText(zone, self.lookups, self.audit, earlier)
        self.origins = _Origins()
        self.done = 0

    def run(self) -> Mapped:
        count_objects(self.audit, self.export)
        columns = [self._column(place, trello_list) for place, trello_list in enumerate(in_order(self.board.lists))]
        by_list = {
            trello_list.id: column
            for trello_list, column in reversed(list(zip(in_order(self.board.lists), columns, strict=True)))
        }
        homeless = IncomingColumn(
            NO_COLUMN, Kind.FREE, DEFAULT_HUES[Kind.FREE], f"trello:{self._board_key()}:sans-colonne"
        )
        for card in in_order(self.board.cards):
            home = by_list.get(card.id_list) if card.id_list else None
            if home is None:
                self.audit.note(
                    f"Cartes dont la liste manque\u00a0: rangées dans la colonne «\u202f{NO_COLUMN}\u202f»", card.name
                )
            (home or homeless).cards.extend(self._infos(card))
            self._report_progress()
        columns += [homeless] if homeless.cards else []
        self._add_description(columns)
        count_remaining(self.audit, self.export, self.lookups)
        return Mapped(title_of(self.board.name)[0], columns, self.audit)

    def _report_progress(self) -> None:
        self.done += 1
        if self.progress:
            self.progress(self.done, len(self.board.cards))

    def _column(self, place: int, trello_list: TrelloList) -> IncomingColumn:
        title, was_cut = title_of(trello_list.name)
        if was_cut:
            self.audit.note("Noms de liste raccourcis", trello_list.name)
        kind = guess_kind(trello_list.name)
        self.audit.add_outcome(ObjectKind.LISTS, "colonne|colonnes")
        self.audit.add_detail(ObjectKind.LISTS, "archivée|archivées", trello_list.closed)
        return IncomingColumn(
            title=title,
            kind=kind,
            hue=(250 + 50 * place) % 360 if kind == Kind.SERVICE else DEFAULT_HUES[kind],
            origin=self.origins.of(trello_list, trello_list.id),
            service_slug=slugify(title) if kind == Kind.SERVICE else None,
            archived=trello_list.closed,
        )

    def _infos(self, card: TrelloCard) -> list[IncomingCard]:
        """Map a card to an info, with continuations if its text is too long for one."""
        title, was_cut = title_of(card.name)
        if was_cut:
            self.audit.note(
                "Titres de plus de 200 caractères, raccourcis\u00a0: le titre complet est dans le texte", title
            )
        elif title == UNTITLED and not card.name.strip():
            self.audit.note(f"Cartes sans titre, nommées «\u202f{UNTITLED}\u202f»")
        creator = self.lookups.creator(card)
        first = IncomingCard(
            title=title,
            origin=self.origins.of(card, card.id),
            byline=f"{BYLINE}{NBSP}: {creator}"[:TITLE_MAX_CHARACTERS] if creator else BYLINE,
            created_at=self._created_at(card),
            valid_until=self._valid_until(card),
            archived=card.closed,
        )
        infos = _spread(first, packed(self.text.pieces(card, card.name if was_cut else None)))
        self._audit_card(card, infos)
        return infos

    def _audit_card(self, card: TrelloCard, infos: list[IncomingCard]) -> None:
        self.audit.add_outcome(ObjectKind.CARDS, "info|infos")
        self.audit.add_detail(ObjectKind.CARDS, "archivée|archivées", card.closed)
        if len(infos) > 1:
            self.audit.note(
                "Textes de plus de 64\u00a0Kio, poursuivis dans des infos «\u202fsuite\u202f» (en plus du compte)",
                infos[0].title,
            )

    def _created_at(self, card: TrelloCard) -> datetime | None:
        """Return the creation time from the history, else from the id, whose first 8 digits are seconds."""
        creation = self.lookups.creation(card)
        if creation is not None and creation.date is not None:
            self.audit.add_detail(ObjectKind.CARDS, "datée par l’historique|datées par l’historique")
            return local(creation.date, self.zone)
        if card.id and _OBJECT_ID.fullmatch(card.id):
            moment = datetime.fromtimestamp(int(card.id[:8], 16), UTC)
            if _TRELLO_BEGAN < moment < self.now + timedelta(days=1):
                self.audit.add_detail(ObjectKind.CARDS, "datée par son identifiant|datées par leur identifiant")
                return moment
        self.audit.note("Cartes sans date de création connue\u00a0: datées de l’import", card.name)
        return None

    def _valid_until(self, card: TrelloCard) -> date | None:
        if card.due is None:
            return None
        day = local(card.due, self.zone).date()
        if not FIRST_DAY <= day <= LAST_DAY:
            self.audit.note(
                "Échéances hors calendrier (avant 2000, après 2199)\u00a0: citées dans le texte seulement", card.name
            )
            return None
        self.audit.add_detail(ObjectKind.CARDS, "avec une échéance, reprise en date de validité")
        if not card.closed and day < local(self.now, self.zone).date():
            self.audit.note("Échéances déjà passées\u00a0: ces infos sont à vérifier", card.name)
        return day

    def _add_description(self, columns: list[IncomingColumn]) -> None:
        """Add the board's description as an info to its guide, or to its first column."""
        parts = packed(rich(self.board.desc))
        if not parts[0]:
            return
        about = IncomingCard(title=ABOUT, origin=f"trello:{self._board_key()}:description", byline=BYLINE)
        in_use = [column for column in columns if not column.archived] or columns
        home = next((column for column in in_use if column.kind == Kind.GUIDE), in_use[0])
        home.cards[:0] = _spread(about, parts)
        self.audit.note("Description du tableau, reprise en une info (en plus du compte)", home.title)

    def _board_key(self) -> str:
        return _key(self.board, self.board.id)


class _Origins:
    """Unique origins by which a later import finds each row again."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def of(self, source: TrelloCard | TrelloList, trello_id: str | None) -> str:
        origin, times = f"trello:{_key(source, trello_id)}", 1
        while origin in self.taken:
            times += 1
            origin = f"{origin.partition('~')[0]}~{times}"
        self.taken.add(origin)
        return origin


def _key(source: TrelloCard | TrelloList | TrelloBoard, trello_id: str | None) -> str:
    """Return Trello's id, or a digest of the object if it has no usable one."""
    if trello_id and _USUAL_ID.fullmatch(trello_id):
        return trello_id
    return (
        "x"
        + hashlib.sha256(repr((source.trello_name or "TrelloList", trello_id, source.name)).encode()).hexdigest()[:32]
    )


def _spread(first: IncomingCard, parts: list[str]) -> list[IncomingCard]:
    """Return an info for each part: « Titre », then « Titre (suite 2) »."""
    infos = [replace(first, body_html=parts[0])]
    for place, part in enumerate(parts[1:], 2):
        suffix = f" (suite {place})"
        infos.append(
            replace(
                first,
                title=shortened(first.title, TITLE_MAX_CHARACTERS - len(suffix)) + suffix,
                origin=continuation_origin(first.origin or "", place),
                body_html=part,
            )
        )
    return infos
