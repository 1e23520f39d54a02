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
from app.numbers import number_in
from app.template_file import UnusableTemplate, read_template, sentences_on, shipped_template, write_template
from boards.administration import plain_name
from boards.database import reading
from boards.errors import Invalid, NotFound
from boards.models import Board, BoardTemplate
from boards.reading import all_boards_in_order
from boards.templates import BYTES_AT_MOST, Template, archived_services, known_services, missing_services, parse_template, template_of

routes = Blueprint("board_templates", __name__)

EMPTY, SHIPPED = "empty", "shipped"
_KEPT, _COPY = "template-", "board-"


@dataclass(frozen=True)
class Beginning:
    """Something that a new board may begin with; `key` is how a form says it."""

    key: str
    title: str
    template: Template | None  # None: kept by another version, and no longer one that this version reads
    missing: list[str]  # services that the town does not have yet
    archived: list[str]  # services that it has put away
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
def export(template_id: int) -> AnyResponse:
    kept = reading().get(BoardTemplate, template_id) if template_id < 2**63 else None
    if kept is None:
        raise NotFound("page_not_found")
    try:
        return _file(parse_template(kept.content))
    except Invalid:
        flash(_("Ce modèle n’est plus lisible."), "problem")
        return redirect(url_for("boards.show_boards", _anchor="templates"), 303)


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
    """The one that ships, then the town's own; one that can no longer be read is there without its template."""
    kept, known = session.scalars(select(BoardTemplate).order_by(BoardTemplate.title, BoardTemplate.id)), known_services(session)
    return [_beginning(known, SHIPPED, shipped_template()), *(_beginning_kept(known, row) for row in kept)]


def beginnings(session: Session) -> list[Beginning]:
    """Every template, then the shape of every board; what cannot be begun with is left out."""
    found, known = [beginning for beginning in kept_templates(session) if beginning.template is not None], known_services(session)
    for board in all_boards_in_order(session):
        try:
            found.append(_beginning(known, f"{_COPY}{board.id}", template_of(session, board)))
        except Invalid:
            continue  # more than a template may hold
    return found


def keys_of_beginnings(session: Session) -> list[str]:
    """What a form may say, without reading what it means."""
    kept, boards = session.scalars(select(BoardTemplate.id)), session.scalars(select(Board.id))
    return [SHIPPED, *(f"{_KEPT}{id}" for id in kept), *(f"{_COPY}{id}" for id in boards)]


def chosen_template(session: Session, key: str | None) -> Template | None:
    """What the form's key means; None for an empty board. Raises UnusableTemplate when it went away meanwhile, or cannot be begun with."""
    if key == EMPTY:
        return None
    if key == SHIPPED:
        return shipped_template()
    sort, _dash, number = (key or "").rpartition("-")
    kept = session.get(BoardTemplate, number_in(number) or 0) if f"{sort}-" == _KEPT else None
    board = session.get(Board, number_in(number) or 0) if f"{sort}-" == _COPY else None
    try:
        if kept is not None:
            return parse_template(kept.content)
        if board is not None:
            return template_of(session, board)
    except Invalid as invalid:
        raise UnusableTemplate(_("On ne peut pas commencer un tableau avec ce modèle."), *sentences_on(invalid.errors)) from invalid
    raise UnusableTemplate(_("Ce modèle n’existe plus."))


def _beginning(known: dict[str, bool], key: str, template: Template, kept: BoardTemplate | None = None) -> Beginning:
    return Beginning(key, template.title, template, missing_services(template, known), archived_services(template, known), kept)


def _beginning_kept(known: dict[str, bool], kept: BoardTemplate) -> Beginning:
    key = f"{_KEPT}{kept.id}"
    try:
        return _beginning(known, key, parse_template(kept.content), kept)
    except Invalid:
        return Beginning(key, kept.title, None, [], [], kept)


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
    return render_template("admin/boards/import_template.html", me=current_person(), here="boards", problems=problems)
