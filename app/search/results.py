"""Run the search a request asks for, and format its results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from flask import request
from markupsafe import Markup, escape

from app.web.response_schemas import FoundCard, SearchAnswer
from boards.clock import today
from boards.database import read_session
from boards.errors import FieldError
from boards.filters.criteria import Filters, read_filters
from boards.freshness import Freshness, freshness
from boards.labels import Label, LabelsOfCards
from boards.models import Board, Card, Column, Person
from boards.personal.unread import unread_of
from boards.queries import services_in_use
from boards.search.engine import Found, search
from boards.search.excerpts import Piece, excerpt, marked
from boards.search.service_results import Sheet, find_sheets


@dataclass(frozen=True)
class Result:
    """A card that was found, formatted."""

    found: Found
    title_html: Markup
    excerpt_html: Markup
    fresh: Freshness
    labels: Sequence[Label]

    @property
    def card(self) -> Card:
        """Return the card."""
        return self.found.card


@dataclass(frozen=True)
class Results:
    """Results of a search; `query` is empty if none was given, `wrong` has the invalid filters."""

    query: str
    filters: Filters
    archived: bool
    wrong: Sequence[FieldError]
    cards: Sequence[Result]
    sheets: Sequence[Sheet]

    @property
    def found_nothing(self) -> bool:
        """Return True if a query without other filters found nothing."""
        return bool(self.query) and not (self.cards or self.sheets or self.filters.without_words)


def results_of_request(person: Person, board: Board | None, most: int) -> Results:
    """Run the search of this request: `q`, `archived=1`, and the filters of boards."""
    filters, wrong = read_filters(request.args.to_dict(flat=False))
    services = {service.id for service in services_in_use(read_session())}
    filters, gone = filters.known(services=services, labels=filters.label)
    return results_for(
        person, board, filters, most, archived=request.args.get("archived") == "1", wrong=[*wrong, *gone]
    )


def results_for(
    person: Person,
    board: Board | None,
    filters: Filters,
    most: int,
    *,
    archived: bool = False,
    wrong: Sequence[FieldError] = (),
) -> Results:
    """Run a search for this person from a board; `wrong` is passed on."""
    fits = _fitting(person, filters) if filters.without_words else None
    findings = search(read_session(), person, filters.q, today(), board=board, archived=archived, fits=fits, most=most)
    labels_of = LabelsOfCards(read_session())
    return Results(
        filters.q,
        filters,
        archived,
        wrong,
        [
            Result(
                found,
                _html(marked(found.card.title, findings.asked)),
                _html(
                    excerpt(
                        _matching_text(found.card, lambda text: _answers(marked(text, findings.asked))), findings.asked
                    )
                ),
                freshness(found.card, found.column, today()),
                labels_of(found.card),
            )
            for found in findings.cards
        ],
        [] if filters.without_words else find_sheets(read_session(), findings.asked),
    )


def as_json(results: Results) -> SearchAnswer:
    """Return the results as the API sends them."""
    return {
        "results": [_card_data(result) for result in results.cards],
        "services": [
            {
                "service": sheet.service.id,
                "name": sheet.service.name,
                "contact": sheet.service.contact,
                "hours": sheet.service.hours,
            }
            for sheet in results.sheets
        ],
    }


def _card_data(result: Result) -> FoundCard:
    card, column, board = result.card, result.found.column, result.found.board
    return {
        "card": card.id,
        "title": card.title,
        "title_html": result.title_html,
        "excerpt_html": result.excerpt_html,
        "column": column.id,
        "column_title": column.title,
        "service": column.service_id,
        "board": board.slug,
        "freshness": result.fresh,
        "valid_until": card.valid_until.isoformat() if card.valid_until else None,
        "confirmed_at": card.confirmed_at.isoformat(),
        "tellable": card.tellable,
        "labels": [label.id for label in result.labels],
        "archived": card.archived_at is not None or column.archived_at is not None,
    }


def _fitting(person: Person, filters: Filters) -> Callable[[Card, Column], bool]:
    @cache
    def unread_on(board_id: int) -> set[int]:
        return unread_of(read_session(), person, read_session().get_one(Board, board_id)).ids

    def fits(card: Card, column: Column) -> bool:
        unread = filters.unread and card.id in unread_on(card.board_id)
        return filters.fits(card, column, today=today(), me=person.id, unread=unread)

    return fits


def _matching_text(card: Card, answers: Callable[[str], bool]) -> str:
    """Return the text that matched: the internal note only if the body did not."""
    note_only = card.internal_note and not answers(card.body_text) and answers(card.internal_note)
    return card.internal_note if note_only else card.body_text


def _answers(pieces: Iterable[Piece]) -> bool:
    return any(piece.answers for piece in pieces)


def _html(pieces: Iterable[Piece]) -> Markup:
    return Markup().join(
        Markup("<mark>{}</mark>").format(piece.text) if piece.answers else escape(piece.text) for piece in pieces
    )
