"""What a change altered on a card or a column, and taking it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from boards.commands.validity import archive, confirm, publish, schedule
from boards.errors import Conflict
from boards.flashes import ensure_flash_slot
from boards.log.change_log import recorded_value
from boards.models import Card, Column, Kind, Record, Service, Status, Suggestion
from boards.ordering import nearest_free
from boards.scope import Scope
from boards.suggestions import notify_author
from boards.text.sanitize import plain_text

Fields = dict[str, Any]

RESTORED = ("title", "body_html", "valid_until", "internal_note")  # what a text that is taken up again brings back
CARD_TEXT = (*RESTORED, "tellable")
# Of a rule, and of a suggestion.
ASKING = ("must_read", "must_read_services", "must_read_at")
FLASH = ("flashed_at", "flash_until")
CARD_FACTS = (*ASKING, "suggestion", "asked_id", "status", "note", "answer_id", "label_ids")
CARD_PLACE = ("archived_at", "visible_from")  # on the board, in the archive, or waiting there for its day
CARD_FIELDS = ("column_id", "rank", *CARD_TEXT, *CARD_FACTS, *FLASH, *CARD_PLACE)
CONFIRMATION = ("confirmed_at", "confirmed_by_id")
COLUMN_FACTS = ("title", "kind", "hue", "service_id", "check_after")
COLUMN_FIELDS = (*COLUMN_FACTS, "rank", "archived_at")
DECIDES_RIGHTS = {"kind", "service_id", "rights"}
_WORDS: dict[str, Callable[[Any], Any]] = {
    "kind": Kind,
    "suggestion": Suggestion,
    "status": Status,
    "confirmed_at": datetime.fromisoformat,
    **dict.fromkeys(("must_read_at", *FLASH), lambda moment: datetime.fromisoformat(moment) if moment else None),
}


class RankAllocator:
    """The ranks of each column's cards and of each board's columns. Archived ones keep theirs, so they count."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._taken: dict[tuple[type, int], set[str]] = {}

    def for_card(self, column_id: int, rank: str) -> str:
        """This rank, or the nearest behind whatever has it now; from here on it is taken."""
        return self._free(Card, Card.column_id, column_id, rank)

    def for_column(self, board_id: int, rank: str) -> str:
        return self._free(Column, Column.board_id, board_id, rank)

    def _free(self, model: type[Card | Column], home: InstrumentedAttribute[int], id: int, rank: str) -> str:
        if (model, id) not in self._taken:
            self._taken[model, id] = set(self._session.scalars(select(model.rank).where(home == id)))
        free = nearest_free(rank, self._taken[model, id])
        self._taken[model, id].add(free)
        return free


@dataclass(frozen=True)
class AlteredCard:
    card: Card
    before: Fields | None  # None: the change added it
    after: Fields

    @property
    def restores_text(self) -> bool:
        """Whether taking it back has the card say something else, and not to whom it may be told."""
        return (
            self.before is not None
            and bool(self.before.keys() & {"title", "body_html"})
            and "tellable" not in self.before
        )

    def require_unchanged(self, session: Session) -> None:
        """Raises Conflict when somebody has altered since what would be taken back, or erased what it named."""
        fields = CARD_FIELDS if self.before is None else self.before.keys() & set(CARD_FIELDS)
        _require_same(self.card, self.after, CONFIRMATION if confirms(self.before) else fields)
        for name, model in (("answer_id", Card), ("asked_id", Service)):
            named = (self.before or {}).get(name)
            if named is not None and session.get(model, named) is None:
                raise Conflict("changed_since")

    def revert(self, scope: Scope, ranks: RankAllocator) -> None:
        card, before = self.card, self.before
        scope.touch(card)
        if before is None:
            archive(scope, card)
            return
        if before.keys() & {"column_id", "rank"}:
            home = before.get("column_id", card.column_id)
            card.rank = ranks.for_card(home, before.get("rank", card.rank))
            card.column_id = home
        _write_back(card, before, CARD_FACTS)
        if "status" in before:
            notify_author(scope, card, "status_set", status=card.status)
        if before.keys() & set(CARD_TEXT):
            self._write_text_back(scope, before)
        if before.keys() & set(CARD_PLACE):
            self._put_back(scope, before)
        elif before.keys() & set(FLASH):  # what was put away has put its flash out, for good
            self._flash_as(scope, before)
        if confirms(before):
            _write_back(card, before, CONFIRMATION)
        elif before.keys() & set(CARD_TEXT) and card.archived_at is None:
            confirm(scope, card)
            scope.signal(card)

    def _flash_as(self, scope: Scope, before: Fields) -> None:
        card = self.card
        _write_back(card, before, FLASH)
        if card.flash_until is not None and card.flash_until > scope.now:
            ensure_flash_slot(scope.session, scope.actor, card)

    def _put_back(self, scope: Scope, before: Fields) -> None:
        card = self.card
        if before.get("archived_at", card.archived_at) is None:
            publish(scope, card)
            return
        waited_for = before.get("visible_from", card.visible_from)
        # Back in the archive counts from now: what is there is kept for a time.
        archive(scope, card)
        if waited_for is not None:
            card.visible_from = _day(waited_for)
            schedule(scope, card, card.visible_from)

    def _write_text_back(self, scope: Scope, before: Fields) -> None:
        card = self.card
        card.title = before.get("title", card.title)
        if "body_html" in before:
            card.body_html, card.body_text = before["body_html"], plain_text(before["body_html"])
        if "valid_until" in before:
            card.valid_until = _day(before["valid_until"])
        _write_back(card, before, ("tellable", "internal_note"))
        card.version += 1
        card.edited_at = scope.now
        card.edited_by_id = scope.actor.id


