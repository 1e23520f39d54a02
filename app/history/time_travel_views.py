"""Show « Le tableau tel qu’il était »: the board and its cards at a past moment."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from app.auth.current_user import current_person
from app.board.dispatch import dispatch_from_form
from app.web.dates import in_words
from app.web.params import parse_id
from boards import rights
from boards.database import now, read_session
from boards.errors import NotFound
from boards.labels import LabelsOfCards
from boards.log.time_travel import board_as_it_was, card_as_it_was, seq_at
from boards.models import Board, Card, Change
from boards.queries import find_board, find_card
from config import Settings

routes = Blueprint("past", __name__)

_FORM = "%Y-%m-%dT%H:%M"  # as a browser's field for a date and a time sends it
_EVENING = time(20)


class NoSuchMoment(ValueError):
    """Report a moment at which the board cannot be shown; the message says why."""


@dataclass(frozen=True)
class Shown:
    """Hold the moment shown: right after change `seq`; `at` is when it was made or what was asked."""

    seq: int
    at: datetime


@routes.get("/boards/<slug>/past")
@login_required
def show_past(slug: str) -> AnyResponse | str | tuple[str, int]:
    """Show the board as it was, or the form to choose a moment."""
    board = find_board(read_session(), current_person(), slug)
    asked = request.args.get("at", "").strip()
    try:
        shown = _shown(board, asked, request.args.get("seq", ""))
    except NoSuchMoment as wrong:
        return render_template(
            "history/time_travel/choose_moment.html", board=board, asked=asked, problem=str(wrong), **_choices(board)
        ), 422
    if shown is None:
        return render_template(
            "history/time_travel/choose_moment.html", board=board, asked=_field(now()), problem=None, **_choices(board)
        )
    return render_template(
        "history/time_travel/board.html",
        board=board,
        asked=asked or _field(shown.at),
        shown=shown,
        past=board_as_it_was(read_session(), current_person(), board, shown.seq),
        labels_of=LabelsOfCards(read_session()),
        **_choices(board),
    )


@routes.get("/boards/<slug>/past/<int:seq>/cards/<int:card_id>")
@login_required
def show_past_card(slug: str, seq: int, card_id: int) -> str:
    """Show a card as it was right after a change."""
    person, board = current_person(), find_board(read_session(), current_person(), slug)
    if not 0 < seq <= board.seq:
        raise NotFound("page_not_found")
    was, home = card_as_it_was(read_session(), person, board, card_id, seq)
    return render_template(
        "history/time_travel/card.html",
        me=person,
        board=board,
        shown=Shown(seq, _moment_of(board, seq)),
        card=was,
        column=home,
        today=_todays_to_alter(was),
        key=secrets.token_hex(16),
    )


@routes.post("/cards/<int:card_id>/text")
@login_required
def restore_text(card_id: int) -> AnyResponse:
    """Restore the text that the card had after a change, without script."""
    card, _column = find_card(read_session(), current_person(), card_id)
    board = read_session().get_one(Board, card.board_id)
    command = {
        "type": "restore_text",
        "card": card_id,
        "version": parse_id(request.form.get("version")) or 0,
        "seq": parse_id(request.form.get("seq")) or 0,
    }
    dispatch_from_form(board.slug, command, _("Le texte est repris."))
    return redirect(url_for("history.show_card_history", card_id=card_id), 303)


def _todays_to_alter(was: Card) -> Card | None:
    """Return the card as it is now if its text differs and this person may edit it."""
    try:
        card, column = find_card(read_session(), current_person(), was.id)
    except NotFound:
        return None
    same = (card.title, card.body_html, card.valid_until) == (was.title, was.body_html, was.valid_until)
    board = read_session().get_one(Board, card.board_id)
    stands = card.archived_at is None and column.archived_at is None and board.archived_at is None
    return card if stands and not same and rights.may_place(current_person(), card, column) else None


def _shown(board: Board, asked: str, seq: str) -> Shown | None:
    """Return the moment asked for in the address, or None. Raises NoSuchMoment."""
    if asked:
        return _at(board, asked)
    if not seq:
        return None
    number = parse_id(seq) or 0
    if not 0 < number <= board.seq:
        raise NoSuchMoment(_("Cette modification du tableau n’existe pas."))
    return Shown(number, _moment_of(board, number))


def _at(board: Board, asked: str) -> Shown:
    """Return the end of that minute by the town’s clock.

    Of an hour that occurs twice (end of DST) take the second, unless it is still to come.
    """
    try:
        wall = datetime.strptime(asked, _FORM)  # noqa: DTZ007 - the wall clock of the town, which is in no zone yet
    except ValueError as malformed:
        raise NoSuchMoment(_("Indiquez un jour qui existe et une heure (attendu : AAAA-MM-JJTHH:MM).")) from malformed
    if wall.date() < board.created_at.astimezone(_zone()).date():  # before anything that no zone can be reckoned for
        raise NoSuchMoment(_before(board))
    if wall.date() > now().astimezone(_zone()).date():
        raise NoSuchMoment(_("Ce moment n’est pas encore arrivé."))
    moments = [
        moment for fold in (0, 1) if (moment := wall.replace(tzinfo=_zone(), fold=fold).astimezone(UTC)) <= now()
    ]
    if not moments:
        raise NoSuchMoment(_("Ce moment n’est pas encore arrivé."))
    end = max(moments) + timedelta(minutes=1) - timedelta.resolution
    if end < board.created_at:
        raise NoSuchMoment(_before(board))
    return Shown(seq_at(read_session(), board, end), max(moments))


def _before(board: Board) -> str:
    words: str = _("Ce tableau n’existait pas encore : il commence le %(moment)s.", moment=in_words(board.created_at))
    return words


def _choices(board: Board) -> dict[str, Any]:
    """Return the form’s limits and its shortcuts."""
    today = now().astimezone(_zone())
    evening = datetime.combine(today.date() - timedelta(days=1), _EVENING, _zone())
    quick = [
        (_("Hier soir"), evening),
        (_("Il y a une semaine"), today - timedelta(days=7)),
        (_("Il y a un mois"), today - timedelta(days=30)),
    ]
    return {
        "me": current_person(),
        "first": _field(board.created_at),
        "last": _field(today),
        "quick": [(words, _field(moment)) for words, moment in quick if moment >= board.created_at],
    }


def _moment_of(board: Board, seq: int) -> datetime:
    moment = read_session().scalar(select(Change.at).where(Change.board_id == board.id, Change.seq == seq))
    if moment is None:
        raise NotFound("page_not_found")
    return moment


def _field(moment: datetime) -> str:
    return moment.astimezone(_zone()).strftime(_FORM)


def _zone() -> ZoneInfo:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.timezone
