"""Revert what a change altered on a card or a column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from boards.card_fields import CARD_STATE, CONTENT, INTERNAL, RESTORED, UNDONE, Undo
from boards.commands.validity import archive_card, confirm_card, mark_edited, publish_card, schedule_card
from boards.errors import Conflict
from boards.flashes import ensure_flash_slot
from boards.log.record import parsed_value, recorded_value
from boards.models import Card, Column, Record, Service
from boards.ordering import nearest_free
from boards.scope import Scope
from boards.suggestions import notify_author

Fields = dict[str, Any]

COLUMN_FACTS = ("title", "kind", "hue", "service_id", "check_after")
COLUMN_FIELDS = (*COLUMN_FACTS, "rank", "archived_at")
DECIDES_RIGHTS = {"kind", "service_id", "rights"}
FACT, FLASH, LIFECYCLE, CONFIRMATION = (
    UNDONE[way] for way in (Undo.FACT, Undo.FLASH, Undo.LIFECYCLE, Undo.CONFIRMATION)
)


class RankAllocator:
    """Allocate free ranks among the cards of a column or the columns of a board, archived ones included."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._taken: dict[tuple[type, int], set[str]] = {}

    def for_card(self, column_id: int, rank: str) -> str:
        """Take this rank, or the nearest free one behind it."""
        return self._free(Card, Card.column_id, column_id, rank)

    def for_column(self, board_id: int, rank: str) -> str:
        """Take a rank among the board's columns likewise."""
        return self._free(Column, Column.board_id, board_id, rank)

    def _free(self, model: type[Card | Column], home: InstrumentedAttribute[int], id: int, rank: str) -> str:
        if (model, id) not in self._taken:
            self._taken[model, id] = set(self._session.scalars(select(model.rank).where(home == id)))
        free = nearest_free(rank, self._taken[model, id])
        self._taken[model, id].add(free)
        return free


@dataclass(frozen=True)
class AlteredCard:
    """A card with the fields that a change altered; `before` is None if the change added it."""

    card: Card
    before: Fields | None
    after: Fields

    @property
    def restores_text(self) -> bool:
        """Return True if undoing brings back an earlier text for residents, but not whether they may be told it."""
        altered = self.before.keys() if self.before is not None else set[str]()
        return bool(altered & set(RESTORED) - INTERNAL - {"valid_until"}) and "tellable" not in altered

    def require_unchanged(self, session: Session) -> None:
        """Raise Conflict if somebody altered the same fields since, or erased what they refer to."""
        fields = CARD_STATE if self.before is None else self.before.keys() & set(CARD_STATE)
        _require_same(self.card, self.after, CONFIRMATION if confirms(self.before) else fields)
        for name, model in (("answer_id", Card), ("asked_id", Service)):
            named = (self.before or {}).get(name)
            if named is not None and session.get(model, named) is None:
                raise Conflict("changed_since")

    def revert(self, scope: Scope, ranks: RankAllocator) -> None:
        """Give the card its former values back; archive a card that the change added."""
        card, before = self.card, self.before
        scope.touch(card)
        if before is None:
            archive_card(scope, card)
            return
        if before.keys() & {"column_id", "rank"}:
            home = before.get("column_id", card.column_id)
            card.rank = ranks.for_card(home, before.get("rank", card.rank))
            card.column_id = home
        _write_back(card, before, FACT)
        if "status" in before:
            notify_author(scope, card, "status_set", status=card.status)
        if is_edit := bool(before.keys() & set(CONTENT)):
            _write_back(card, before, CONTENT)
            mark_edited(scope, card)
        if before.keys() & set(LIFECYCLE):
            self._revert_lifecycle(scope, before)
        elif before.keys() & set(FLASH):  # archiving has ended the flash for good
            _write_back(card, before, FLASH)
            if card.flash_until is not None and card.flash_until > scope.now:
                ensure_flash_slot(scope.session, scope.actor, card)
        if confirms(before):
            _write_back(card, before, CONFIRMATION)
        elif is_edit and card.archived_at is None:
            confirm_card(scope, card)
            scope.signal(card)

    def _revert_lifecycle(self, scope: Scope, before: Fields) -> None:
        card = self.card
        if before.get("archived_at", card.archived_at) is None:
            publish_card(scope, card)
            return
        day = card.visible_from
        if "visible_from" in before:
            day = parsed_value(Card, "visible_from", before["visible_from"])
        archive_card(scope, card)  # the time it is kept in the archive counts from now
        if day is not None:
            card.visible_from = day
            schedule_card(scope, card, day)


@dataclass(frozen=True)
class AlteredColumn:
    """A column with the fields that a change altered; `before` is None if the change added it."""

    column: Column
    before: Fields | None
    after: Fields
    leaving: frozenset[int] = frozenset()  # the cards that leave it when the same change is undone

    def require_unchanged(self, session: Session) -> None:
        """Raise Conflict as for a card; also if a new column has other cards. Rights are compared cell by cell."""
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
        """Give the column its former values back; archive a column that the change added."""
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
            scope.touch(*scope.standing_cards(column))  # new readers get them with the column

    def _altered_cells(self) -> set[str]:
        former, left = _cells((self.before or {}).get("rights")), _cells(self.after.get("rights"))
        return {cell for cell in former.keys() | left.keys() if former.get(cell) != left.get(cell)}


Altered: TypeAlias = AlteredCard | AlteredColumn


def confirms(before: Fields | None) -> bool:
    """Return True if the change only confirmed the card."""
    return before is not None and "confirmed_at" in before and not before.keys() & set(CARD_STATE)


def alters_text(altered: Fields) -> bool:
    """Return True if the change added the card or edited its content."""
    return altered["before"] is None or bool(altered["before"].keys() & set(CONTENT))


def joined(alterations: Iterable[Fields]) -> Fields:
    """Join several alterations of one row, the earliest first."""
    before: Fields = {}
    after: Fields = {}
    for each in alterations:
        before = {**each["before"], **before}
        after |= each["after"]
    return {"before": before, "after": after}


def _require_same(item: Card | Column, left: Fields, fields: Iterable[str]) -> None:
    # A field that the record lacks came with a later version of the program.
    if any(recorded_value(getattr(item, name)) != left[name] for name in fields if name in left):
        raise Conflict("changed_since")


def _write_back(item: Card | Column, before: Fields, names: Iterable[str]) -> None:
    for name in names:
        if name in before:
            setattr(item, name, parsed_value(type(item), name, before[name]))


def _cells(row: Record | None) -> dict[str, str | None]:
    """Flatten a row of rights; services are keyed by their ids."""
    row = row or {}
    return {**{group: row[group] for group in ("agents", "readers") if group in row}, **row.get("services", {})}


def _row(cells: dict[str, str | None]) -> Record:
    groups = {cell: word for cell, word in cells.items() if word and not cell.isdigit()}
    services = {cell: word for cell, word in cells.items() if word and cell.isdigit()}
    return groups | ({"services": services} if services else {})
