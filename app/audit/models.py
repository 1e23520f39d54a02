"""Define the table of the administrative log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from boards.database import Base, Moment, RecordJSON, now
from boards.models import Person, Record


class AuditEntry(Base):
    """One entry of the administrative log."""

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, default=now, index=True)
    action: Mapped[str] = mapped_column(String(40), index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    subject: Mapped[str] = mapped_column(String(300), default="")
    facts: Mapped[Record] = mapped_column(RecordJSON, default=dict)
    address: Mapped[str] = mapped_column(String(60), default="")

    actor: Mapped[Person | None] = relationship(lazy="joined")
