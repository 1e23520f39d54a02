"""Pages of the town's boards: their order, where everybody arrives, a new one, renaming, archiving."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.current import administrators_only, current_person
from app.accounts.sign_in import safe_next
from app.administration import board_upkeep as upkeep
from app.administration.board_templates import EMPTY, beginnings, chosen_template, kept_templates, keys_of_beginnings
from app.administration.forms import BoardForm, NewBoardForm
from app.problems import problem_for
from app.template_file import UnusableTemplate
from boards.commands.boards import default_among
from boards.database import reading
from boards.errors import Conflict, NotFound, Refusal
from boards.models import Board, Person
from boards.reading import all_boards_in_order
from boards.templates import Provided

routes = Blueprint("boards", __name__)

Answer = AnyResponse | str | tuple[str, int]


@routes.get("/boards")
@administrators_only
def show_boards() -> str:
    boards = all_boards_in_order(reading())
    in_use = [board for board in boards if board.archived_at is None]
    return render_template(
        "admin/boards/list.html",
        in_use=in_use,
        archived=[board for board in boards if board.archived_at is not None],
        default=default_among(in_use),
        templates=kept_templates(reading()),
        sizes=upkeep.sizes(reading()),
        nothing=upkeep.Size(),
        **_page(),
    )


@routes.route("/town/boards/new", methods=["GET", "POST"])
@administrators_only
def new_board() -> Answer:
    """The page says of each beginning which services would be made, before anything is."""
    form = NewBoardForm([*keys_of_beginnings(reading()), EMPTY], begin_with=request.args.get("begin_with"))
    if request.method == "POST" and form.validate():
        try:
            template = chosen_template(reading(), form.begin_with.data)
            actor = current_person()
            reading().rollback()
            slug, provided = upkeep.begin_board(form.title.data or "", actor, template, create_services=form.create_services.data)
        except UnusableTemplate as unusable:
            form.begin_with.errors = list(unusable.sentences)
        except Conflict as refusal:
            form.title.errors = [problem_for(refusal)["detail"]]
        else:
            flash(_begun(form.title.data or "", provided))
            return redirect(url_for("pages.show_board", slug=slug), 303)
    page = render_template("admin/boards/new.html", form=form, offered=beginnings(reading()), empty=EMPTY, **_page())
    return page if request.method == "GET" else (page, 422)


@routes.route("/town/boards/<int:board_id>", methods=["GET", "POST"])
@administrators_only
def edit_board(board_id: int) -> Answer:
    board = _board(board_id)
    form = BoardForm(obj=board)
    if request.method == "POST" and form.validate():
        try:
            actor = current_person()
            reading().rollback()
            upkeep.rename_board(board, form.title.data or "", form.version.data or 0, actor)
        except Refusal as refusal:
            form.title.errors = [problem_for(refusal)["detail"]]
            if "title" in refusal.facts:
                form.title.errors.append(_("Il s’appelle maintenant « %(title)s ».", title=refusal.facts["title"]))
                form.version.process_data(refusal.facts["version"])
                form.version.raw_data = None  # what was sent is not what is to be sent next
        else:
            flash(_("Le tableau s’appelle maintenant « %(title)s ». Les pages ouvertes suivent.", title=form.title.data))
            return redirect(url_for("boards.show_boards"), 303)
    is_default = default_among([each for each in all_boards_in_order(reading()) if each.archived_at is None]) is board
    page = render_template("admin/boards/edit.html", form=form, board=board, is_default=is_default, **_page())
    return page if request.method == "GET" else (page, 422)


@routes.post("/town/boards/<int:board_id>/move")
@administrators_only
def move(board_id: int) -> AnyResponse:
    step = -1 if request.form.get("to") == "earlier" else 1
    return _answered(
        board_id,
        lambda board, actor: upkeep.order_board(board, step, actor),
        _("« %(title)s » a changé de place."),
        otherwise=_("Le tableau est déjà au bord."),
    )


@routes.post("/town/boards/<int:board_id>/default")
@administrators_only
def choose_default(board_id: int) -> AnyResponse:
    return _answered(board_id, upkeep.choose_default, _("Chacun arrive maintenant sur « %(title)s »."))


@routes.post("/town/boards/<int:board_id>/archive")
@administrators_only
def archive(board_id: int) -> AnyResponse:
    return _answered(board_id, upkeep.archive_board, _("« %(title)s » est archivé : seuls les animateurs le voient encore."))


@routes.post("/town/boards/<int:board_id>/restore")
@administrators_only
def restore(board_id: int) -> AnyResponse:
    return _answered(board_id, upkeep.restore_board, _("« %(title)s » est de nouveau en service."))


def _answered(board_id: int, act: Callable[[Board, Person], bool | None], said: str, *, otherwise: str = "") -> AnyResponse:
    """Back to the list, or to the board where the button stood, which says what was done, or why not; `otherwise` when False came of it."""
    board, actor = _board(board_id), current_person()
    title = board.title
    reading().rollback()
    try:
        flash((otherwise if act(board, actor) is False else said) % {"title": title})
    except Refusal as refusal:
        flash(problem_for(refusal)["detail"], "problem")
    return redirect(safe_next() if request.form.get("next") else url_for("boards.show_boards", _anchor=f"board-{board_id}"), 303)


def _begun(title: str, provided: Provided) -> str:
    said = [_("Le tableau « %(title)s » est créé.", title=title)]
    if made := [service.name for service in provided.made]:
        said.append(ngettext("%(num)d service créé : %(names)s.", "%(num)d services créés : %(names)s.", len(made), names=", ".join(made)))
    if restored := [service.name for service in provided.restored]:
        said.append(
            ngettext(
                "%(num)d service restauré : %(names)s.", "%(num)d services restaurés : %(names)s.", len(restored), names=", ".join(restored)
            )
        )
    return " ".join(said)


def _board(board_id: int) -> Board:
    board = reading().get(Board, board_id) if board_id < 2**63 else None
    if board is None:
        raise NotFound("board_not_found")
    return board


def _page() -> dict[str, Any]:
    return {"me": current_person(), "here": "boards"}
