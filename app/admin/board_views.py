"""List, create, order, rename and archive boards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.forms import BoardForm, NewBoardForm
from app.admin import board_service
from app.admin.board_template_file import UnusableTemplate
from app.admin.board_template_views import EMPTY, beginnings, chosen_template, kept_templates, keys_of_beginnings
from app.auth.current_user import administrators_only, current_person
from app.web.problems import problem_for
from app.web.redirects import safe_next
from boards.board_templates import Provided
from boards.commands.boards import default_among
from boards.database import read_session
from boards.errors import Conflict, NotFound, Refusal
from boards.models import Board, Person
from boards.queries import all_boards_in_order

routes = Blueprint("boards", __name__)


@routes.get("/boards")
@administrators_only
def show_boards() -> str:
    """List the boards."""
    boards = all_boards_in_order(read_session())
    in_use = [board for board in boards if board.archived_at is None]
    return render_template(
        "admin/boards/list.html",
        in_use=in_use,
        archived=[board for board in boards if board.archived_at is not None],
        default=default_among(in_use),
        templates=kept_templates(read_session()),
        sizes=board_service.sizes(read_session()),
        nothing=board_service.Size(),
        **_page(),
    )


@routes.route("/town/boards/new", methods=["GET", "POST"])
@administrators_only
def new_board() -> ResponseReturnValue:
    """Create a board; the form tells which services each template would create."""
    form = NewBoardForm([*keys_of_beginnings(read_session()), EMPTY], begin_with=request.args.get("begin_with"))
    if request.method == "POST" and form.validate():
        try:
            template = chosen_template(read_session(), form.begin_with.data)
            slug, provided = board_service.begin_board(
                form.title.data or "", current_person(), template, create_services=form.create_services.data
            )
        except UnusableTemplate as unusable:
            form.begin_with.errors = list(unusable.sentences)
        except Conflict as refusal:
            form.title.errors = [problem_for(refusal)["detail"]]
        else:
            flash(_created_notice(form.title.data or "", provided))
            return redirect(url_for("pages.show_board", slug=slug), 303)
    page = render_template(
        "admin/boards/new.html", form=form, offered=beginnings(read_session()), empty=EMPTY, **_page()
    )
    return page if request.method == "GET" else (page, 422)


@routes.route("/town/boards/<int:board_id>", methods=["GET", "POST"])
@administrators_only
def edit_board(board_id: int) -> ResponseReturnValue:
    """Rename a board."""
    board = _board(board_id)
    form = BoardForm(obj=board)
    if request.method == "POST" and form.validate():
        try:
            board_service.rename_board(board, form.title.data or "", form.version.data or 0, current_person())
        except Refusal as refusal:
            form.title.errors = [problem_for(refusal)["detail"]]
            if "title" in refusal.facts:
                form.title.errors.append(_("Il s’appelle maintenant « %(title)s ».", title=refusal.facts["title"]))
                form.version.process_data(refusal.facts["version"])
                form.version.raw_data = None  # else the form shows the submitted version again
        else:
            flash(
                _("Le tableau s’appelle maintenant « %(title)s ». Les pages ouvertes suivent.", title=form.title.data)
            )
            return redirect(url_for("boards.show_boards"), 303)
    is_default = (
        default_among([each for each in all_boards_in_order(read_session()) if each.archived_at is None]) is board
    )
    page = render_template("admin/boards/edit.html", form=form, board=board, is_default=is_default, **_page())
    return page if request.method == "GET" else (page, 422)


@routes.post("/town/boards/<int:board_id>/move")
@administrators_only
def move(board_id: int) -> AnyResponse:
    """Move a board one place earlier or later."""
    step = -1 if request.form.get("to") == "earlier" else 1
    return _act(
        board_id,
        lambda board, actor: board_service.order_board(board, step, actor),
        _("« %(title)s » a changé de place."),
        otherwise=_("Le tableau est déjà au bord."),
    )


@routes.post("/town/boards/<int:board_id>/default")
@administrators_only
def choose_default(board_id: int) -> AnyResponse:
    """Make this the board where people arrive."""
    return _act(board_id, board_service.set_default_board, _("Chacun arrive maintenant sur « %(title)s »."))


@routes.post("/town/boards/<int:board_id>/archive")
@administrators_only
def archive(board_id: int) -> AnyResponse:
    """Archive a board."""
    return _act(
        board_id, board_service.archive_board, _("« %(title)s » est archivé : seuls les animateurs le voient encore.")
    )


@routes.post("/town/boards/<int:board_id>/restore")
@administrators_only
def restore(board_id: int) -> AnyResponse:
    """Restore a board."""
    return _act(board_id, board_service.restore_board, _("« %(title)s » est de nouveau en service."))


def _act(board_id: int, act: Callable[[Board, Person], bool | None], done: str, *, otherwise: str = "") -> AnyResponse:
    """Act on a board, flash the outcome (`otherwise` when False came of it) and redirect back."""
    board, actor = _board(board_id), current_person()
    title = board.title
    try:
        flash((otherwise if act(board, actor) is False else done) % {"title": title})
    except Refusal as refusal:
        flash(problem_for(refusal)["detail"], "problem")
    return redirect(
        safe_next() if request.form.get("next") else url_for("boards.show_boards", _anchor=f"board-{board_id}"), 303
    )


def _created_notice(title: str, provided: Provided) -> str:
    sentences = [_("Le tableau « %(title)s » est créé.", title=title)]
    if made := [service.name for service in provided.made]:
        sentences.append(
            ngettext(
                "%(num)d service créé : %(names)s.",
                "%(num)d services créés : %(names)s.",
                len(made),
                names=", ".join(made),
            )
        )
    if restored := [service.name for service in provided.restored]:
        sentences.append(
            ngettext(
                "%(num)d service restauré : %(names)s.",
                "%(num)d services restaurés : %(names)s.",
                len(restored),
                names=", ".join(restored),
            )
        )
    return " ".join(sentences)


def _board(board_id: int) -> Board:
    board = read_session().get(Board, board_id)
    if board is None:
        raise NotFound("board_not_found")
    return board


def _page() -> dict[str, Any]:
    return {"me": current_person(), "here": "boards"}
