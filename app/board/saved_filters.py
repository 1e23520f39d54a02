"""Save, rename and delete a person’s named filters."""

from __future__ import annotations

from flask import Blueprint
from flask_login import login_required

from app.auth.current_user import current_person
from app.web.request_schemas import FilterName, KeptFilter, RenamedFilter, body_as, json_body, read_as
from boards.database import read_session
from boards.filters.saved import delete_filter, rename_filter, save_filter
from boards.models.personal import personal_transaction
from boards.queries import find_board

routes = Blueprint("filters", __name__)


@routes.put("/boards/<slug>/filters")
@login_required
def keep_filter(slug: str) -> tuple[str, int]:
    """Save filters under a name, or rename saved ones."""
    person, board = current_person(), find_board(read_session(), current_person(), slug)
    asked = json_body()
    renames = isinstance(asked, dict) and "to" in asked
    wanted = read_as(RenamedFilter, asked) if renames else read_as(KeptFilter, asked, whole="name")
    with personal_transaction(person.id) as session:
        if isinstance(wanted, RenamedFilter):
            rename_filter(session, person, board, wanted.name, wanted.to)
        else:
            save_filter(session, person, board, wanted.name, wanted.query)
    return "", 204


@routes.delete("/boards/<slug>/filters")
@login_required
def remove_filter(slug: str) -> tuple[str, int]:
    """Delete saved filters."""
    person, board = current_person(), find_board(read_session(), current_person(), slug)
    name = body_as(FilterName, whole="name").name
    with personal_transaction(person.id) as session:
        delete_filter(session, person, board, name)
    return "", 204
