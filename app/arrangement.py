"""The order of the columns for oneself: nobody else sees it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_login import login_required

from app.accounts.current import current_person
from app.pages import storable
from boards import arrangement
from boards.arrangement import placements_of, plain
from boards.database import reading
from boards.errors import FieldError, Invalid, NotFound
from boards.models import Column
from boards.personal import own_writing
from boards.reading import find_board, visible_columns

routes = Blueprint("arrangement", __name__)


@routes.put("/boards/<slug>/placements/<int:column_id>")
@login_required
def place_column(slug: str, column_id: int) -> dict[str, Any]:
    """`after`: the column to stand behind as this person sees them, null for first; `pinned`: before all others or no longer."""
    person, board = current_person(), find_board(reading(), current_person(), slug)
    columns = {column.id: column for column in visible_columns(reading(), board, person)}
    column = columns.get(storable(column_id))
    if column is None:
        raise NotFound("column_not_found")
    asked = _asked(request.get_json(), columns)
    with own_writing(person.id) as session:
        if "pinned" in asked:
            arrangement.pin_column(session, person, column, asked["pinned"])
            session.flush()
        if "after" in asked:
            arrangement.place_column(session, board, person, column, columns.get(asked["after"]), columns.values())
    reading().rollback()
    return {"placements": plain(placements_of(reading(), board, person))}


@routes.delete("/boards/<slug>/placements")
@login_required
def forget_placements(slug: str) -> tuple[str, int]:
    """Back to the board's own order."""
    board = find_board(reading(), current_person(), slug)
    with own_writing(current_person().id) as session:
        arrangement.forget_placements(session, board, current_person())
    return "", 204


def _asked(data: Any, columns: dict[int, Column]) -> dict[str, Any]:
    if not isinstance(data, dict) or not data:
        raise Invalid([FieldError("pinned", "type", {})])
    for name, value in data.items():
        if name not in ("after", "pinned"):
            raise Invalid([FieldError(name, "extra_forbidden", {})])
        if name == "pinned" and not isinstance(value, bool):
            raise Invalid([FieldError(name, "type", {})])
        if name == "after" and value is not None and not (isinstance(value, int) and not isinstance(value, bool)):
            raise Invalid([FieldError(name, "type", {})])
    if data.get("after") is not None and data["after"] not in columns:
        raise NotFound("column_not_found")
    return data
