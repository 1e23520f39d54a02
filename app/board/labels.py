"""Let facilitators rename, recolour, merge and remove a board’s labels."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.auth.current_user import administrators_only, current_person
from app.auth.locale import current_language
from app.board.dispatch import dispatch_command
from app.web.params import parse_id
from app.web.problems import problem_for
from boards.database import read_session
from boards.errors import Refusal
from boards.labels import HUES, LABEL_NAME_MAX_CHARACTERS, label_counts, labels_of
from boards.queries import find_board

routes = Blueprint("labels", __name__)


@routes.get("/boards/<slug>/labels")
@administrators_only
def show_labels(slug: str) -> str:
    """Show the labels of a board."""
    return _page(slug)


@routes.post("/boards/<slug>/labels/<int:label_id>")
@administrators_only
def edit_label(slug: str, label_id: int) -> ResponseReturnValue:
    """Rename or recolour a label."""
    asked = {"name": request.form.get("name", ""), "hue": parse_id(request.form.get("hue"))}
    return _act(slug, {"type": "edit_label", "label": label_id, **asked}, _("L’étiquette est modifiée."))


@routes.post("/boards/<slug>/labels/<int:label_id>/merge")
@administrators_only
def merge_label(slug: str, label_id: int) -> ResponseReturnValue:
    """Merge a label into another."""
    into = parse_id(request.form.get("into")) or 0
    return _act(slug, {"type": "merge_labels", "label": label_id, "into": into}, _("Les étiquettes sont fusionnées."))


@routes.post("/boards/<slug>/labels/<int:label_id>/remove")
@administrators_only
def remove_label(slug: str, label_id: int) -> ResponseReturnValue:
    """Remove a label from the board."""
    return _act(
        slug, {"type": "remove_label", "label": label_id}, _("L’étiquette est retirée. L’historique permet d’annuler.")
    )


def _act(slug: str, command: dict[str, Any], done: str) -> ResponseReturnValue:
    try:
        dispatch_command(current_person(), current_language(), slug, command)
    except Refusal as refusal:
        problem = problem_for(refusal)
        return _page(
            slug, wrong={"label": command["label"], "words": problem["detail"], "name": command.get("name")}
        ), problem["status"]
    flash(done)
    return redirect(url_for("labels.show_labels", slug=slug), 303)


def _page(slug: str, wrong: dict[str, Any] | None = None) -> str:
    """Render the page; `wrong` holds a refused label, its sentence and the typed name."""
    board = find_board(read_session(), current_person(), slug)
    return render_template(
        "board/labels/list.html",
        me=current_person(),
        here="labels",
        board=board,
        labels=list(labels_of(read_session(), board.id).values()),
        counts=label_counts(read_session(), board.id),
        hues=sorted(HUES),
        name_max=LABEL_NAME_MAX_CHARACTERS,
        wrong=wrong,
    )
