"""Templates of boards: what a new board may begin with, saving, exporting, importing and deleting them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.current import administrators_only, current_person
from app.administration import board_upkeep as upkeep
from app.template_file import UnusableTemplate, read_template, sentences_on, shipped_template, write_template
from boards.administration import plain_name
from boards.database import reading
from boards.errors import Invalid, NotFound
from boards.models import Board, BoardTemplate
from boards.reading import all_boards_in_order
from boards.templates import BYTES_AT_MOST, Template, missing_services, parse_template, template_of

routes = Blueprint("board_templates", __name__)

EMPTY, SHIPPED = "empty", "shipped"
_KEPT, _COPY = "template-", "board-"


@dataclass(frozen=True)
class Beginning:
    """Something that a new board may begin with; `key` is how a form says it."""

    key: str
    title: str
    template: Template
    missing: list[str]  # services that the town does not have yet
    kept: BoardTemplate | None = None


@routes.post("/town/boards/<int:board_id>/template")
@administrators_only
def save(board_id: int) -> AnyResponse:
    try:
        template, actor = _shape_of(board_id), current_person()
        reading().rollback()
        _kept, new = upkeep.keep_template(template, actor)
    except UnusableTemplate as unusable:
        flash(str(unusable), "problem")
    else:
        said = _("Le modèle « %(title)s » est enregistré.") if new else _("Ce modèle est déjà enregistré, sous le nom « %(title)s ».")
        flash(said % {"title": template.title})
    return redirect(url_for("boards.show_boards", _anchor="templates"), 303)


@routes.get("/town/boards/<int:board_id>/template.json")
@administrators_only
def export_board(board_id: int) -> AnyResponse:
    try:
        return _file(_shape_of(board_id))
    except UnusableTemplate as unusable:
        flash(str(unusable), "problem")
        return redirect(url_for("boards.show_boards"), 303)


@routes.get("/town/templates/shipped.json")
@administrators_only
def export_shipped() -> Response:
    return _file(shipped_template())


@routes.get("/town/templates/<int:template_id>.json")
@administrators_only
def export(template_id: int) -> Response:
    kept = reading().get(BoardTemplate, template_id) if template_id < 2**63 else None
    if kept is None:
        raise NotFound("page_not_found")
    return _file(parse_template(kept.content))


@routes.route("/town/templates", methods=["GET", "POST"])
@administrators_only
def import_file() -> AnyResponse | str | tuple[str, int]:
    """A file becomes one of the town's templates; nothing on any board changes."""
    if request.method == "GET":
        return _import_page([])
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise UnusableTemplate(_("Choisissez un fichier."))
        template, actor = read_template(sent.read(BYTES_AT_MOST + 1)), current_person()
        reading().rollback()
        kept, new = upkeep.keep_template(template, actor)
    except UnusableTemplate as unusable:
        return _import_page(list(unusable.sentences)), 422
    said = _("Le modèle « %(title)s » est importé. Commencez un tableau avec.") if new else _("Le modèle « %(title)s » était déjà là.")
    flash(said % {"title": template.title})
    return redirect(url_for("boards.new_board", begin_with=f"{_KEPT}{kept.id}"), 303)


@routes.post("/town/templates/<int:template_id>/delete")
@administrators_only
def delete(template_id: int) -> AnyResponse:
    actor = current_person()
    reading().rollback()
    title = upkeep.delete_template(template_id, actor) if template_id < 2**63 else None
    flash(_("Le modèle « %(title)s » est supprimé.", title=title) if title else _("Ce modèle n’existe plus."))
    return redirect(url_for("boards.show_boards", _anchor="templates"), 303)


def kept_templates(session: Session) -> list[Beginning]:
    """The one that ships, then the town's own."""
    kept = session.scalars(select(BoardTemplate).order_by(BoardTemplate.title, BoardTemplate.id))
    own = [_beginning(session, f"{_KEPT}{row.id}", parse_template(row.content), row) for row in kept]
    return [_beginning(session, SHIPPED, shipped_template()), *own]


def beginnings(session: Session) -> list[Beginning]:
    """Every template, then the shape of every board."""
    found = kept_templates(session)
    for board in all_boards_in_order(session):
        try:
            found.append(_beginning(session, f"{_COPY}{board.id}", template_of(session, board)))
        except Invalid:
            continue  # more than a template may hold
    return found


def chosen_template(session: Session, key: str | None) -> Template | None:
    """What the form's key means; None for an empty board. Raises UnusableTemplate when it went away meanwhile."""
    if key == EMPTY:
        return None
    for beginning in beginnings(session):
        if beginning.key == key:
            return beginning.template
    raise UnusableTemplate(_("Ce modèle n’existe plus."))


def _beginning(session: Session, key: str, template: Template, kept: BoardTemplate | None = None) -> Beginning:
    return Beginning(key, template.title, template, [service.name for service in missing_services(session, template)], kept)


def _shape_of(board_id: int) -> Template:
    board = reading().get(Board, board_id) if board_id < 2**63 else None
    if board is None:
        raise NotFound("board_not_found")
    try:
        template = template_of(reading(), board)
    except Invalid as invalid:
        raise UnusableTemplate(_("Ce tableau ne peut pas devenir un modèle."), *sentences_on(invalid.errors)) from invalid
    if len(write_template(template).encode()) > BYTES_AT_MOST:
        raise UnusableTemplate(
            _("Les infos de ses modalités sont trop longues pour un modèle (au plus %(limit)s Ko).", limit=BYTES_AT_MOST // 1024)
        )
    return template


def _file(template: Template) -> Response:
    name = f"{plain_name(template.title)[:60].strip('-') or 'tableau'}.flash-news.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(write_template(template), mimetype="application/json", headers=headers)


def _import_page(problems: list[str]) -> str:
    return render_template("boards/import.html", me=current_person(), here="boards", problems=problems)
