"""Render cards, columns and changes, once for all viewers of one language."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, NamedTuple

from flask import Flask, current_app
from flask_babel import force_locale
from markupsafe import Markup

from app.web import metrics
from boards import rights
from boards.database import read_session
from boards.filters.criteria import last_news
from boards.labels import LabelsOfCards
from boards.log.change_log import CatchUp, CommittedChange
from boards.models import Audience, Card, Column, Person
from boards.queries import CardKey, load_cards

CACHED_CARDS = 20_000  # in one language, about 1 kB each


class CardHtmlCache:
    """Keep the HTML of the cards used last, each card and language in its latest state only."""

    def __init__(self) -> None:
        self._entries: OrderedDict[tuple[int, str], tuple[CardState, str]] = OrderedDict()

    def get(self, card_id: int, language: str, state: CardState) -> str | None:
        """Return the card's HTML if it is kept in this state."""
        entry = self._entries.get((card_id, language))
        if entry is None or entry[0] != state:
            return None
        self._entries.move_to_end((card_id, language))
        return entry[1]

    def put(self, card_id: int, language: str, state: CardState, html: str) -> str:
        """Keep the card's HTML in place of an earlier one; return it."""
        self._entries[card_id, language] = state, html
        self._entries.move_to_end((card_id, language))
        if len(self._entries) > CACHED_CARDS:
            self._entries.popitem(last=False)
        return html

    def __len__(self) -> int:
        return len(self._entries)

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()


class CardState(NamedTuple):
    """Everything that decides how a card looks; a different state is rendered anew."""

    changed_seq: int
    author_version: int
    asked_name: str  # of the service that the card asks


def init_app(app: Flask) -> None:
    """Give the application its cache, filters and tests."""
    app.extensions["card_fragments"] = CardHtmlCache()
    app.jinja_env.filters.update(photo_address=photo_address, news_day=last_news)
    app.jinja_env.tests["for_residents"] = rights.is_for_residents


def cards_html(keys: Iterable[CardKey], language: str) -> Markup:
    """Return the HTML of many cards in their order; load only those that changed since they were rendered."""
    keys, cache = list(keys), _cache()
    found = {key.id: cache.get(key.id, language, CardState(*key[2:])) for key in keys}
    labels = LabelsOfCards(read_session())
    for card in load_cards(read_session(), (id for id, html in found.items() if html is None)):
        found[card.id] = card_html(card, language, labels)
    return Markup("".join(found[key.id] or "" for key in keys))  # noqa: S704 - rendered by our own template


def card_html(card: Card, language: str, labels: LabelsOfCards) -> str:
    """Return the card's HTML on the board, the same for every viewer of this language."""
    author_version, asked_name = card.author.version if card.author else 0, card.asked.name if card.asked else ""
    state = CardState(card.changed_seq, author_version, asked_name)
    return _cache().get(card.id, language, state) or _cache().put(
        card.id, language, state, _render("board/card/_card.html", language, card=card, labels=labels(card))
    )


def column_html(column: Column, level: rights.Level, language: str) -> str:
    """Return the column's HTML without its cards, for viewers who hold this level in it."""
    return _render("board/_column.html", language, column=column, cards="", count=0, folded=False, level=level)


def visibility_key(change: CommittedChange, audience: Audience) -> tuple[Any, ...]:
    """Return a key that is equal for audiences who see the same of the change."""
    readable = frozenset(column.id for column in change.concerned if rights.may_read(audience, column))
    return (
        readable,
        change.hidden_from(audience),
        tuple(rights.level(audience, column) for column in change.columns.values() if column),
    )


def serialize_change(committed: CommittedChange, audience: Audience, language: str) -> dict[str, Any]:
    """Serialize a change for an audience in this language.

    Returns {seq, type, actor, at, cards: {id: {…} | null}, columns: {id: {…} | null}}, or {…, resync: true}.
    """
    change = committed.visible_to(audience)
    head: dict[str, Any] = {
        "seq": change.seq,
        "type": change.type,
        "actor": person_data(change.actor),
        "at": change.at.isoformat(),
    }
    if change.board is not None:
        head["board"] = {"title": change.board.title, "archived": change.board.archived_at is not None}
    if change.too_large:
        return {**head, "resync": True, "cards": {}, "columns": {}}
    labels = LabelsOfCards(read_session())
    return {
        **head,
        "cards": {str(id): _card_data(card, language, labels) if card else None for id, card in change.cards.items()},
        "columns": {
            str(id): _column_data(column, rights.level(audience, column), language) if column else None
            for id, column in change.columns.items()
        },
    }


def serialize_catch_up(missed: CatchUp, audience: Audience, language: str) -> dict[str, Any]:
    """Serialize what a client missed: {seq, changes}, or {seq, resync: true} when it is too much."""
    if missed.changes is None:
        metrics.RESYNCS.inc()
        return {"seq": missed.seq, "resync": True}
    if missed.changes:
        metrics.CATCH_UPS.inc()
    return {"seq": missed.seq, "changes": [serialize_change(change, audience, language) for change in missed.changes]}


def person_data(person: Person | None) -> dict[str, Any] | None:
    """Serialize a person as clients show them."""
    if person is None:
        return None
    return {
        "id": person.id,
        "name": person.name,
        "initials": person.initials,
        "hue": person.hue,
        "photo": photo_address(person),
    }


def photo_address(person: Person) -> str | None:
    """Return the URL of the person's photo, which changes with the photo; None without one."""
    return f"/people/{person.id}/photo?v={person.photo_version}" if person.photo_version else None


def _cache() -> CardHtmlCache:
    cache: CardHtmlCache = current_app.extensions["card_fragments"]
    return cache


def _card_data(card: Card, language: str, labels: LabelsOfCards) -> dict[str, Any]:
    return {
        "column": card.column_id,
        "rank": card.rank,
        "version": card.version,
        "title": card.title,
        "html": card_html(card, language, labels),
    }


def _column_data(column: Column, level: rights.Level, language: str) -> dict[str, Any]:
    return {
        "level": level.word,
        "rank": column.rank,
        "kind": column.kind,
        "title": column.title,
        "hue": column.hue,
        "version": column.version,
        "html": column_html(column, level, language),
    }


def _render(template: str, language: str, **values: Any) -> str:
    """Render past Flask's context processors: a fragment must not depend on the viewer."""
    with force_locale(language):
        return current_app.jinja_env.get_template(template).render(**values).strip()
