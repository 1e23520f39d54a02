"""Define boards, columns, cards, the people who work with them, and the change log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column as TableColumn
from sqlalchemy import ForeignKey, Index, LargeBinary, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from boards.database import Base, Moment, RankText, RecordJSON, now
from boards.text.sanitize import plain_text

Record = dict[str, Any]
BigId = Base.type_annotation_map[int]


class Role(StrEnum):
    """Name the roles of people."""

    FACILITATOR = "facilitator"
    AGENT = "agent"
    READER = "reader"


class Kind(StrEnum):
    """Name the kinds of columns."""

    SERVICE = "service"
    GUIDE = "guide"
    SUGGESTIONS = "suggestions"
    FREE = "free"


class Suggestion(StrEnum):
    """Name the kinds of suggestions: an improvement, or a request for information to a service."""

    IMPROVEMENT = "improvement"
    REQUEST = "request"


class Status(StrEnum):
    """Name the states of a suggestion."""

    NEW = "new"
    STUDIED = "studied"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DONE = "done"


memberships = Table(
    "memberships",
    Base.metadata,
    TableColumn("person_id", BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    TableColumn("service_id", BigId, ForeignKey("services.id", ondelete="CASCADE"), primary_key=True),
)


class Service(Base):
    """Store a municipal service; agents belong to services, columns to one."""

    __tablename__ = "services"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    hue: Mapped[int] = mapped_column(default=250)
    description: Mapped[str] = mapped_column(Text, default="")
    hours: Mapped[str] = mapped_column(Text, default="")
    contact: Mapped[str] = mapped_column(Text, default="")
    archived_at: Mapped[datetime | None] = mapped_column(Moment)


@dataclass(frozen=True)
class Audience:
    """Group people whom rights treat alike: same role and services. Disabled accounts have no role."""

    role: Role | None
    services: frozenset[int] = frozenset()

    @property
    def key(self) -> str:
        """Return the audience as a short string."""
        return f"{self.role}:{','.join(map(str, sorted(self.services)))}"


class Person(Base):
    """Store a person who acts on boards. Their account lives in app.accounts."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Empty once the person was erased; what they wrote stays, without a name.
    name: Mapped[str] = mapped_column(String(200))
    hue: Mapped[int] = mapped_column(default=250)
    chosen_initials: Mapped[str | None] = mapped_column(String(4))
    role: Mapped[Role] = mapped_column(String(20), default=Role.AGENT)
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)
    erased_at: Mapped[datetime | None] = mapped_column(Moment)
    photo_version: Mapped[int] = mapped_column(default=0)  # 0 without a photo; part of its address
    # Counts changes of what others see, so that cached fragments showing the person are renewed.
    version: Mapped[int] = mapped_column(default=1)
    services: Mapped[list[Service]] = relationship(secondary=memberships, order_by="Service.name")

    @property
    def initials(self) -> str:
        """Return two letters for an avatar: « Marie-Ange Le Goff » → MG."""
        if self.chosen_initials:
            return self.chosen_initials
        words = [word for word in self.name.split() if word[:1].isalpha()]
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"

    @property
    def audience(self) -> Audience:
        """Return the audience that rights use for this person; loads their services if needed."""
        if self.disabled_at is not None:
            return Audience(None)
        if self.role != Role.AGENT:
            return Audience(Role(self.role))  # services only count for agents
        return Audience(Role.AGENT, frozenset(service.id for service in self.services if service.archived_at is None))


class Photo(Base):
    """Store a person’s small, re-encoded photo, apart from the person so that it is rarely loaded."""

    __tablename__ = "photos"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    webp: Mapped[bytes] = mapped_column(LargeBinary)


class Board(Base):
    """Store a board; `seq` numbers its changes."""

    __tablename__ = "boards"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    seq: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    position: Mapped[int] = mapped_column(default=0)  # among the town's boards
    is_default: Mapped[bool] = mapped_column(default=False)  # where everybody arrives
    archived_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)  # counts edits of the title


class Column(Base):
    """Store a column of a board."""

    __tablename__ = "columns"
    __table_args__ = (UniqueConstraint("board_id", "rank"), UniqueConstraint("board_id", "origin"))

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id", ondelete="CASCADE"))
    kind: Mapped[Kind] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    hue: Mapped[int] = mapped_column(default=250)
    rank: Mapped[str] = mapped_column(RankText)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id", ondelete="SET NULL"), index=True)
    # Set by facilitators: {"agents": level, "readers": level, "services": {id: level}}; see boards/rights.py
    rights: Mapped[Record] = mapped_column(RecordJSON, default=dict)
    archived_at: Mapped[datetime | None] = mapped_column(Moment)
    # Days until a card without an end date is stale; 0: never.
    check_after: Mapped[int] = mapped_column(default=90)
    version: Mapped[int] = mapped_column(default=1)
    changed_seq: Mapped[int] = mapped_column(default=0)
    origin: Mapped[str | None] = mapped_column(String(80))


