"""List, save, import, export and delete board templates."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.admin import board_service
from app.admin.board_template_file import (
    UnusableTemplate,
    read_template,
    sentences_on,
    shipped_template,
    write_template,
)
from app.auth.current_user import administrators_only, current_person
from app.web.params import parse_id
from app.web.redirects import flash_and_redirect
from boards.board_templates import (
    TEMPLATE_MAX_BYTES,
    Template,
    archived_services,
    known_services,
    missing_services,
    parse_template,
    template_of,
)
from boards.database import read_session
from boards.directory import plain_name
from boards.errors import Invalid, NotFound
from boards.models import Board, BoardTemplate
from boards.queries import all_boards_in_order

routes = Blueprint("board_templates", __name__)

EMPTY, SHIPPED = "empty", "shipped"
_SAVED, _COPY = "template-", "board-"


@dataclass(frozen=True)
class Beginning:
    """A template that a new board may begin with; `key` is its value in the form."""

    key: str
    title: str
    template: Template | None  # None: unreadable by this version
    missing: list[str]  # services to create
    archived: list[str]  # services to restore
    kept: BoardTemplate | None = None


@routes.post("/town/boards/<int:board_id>/template")
@administrators_only
def save(board_id: int) -> AnyResponse:
    """Save a board's shape as a template."""
    try:
        template = _shape_of(board_id)
        _saved, new = board_service.keep_template(template, current_person())
    except UnusableTemplate as unusable:
        flash(str(unusable), "problem")
    else:
        done = (
            _("Le modèle « %(title)s » est enregistré.")
            if new
            else _("Ce modèle est déjà enregistré, sous le nom « %(title)s ».")
        )
        flash(done % {"title": template.title})
    return redirect(url_for("boards.show_boards", _anchor="templates"), 303)


@routes.get("/town/boards/<int:board_id>/template.json")
@administrators_only
def export_board(board_id: int) -> AnyResponse:
    """Download a board's shape as a template file."""
    try:
        return _file(_shape_of(board_id))
    except UnusableTemplate as unusable:
        flash(str(unusable), "problem")
        return redirect(url_for("boards.show_boards"), 303)


@routes.get("/town/templates/shipped.json")
@administrators_only
def export_shipped() -> Response:
    """Download the shipped template."""
    return _file(shipped_template())


@routes.get("/town/templates/<int:template_id>.json")
@administrators_only
def export(template_id: int) -> AnyResponse:
    """Download a saved template."""
    saved = read_session().get(BoardTemplate, template_id)
    if saved is None:
        raise NotFound("page_not_found")
    try:
        return _file(parse_template(saved.content))
    except Invalid:
        flash(_("Ce modèle n’est plus lisible."), "problem")
        return redirect(url_for("boards.show_boards", _anchor="templates"), 303)


@routes.route("/town/templates", methods=["GET", "POST"])
@administrators_only
def import_file() -> ResponseReturnValue:
    """Import a template file."""
    if request.method == "GET":
        return _import_page([])
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise UnusableTemplate(_("Choisissez un fichier."))
        template = read_template(sent.read(TEMPLATE_MAX_BYTES + 1))
        saved, new = board_service.keep_template(template, current_person())
    except UnusableTemplate as unusable:
        return _import_page(list(unusable.sentences)), 422
    done = (
        _("Le modèle « %(title)s » est importé. Commencez un tableau avec.")
        if new
        else _("Le modèle « %(title)s » était déjà là.")
    )
    return flash_and_redirect(done % {"title": template.title}, "boards.new_board", begin_with=f"{_SAVED}{saved.id}")


@routes.post("/town/templates/<int:template_id>/delete")
@administrators_only
def delete(template_id: int) -> AnyResponse:
    """Delete a saved template."""
    title = board_service.delete_template(template_id, current_person())
    return flash_and_redirect(
        _("Le modèle « %(title)s » est supprimé.", title=title) if title else _("Ce modèle n’existe plus."),
        "boards.show_boards",
        _anchor="templates",
    )


def kept_templates(session: Session) -> list[Beginning]:
    """List the shipped template and the saved ones, also those no longer readable."""
    rows = session.scalars(select(BoardTemplate).order_by(BoardTemplate.title, BoardTemplate.id))
    known = known_services(session)
    return [_beginning(known, SHIPPED, shipped_template()), *(_saved_beginning(known, row) for row in rows)]


def beginnings(session: Session) -> list[Beginning]:
    """List every usable template, then the shape of every board."""
    found = [beginning for beginning in kept_templates(session) if beginning.template is not None]
    known = known_services(session)
    for board in all_boards_in_order(session):
        try:
            found.append(_beginning(known, f"{_COPY}{board.id}", template_of(session, board)))
        except Invalid:
            continue  # exceeds the limits of a template
    return found


def keys_of_beginnings(session: Session) -> list[str]:
    """List the form values of all beginnings without parsing templates."""
    saved, boards = session.scalars(select(BoardTemplate.id)), session.scalars(select(Board.id))
    return [SHIPPED, *(f"{_SAVED}{id}" for id in saved), *(f"{_COPY}{id}" for id in boards)]


def chosen_template(session: Session, key: str | None) -> Template | None:
    """Resolve a form value; None means an empty board. Raises UnusableTemplate."""
    if key == EMPTY:
        return None
    if key == SHIPPED:
        return shipped_template()
    sort, _dash, number = (key or "").rpartition("-")
    saved = session.get(BoardTemplate, parse_id(number) or 0) if f"{sort}-" == _SAVED else None
    board = session.get(Board, parse_id(number) or 0) if f"{sort}-" == _COPY else None
    try:
        if saved is not None:
            return parse_template(saved.content)
        if board is not None:
            return template_of(session, board)
    except Invalid as invalid:
        raise UnusableTemplate(
            _("On ne peut pas commencer un tableau avec ce modèle."), *sentences_on(invalid.errors)
        ) from invalid
    raise UnusableTemplate(_("Ce modèle n’existe plus."))


def _beginning(known: dict[str, bool], key: str, template: Template, kept: BoardTemplate | None = None) -> Beginning:
    return Beginning(
        key, template.title, template, missing_services(template, known), archived_services(template, known), kept
    )


def _saved_beginning(known: dict[str, bool], kept: BoardTemplate) -> Beginning:
    key = f"{_SAVED}{kept.id}"
    try:
        return _beginning(known, key, parse_template(kept.content), kept)
    except Invalid:
        return Beginning(key, kept.title, None, [], [], kept)


def _shape_of(board_id: int) -> Template:
    board = read_session().get(Board, board_id)
    if board is None:
        raise NotFound("board_not_found")
    try:
        template = template_of(read_session(), board)
    except Invalid as invalid:
        raise UnusableTemplate(
            _("Ce tableau ne peut pas devenir un modèle."), *sentences_on(invalid.errors)
        ) from invalid
    if len(write_template(template).encode()) > TEMPLATE_MAX_BYTES:
        raise UnusableTemplate(
            _(
                "Les infos de ses modalités sont trop longues pour un modèle (au plus %(limit)s Ko).",
                limit=TEMPLATE_MAX_BYTES // 1024,
            )
        )
    return template


def _file(template: Template) -> Response:
    name = f"{plain_name(template.title)[:60].strip('-') or 'tableau'}.flash-news.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(write_template(template), mimetype="application/json", headers=headers)


def _import_page(problems: list[str]) -> str:
    return render_template("admin/boards/import_template.html", me=current_person(), here="boards", problems=problems)
