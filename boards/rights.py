"""Who may do what: the one place where rights are decided.

A column's rights are a row of levels: one for each service, one for all agents, one for readers. What facilitators have not set
themselves follows from the column's kind. Facilitators hold the highest level everywhere, or nobody could mend a mistake.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from sqlalchemy import ColumnElement, and_, or_

from boards.models import Audience, Board, Card, Column, Kind, Person, Record, Role, Suggestion


class Level(IntEnum):
    """What a person may do in a column; each level holds those below it."""

    NONE = 0
    READ = 1
    COMMENT = 2
    CONTRIBUTE = 3  # add cards and edit one's own
    EDIT = 4

    @property
    def word(self) -> str:
        """As it is stored and travels."""
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
    """The level that this person, or these people, hold in the column as it is."""
    return level_under(who, column.kind, column.service_id, column.rights)


def level_on(board: Board, who: Person | Audience, column: Column) -> Level:
    """As `level`; on a board that was archived nobody does more than read."""
    held = level(who, column)
    return held if board.archived_at is None else min(held, Level.READ)


def level_under(who: Person | Audience, kind: Kind | str, service_id: int | None, rights: Record | None) -> Level:
    """The level that a column of this kind, service and rights gives.

    An agent of several services holds the highest of what they give; a service of which nothing is said gives what all agents hold.
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
    """What all agents hold, unless their service says otherwise."""
    return LEVELS.get((rights or {}).get("agents", ""), _AGENTS[Kind(kind)])


def for_readers(kind: Kind | str, rights: Record | None) -> Level:
    return LEVELS.get((rights or {}).get("readers", ""), _READERS[Kind(kind)])


def for_service(service: int, kind: Kind | str, service_id: int | None, rights: Record | None) -> Level | None:
    """What the agents of one service hold; None when they hold what all agents do."""
    own = Level.EDIT if kind == Kind.SERVICE and service == service_id else None
    return LEVELS.get((rights or {}).get("services", {}).get(str(service), ""), own)


def may_see(person: Person, board: Board) -> bool:
    """Whether the board exists for the person: one that was archived is there for those who may restore it."""
    return person.disabled_at is None and (board.archived_at is None or may_arrange(person))


def may_read(who: Person | Audience, column: Column) -> bool:
    return level(who, column) >= Level.READ


def may_see_card(person: Person, card: Card, column: Column) -> bool:
    """Whether the card exists for the person: one that never had its day on the board is there for those who may edit it."""
    return may_read(person, column) and (not card.unpublished or may_place(person, card, column))


def seen_cards(person: Person, columns: Iterable[Column]) -> ColumnElement[bool]:
    """The same of the cards in columns that the person may read, as a condition of a query."""
    levels = {column.id: level(person, column) for column in columns}
    editing = [id for id, reached in levels.items() if reached >= Level.EDIT]
    contributing = [id for id, reached in levels.items() if reached == Level.CONTRIBUTE]
    own = and_(Card.column_id.in_(contributing), Card.author_id == person.id)
    return and_(Card.column_id.in_(list(levels)), or_(Card.unpublished.is_(False), Card.column_id.in_(editing), own))


def is_for_residents(column: Column) -> bool:
    """Whether what is written there is meant to be told: it is no house rule or suggestion, and hidden from nobody here."""
    levels = [for_agents(column.kind, column.rights), for_readers(column.kind, column.rights)]
    levels += [LEVELS[word] for word in (column.rights or {}).get("services", {}).values()]
    return column.kind not in (Kind.GUIDE, Kind.SUGGESTIONS) and min(levels) >= Level.READ


def reads_everything(audience: Audience) -> bool:
    """Whether no right that is set, nor one that was, hides anything from these people."""
    return audience.role == Role.FACILITATOR


def may_add(who: Person | Audience, column: Column) -> bool:
    return level(who, column) >= Level.CONTRIBUTE


def may_place(person: Person, card: Card, column: Column) -> bool:
    """Whether the person may hold this card in this column: edit it there, move it from there, put it there."""
    reached = level(person, column)
    return reached >= Level.EDIT or (reached == Level.CONTRIBUTE and card.author_id == person.id)


def may_comment(person: Person, column: Column) -> bool:
    """Whether the person may reply to what stands in the column, and support it."""
    return level(person, column) >= Level.COMMENT


def may_decide(person: Person, card: Card, column: Column) -> bool:
    """Whether the person says what becomes of a suggestion: whoever edits in its column, and the agents of the service that it asks."""
    held = level(person, column)
    asked = card.suggestion == Suggestion.REQUEST and card.asked_id in person.audience.services
    return held >= Level.EDIT or (held >= Level.READ and asked)


def may_arrange(person: Person) -> bool:
    """Whether the person may add, edit, move and archive columns, and give rights in them."""
    return person.role == Role.FACILITATOR and person.disabled_at is None


def may_administer(person: Person) -> bool:
    """Whether the person looks after people, services and their rights."""
    return person.role == Role.FACILITATOR and person.disabled_at is None


def may_hand_out(person: Person) -> bool:
    """Whether the person puts what they read online for residents, or sends it to one: those who publish for the town, not its readers."""
    return person.role in (Role.FACILITATOR, Role.AGENT) and person.disabled_at is None


def may_preview(person: Person) -> bool:
    """Whether the person may look at a board as somebody else sees it."""
    return person.role == Role.FACILITATOR and person.disabled_at is None
