"""Serve the JSON API: boards, commands, their description, health."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any, cast

from flask import Blueprint, Response, current_app, make_response, request
from flask_login import login_required
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.api import openapi
from app.auth.current_user import current_person
from app.auth.locale import current_language
from app.board.dispatch import dispatch_command
from app.error_handlers import answer_problem
from app.web import json as strict_json
from app.web.response_schemas import BoardAnswer, CardAnswer, ColumnAnswer, SuggestionAnswer
from boards import rights
from boards.card_fields import CardContentAnswer
from boards.database import read_session
from boards.labels import Label, LabelsOfCards
from boards.log.record import recorded_value
from boards.models import Card, Column, Kind, Status, Suggestion
from boards.personal.unread import unread_of
from boards.queries import find_board, load_cards, snapshot

log = logging.getLogger(__name__)
routes = Blueprint("api", __name__)


@routes.post("/boards/<slug>/commands")
@login_required
def post_command(slug: str) -> Response:
    """Perform a command."""
    """Perform the command in the body."""
    if not request.is_json:
        return answer_problem(415, "not_json")
    try:
        data = strict_json.loads(request.get_data())
    except strict_json.Malformed:
        return answer_problem(400, "malformed_json")
    return _json(dispatch_command(current_person(), current_language(), slug, data))


@routes.get("/api/boards/<slug>")
@login_required
def get_board(slug: str) -> Response:
    """Return the board as this person may read it."""
    """Answer a board as this person may read it."""
    person = current_person()
    board = find_board(read_session(), person, slug)
    seen = snapshot(read_session(), board, person)
    cards = {
        card.id: card for card in load_cards(read_session(), (key.id for keys in seen.cards.values() for key in keys))
    }
    labels_of = LabelsOfCards(read_session())
    unread = unread_of(read_session(), person, board, seen.columns).ids
    in_order = sorted(seen.columns, key=lambda column: column.rank)  # the board's, not this person's
    answer: BoardAnswer = {
        "id": board.id,
        "slug": board.slug,
        "title": board.title,
        "seq": seen.seq,
        "columns": [_column(column, rights.level_on(board, person, column)) for column in in_order],
        "labels": [
            {"id": label.id, "name": label.name, "hue": label.hue} for label in _labels(labels_of, cards.values())
        ],
        "cards": [
            _card(cards[key.id], labels_of, key.id in unread)
            for keys in seen.cards.values()
            for key in keys
            if key.id in cards
        ],
    }
    return _json(answer)


@routes.get("/api/openapi.json")
def describe() -> Response:
    """Answer the OpenAPI description: public, and the same for everybody, so built once."""
    if "openapi" not in current_app.extensions:
        current_app.extensions["openapi"] = strict_json.dumps(openapi.describe_api(current_app.url_map))
    response = make_response(current_app.extensions["openapi"])
    response.mimetype = "application/json"
    response.cache_control.public = True
    response.cache_control.max_age = 3600
    return response


@routes.get("/healthz")
def healthz() -> Response:
    """Return 200 if the database answers, else 503."""
    """Answer 200 while the database answers, else 503."""
    try:
        read_session().execute(text("SELECT seq FROM boards LIMIT 1"))
    except SQLAlchemyError:
        log.exception("the database does not answer")
        return answer_problem(503, "database_unavailable")
    return _json({"status": "ok"})


def _labels(labels_of: LabelsOfCards, cards: Iterable[Card]) -> list[Label]:
    """List the labels of these cards, by name; labels of other cards may be hidden from this person."""
    found = {label.id: label for card in cards for label in labels_of(card)}
    return sorted(found.values(), key=lambda label: label.plain)


def _suggestion(card: Card) -> SuggestionAnswer | None:
    """Return a card’s suggestion state, without the answering card, which may be hidden."""
    if card.column.kind != Kind.SUGGESTIONS:
        return None
    return {
        "kind": Suggestion(card.suggestion),
        "asked": card.asked_id,
        "status": Status(card.status),
        "note": card.note,
        "votes": card.votes,
        "replies": card.replies,
    }


def _column(column: Column, level: rights.Level) -> ColumnAnswer:
    return {
        "id": column.id,
        "title": column.title,
        "kind": Kind(column.kind),
        "rank": column.rank,
        "hue": column.hue,
        "service": column.service_id,
        "version": column.version,
        "check_after": column.check_after,
        "level": level.word,
    }


def _card(card: Card, labels_of: LabelsOfCards, unread: bool) -> CardAnswer:
    content = {name: recorded_value(getattr(card, name)) for name in CardContentAnswer.__annotations__}
    return {
        **cast(CardContentAnswer, content),
        "id": card.id,
        "column": card.column_id,
        "rank": card.rank,
        "version": card.version,
        "confirmed_at": card.confirmed_at.isoformat(),
        "labels": [label.id for label in labels_of(card)],
        "author": (card.author.name or None) if card.author else card.byline,
        "created_at": card.created_at.isoformat(),
        "edited_at": card.edited_at.isoformat() if card.edited_at else None,
        "suggestion": _suggestion(card),
        "unread": unread,
    }


def _json(value: Mapping[str, Any]) -> Response:
    response = make_response(strict_json.dumps(value))
    response.mimetype = "application/json"
    return response
