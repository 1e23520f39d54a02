"""Filters that one keeps of a board, by name."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_login import login_required

from app.accounts.current import current_person
from boards.database import reading
from boards.errors import FieldError, Invalid
from boards.personal import own_writing
from boards.reading import find_board
from boards.saved_filters import forget_filter, rename_filter, save_filter

routes = Blueprint("filters", __name__)


@routes.put("/boards/<slug>/filters")
@login_required
def keep_filter(slug: str) -> tuple[str, int]:
    """`{"name": …, "query": "fresh=stale"}` keeps filters under a name, in place of those that had it; `{"name": …, "to": …}` renames."""
    person, board = current_person(), find_board(reading(), current_person(), slug)
    asked = request.get_json()
    renames = isinstance(asked, dict) and "to" in asked
    name, other = _texts(asked, "name", "to" if renames else "query")
    with own_writing(person.id) as session:
        (rename_filter if renames else save_filter)(session, person, board, name, other)
    return "", 204


@routes.delete("/boards/<slug>/filters")
@login_required
def remove_filter(slug: str) -> tuple[str, int]:
    """`{"name": …}`."""
    person, board = current_person(), find_board(reading(), current_person(), slug)
    (name,) = _texts(request.get_json(), "name")
    with own_writing(person.id) as session:
        forget_filter(session, person, board, name)
    return "", 204


def _texts(asked: Any, *names: str) -> list[str]:
    given = asked if isinstance(asked, dict) else {}
    wrong = [FieldError(name, "type" if name in given else "missing", {}) for name in names if not isinstance(given.get(name), str)]
    wrong += [FieldError(name, "extra_forbidden", {}) for name in given if name not in names]
    if wrong:
        raise Invalid(wrong)
    return [given[name] for name in names]
