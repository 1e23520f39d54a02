"""Show a board, a card beside its board, and the archive."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as AnyResponse

from app.auth.current_user import current_account, current_person
from app.auth.locale import current_language
from app.board.filter_labels import filters_of_page
from app.board.flash_banners import alerts_of, flash_menu, unread_banners
from app.board.freshness import about_freshness
from app.board.preview_as import viewer
from app.board.rendering import cards_html, person_data
from app.board.sharing_panel import sharing_facts
from app.board.suggestions import about_suggestion
from app.web import json as strict_json
from app.web.request_schemas import FOLDED, body_as
from boards import rights
from boards.commands.deletion import erasable_from
from boards.database import now, read_session, write_transaction
from boards.directory import fold_column
from boards.errors import NotFound
from boards.filters.saved import saved_filters
from boards.freshness import has_expired
from boards.labels import LabelsOfCards
from boards.models import Board, Card, Column, Kind, Person, Role
from boards.models.personal import personal_transaction
from boards.personal.column_order import placements_as_json
from boards.personal.read_receipts import read_status, read_versions
from boards.personal.unread import unread_of
from boards.queries import archived, boards_for, find_board, find_card, home_board, scheduled, services_in_use, snapshot
from boards.suggestions import has_unread, mark_notices_read, open_requests, unread_notices

routes = Blueprint("pages", __name__)


@routes.get("/")
@login_required
def home() -> AnyResponse | str:
    """Redirect to the person's board."""
    board = home_board(read_session(), current_person())
    if board is None:
        return render_template("board/no_board.html", me=current_person())
    return redirect(url_for("pages.show_board", slug=board.slug), 303)


@routes.get("/boards/<slug>")
@login_required
def show_board(slug: str) -> str:
    """Show a board."""
    return _board_page(find_board(read_session(), current_person(), slug))


@routes.get("/cards/<int:card_id>")
@login_required
def show_card(card_id: int) -> str:
    """Show a card in its panel beside its board; only the panel for requests from an open board."""
    person, _place = viewer()
    return card_page(*find_card(read_session(), person, card_id))


@routes.put("/cards/<int:card_id>/noticed")
@login_required
def keep_noticed(card_id: int) -> dict[str, int]:
    """Mark the notices about a card as read; return how many unread notices are left."""
    person = current_person()
    card, _column = find_card(read_session(), person, card_id)
    if has_unread(read_session(), person, card):
        with write_transaction() as session:
            mark_notices_read(session, person.id, card_id)
    return {"unread": unread_notices(read_session(), current_person())}


@routes.get("/boards/<slug>/archive")
@login_required
def show_archive(slug: str) -> str:
    """Show what was archived, and cards that wait for their day."""
    board = find_board(read_session(), current_person(), slug)
    columns, cards = archived(read_session(), board, current_person())
    waiting = scheduled(read_session(), board, current_person())
    return render_template(
        "board/archive.html",
        board=board,
        columns=columns,
        cards=cards,
        waiting=waiting,
        has_expired=has_expired,
        rights=rights,
        erasable_from=erasable_from,
        now=now(),
        **_root(current_person(), arranges=rights.may_arrange(current_person())),
    )


@routes.put("/boards/<slug>/folds/<int:column_id>")
@login_required
def keep_fold(slug: str, column_id: int) -> tuple[str, int]:
    """Keep a column folded (`true`) or open (`false`) for this person."""
    person, board = current_person(), find_board(read_session(), current_person(), slug)
    folded = body_as(FOLDED, whole="folded")
    column = read_session().get(Column, column_id)
    if column is None or column.board_id != board.id or not rights.may_read(person, column):
        raise NotFound("column_not_found")
    with personal_transaction(person.id) as session:
        fold_column(session, person, column.id, folded)
    return "", 204


def card_page(card: Card, column: Column, *, notice: str | None = None) -> str:
    """Render a card in its panel, with its board unless the request wants the panel alone."""
    panel = _panel(card, column) | {"notice": notice}
    if request.headers.get("X-Fragment") == "panel":
        return render_template("board/card/_panel.html", **panel)
    return _board_page(find_board(read_session(), current_person(), card.board_id), panel)


def _board_page(board: Board, panel: dict[str, Any] | None = None) -> str:
    person, place = viewer()
    seen = snapshot(read_session(), board, person)
    reads = read_versions(read_session(), person, board)
    unseen = unread_of(read_session(), person, board, seen.columns) if place is None else None
    filters, left_out = filters_of_page(seen.columns)
    return render_template(
        "board/show.html",
        board=board,
        seq=seen.seq,
        seen=seen,
        cards={id: cards_html(keys, current_language()) for id, keys in seen.cards.items()},
        counts={id: len(keys) for id, keys in seen.cards.items()},
        levels={column.id: rights.level_on(board, person, column) for column in seen.columns},
        switch_to=boards_for(read_session(), current_person()),
        reads_json=strict_json.dumps(reads),
        read_counts={
            column.id: sum(key.id in reads for key in seen.cards[column.id])
            for column in seen.columns
            if column.kind == Kind.GUIDE
        },
        newcomer=place is None and panel is None and current_account().welcomed_at is None,
        panel=panel,
        view=person.audience.key,
        placements_json=strict_json.dumps(placements_as_json(seen.placements)),
        previewing=_previewing(person, place),
        services=services_in_use(read_session()),
        filters=filters,
        filters_left_out=left_out,
        saved_filters=saved_filters(read_session(), current_person(), board),
        requests=open_requests(read_session(), seen.columns),
        decides=lambda request: rights.may_decide(person, request, request.column),
        unread=unread_notices(read_session(), current_person()),
        unseen=unseen,
        seen_json=strict_json.dumps(unseen.progress.plain) if unseen is not None else None,
        flashes=unread_banners(person),
        alerts_json=strict_json.dumps(alerts_of(current_person())),
        **_root(current_person(), arranges=rights.may_arrange(person)),
    )


def _panel(card: Card, column: Column) -> dict[str, Any]:
    card = read_session().get_one(
        Card, card.id, options=[joinedload(Card.edited_by), joinedload(Card.confirmed_by)], populate_existing=True
    )
    person, place = viewer()
    board = read_session().get_one(Board, card.board_id)
    return {
        "card": card,
        "column": column,
        "level": rights.level_on(board, person, column),
        "board": board,
        "unnoticed": place is None and has_unread(read_session(), person, card),
        "reading": read_status(read_session(), person, board, card, column) if place is None else None,
        "handing": sharing_facts(read_session(), person, card, column, board),
        **about_freshness(card, column),
        "flash": flash_menu(card),
        "arranges": rights.may_arrange(person),
        "labels": LabelsOfCards(read_session())(card),
        **about_suggestion(person, card, column),
    }


def _previewing(person: Person, place: str | None) -> dict[str, str] | None:
    """Describe the audience whose view is previewed; None without preview."""
    if place is None:
        return None
    if person.role == Role.READER:
        return {"place": place, "words": _("un lecteur")}
    if not person.services:
        return {"place": place, "words": _("un agent d’aucun service en particulier")}
    return {"place": place, "words": _("un agent du service %(service)s", service=person.services[0].name)}


def _root(person: Person, *, arranges: bool) -> dict[str, Any]:
    """Return the template variables that every page with a board-like root needs."""
    return {
        "me": person,
        "me_json": strict_json.dumps(person_data(person)),
        "arranges": arranges,
    }
