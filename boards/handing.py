"""What residents are handed: the public page of a card, and how often it was printed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from boards.database import Base, Moment, now


class PublicLink(Base):
    """The address under which anybody reads one card, while it may be told, until it is revoked. It is meant to be shown, so it is kept as it is."""

    __tablename__ = "public_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("cards.id", ondelete="CASCADE"), index=True)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    prints: Mapped[int] = mapped_column(default=0)
