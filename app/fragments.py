"""HTML fragments of cards and columns: rendered once for everybody of one language, kept until the card changes, sent as they are."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from flask import Flask, current_app
from flask_babel import force_locale

from app.observing import metrics
from boards import rights
from boards.changes import CatchUp, Committed
from boards.database import reading
from boards.filters import last_news
from boards.labels import LabelsOfCards
from boards.models import Audience, Board, Card, Column, Person
from boards.reading import CardKey, StandingMark, load_cards, standing, standing_mark
from boards.resync import Differing

CACHE_ENTRIES = 20_000  # cards in a language, about 1 kB each
LOADED_AT_ONCE = 100  # what a large board takes when nothing of it is kept yet is never given back to the system
CACHE_BOARDS = 12  # each in each language; their fragments once more, joined


# The seq at which a card last changed, the version of its author's face, the name of the service it asks.
_State = tuple[int, int, str]


@dataclass(frozen=True)
class StandingColumn:
    """The cards of a column as they travel, and what tells them from any others."""

    keys: list[CardKey]
    html: bytes
    digest: bytes

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True)
class StandingCards:
    mark: StandingMark
    columns: dict[int, StandingColumn]

    def of(self, column_id: int) -> StandingColumn:
        return self.columns.get(column_id, _EMPTY)


_EMPTY = StandingColumn([], b"", b"")


class Fragments:
    """The fragments of the cards used last, each as it was rendered last, and the boards they make."""

    def __init__(self) -> None:
        self._entries: OrderedDict[tuple[int, str], tuple[_State, str]] = OrderedDict()
        self.boards: OrderedDict[tuple[int, str], StandingCards] = OrderedDict()

    def get(self, card_id: int, language: str, state: _State) -> str | None:
        kept = self._entries.get((card_id, language))
        if kept is None or kept[0] != state:
            return None
        self._entries.move_to_end((card_id, language))
        return kept[1]

    def put(self, card_id: int, language: str, state: _State, fragment: str) -> str:
        self._entries[card_id, language] = state, fragment
        self._entries.move_to_end((card_id, language))
        if len(self._entries) > CACHE_ENTRIES:
            self._entries.popitem(last=False)
        return fragment

    def __len__(self) -> int:
        return len(self._entries)

    def clear(self) -> None:
        self._entries.clear()
        self.boards.clear()


def init_app(app: Flask) -> None:
    app.extensions["card_fragments"] = Fragments()
    app.jinja_env.filters.update(photo_address=photo_address, news_day=last_news)
    app.jinja_env.tests["for_residents"] = rights.is_for_residents


def card_html(card: Card, language: str, labels: LabelsOfCards) -> str:
    """The card as it stands on the board, the same for every viewer of this language."""
    state = (card.changed_seq, card.author.version if card.author else 0, card.asked.name if card.asked else "")
    kept = _kept().get(card.id, language, state)
    return kept or _kept().put(card.id, language, state, _render("board/card/_card.html", language, card=card, labels=labels(card)))


def cards_html(keys: Iterable[CardKey], language: str) -> dict[int, str]:
    """The fragments of many cards, by id; only those not rendered since their last change are loaded."""
    kept = _kept()
    found = {key.id: kept.get(key.id, language, (key.changed_seq, key.author_version, key.asked_name)) for key in keys}
    missing = [id for id, fragment in found.items() if fragment is None]
    labels = LabelsOfCards(reading())
    for start in range(0, len(missing), LOADED_AT_ONCE):
        for card in load_cards(reading(), missing[start : start + LOADED_AT_ONCE]):
            found[card.id] = card_html(card, language, labels)
    return {id: fragment for id, fragment in found.items() if fragment is not None}


def standing_cards(board: Board, language: str) -> StandingCards:
    """The cards that stand on the board, in this language, whoever may read them. As long as nothing alters there is nothing to do."""
    mark = standing_mark(reading(), board)
    kept = _kept().boards
    before = kept.pop((board.id, language), None)
    now = before if before is not None and before.mark == mark else StandingCards(mark, _standing_columns(board, language, before))
    kept[board.id, language] = now
    if len(kept) > CACHE_BOARDS:
        kept.popitem(last=False)
    return now


def _standing_columns(board: Board, language: str, before: StandingCards | None) -> dict[int, StandingColumn]:
    standing_now = standing(reading(), board)
    same = {id: column for id, column in before.columns.items() if column.keys == standing_now.get(id)} if before else {}
    html = cards_html((key for id, keys in standing_now.items() if id not in same for key in keys), language)
    return {id: same.get(id) or _standing_column(keys, html) for id, keys in standing_now.items()}


def _standing_column(keys: list[CardKey], html: dict[int, str]) -> StandingColumn:
    together = "".join(html[key.id] for key in keys if key.id in html).encode()
    return StandingColumn(keys, together, blake2b(together, digest_size=8).digest())


def column_html(column: Column, level: rights.Level, language: str) -> str:
    """The column without its cards, for those who hold this level in it."""
    return _render("board/_column.html", language, column=column, cards="", count=0, folded=False, level=level)


def view_of(change: Committed, audience: Audience) -> tuple[Any, ...]:
    """What decides how the audience sees the change: two with the same value see the same."""
    readable = frozenset(column.id for column in change.concerned if rights.may_read(audience, column))
    return readable, change.kept_from(audience), tuple(rights.level(audience, column) for column in change.columns.values() if column)


def present(whole: Committed, audience: Audience, language: str) -> dict[str, Any]:
    """A change as it travels to an audience, in words of this language.

    {seq, type, actor, at, cards: {id: {…} | null}, columns: {id: {…} | null}}, or {…, resync: true}.
    """
    change = whole.seen_by(audience)
    head: dict[str, Any] = {"seq": change.seq, "type": change.type, "actor": person_data(change.actor), "at": change.at.isoformat()}
    if change.board is not None:
        head["board"] = {"title": change.board.title, "archived": change.board.archived_at is not None}
    if change.too_large:
        return {**head, "resync": True, "cards": {}, "columns": {}}
    labels = LabelsOfCards(reading())
    return {
        **head,
        "cards": {str(id): _card_data(card, language, labels) if card else None for id, card in change.cards.items()},
        "columns": {
            str(id): _column_data(column, rights.level(audience, column), language) if column else None
            for id, column in change.columns.items()
        },
    }


def present_catch_up(missed: CatchUp, audience: Audience, language: str) -> dict[str, Any]:
    if missed.changes is None:
        metrics.RESYNCS.inc()
        return {"seq": missed.seq, "resync": True}
    if missed.changes:
        metrics.CATCH_UPS.inc()
    return {"seq": missed.seq, "changes": [present(change, audience, language) for change in missed.changes]}


def present_differing(found: Differing, board: Board, audience: Audience, language: str) -> dict[str, Any]:
    """What differs, as `present` tells a change: {seq, board, cards, columns}."""
    labels = LabelsOfCards(reading())
    return {
        "seq": found.seq,
        "board": {"title": board.title, "archived": board.archived_at is not None},
        "cards": {str(id): _card_data(card, language, labels) if card else None for id, card in found.cards.items()},
        "columns": {
            str(id): _column_data(column, rights.level_on(board, audience, column), language) if column else None
            for id, column in found.columns.items()
        },
    }


def person_data(person: Person | None) -> dict[str, Any] | None:
    if person is None:
        return None
    return {"id": person.id, "name": person.name, "initials": person.initials, "hue": person.hue, "photo": photo_address(person)}


def photo_address(person: Person) -> str | None:
    """Where the person's photo is, a new address for each new one; None without."""
    return f"/people/{person.id}/photo?v={person.photo_version}" if person.photo_version else None


def _kept() -> Fragments:
    cache: Fragments = current_app.extensions["card_fragments"]
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
    """Straight from the template, past Flask's context processors: a fragment must not know who is looking."""
    with force_locale(language):
        return current_app.jinja_env.get_template(template).render(**values).strip()
