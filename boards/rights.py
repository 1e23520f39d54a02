"""Who may do what: the one place where rights are decided."""

from __future__ import annotations

from enum import IntEnum

from boards.models import Card, Column, Kind, Person, Role


class Level(IntEnum):
    """What a person may do in a column; each level holds those below it."""

    NONE = 0
    READ = 1
    COMMENT = 2
    CONTRIBUTE = 3  # add cards and edit one's own
    EDIT = 4


_AGENT_LEVELS = {
    Kind.SERVICE: Level.EDIT,
    Kind.FREE: Level.EDIT,
    Kind.SUGGESTIONS: Level.CONTRIBUTE,
    Kind.GUIDE: Level.READ,
}


def level(person: Person, column: Column) -> Level:
    return level_in(person, column.kind)


def level_in(person: Person, kind: Kind | str) -> Level:
    """The person's level in any column of this kind."""
    if person.disabled_at is not None:
        return Level.NONE
    match Role(person.role):
        case Role.FACILITATOR:
            return Level.EDIT
        case Role.AGENT:
            return _AGENT_LEVELS[Kind(kind)]
        case Role.READER:
            return Level.READ


def may_read(person: Person, column: Column) -> bool:
    return level(person, column) >= Level.READ


def may_add(person: Person, column: Column) -> bool:
    return level(person, column) >= Level.CONTRIBUTE


def may_place(person: Person, card: Card, column: Column) -> bool:
    """Whether the person may hold this card in this column: edit it there, move it from there, put it there."""
    reached = level(person, column)
    return reached >= Level.EDIT or (reached == Level.CONTRIBUTE and card.author_id == person.id)


def may_arrange(person: Person) -> bool:
    """Whether the person may add, edit, move and archive columns."""
    return person.role == Role.FACILITATOR and person.disabled_at is None
