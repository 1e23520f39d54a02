"""Let people arrange the columns for themselves; nobody else sees their order."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask_login import login_required

from app.auth.current_user import current_person
from app.web.request_schemas import ColumnPlacement, body_as
from boards.database import read_session
from boards.errors import NotFound
from boards.models.personal import personal_transaction
from boards.personal import column_order
from boards.personal.column_order import placements_as_json, placements_of
from boards.queries import find_board, visible_columns

routes = Blueprint("arrangement", __name__)


@routes.put("/boards/<slug>/placements/<int:column_id>")
@login_required
def place_column(slug: str, column_id: int) -> dict[str, Any]:
    """Move or pin a column for this person. Body: `after` (column id or null), `pinned`."""
    person, board = current_person(), find_board(read_session(), current_person(), slug)
    columns = {column.id: column for column in visible_columns(read_session(), board, person)}
    column = columns.get(column_id)
    if column is None:
        raise NotFound("column_not_found")
    asked = body_as(ColumnPlacement, whole="pinned")
    if asked.after is not None and asked.after not in columns:
        raise NotFound("column_not_found")
    with personal_transaction(person.id) as session:
        if "pinned" in asked.model_fields_set:
            column_order.pin_column(session, person, column, asked.pinned)
            session.flush()
        if "after" in asked.model_fields_set:
            behind = None if asked.after is None else columns[asked.after]
            column_order.move_column_for_person(session, board, person, column, behind, columns.values())
    return {"placements": placements_as_json(placements_of(read_session(), board, person))}


@routes.delete("/boards/<slug>/placements")
@login_required
def forget_placements(slug: str) -> tuple[str, int]:
    """Return to the board’s own order."""
    board = find_board(read_session(), current_person(), slug)
    with personal_transaction(current_person().id) as session:
        column_order.delete_placements(session, board, current_person())
    return "", 204
