"""Import columns and cards, updating those of an earlier import by their origin."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Annotated, Any, ClassVar, TypeVar

from fractional_indexing import generate_n_keys_between
from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from boards import rights
from boards.commands.base import Command
from boards.commands.deletion import EraseCard, EraseColumn
from boards.commands.import_data import ImportVerdict, IncomingCard, IncomingColumn, Tally
from boards.models import Card, Change, Column, Person, Service
from boards.ordering import ranks_at_end
from boards.scope import Scope


class ImportColumns(Command):
    """Add these columns behind the board’s own; update those with a known origin in place.

    A new card goes behind the one it follows in the source. A known card moves only when its column changed in the
    source. What people have altered here since (text, column, archiving) is left alone.
    """

    event_type: ClassVar = "columns_imported"
    columns: Annotated[list[Any], Field(exclude=True)]
    tally: Annotated[Any, Field(exclude=True)]

    def apply(self, scope: Scope) -> None:
        scope.require_arranger()
        known = Known.on_board(scope.session, scope.board.id)
        known.count(self.columns, self.tally)
        people = {person.id: person for person in scope.session.scalars(select(Person))}
        wanted = [incoming for incoming in self.columns if incoming.origin not in known.erased_columns]
        homes = [
            (self._bring_column(scope, incoming, known, rank), incoming)
            for incoming, rank in self._with_ranks(scope, known, wanted)
        ]
        scope.session.flush()  # cards need their column's id
        for column, incoming in homes:
            _bring_cards(scope, column, incoming.cards, known, people)
        for card in known.surplus(self.columns):
            card.archived_at = scope.now
            scope.touch(card)

    def _with_ranks(self, scope: Scope, known: Known, wanted: list[IncomingColumn]) -> list[tuple[IncomingColumn, str]]:
        last = scope.session.scalar(select(func.max(Column.rank)).where(Column.board_id == scope.board.id))
        fresh = iter(ranks_at_end(last, len(wanted)))
        return [(incoming, "" if incoming.origin in known.columns else next(fresh)) for incoming in wanted]

    def _bring_column(self, scope: Scope, incoming: IncomingColumn, known: Known, rank: str) -> Column:
        column = known.columns.get(incoming.origin)
        verdict = known.verdict_on_column(incoming)
        if column is None:
            column = _new_column(incoming, scope, rank)
            scope.session.add(column)
            scope.touch(column)
        elif verdict is ImportVerdict.UPDATED:
            column.title, column.archived_at = incoming.title, _archived_at(incoming.archived, column, scope)
            column.version += 1
            scope.touch(column)
        return column


@dataclass(frozen=True)
class Known:
    """Index what earlier imports brought to a board, by origin, and the rows that people altered since."""

    columns: dict[str | None, Column]
    cards: dict[str | None, Card]
    altered_columns: set[int]
    # By the origin of the first card: one edit of a text split into several cards keeps all of them from being updated.
    altered_texts: set[str]
    erased_columns: set[str] = field(default_factory=set)

    @classmethod
    def on_board(cls, session: Session, board_id: int) -> Known:
        columns, cards = _by_origin(session, Column, board_id), _by_origin(session, Card, board_id)
        altered_columns: set[int] = set()
        altered_cards = {card.id for card in cards.values() if card.edited_at is not None}
        erased_columns: set[str] = set()
        erased_cards: set[str] = set()
        others = select(Change.type, Change.record).where(
            Change.board_id == board_id, Change.type != ImportColumns.event_type
        )
        for type, record in session.execute(others):
            altered_columns |= _altered(record["columns"], {"title", "archived_at"})
            altered_cards |= _altered(
                record["cards"], {"title", "body_html", "valid_until", "column_id", "archived_at"}
            )
            if type in (EraseCard.event_type, EraseColumn.event_type):
                erased_columns |= _erased(record["columns"])
                erased_cards |= _erased(record["cards"])
        altered_texts = {_head(card.origin) for card in cards.values() if card.id in altered_cards}
        return cls(
            columns, cards, altered_columns, altered_texts | {_head(origin) for origin in erased_cards}, erased_columns
        )

    def verdict_on_column(self, incoming: IncomingColumn) -> ImportVerdict:
        column = self.columns.get(incoming.origin)
        if column is None:
            return ImportVerdict.KEPT if incoming.origin in self.erased_columns else ImportVerdict.ADDED
        if column.id in self.altered_columns:
            return ImportVerdict.KEPT
        same = (column.title, column.archived_at is not None) == (incoming.title, incoming.archived)
        return ImportVerdict.UNCHANGED if same else ImportVerdict.UPDATED

    def verdict_on_card(self, item: IncomingCard, home: Column | None) -> ImportVerdict:
        if _head(item.origin) in self.altered_texts:
            return ImportVerdict.KEPT
        card = self.cards.get(item.origin)
        if card is None:
            return ImportVerdict.ADDED
        wanted = (item.title, item.body_html, item.valid_until, item.archived, home.id if home else None)
        same = (card.title, card.body_html, card.valid_until, card.archived_at is not None, card.column_id) == wanted
        return ImportVerdict.UNCHANGED if same else ImportVerdict.UPDATED

    def count(self, columns: list[IncomingColumn], tally: Tally) -> None:
        """Count in the tally what importing these columns would do. Alters nothing."""
        for incoming in columns:
            home = self.columns.get(incoming.origin)
            _add_one(tally, "columns", self.verdict_on_column(incoming))
            for item in incoming.cards:
                verdict = (
                    ImportVerdict.KEPT if incoming.origin in self.erased_columns else self.verdict_on_card(item, home)
                )
                _add_one(tally, "cards", verdict)
                tally.cards_out_of_sight += verdict is ImportVerdict.ADDED and _archived_here(home, incoming, self)
        tally.cards_retired += len(self.surplus(columns))
        tally.cards_gone_from_source += len(self._gone(columns))

    def surplus(self, columns: list[IncomingColumn]) -> list[Card]:
        """List the continuations that a shorter card no longer needs, on the board and unedited."""
        heads = _origins(columns)
        missing = [card for card in self._missing(heads) if _head(card.origin) in heads]
        return [card for card in missing if card.archived_at is None and _head(card.origin) not in self.altered_texts]

    def _gone(self, columns: list[IncomingColumn]) -> list[Card]:
        heads = _origins(columns)
        homes = {self.columns[incoming.origin].id for incoming in columns if incoming.origin in self.columns}
        return [card for card in self._missing(heads) if card.column_id in homes and _head(card.origin) not in heads]

    def _missing(self, origins: set[str | None]) -> list[Card]:
        return [card for origin, card in self.cards.items() if origin not in origins]


def _bring_cards(
    scope: Scope, column: Column, incoming: list[IncomingCard], known: Known, people: dict[int, Person]
) -> None:
    ranks = sorted(scope.session.scalars(select(Card.rank).where(Card.column_id == column.id)))
    before: str | None = None
    for arrives, run in groupby(incoming, key=lambda item: _arrives(item, column, known)):
        items = list(run)
        places = iter(_ranks_behind(before, ranks, len(items)) if arrives else ())
        for item in items:
            card, verdict = known.cards.get(item.origin), known.verdict_on_card(item, column)
            if verdict is ImportVerdict.ADDED:
                scope.session.add(card := _new_card(item, scope, column, next(places), people))
                if item.is_news:
                    scope.signal(card)
                    card.signalled_by_id, card.signalled_at = item.author_id, card.created_at
                scope.touch(card)
            elif card is not None and verdict is ImportVerdict.UPDATED:
                _bring_up_to_date(card, item, scope, column, next(places) if arrives else card.rank)
            before = card.rank if card is not None and card.column_id == column.id else before


def _arrives(item: IncomingCard, column: Column, known: Known) -> bool:
    """Return True if the card needs a rank in this column: it is new, or its column changed in the source."""
    verdict, card = known.verdict_on_card(item, column), known.cards.get(item.origin)
    return verdict is ImportVerdict.ADDED or (
        verdict is ImportVerdict.UPDATED and card is not None and card.column_id != column.id
    )


def _ranks_behind(before: str | None, ranks: list[str], count: int) -> list[str]:
    """Return ranks between `before` (None: the top) and what follows it, and add them to the sorted `ranks`."""
    following = bisect_right(ranks, before) if before is not None else 0
    places = list(generate_n_keys_between(before, ranks[following] if following < len(ranks) else None, count))
    for rank in places:
        insort(ranks, rank)
    return places


def _new_column(incoming: IncomingColumn, scope: Scope, rank: str) -> Column:
    service = (
        scope.session.scalar(select(Service.id).where(Service.slug == incoming.service_slug))
        if incoming.service_slug
        else None
    )
    return Column(
        board_id=scope.board.id,
        kind=incoming.kind,
        title=incoming.title,
        hue=incoming.hue,
        rank=rank,
        origin=incoming.origin,
        service_id=service,
        rights=incoming.rights,
        archived_at=scope.now if incoming.archived else None,
        version=1,
    )


def _new_card(item: IncomingCard, scope: Scope, column: Column, rank: str, people: dict[int, Person]) -> Card:
    return Card(
        board_id=scope.board.id,
        column_id=column.id,
        rank=rank,
        title=item.title,
        body_html=item.body_html,
        origin=item.origin,
        author=people.get(item.author_id or 0),
        author_id=item.author_id,
        byline=item.byline,
        created_at=item.created_at or scope.now,
        confirmed_at=item.created_at or scope.now,
        confirmed_by_id=item.author_id,
        valid_until=item.valid_until,
        archived_at=scope.now if item.archived else None,
        tellable=rights.is_for_residents(column),
        version=1,
    )


def _bring_up_to_date(card: Card, item: IncomingCard, scope: Scope, column: Column, rank: str) -> None:
    content = (item.title, item.body_html, item.valid_until)
    if (card.title, card.body_html, card.valid_until) != content:
        card.title, card.body_html, card.valid_until = content
        card.version += 1
    card.archived_at = _archived_at(item.archived, card, scope)
    card.column_id, card.rank = column.id, rank
    scope.touch(card)


def _archived_at(archived: bool, row: Card | Column, scope: Scope) -> datetime | None:
    return (row.archived_at or scope.now) if archived else None


def _archived_here(home: Column | None, incoming: IncomingColumn, known: Known) -> bool:
    return home is not None and home.archived_at is not None and known.verdict_on_column(incoming) is ImportVerdict.KEPT


_Row = TypeVar("_Row", Card, Column)


def _by_origin(session: Session, model: type[_Row], board_id: int) -> dict[str | None, _Row]:
    rows = session.scalars(select(model).where(model.board_id == board_id, model.origin.is_not(None)))
    return {row.origin: row for row in rows}


def _altered(rows: dict[str, Any], fields: set[str]) -> set[int]:
    """Return the ids of rows to which a change gave new values in any of these fields."""
    return {int(row_id) for row_id, row in rows.items() if fields & row["after"].keys()}


def _erased(rows: dict[str, Any]) -> set[str]:
    """Return the origins of deleted rows, which another import must not bring back."""
    return {row["before"]["origin"] for row in rows.values() if not row["after"] and row["before"].get("origin")}


def _origins(columns: Iterable[IncomingColumn]) -> set[str | None]:
    return {item.origin for incoming in columns for item in incoming.cards}


def _head(origin: str | None) -> str:
    """Return the origin of the card that this one continues, or the origin itself."""
    return (origin or "").partition("/")[0]


def _add_one(tally: Tally, rows: str, verdict: ImportVerdict) -> None:
    name = f"{rows}_{verdict.value}"
    setattr(tally, name, getattr(tally, name) + 1)
