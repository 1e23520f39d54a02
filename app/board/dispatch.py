"""Parse and perform commands; used by the live connection and by HTTP."""

from __future__ import annotations

from typing import Any

from flask import flash, request

from app.auth.current_user import current_person, is_person
from app.auth.locale import current_language
from app.board.rendering import serialize_change
from app.web.params import parse_id
from app.web.problems import problem_for
from boards.commands import parse_command
from boards.database import read_session
from boards.errors import FieldError, Invalid, Refusal
from boards.models import Audience, Person
from boards.perform import perform
from boards.queries import find_board

KEY_MAX_CHARACTERS = 80


def dispatch_command(person: Person, language: str, board: Any, data: Any) -> dict[str, Any]:
    """Perform a command of this person on a board (slug or id); return {seq, changes}.

    The changes are worded in `language`. Raises a Refusal, which the caller turns into an answer.
    """
    if not isinstance(data, dict):
        raise Invalid([FieldError("type", "union_tag_not_found", {})])
    command = parse_command({name: value for name, value in data.items() if name != "key"})
    key = _key(data.get("key"))
    named = board_reference(board)
    board_id = named if isinstance(named, int) else find_board(read_session(), person, named).id
    person_id, by_program = person.id, not is_person()
    committed = perform(person_id, board_id, command, key, by_program=by_program)
    audience = committed.actor.audience if committed.actor else Audience(None)  # at the time of the change
    return {"seq": committed.seq, "changes": [serialize_change(committed, audience, language)]}


def dispatch_from_form(slug: str, command: dict[str, Any], done: str, shown: type[Refusal] = Refusal) -> None:
    """Perform a form’s command; flash `done`, or the sentence of a `shown` refusal. Raises other refusals."""
    key = request.form.get("key") or None
    try:
        dispatch_command(current_person(), current_language(), slug, {**command, "key": key})
        flash(done)
    except shown as refusal:
        flash(problem_for(refusal)["detail"], "problem")


def board_reference(board: Any) -> str | int:
    """Validate a board slug or id sent by a client. Raises Invalid."""
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
