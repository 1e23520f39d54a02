"""The pages people see: a board, a card on it, what was put away."""

from __future__ import annotations

import secrets
from hashlib import blake2b
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as AnyResponse

from app import strict_json
from app.accounts.current import current_account, current_person
from app.bodies import FOLDED, body_as
from app.compression import set_page
from app.filter_words import filters_of_page
from app.flash_banners import alerts_of, flash_menu, unread_banners
from app.fragments import StandingColumn, person_data, standing_cards
from app.freshness_pages import about_freshness
from app.handing.facts import facts_of
from app.languages import current_language
from app.previewing import standing_in
from app.suggestion_pages import about_suggestion
from boards import rights
from boards.administration import fold_column
from boards.arrangement import plain
from boards.commands.erasing import erasable_from
from boards.database import now, reading, write_transaction
from boards.errors import NotFound
from boards.freshness import has_expired
from boards.labels import LabelsOfCards
from boards.models import Board, Card, Column, Kind, Person, Role
from boards.onboarding import own_reads, reading_of
from boards.personal import own_writing
from boards.reading import archived, boards_for, find_board, find_card, home_of, overview, scheduled, services_in_use
from boards.saved_filters import saved_filters
from boards.suggestions import has_unread, mark_read, open_requests, unread_notices
from boards.unread import unread_of

routes = Blueprint("pages", __name__)

_PLACE = secrets.token_hex(16)  # stands where cards go, before and after their column's id; nobody who writes a text knows it


@routes.get("/")
@login_required
def home() -> AnyResponse | str:
    board = home_of(reading(), current_person())
    if board is None:
        return render_template("board/no_board.html", me=current_person())
    return redirect(url_for("pages.show_board", slug=board.slug), 303)


@routes.get("/boards/<slug>")
@login_required
def show_board(slug: str) -> Response:
    return _board_page(find_board(reading(), current_person(), slug))


@routes.get("/cards/<int:card_id>")
@login_required
def show_card(card_id: int) -> Response:
    """The card in its panel, beside its board; only the panel when the board is already in sight."""
    person, _place = viewer()
    return card_page(*find_card(reading(), person, storable(card_id)))


@routes.put("/cards/<int:card_id>/noticed")
@login_required
def keep_noticed(card_id: int) -> dict[str, int]:
    """What this person was told of the card is read: their panel says so once it shows the card. Answers how many notices are left."""
    person = current_person()
    card, _column = find_card(reading(), person, storable(card_id))
    if has_unread(reading(), person, card):
        reading().rollback()
        with write_transaction() as session:
            mark_read(session, person.id, card_id)
        reading().rollback()
    return {"unread": unread_notices(reading(), current_person())}


@routes.get("/boards/<slug>/archive")
@login_required
def show_archive(slug: str) -> str:
    board = find_board(reading(), current_person(), slug)
    columns, cards = archived(reading(), board, current_person())
    waiting = scheduled(reading(), board, current_person())
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
    """Remember that this person keeps a column folded (`true`) or open (`false`)."""
    person, board = current_person(), find_board(reading(), current_person(), slug)
    folded = body_as(FOLDED, whole="folded")
    column = reading().get(Column, storable(column_id))
    if column is None or column.board_id != board.id or not rights.may_read(person, column):
        raise NotFound("column_not_found")
    with own_writing(person.id) as session:
        fold_column(session, person, column.id, folded)
    return "", 204


def card_page(card: Card, column: Column, *, notice: str | None = None) -> Response:
    """The card as it is asked for: in its panel beside its board, or the panel alone. `notice` is said above its text."""
    panel = _panel(card, column) | {"notice": notice}
    if request.headers.get("X-Fragment") == "panel":
        return make_response(render_template("board/card/_panel.html", **panel))
    return _board_page(find_board(reading(), current_person(), card.board_id), panel)