@dataclass(frozen=True)
class AlteredColumn:
    column: Column
    before: Fields | None
    after: Fields
    leaving: frozenset[int] = frozenset()  # the cards that leave it when the same change is taken back

    def require_unchanged(self, session: Session) -> None:
        """As for a card. A new column is as it was left while nothing else stands there, and rights are looked at cell by cell."""
        fields = COLUMN_FIELDS if self.before is None else self.before.keys() & set(COLUMN_FIELDS)
        _require_same(self.column, self.after, fields)
        owner = (self.before or {}).get("service_id")
        if owner is not None and session.get(Service, owner) is None:
            raise Conflict("changed_since")
        held, left = _cells(self.column.rights), _cells(self.after.get("rights"))
        if any(held.get(cell) != left.get(cell) for cell in self._altered_cells()):
            raise Conflict("changed_since")
        if self.before is None or (self.leaving and self.before.get("archived_at")):
            standing = session.scalars(
                select(Card.id).where(Card.column_id == self.column.id, Card.archived_at.is_(None))
            )
            if set(standing) - self.leaving:
                raise Conflict("changed_since")

    def revert(self, scope: Scope, ranks: RankAllocator) -> None:
        column, before = self.column, self.before
        scope.touch(column)
        if before is None or "archived_at" in before:
            column.archived_at = scope.now if before is None or before["archived_at"] else None
        if before is None:
            return
        if "rank" in before:
            column.rank = ranks.for_column(column.board_id, before["rank"])
        if before.keys() & set(COLUMN_FACTS):
            _write_back(column, before, COLUMN_FACTS)
            column.version += 1
        if "rights" in before:
            former = _cells(before["rights"])
            column.rights = _row(
                {**_cells(column.rights), **{cell: former.get(cell) for cell in self._altered_cells()}}
            )
        if before.keys() & {*DECIDES_RIGHTS, "archived_at"} and column.archived_at is None:
            scope.touch(*scope.standing_cards(column))  # whoever may read them only now gets them with the column

    def _altered_cells(self) -> set[str]:
        former, left = _cells((self.before or {}).get("rights")), _cells(self.after.get("rights"))
        return {cell for cell in former.keys() | left.keys() if former.get(cell) != left.get(cell)}


Altered: TypeAlias = AlteredCard | AlteredColumn


def confirms(before: Fields | None) -> bool:
    """Whether a change that found this only said that the card holds."""
    return before is not None and "confirmed_at" in before and not before.keys() & set(CARD_FIELDS)


def alters_text(altered: Fields) -> bool:
    return altered["before"] is None or bool(altered["before"].keys() & set(CARD_TEXT))


def joined(alterations: Iterable[Fields]) -> Fields:
    """Several alterations of one thing, the earliest first, as one."""
    before: Fields = {}
    after: Fields = {}
    for each in alterations:
        before = {**each["before"], **before}
        after |= each["after"]
    return {"before": before, "after": after}


def _require_same(item: Card | Column, left: Fields, fields: Iterable[str]) -> None:
    # A field that the record does not know came with a later version of the program.
    if any(recorded_value(getattr(item, name)) != left[name] for name in fields if name in left):
        raise Conflict("changed_since")


def _write_back(item: Card | Column, before: Fields, names: Iterable[str]) -> None:
    for name in names:
        if name in before:
            setattr(item, name, _WORDS[name](before[name]) if name in _WORDS else before[name])


def _day(recorded: date | str | None) -> date | None:
    return date.fromisoformat(recorded) if isinstance(recorded, str) else recorded


def _cells(row: Record | None) -> dict[str, str | None]:
    """A row of rights as one flat mapping, the services' cells under their ids."""
    row = row or {}
    return {**{group: row[group] for group in ("agents", "readers") if group in row}, **row.get("services", {})}


def _row(cells: dict[str, str | None]) -> Record:
    groups = {cell: word for cell, word in cells.items() if word and not cell.isdigit()}
    services = {cell: word for cell, word in cells.items() if word and cell.isdigit()}
    return groups | ({"services": services} if services else {})
