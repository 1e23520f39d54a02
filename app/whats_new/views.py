"""Show what a person has not read, and mark cards as read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.auth.current_user import current_person
from app.board.rendering import person_data
from app.history.labels import differences
from app.live import broadcaster
from app.web import json as strict_json
from app.web.params import parse_id
from app.web.request_schemas import ReadMarkers, SeenUpTo, body_as
from app.whats_new.labels import NEWS_LABELS
from boards.database import read_session
from boards.errors import FieldError, Invalid, NotFound
from boards.models import Board, Card, Column, Person
from boards.models.personal import personal_transaction
from boards.personal.unread import mark_all, mark_column, mark_seen, progress_of, restore_progress, set_unread
from boards.queries import find_board, find_card, visible_columns
from boards.text.diff import Piece, cut
from boards.whats_new import News, NewsItem, news_for

routes = Blueprint("news", __name__)

DIFFERENCE_MAX_CHARACTERS = 900
Kept = dict[int, int | None]


@dataclass(frozen=True)
class NewsStep:
    """Position of a card when news are read one by one, with its neighbours."""

    item: NewsItem
    read: int
    place: int
    among: int
    previous: int | None
    next: int | None


@routes.get("/boards/<slug>/news")
@login_required
def show_news(slug: str) -> AnyResponse | str:
    """Show all news, or with `card` one by one; `card=0` is the first."""
    person, board = current_person(), find_board(read_session(), current_person(), slug)
    news = news_for(read_session(), person, board)
    asked = parse_id(request.args.get("card"))
    one = _one(news, asked, parse_id(request.args.get("read")) or 0) if asked is not None else None
    if asked is not None and one is None:
        return redirect(url_for("news.show_news", slug=slug), 303)  # already read
    return render_template(
        "whats_new/step.html" if one else "whats_new/list.html",
        me=person,
        me_json=strict_json.dumps(person_data(person)),
        here="news",
        board=board,
        news=news,
        one=one,
        what=NEWS_LABELS,
        differences=_differences,
        seen_json=strict_json.dumps(progress_of(read_session(), person, board).plain),
    )


@routes.post("/boards/<slug>/news")
@login_required
def read_news(slug: str) -> AnyResponse:
    """Mark a card, a column or the board as read up to the page's `seq`, then show the next."""
    board = find_board(read_session(), current_person(), slug)
    seq, card_id, column_id = (parse_id(request.form.get(name)) for name in ("seq", "card", "column"))
    if seq is None:
        raise Invalid([FieldError("seq", "missing", {})])
    if card_id is not None:
        card, _column = find_card(read_session(), current_person(), card_id)
        following = _following(slug)
        _mark_card(card, seq)
        return redirect(following, 303)
    if column_id is not None:
        _mark_column(_column_of(board, column_id), seq)
    else:
        _mark_all(board, seq)
    flash(_("Tout est marqué comme lu."))
    return redirect(url_for("news.show_news", slug=slug), 303)


@routes.put("/cards/<int:card_id>/seen")
@login_required
def keep_seen(card_id: int) -> tuple[str, int]:
    """Mark the card as read up to a seq: `{"seq": 12}`."""
    card, _column = find_card(read_session(), current_person(), card_id)
    _mark_card(card, body_as(SeenUpTo, whole="seq").seq)
    return "", 204


@routes.delete("/cards/<int:card_id>/seen")
@login_required
def keep_unread(card_id: int) -> tuple[str, int]:
    """Set the card back to unread."""
    card, _column = find_card(read_session(), current_person(), card_id)
    _keep(card.board_id, lambda session, person: set_unread(session, person, session.get_one(Card, card.id)))
    return "", 204


@routes.put("/boards/<slug>/columns/<int:column_id>/seen")
@login_required
def keep_column_seen(slug: str, column_id: int) -> tuple[str, int]:
    """Mark a column's news as read up to a seq: `{"seq": 12}`."""
    column = _column_of(find_board(read_session(), current_person(), slug), column_id)
    _mark_column(column, body_as(SeenUpTo, whole="seq").seq)
    return "", 204


@routes.put("/boards/<slug>/seen")
@login_required
def keep_all_seen(slug: str) -> tuple[str, int]:
    """Mark the board's news as read up to a seq: `{"seq": 12}`."""
    board = find_board(read_session(), current_person(), slug)
    _mark_all(board, body_as(SeenUpTo, whole="seq").seq)
    return "", 204


@routes.put("/boards/<slug>/progress")
@login_required
def take_back(slug: str) -> tuple[str, int]:
    """Restore markers `{"to": 5, "cards": {"7": 9, "8": null}}`; without `to` only these cards."""
    board = find_board(read_session(), current_person(), slug)
    asked = body_as(ReadMarkers, whole="cards")
    cards: Kept = {int(id): seq for id, seq in asked.cards.items()}

    def taken_back(session: Session, person: Person) -> Kept:
        restore_progress(session, person, session.get_one(Board, board.id), asked.to, cards)
        return cards

    _keep(board.id, taken_back, asked.to)
    return "", 204


def _one(news: News, asked: int, read: int) -> NewsStep | None:
    """Return the requested unread card, 0 for the first."""
    ids = [item.card.id for item in news.items]
    if not ids or (asked and asked not in ids):
        return None
    place = ids.index(asked) if asked else 0
    return NewsStep(
        item=news.items[place],
        read=read,
        place=read + place + 1,
        among=read + news.count,
        previous=ids[place - 1] if place else None,
        next=ids[place + 1] if place + 1 < len(ids) else None,
    )


def _differences(item: NewsItem) -> list[tuple[str, list[Piece]]]:
    """Return a card's differences, cut to be read at a glance; its page has all."""
    return [(name, cut(pieces, DIFFERENCE_MAX_CHARACTERS)) for name, pieces in differences(item.activity)]


def _following(slug: str) -> str:
    """Return the address after the form: the next card, or the list."""
    after, read = parse_id(request.form.get("next")), parse_id(request.form.get("read"))
    if read is None:
        return url_for("news.show_news", slug=slug)
    return url_for("news.show_news", slug=slug, card=after or 0, read=read + 1)


def _mark_card(card: Card, seq: int) -> None:
    _keep(card.board_id, lambda session, person: mark_seen(session, person, session.get_one(Card, card.id), seq))


def _mark_column(column: Column, seq: int) -> None:
    _keep(
        column.board_id, lambda session, person: mark_column(session, person, session.get_one(Column, column.id), seq)
    )


def _mark_all(board: Board, seq: int) -> None:
    person_id = current_person().id
    with personal_transaction(person_id) as session:
        read_to = mark_all(session, session.get_one(Person, person_id), session.get_one(Board, board.id), seq)
    _notify(person_id, board.id, {}, read_to)


def _keep(board_id: int, mark: Callable[[Session, Person], Kept], read_to: int | None = None) -> None:
    """Write what the person marks, and notify their other pages."""
    person_id = current_person().id
    with personal_transaction(person_id) as session:
        kept = mark(session, session.get_one(Person, person_id))
    _notify(person_id, board_id, kept, read_to)


def _notify(person_id: int, board_id: int, kept: Kept, read_to: int | None) -> None:
    seen = {"board": board_id, "cards": {str(id): seq for id, seq in kept.items()}}
    broadcaster.notify_person(person_id, "seen", seen if read_to is None else {**seen, "to": read_to})


def _column_of(board: Board, column_id: int) -> Column:
    columns = visible_columns(read_session(), board, current_person())
    column = next((column for column in columns if column.id == column_id), None)
    if column is None:
        raise NotFound("column_not_found")
    return column
