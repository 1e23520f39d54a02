"""Count searches that found nothing, by board and never by person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from boards.clock import today
from boards.database import write_transaction
from boards.models import Board
from boards.search.analyzer import query_terms
from boards.search.models import FailedSearchWord

FAILED_QUERY_RETENTION = timedelta(days=365)
_WORD_FROM = 3  # letters
_CHARACTERS_AT_MOST = 100
_SHOWN = 200


@dataclass(frozen=True)
class FailedQuery:
    """Words that found nothing, how often, and the last day."""

    words: str
    times: int
    last: date


def counted_words(query: str) -> str:
    """Return the words that are counted, without short ones and numbers, which may be personal."""
    words = ""
    for each in query_terms(query):
        longer = f"{words} {each.word}".strip()
        if each.word.isalpha() and len(each.word) >= _WORD_FROM and len(longer) <= _CHARACTERS_AT_MOST:
            words = longer
    return words


def record_failed_query(board_id: int, query: str) -> None:
    """Count a search that found nothing, unless none of its words may be kept."""
    if words := counted_words(query):
        counting = """
            INSERT INTO vain_searches (board_id, day, words, times) VALUES (:board, :day, :words, 1)
            ON CONFLICT (board_id, day, words) DO UPDATE SET times = vain_searches.times + 1"""
        with write_transaction() as session:
            session.execute(text(counting), {"board": board_id, "day": today(), "words": words})


def failed_queries(session: Session, board: Board) -> Sequence[FailedQuery]:
    """Return the failed searches of a board, most frequent first, then latest."""
    times, last = func.sum(FailedSearchWord.times), func.max(FailedSearchWord.day)
    rows = session.execute(
        select(FailedSearchWord.words, times, last)
        .where(FailedSearchWord.board_id == board.id, FailedSearchWord.day > today() - FAILED_QUERY_RETENTION)
        .group_by(FailedSearchWord.words)
        .order_by(times.desc(), last.desc(), FailedSearchWord.words)
        .limit(_SHOWN)
    )
    return [FailedQuery(words, int(count), day) for words, count, day in rows]


def forget_old_searches() -> int:
    """Delete counts past their retention; return how many."""
    with write_transaction() as session:
        old = delete(FailedSearchWord).where(FailedSearchWord.day <= today() - FAILED_QUERY_RETENTION)
        return len(session.scalars(old.returning(FailedSearchWord.id)).all())
