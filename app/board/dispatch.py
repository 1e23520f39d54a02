"""The one function behind both ways of sending a command: the live connection and HTTP."""

from __future__ import annotations

from typing import Any

from app.auth.current_user import is_person
from app.board.rendering import serialize_change
from app.web.params import parse_id
from boards.commands import parse_command
from boards.database import read_session
from boards.errors import FieldError, Invalid
from boards.models import Audience, Person
from boards.perform import perform
from boards.queries import find_board

KEY_MAX_CHARACTERS = 80


def dispatch_command(person: Person, language: str, board: Any, data: Any) -> dict[str, Any]:
    """Parse and perform a command of this person on this board (slug or id); answers {seq, changes}, in their language.

    Raises a Refusal: the caller says it in its own way.
    """
    if not isinstance(data, dict):
        raise Invalid([FieldError("type", "union_tag_not_found", {})])
    command = parse_command({name: value for name, value in data.items() if name != "key"})
    key = _key(data.get("key"))
    named = board_reference(board)
    board_id = named if isinstance(named, int) else find_board(read_session(), person, named).id
    person_id, by_program = person.id, not is_person()
    committed = perform(person_id, board_id, command, key, by_program=by_program)
    audience = committed.actor.audience if committed.actor else Audience(None)  # as they were when it was written
    return {"seq": committed.seq, "changes": [serialize_change(committed, audience, language)]}


def board_reference(board: Any) -> str | int:
    """A slug or an id as a client may send it. Raises Invalid for anything else."""
    if isinstance(board, str) and (number := parse_id(board)) is not None:
        board = number
    if isinstance(board, int) and not isinstance(board, bool) and 0 < board < 2**63:
        return board
    if isinstance(board, str) and 0 < len(board) <= 80 and board.isprintable():
        return board
    raise Invalid([FieldError("board", "missing" if board is None else "type", {})])


def _key(key: Any) -> str | None:
    if key is None:
        return None
    if not isinstance(key, str) or not 0 < len(key) <= KEY_MAX_CHARACTERS or not key.isprintable():
        raise Invalid([FieldError("key", "type", {})])
    return key