def _board_page(board: Board, panel: dict[str, Any] | None = None) -> Response:
    person, place = viewer()
    cards = standing_cards(board, current_language())
    seen = overview(reading(), board, person)
    reads = own_reads(reading(), person, board)
    unseen = unread_of(reading(), person, board, seen.columns) if place is None else None
    filters, left_out = filters_of_page(seen.columns)
    standing = {column.id: cards.of(column.id) for column in seen.columns}
    page = render_template(
        "board/show.html",
        board=board,
        seq=cards.mark.seq,
        seen=seen,
        cards={column.id: Markup(f"{_PLACE}{column.id}{_PLACE}") for column in seen.columns},  # noqa: S704 - a number between two marks
        counts={id: len(column) for id, column in standing.items()},
        levels={column.id: rights.level_on(board, person, column) for column in seen.columns},
        switch_to=boards_for(reading(), current_person()),
        reads_json=strict_json.dumps(reads),
        read_counts={column.id: _count_read(standing[column.id], reads) for column in seen.columns if column.kind == Kind.GUIDE},
        newcomer=place is None and panel is None and current_account().welcomed_at is None,
        panel=panel,
        view=person.audience.key,
        placements_json=strict_json.dumps(plain(seen.placements)),
        previewing=_previewing(person, place),
        services=services_in_use(reading()),
        filters=filters,
        filters_left_out=left_out,
        saved_filters=saved_filters(reading(), current_person(), board),
        requests=open_requests(reading(), seen.columns),
        decides=lambda request: rights.may_decide(person, request, request.column),
        unread=unread_notices(reading(), current_person()),
        unseen=unseen,
        seen_json=strict_json.dumps(unseen.progress.plain) if unseen is not None else None,
        flashes=unread_banners(person),
        alerts_json=strict_json.dumps(alerts_of(current_person())),
        **_root(current_person(), arranges=rights.may_arrange(person)),
    )
    return _with_cards(page, standing, cards.mark.seq)


def _with_cards(page: str, standing: dict[int, StandingColumn], seq: int) -> Response:
    """The page with the cards of these columns in their places; nothing but a tag when whoever asks has just that already.

    The tag tells everything on the page, what is personal included, but for the token, which is another each time and as good as before.
    """
    around = [part.encode() for part in page.split(_PLACE)]
    columns = [standing[int(id)] for id in around[1::2]]
    without_token = b"".join(around).replace(generate_csrf().encode(), b"")
    alike = blake2b(without_token + b"".join(column.digest for column in columns), digest_size=12)
    answer = make_response()
    answer.set_etag(f"{seq}-{alike.hexdigest()}", weak=True)
    if answer.make_conditional(request).status_code != HTTPStatus.NOT_MODIFIED:
        around[1::2] = [column.html for column in columns]
        set_page(answer, b"".join(around))
    return answer


def _count_read(column: StandingColumn, reads: dict[int, int]) -> int:
    return sum(key.id in reads for key in column.keys)


def _panel(card: Card, column: Column) -> dict[str, Any]:
    card = reading().get_one(Card, card.id, options=[joinedload(Card.edited_by), joinedload(Card.confirmed_by)], populate_existing=True)
    person, place = viewer()
    board = reading().get_one(Board, card.board_id)
    return {
        "card": card,
        "column": column,
        "level": rights.level_on(board, person, column),
        "board": board,
        "unnoticed": place is None and has_unread(reading(), person, card),
        "reading": reading_of(reading(), person, board, card, column) if place is None else None,
        "handing": facts_of(reading(), person, card, column, board),
        **about_freshness(card, column),
        "flash": flash_menu(card),
        "arranges": rights.may_arrange(person),
        "labels": LabelsOfCards(reading())(card),
        **about_suggestion(person, card, column),
    }


def viewer() -> tuple[Person, str | None]:
    """Who looks, and in whose place: a facilitator may ask (`?as=…`) to see what somebody else would."""
    place = request.args.get("as")
    return (current_person(), None) if place is None else (standing_in(current_person(), place), place)


def _previewing(person: Person, place: str | None) -> dict[str, str] | None:
    """In whose place the board is shown, in words; None for oneself."""
    if place is None:
        return None
    if person.role == Role.READER:
        return {"place": place, "words": _("un lecteur")}
    if not person.services:
        return {"place": place, "words": _("un agent d’aucun service en particulier")}
    return {"place": place, "words": _("un agent du service %(service)s", service=person.services[0].name)}


def _root(person: Person, *, arranges: bool) -> dict[str, Any]:
    """What is said once at the page's root, where style and script read it."""
    return {
        "me": person,
        "me_json": strict_json.dumps(person_data(person)),
        "arranges": arranges,
    }


def storable(id: int) -> int:
    if id >= 2**63:
        raise NotFound("page_not_found")
    return id
