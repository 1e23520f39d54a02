"""« Le tableau tel qu’il était »: the board at any moment, its cards as they were, and taking their texts up again."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.current import current_person
from app.carry_out import carry_out
from app.languages import current_language
from app.numbers import number_in
from app.pages import storable
from app.problems import problem_for
from app.wording import in_words
from boards import rights
from boards.database import now, reading
from boards.errors import NotFound, Refusal
from boards.labels import LabelsOfCards
from boards.models import Board, Card, Change
from boards.past import board_as_it_was, card_as_it_was, seq_at
from boards.reading import find_board, find_card
from config import Settings

routes = Blueprint("past", __name__)

_FORM = "%Y-%m-%dT%H:%M"  # as a browser's field for a date and a time sends it
_EVENING = time(20)


class NoSuchMoment(ValueError):
    """A moment at which the board cannot be shown; the message says why."""


@dataclass(frozen=True)
class Shown:
    """The moment that is shown: after the change `seq`, made or looked for at `at`."""

    seq: int
    at: datetime


@routes.get("/boards/<slug>/past")
@login_required
def show_past(slug: str) -> AnyResponse | str | tuple[str, int]:
    board = find_board(reading(), current_person(), slug)
    asked = request.args.get("at", "").strip()
    try:
        shown = _shown(board, asked, request.args.get("seq", ""))
    except NoSuchMoment as wrong:
        return render_template("history/time_travel/choose_moment.html", board=board, asked=asked, problem=str(wrong), **_choices(board)), 422
    if shown is None:
        return render_template("history/time_travel/choose_moment.html", board=board, asked=_field(now()), problem=None, **_choices(board))
    return render_template(
        "history/time_travel/board.html",
        board=board,
        asked=asked or _field(shown.at),
        shown=shown,
        past=board_as_it_was(reading(), current_person(), board, shown.seq),
        labels_of=LabelsOfCards(reading()),
        **_choices(board),
    )


@routes.get("/boards/<slug>/past/<int:seq>/cards/<int:card_id>")
@login_required
def show_past_card(slug: str, seq: int, card_id: int) -> str:
    person, board = current_person(), find_board(reading(), current_person(), slug)
    if not 0 < seq <= board.seq:
        raise NotFound("page_not_found")
    was, home = card_as_it_was(reading(), person, board, storable(card_id), seq)
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
    """Take up the text that the card had after a change: without script, from the history and from the past."""
    card, _column = find_card(reading(), current_person(), storable(card_id))
    board = reading().get_one(Board, card.board_id)
    asked = {
        "type": "restore_text",
        "card": card_id,
        "version": number_in(request.form.get("version")) or 0,
        "seq": number_in(request.form.get("seq")) or 0,
        "key": request.form.get("key") or None,
    }
    try:
        carry_out(current_person(), current_language(), board.slug, asked)
        flash(_("Le texte est repris."))
    except Refusal as refusal:
        flash(problem_for(refusal)["detail"], "problem")
    return redirect(url_for("history.show_card_history", card_id=card_id), 303)


def _todays_to_alter(was: Card) -> Card | None:
    """The card as it is, if it says something else today and this person may write in it."""
    try:
        card, column = find_card(reading(), current_person(), was.id)
    except NotFound:
        return None
    same = (card.title, card.body_html, card.valid_until) == (was.title, was.body_html, was.valid_until)
    board = reading().get_one(Board, card.board_id)
    stands = card.archived_at is None and column.archived_at is None and board.archived_at is None
    return card if stands and not same and rights.may_place(current_person(), card, column) else None


def _shown(board: Board, asked: str, seq: str) -> Shown | None:
    """The moment that the address asks for; None when it asks for none. Raises NoSuchMoment."""
    if asked:
        return _at(board, asked)
    if not seq:
        return None
    number = number_in(seq) or 0
    if not 0 < number <= board.seq:
        raise NoSuchMoment(_("Cette modification du tableau n’existe pas."))
    return Shown(number, _moment_of(board, number))


def _at(board: Board, asked: str) -> Shown:
    """The end of that minute, by the town's clocks; of an hour that comes twice the second, unless it is still to come."""
    try:
        wall = datetime.strptime(asked, _FORM)  # noqa: DTZ007 - the wall clock of the town, which is in no zone yet
    except ValueError as malformed:
        raise NoSuchMoment(_("Indiquez un jour qui existe et une heure (attendu : AAAA-MM-JJTHH:MM).")) from malformed
    if wall.date() < board.created_at.astimezone(_zone()).date():  # before anything that no zone can be reckoned for
        raise NoSuchMoment(_before(board))
    if wall.date() > now().astimezone(_zone()).date():
        raise NoSuchMoment(_("Ce moment n’est pas encore arrivé."))
    moments = [moment for fold in (0, 1) if (moment := wall.replace(tzinfo=_zone(), fold=fold).astimezone(UTC)) <= now()]
    if not moments:
        raise NoSuchMoment(_("Ce moment n’est pas encore arrivé."))
    end = max(moments) + timedelta(minutes=1) - timedelta.resolution
    if end < board.created_at:
        raise NoSuchMoment(_before(board))
    return Shown(seq_at(reading(), board, end), max(moments))


def _before(board: Board) -> str:
    words: str = _("Ce tableau n’existait pas encore : il commence le %(moment)s.", moment=in_words(board.created_at))
    return words


def _choices(board: Board) -> dict[str, Any]:
    """What the form offers: from when to when, and moments that people ask for."""
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
    moment = reading().scalar(select(Change.at).where(Change.board_id == board.id, Change.seq == seq))
    if moment is None:
        raise NotFound("page_not_found")
    return moment


def _field(moment: datetime) -> str:
    return moment.astimezone(_zone()).strftime(_FORM)


def _zone() -> ZoneInfo:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.timezone
