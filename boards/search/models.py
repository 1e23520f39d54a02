"""What searching keeps: the words of the index beside the index itself, and what was looked for in vain, never by whom."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from boards.database import Base


class FailedSearchWord(Base):
    """How often these words were looked for in vain from a board, on a day."""

    __tablename__ = "vain_searches"
    __table_args__ = (UniqueConstraint("board_id", "day", "words"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id", ondelete="CASCADE"))
    day: Mapped[date]
    words: Mapped[str] = mapped_column(String(100))
    times: Mapped[int] = mapped_column(default=1)


class Word(Base):
    """A word of the index, so that one misspelt can be found."""

    __tablename__ = "search_words"

    word: Mapped[str] = mapped_column(Text, primary_key=True)


class Variant(Base):
    """A word of the index without one of its letters: two words one slip apart share one."""

    __tablename__ = "search_variants"

    variant: Mapped[str] = mapped_column(Text, primary_key=True)
    word: Mapped[str] = mapped_column(Text, primary_key=True)
