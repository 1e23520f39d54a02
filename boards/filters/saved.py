"""Save a person's named filters of a board; personal, so not a change of the board."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from boards.errors import Conflict, FieldError, Invalid, NotFound
from boards.filters.criteria import filters_in
from boards.models import Board, Person
from boards.models.personal import SavedFilter
from boards.text.sanitize import UnfitText, clean_title, sorting_key

FILTER_NAME_MAX_CHARACTERS = 60
FILTER_QUERY_MAX_CHARACTERS = 500
FILTERS_PER_BOARD = 20


def saved_filters(session: Session, person: Person, board: Board) -> Sequence[SavedFilter]:
    """Return a person's saved filters of a board, by name."""
    kept = session.scalars(
        select(SavedFilter).where(SavedFilter.person_id == person.id, SavedFilter.board_id == board.id)
    )
    return sorted(kept, key=lambda each: (sorting_key(each.name), each.id))


def save_filter(session: Session, person: Person, board: Board, name: str, query: str) -> None:
    """Save filters under a name, replacing those of that name. Raises Invalid or Conflict."""
    kept = saved_filters(session, person, board)
    name, query = _clean(name), _canonical(query)
    for each in kept:
        if each.name == name:
            each.query = query
            return
    if len(kept) >= FILTERS_PER_BOARD:
        raise Conflict("too_many_filters", at_most=FILTERS_PER_BOARD)
    session.add(SavedFilter(person_id=person.id, board_id=board.id, name=name, query=query))


def rename_filter(session: Session, person: Person, board: Board, name: str, to: str) -> None:
    """Rename a saved filter. Raises NotFound, Invalid, or Conflict if the name is taken."""
    to = _clean(to)
    saved = _find(session, person, board, name)
    if any(each is not saved and each.name == to for each in saved_filters(session, person, board)):
        raise Conflict("filter_exists")
    saved.name = to


def delete_filter(session: Session, person: Person, board: Board, name: str) -> None:
    """Delete a saved filter. Raises NotFound."""
    session.delete(_find(session, person, board, name))


def _find(session: Session, person: Person, board: Board, name: str) -> SavedFilter:
    found = next((each for each in saved_filters(session, person, board) if each.name == name), None)
    if found is None:
        raise NotFound("filter_not_found")
    return found


def _clean(name: str) -> str:
    try:
        name = clean_title(name)
    except UnfitText as error:
        raise Invalid([FieldError("name", error.code, {"limit": error.limit})]) from error
    if len(name) > FILTER_NAME_MAX_CHARACTERS:
        raise Invalid([FieldError("name", "too_long", {"limit": FILTER_NAME_MAX_CHARACTERS})])
    return name


def _canonical(query: str) -> str:
    filters, wrong = filters_in(query)
    if wrong:
        raise Invalid(wrong)
    if not filters:
        raise Invalid([FieldError("query", "nothing_filtered", {})])
    if len(filters.query) > FILTER_QUERY_MAX_CHARACTERS:
        raise Invalid([FieldError("query", "too_long", {"limit": FILTER_QUERY_MAX_CHARACTERS})])
    return filters.query
