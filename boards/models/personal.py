"""Define what a person keeps for themselves on a board; nobody else sees it, and it is no change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from boards.database import Base, Moment, RankText, RecordJSON, write_transaction
from boards.errors import Conflict
from boards.models.core import Person, Record


class Fold(Base):
    """Store that a person keeps a column folded."""

    __tablename__ = "folds"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    column_id: Mapped[int] = mapped_column(ForeignKey("columns.id", ondelete="CASCADE"), primary_key=True)


class Placement(Base):
    """Store where a person has put a column: a rank of their own, pinned before all others."""

    __tablename__ = "placements"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    column_id: Mapped[int] = mapped_column(ForeignKey("columns.id", ondelete="CASCADE"), primary_key=True, index=True)
    rank: Mapped[str | None] = mapped_column(RankText)  # None: the board's own
    pinned: Mapped[bool] = mapped_column(default=False)


class CardRead(Base):
    """Store the latest version of a card that a person has confirmed reading (« J’ai lu »)."""

    __tablename__ = "card_reads"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("cards.id", ondelete="CASCADE"), primary_key=True, index=True)
    version: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)


class BoardReadMarker(Base):
    """Store the seq up to which a person has read a board; CardReadMarker overrides it per card."""

    __tablename__ = "visits"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id", ondelete="CASCADE"), primary_key=True, index=True)
    read_to: Mapped[int]


class CardReadMarker(Base):
    """Store the seq up to which a person has read one card; 0: set back to unread."""

    __tablename__ = "seen"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("cards.id", ondelete="CASCADE"), primary_key=True, index=True)
    seq: Mapped[int]


class SavedFilter(Base):
    """Store named filters; `query` is an address query in canonical form."""

    __tablename__ = "saved_filters"
    __table_args__ = (UniqueConstraint("person_id", "board_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(500))


class Notice(Base):
    """Store a notice to a person about a card; `what` is the type of the change."""

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("cards.id", ondelete="CASCADE"), index=True)
    what: Mapped[str] = mapped_column(String(60))
    facts: Mapped[Record] = mapped_column(RecordJSON, default=dict)
    at: Mapped[datetime] = mapped_column(Moment)
    read_at: Mapped[datetime | None] = mapped_column(Moment)


@contextmanager
def personal_transaction(person_id: int) -> Iterator[Session]:
    """Open a write transaction for one person’s own rows. Raises Conflict when a target vanished."""
    try:
        with write_transaction() as session:
            lock_person(session, person_id)
            yield session
    except IntegrityError as error:
        raise Conflict("try_again") from error


def lock_person(session: Session, person_id: int) -> Person:
    """Lock the person’s row, so that two tabs never insert the same row."""
    return session.scalars(select(Person).where(Person.id == person_id).with_for_update(key_share=True)).one()
