"""Tables of the search dictionary and of failed searches."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from boards.database import Base


class FailedSearchWord(Base):
    """Count of searches for these words that found nothing, by board and day."""

    __tablename__ = "vain_searches"
    __table_args__ = (UniqueConstraint("board_id", "day", "words"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id", ondelete="CASCADE"))
    day: Mapped[date]
    words: Mapped[str] = mapped_column(String(100))
    times: Mapped[int] = mapped_column(default=1)


class Word(Base):
    """An indexed word, kept for typo matching."""

    __tablename__ = "search_words"

    word: Mapped[str] = mapped_column(Text, primary_key=True)


class Variant(Base):
    """An indexed word without one of its letters: words one typo apart share one."""

    __tablename__ = "search_variants"

    variant: Mapped[str] = mapped_column(Text, primary_key=True)
    word: Mapped[str] = mapped_column(Text, primary_key=True)