class Card(Base):
    """Store a card: its text, validity, audience, news markers and suggestion state."""

    __tablename__ = "cards"
    __table_args__ = (
        UniqueConstraint("column_id", "rank"),
        UniqueConstraint("board_id", "origin"),
        Index("ix_cards_board_id_archived_at", "board_id", "archived_at"),
        Index("ix_cards_valid_until", "valid_until"),
        Index("ix_cards_visible_from", "visible_from"),
        Index("ix_cards_flash_until", "flash_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id", ondelete="CASCADE"))
    column_id: Mapped[int] = mapped_column(ForeignKey("columns.id", ondelete="CASCADE"))
    rank: Mapped[str] = mapped_column(RankText)
    title: Mapped[str] = mapped_column(String(200))
    body_html: Mapped[str] = mapped_column(Text, default="")
    body_text: Mapped[str] = mapped_column(Text, default="")
    valid_until: Mapped[date | None]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    # An author without an account here, such as a member of an imported board: a name, never a sign-in.
    byline: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    edited_at: Mapped[datetime | None] = mapped_column(Moment)
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    archived_at: Mapped[datetime | None] = mapped_column(Moment)
    # Counts edits of the content only, so that moving a card does not conflict with an edit.
    version: Mapped[int] = mapped_column(default=1)
    # The board's seq when anything about the card last changed: the key under which its fragment is cached.
    changed_seq: Mapped[int] = mapped_column(default=0)
    origin: Mapped[str | None] = mapped_column(String(80))

    # Validity and audience.
    visible_from: Mapped[date | None]  # waits in the archive until this day; None once published
    unpublished: Mapped[bool] = mapped_column(default=False)  # never shown on the board: exists for its editors only
    confirmed_at: Mapped[datetime] = mapped_column(Moment, default=now)  # last written or confirmed
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    tellable: Mapped[bool] = mapped_column(default=True)  # may be shown to residents
    internal_note: Mapped[str] = mapped_column(Text, default="")  # never shown to residents
    label_ids: Mapped[list[int]] = mapped_column(RecordJSON, default=list)

    # News: the board’s seq when the card last had news, by whom and when; flash and required reading.
    signalled_seq: Mapped[int] = mapped_column(default=0)
    signalled_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    signalled_at: Mapped[datetime | None] = mapped_column(Moment)
    flashed_at: Mapped[datetime | None] = mapped_column(Moment)
    flash_until: Mapped[datetime | None] = mapped_column(Moment)
    must_read: Mapped[bool] = mapped_column(default=False)  # readers are listed by name
    must_read_services: Mapped[list[int]] = mapped_column(RecordJSON, default=list)  # empty: everybody
    must_read_at: Mapped[datetime | None] = mapped_column(Moment)

    # Used while the card is in a suggestions column.
    suggestion: Mapped[Suggestion] = mapped_column(String(20), default=Suggestion.IMPROVEMENT)
    asked_id: Mapped[int | None] = mapped_column(ForeignKey("services.id", ondelete="SET NULL"), index=True)
    status: Mapped[Status] = mapped_column(String(20), default=Status.NEW)
    note: Mapped[str] = mapped_column(Text, default="")  # why it was declined, or how it was done
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("cards.id", ondelete="SET NULL"), index=True)
    votes: Mapped[int] = mapped_column(default=0)
    replies: Mapped[int] = mapped_column(default=0)

    column: Mapped[Column] = relationship(lazy="raise_on_sql", viewonly=True)
    asked: Mapped[Service | None] = relationship(lazy="joined", viewonly=True)
    author: Mapped[Person | None] = relationship(foreign_keys=[author_id], lazy="joined")
    edited_by: Mapped[Person | None] = relationship(foreign_keys=[edited_by_id], lazy="raise_on_sql")
    confirmed_by: Mapped[Person | None] = relationship(
        foreign_keys=[confirmed_by_id], lazy="raise_on_sql", viewonly=True
    )

    @property
    def is_scheduled(self) -> bool:
        """Return True while the card waits for its day."""
        return self.visible_from is not None

    @validates("body_html")
    def _set_plain_text(self, _name: str, body_html: str) -> str:
        self.body_text = plain_text(body_html)
        return body_html

    @validates("archived_at")
    def _put_out(self, _name: str, archived_at: datetime | None) -> datetime | None:
        """End the flash of a card that leaves the board, however it leaves."""
        if archived_at is not None and self.flash_until is not None:
            self.flashed_at = self.flash_until = None
        return archived_at


class Change(Base):
    """Record one change: actor, time, type, the touched rows before and after, the idempotency key."""

    __tablename__ = "changes"
    __table_args__ = (UniqueConstraint("board_id", "seq"), UniqueConstraint("actor_id", "key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id", ondelete="CASCADE"))
    seq: Mapped[int]
    type: Mapped[str] = mapped_column(String(60))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(Moment)
    key: Mapped[str | None] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(String(64))
    # {"cards": {id: {"before": {field: value} | null, "after": {…}}}, "columns": {…}}; see boards/log/change_log.py
    record: Mapped[Record] = mapped_column(RecordJSON)

    actor: Mapped[Person | None] = relationship(lazy="joined")


class BoardTemplate(Base):
    """Store a board’s columns, rights and guide cards as a template for new boards.

    `content` is described in boards/board_templates.py.
    """

    __tablename__ = "board_templates"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    content: Mapped[Record] = mapped_column(RecordJSON)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
