"""What people say to suggestions: their support and their replies."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from boards.database import Base, Moment, now
from boards.models.core import Person


class Vote(Base):
    """One person's support of a suggestion; their number stands on the card."""

    __tablename__ = "votes"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("cards.id", ondelete="CASCADE"), primary_key=True, index=True)


class Reply(Base):
    """What somebody says to a suggestion. Withdrawn, it keeps its place and loses its text."""

    __tablename__ = "replies"

    id: Mapped[int] = mapped_column(primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("cards.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)

    author: Mapped[Person | None] = relationship(lazy="joined")
