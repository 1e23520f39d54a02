"""HTML fragments of cards and columns: rendered once for everybody, kept until the card changes, sent as they are."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from flask import Flask, current_app

from boards.changes import CatchUp, Committed
from boards.database import reading
from boards.models import Card, Column, Person
from boards.reading import CardKey, load_cards

CACHE_ENTRIES = 20_000  # about 1 kB each


class _Cache:
    """The most recently used fragments, by what they show and the seq at which it last changed."""

    def __init__(self) -> None:
        self._entries: OrderedDict[tuple[int, int], str] = OrderedDict()

    def get(self, key: tuple[int, int]) -> str | None:
        fragment = self._entries.get(key)
        if fragment is not None:
            self._entries.move_to_end(key)
        return fragment

    def put(self, key: tuple[int, int], fragment: str) -> str:
        self._entries[key] = fragment
        if len(self._entries) > CACHE_ENTRIES:
            self._entries.popitem(last=False)
        return fragment

    def clear(self) -> None:
        self._entries.clear()


def init_app(app: Flask) -> None:
    app.extensions["card_fragments"] = _Cache()


def card_html(card: Card) -> str:
    """The card as it stands on the board, the same for every viewer."""
    key = (card.id, card.changed_seq)
    return _kept().get(key) or _kept().put(key, _render("cards/_card.html", card=card))


def cards_html(keys: Iterable[CardKey]) -> dict[int, str]:
    """The fragments of many cards, by id; only those not rendered since their last change are loaded."""
    found = {key.id: _kept().get((key.id, key.changed_seq)) for key in keys}
    missing = [id for id, fragment in found.items() if fragment is None]
    for card in load_cards(reading(), missing):
        found[card.id] = card_html(card)
    return {id: fragment for id, fragment in found.items() if fragment is not None}


def column_html(column: Column) -> str:
    """The column without its cards."""
    return _render("boards/_column.html", column=column, cards="", count=0, folded=False)


def present(change: Committed) -> dict[str, Any]:
    """A change as it travels: {seq, type, actor, at, cards: {id: {…} | null}, columns: {id: {…} | null}}, or {…, resync: true}."""
    head = {"seq": change.seq, "type": change.type, "actor": person_data(change.actor), "at": change.at.isoformat()}
    if change.too_large:
        return {**head, "resync": True, "cards": {}, "columns": {}}
    return {
        **head,
        "cards": {str(id): _card_data(card) if card else None for id, card in change.cards.items()},
        "columns": {str(id): _column_data(column) if column else None for id, column in change.columns.items()},
    }


def present_catch_up(missed: CatchUp) -> dict[str, Any]:
    if missed.changes is None:
        return {"seq": missed.seq, "resync": True}
    return {"seq": missed.seq, "changes": [present(change) for change in missed.changes]}


def person_data(person: Person | None) -> dict[str, Any] | None:
    return None if person is None else {"id": person.id, "name": person.name, "initials": person.initials, "hue": person.hue}


def _kept() -> _Cache:
    cache: _Cache = current_app.extensions["card_fragments"]
    return cache


def _card_data(card: Card) -> dict[str, Any]:
    return {"column": card.column_id, "rank": card.rank, "version": card.version, "title": card.title, "html": card_html(card)}


def _column_data(column: Column) -> dict[str, Any]:
    return {
        "rank": column.rank,
        "kind": column.kind,
        "title": column.title,
        "hue": column.hue,
        "version": column.version,
        "html": column_html(column),
    }


def _render(template: str, **values: Any) -> str:
    """Straight from the template, past Flask's context processors: a fragment must not know who is looking."""
    return current_app.jinja_env.get_template(template).render(**values).strip()
