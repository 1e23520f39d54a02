"""Taking a change back, from what the log recorded of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Literal, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from boards.changes import TOUCHED_LIMIT, as_recorded, committed_now, former_homes, home_after, touches_card
from boards.commands.base import Command, Id
from boards.commands.cards import EditCard
from boards.commands.importing import ImportColumns
from boards.commands.services import ReassignService
from boards.errors import Conflict, NotFound, Refusal
from boards.models import Card, Change, Column, Kind, Record
from boards.rank import nearest_free
from boards.scope import Scope
from boards.text import plain_text

Fields = dict[str, Any]

# What these brought lies outside the board as well: in another program's file, on other boards.
_NOT_UNDONE = {ImportColumns.past, ReassignService.past}
CARD_TEXT = ("title", "body_html", "valid_until")
_CARD_FIELDS = ("column_id", "rank", *CARD_TEXT, "archived_at")
COLUMN_FACTS = ("title", "kind", "hue", "service_id")
_COLUMN_FIELDS = (*COLUMN_FACTS, "rank", "archived_at")
_UNDONE = {*_CARD_FIELDS, *_COLUMN_FIELDS, "rights"}
_DECIDES_RIGHTS = {"kind", "service_id", "rights"}


class UndoChange(Command):
    """Take back the change `seq`; with `first`, an edit together with those of the same card by the same person since then.

    Undoing is a change like any other: undoing it does again what was undone.
    """

    past: ClassVar = "change_undone"
    type: Literal["undo_change"]
    seq: Id
    first: Id | None = None

    def apply(self, scope: Scope) -> None:
        for altered in alterations(scope, self.seq, self.first):
            altered.take_back(scope)

    def also_recorded(self) -> dict[str, Any]:
        return {"undoes": self.seq}


@dataclass(frozen=True)
class AlteredCard:
    card: Card
    before: Fields | None  # None: the change added it
    after: Fields

    def require_as_it_was_left(self, _session: Session) -> None:
        """Raises Conflict when somebody has altered since what would be taken back."""
        _require_same(self.card, self.after, _CARD_FIELDS if self.before is None else self.before.keys() & set(_CARD_FIELDS))

    def take_back(self, scope: Scope) -> None:
        card, before = self.card, self.before
        scope.touch(card)
        if before is None or before.get("archived_at", ...) is not ...:
            # Back in the archive counts from now: what is there is kept for a time.
            card.archived_at = scope.now if before is None or before["archived_at"] else None
        if before is None:
            return
        if before.keys() & {"column_id", "rank"}:
            self._put_back(scope, before)
        if before.keys() & set(CARD_TEXT):
            self._write_back(scope, before)

    def _put_back(self, scope: Scope, before: Fields) -> None:
        """Where it stood, or behind whatever stands there now. Archived cards keep their rank, so they count."""
        home = before.get("column_id", self.card.column_id)
        taken = set(scope.session.scalars(select(Card.rank).where(Card.column_id == home)))
        taken |= {other.rank for other in scope.touched if isinstance(other, Card) and other.column_id == home}
        self.card.rank = nearest_free(before.get("rank", self.card.rank), taken)
        self.card.column_id = home

    def _write_back(self, scope: Scope, before: Fields) -> None:
        card = self.card
        card.title = before.get("title", card.title)
        if "body_html" in before:
            card.body_html, card.body_text = before["body_html"], plain_text(before["body_html"])
        if "valid_until" in before:
            card.valid_until = date.fromisoformat(before["valid_until"]) if before["valid_until"] else None
        card.version += 1
        card.edited_at = scope.now
        card.edited_by_id = scope.actor.id


@dataclass(frozen=True)
class AlteredColumn:
    column: Column
    before: Fields | None
    after: Fields

    def require_as_it_was_left(self, session: Session) -> None:
        """As for a card; a new column is as it was left while it is empty, and rights are looked at cell by cell."""
        fields = _COLUMN_FIELDS if self.before is None else self.before.keys() & set(_COLUMN_FIELDS)
        _require_same(self.column, self.after, fields)
        held, left = _cells(self.column.rights), _cells(self.after.get("rights"))
        if any(held.get(cell) != left.get(cell) for cell in self._altered_cells()):
            raise Conflict("changed_since")
        if self.before is None and session.scalar(
            select(Card.id).where(Card.column_id == self.column.id, Card.archived_at.is_(None)).limit(1)
        ):
            raise Conflict("changed_since")

    def take_back(self, scope: Scope) -> None:
        column, before = self.column, self.before
        scope.touch(column)
        if before is None or "archived_at" in before:
            column.archived_at = scope.now if before is None or before["archived_at"] else None
        if before is None:
            return
        if "rank" in before:
            taken = set(scope.session.scalars(select(Column.rank).where(Column.board_id == column.board_id)))
            taken |= {other.rank for other in scope.touched if isinstance(other, Column)}
            column.rank = nearest_free(before["rank"], taken)
        if facts := before.keys() & set(COLUMN_FACTS):
            for name in facts:
                setattr(column, name, Kind(before[name]) if name == "kind" else before[name])
            column.version += 1
        if "rights" in before:
            former = _cells(before["rights"])
            column.rights = _row({**_cells(column.rights), **{cell: former.get(cell) for cell in self._altered_cells()}})
        if before.keys() & {*_DECIDES_RIGHTS, "archived_at"} and column.archived_at is None:
            scope.touch(*scope.standing_cards(column))  # whoever may read them only now gets them with the column

    def _altered_cells(self) -> set[str]:
        former, left = _cells((self.before or {}).get("rights")), _cells(self.after.get("rights"))
        return {cell for cell in former.keys() | left.keys() if former.get(cell) != left.get(cell)}


Altered: TypeAlias = AlteredCard | AlteredColumn


def may_undo(scope: Scope, seq: int, first: int | None = None) -> bool:
    """Whether the change could be taken back now, by this actor. Alters nothing."""
    try:
        return bool(alterations(scope, seq, first))
    except Refusal:
        return False


def alterations(scope: Scope, seq: int, first: int | None = None) -> list[Altered]:
    """What the change altered, when the actor may take all of it back now. Raises NotFound, Forbidden or Conflict."""
    change = scope.session.scalar(select(Change).where(Change.board_id == scope.board.id, Change.seq == seq))
    if change is None or not _is_seen(scope, change):
        raise NotFound("change_not_found")
    try:
        found = _reachable(scope, change, first or seq)
    except NotFound as hidden:
        raise NotFound("change_not_found") from hidden
    for each in found:
        each.require_as_it_was_left(scope.session)
    return found


def _is_seen(scope: Scope, change: Change) -> bool:
    seen = committed_now(scope.session, change).seen_by(scope.actor.audience)
    return bool(seen.cards or seen.columns)


def _reachable(scope: Scope, change: Change, first: int) -> list[Altered]:
    record = change.record if first == change.seq else _whole_edit(scope, change, first)
    cards = {int(id): each for id, each in record["cards"].items() if _anything(each)}
    columns = {int(id): each for id, each in record["columns"].items() if _anything(each)}
    if change.type in _NOT_UNDONE or not 0 < len(cards) + len(columns) <= TOUCHED_LIMIT:
        raise Conflict("cannot_undo")
    return [
        *(_column(scope, id, each) for id, each in columns.items()),
        *(_card(scope, change.seq, id, each) for id, each in cards.items()),
    ]


def _card(scope: Scope, seq: int, id: int, altered: Fields) -> AlteredCard:
    """The card, for somebody who may do to it what takes the change back, and who may know how it was before."""
    before, after = altered["before"], altered["after"]
    card, column = scope.any_card(id)
    former = {home_after(scope.session, card, seq), (before or {}).get("column_id", card.column_id)}
    homes = [scope.any_column(home) for home in former]
    if before is not None and before.get("archived_at", ...) is None:
        scope.require_place(card, column)
        if column.archived_at is not None:
            raise Conflict("column_archived")
    else:
        scope.card_to_edit(id)
    if "column_id" in (before or {}):
        for home in homes:
            scope.require_place(card, home)
            scope.column(home.id)
    return AlteredCard(card, before, after)


def _column(scope: Scope, id: int, altered: Fields) -> AlteredColumn:
    before, after = altered["before"], altered["after"]
    column = scope.any_column(id)
    scope.require_arranger()
    if before is None or before.get("archived_at", ...) is not None:
        scope.column(id)
    return AlteredColumn(column, before, after)


def _whole_edit(scope: Scope, last: Change, first: int) -> Record:
    """The edits of one card by one person, from `first` to `last`, as if they were one. Raises Conflict when that is not what they are."""
    if last.type != EditCard.past or first > last.seq:
        raise Conflict("cannot_undo")
    (id,) = last.record["cards"]
    touching = select(Change).where(Change.board_id == last.board_id, Change.seq.between(first, last.seq), touches_card(int(id)))
    rows = scope.session.scalars(touching.order_by(Change.seq)).all()
    for row in rows:
        if (home := former_homes(row.record).get(int(id))) is not None:
            scope.any_column(home)  # what it said where they could not read it is not theirs to bring back
    edits = [row for row in rows if alters_text(row.record["cards"][id])]
    if [row.seq for row in edits[:1]] != [first] or {(row.type, row.actor_id) for row in edits} != {(EditCard.past, last.actor_id)}:
        raise Conflict("cannot_undo")
    return {"cards": {id: joined(row.record["cards"][id] for row in edits)}, "columns": {}}


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


def _anything(altered: Fields) -> bool:
    return altered["before"] is None or bool(altered["before"].keys() & _UNDONE)


def _require_same(item: Card | Column, left: Fields, fields: Iterable[str]) -> None:
    if any(as_recorded(getattr(item, name)) != left[name] for name in fields):
        raise Conflict("changed_since")


def _cells(row: Record | None) -> dict[str, str | None]:
    """A row of rights as one flat mapping, the services' cells under their ids."""
    row = row or {}
    return {**{group: row[group] for group in ("agents", "readers") if group in row}, **row.get("services", {})}


def _row(cells: dict[str, str | None]) -> Record:
    groups = {cell: word for cell, word in cells.items() if word and not cell.isdigit()}
    services = {cell: word for cell, word in cells.items() if word and cell.isdigit()}
    return groups | ({"services": services} if services else {})
