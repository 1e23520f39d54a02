"""Decide who may do what: the only place where rights are decided.

A column’s rights are a row of levels: one for each service, one for all agents, one for readers. Levels that
facilitators have not set follow from the column’s kind. Facilitators hold the highest level everywhere, so that
somebody can always correct a mistake.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from sqlalchemy import ColumnElement, and_, or_

from boards.models import Audience, Board, Card, Column, Kind, Person, Record, Role, Suggestion


class Level(IntEnum):
    """Order the levels that a person can hold in a column; each includes those below it."""

    NONE = 0
    READ = 1
    COMMENT = 2
    CONTRIBUTE = 3  # add cards and edit one's own
    EDIT = 4

    @property
    def word(self) -> str:
        """Return the level as it is stored and sent."""
        return self.name.lower()


LEVELS = {level.word: level for level in Level}

_AGENTS = {
    Kind.SERVICE: Level.COMMENT,
    Kind.FREE: Level.EDIT,
    Kind.SUGGESTIONS: Level.CONTRIBUTE,
    Kind.GUIDE: Level.READ,
}
_READERS = dict.fromkeys(Kind, Level.READ)


def level(who: Person | Audience, column: Column) -> Level:
    """Return the level that a person or audience holds in a column."""
    return level_under(who, column.kind, column.service_id, column.rights)


def level_on(board: Board, who: Person | Audience, column: Column) -> Level:
    """Return the level on a board: as `level`, but at most READ once the board is archived."""
    held = level(who, column)
    return held if board.archived_at is None else min(held, Level.READ)


def level_under(who: Person | Audience, kind: Kind | str, service_id: int | None, rights: Record | None) -> Level:
    """Return the level that a column of this kind, service and rights gives.

    An agent of several services holds the highest level of these; a service without a level of its own has the level of
    all agents.
    """
    audience = who if isinstance(who, Audience) else who.audience
    match audience.role:
        case Role.FACILITATOR:
            return Level.EDIT
        case Role.READER:
            return for_readers(kind, rights)
        case Role.AGENT:
            agents = for_agents(kind, rights)
            given = (for_service(service, kind, service_id, rights) for service in audience.services)
            return max((agents if cell is None else cell for cell in given), default=agents)
        case _:
            return Level.NONE


def for_agents(kind: Kind | str, rights: Record | None) -> Level:
    """Return the level of all agents, unless their service has its own."""
    return LEVELS.get((rights or {}).get("agents", ""), _AGENTS[Kind(kind)])


def for_readers(kind: Kind | str, rights: Record | None) -> Level:
    """Return the level of readers."""
    return LEVELS.get((rights or {}).get("readers", ""), _READERS[Kind(kind)])


def for_service(service: int, kind: Kind | str, service_id: int | None, rights: Record | None) -> Level | None:
    """Return the level set for one service’s agents; None when the level of all agents applies."""
    own = Level.EDIT if kind == Kind.SERVICE and service == service_id else None
    return LEVELS.get((rights or {}).get("services", {}).get(str(service), ""), own)


def may_see(person: Person, board: Board) -> bool:
    """Return True if the board exists for this person; archived boards exist for facilitators only."""
    return person.disabled_at is None and (board.archived_at is None or may_arrange(person))


def may_read(who: Person | Audience, column: Column) -> bool:
    """Return True if the person or audience may read the column."""
    return level(who, column) >= Level.READ


def may_see_card(person: Person, card: Card, column: Column) -> bool:
    """Return True if the card exists for this person; an unpublished card exists only for its editors."""
    return may_read(person, column) and (not card.unpublished or may_place(person, card, column))


def seen_cards(person: Person, columns: Iterable[Column]) -> ColumnElement[bool]:
    """Build the SQL condition for `may_see_card`, over columns that the person may read."""
    levels = {column.id: level(person, column) for column in columns}
    editing = [id for id, reached in levels.items() if reached >= Level.EDIT]
    contributing = [id for id, reached in levels.items() if reached == Level.CONTRIBUTE]
    own = and_(Card.column_id.in_(contributing), Card.author_id == person.id)
    return and_(Card.column_id.in_(list(levels)), or_(Card.unpublished.is_(False), Card.column_id.in_(editing), own))


def is_for_residents(column: Column) -> bool:
    """Return True if a column’s cards may be shown to residents.

    Guide and suggestion columns are internal, and so is a column that is hidden from anybody here.
    """
    levels = [for_agents(column.kind, column.rights), for_readers(column.kind, column.rights)]
    levels += [LEVELS[word] for word in (column.rights or {}).get("services", {}).values()]
    return column.kind not in (Kind.GUIDE, Kind.SUGGESTIONS) and min(levels) >= Level.READ


def reads_everything(audience: Audience) -> bool:
    """Return True if no right can hide anything from this audience."""
    return audience.role == Role.FACILITATOR


def may_add(who: Person | Audience, column: Column) -> bool:
    """Return True if the person or audience may add cards to the column."""
    return level(who, column) >= Level.CONTRIBUTE


def may_place(person: Person, card: Card, column: Column) -> bool:
    """Return True if the person may edit this card in this column, move it out of it or into it."""
    reached = level(person, column)
    return reached >= Level.EDIT or (reached == Level.CONTRIBUTE and card.author_id == person.id)


def may_comment(person: Person, column: Column) -> bool:
    """Return True if the person may reply to cards in the column and support them."""
    return level(person, column) >= Level.COMMENT


def may_decide(person: Person, card: Card, column: Column) -> bool:
    """Return True if the person may set a suggestion’s status: column editors, the asked service."""
    held = level(person, column)
    asked = card.suggestion == Suggestion.REQUEST and card.asked_id in person.audience.services
    return held >= Level.EDIT or (held >= Level.READ and asked)


def may_arrange(person: Person) -> bool:
    """Return True if the person may add, edit, move and archive columns, and set their rights."""
    return person.role == Role.FACILITATOR and person.disabled_at is None


def may_administer(person: Person) -> bool:
    """Return True if the person may manage people, services and rights."""
    return person.role == Role.FACILITATOR and person.disabled_at is None


def may_hand_out(person: Person) -> bool:
    """Return True if the person may publish cards for residents or mail them; readers may not."""
    return person.role in (Role.FACILITATOR, Role.AGENT) and person.disabled_at is None


def may_preview(person: Person) -> bool:
    """Return True if the person may look at a board in the place of somebody else."""
    return person.role == Role.FACILITATOR and person.disabled_at is None
