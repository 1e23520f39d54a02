"""Labels: what the cards of a board are marked with."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from boards.database import Base


class Label(Base):
    """What cards of one board are marked with, by whoever edits them. `plain` is the name as it is compared."""

    __tablename__ = "labels"
    __table_args__ = (UniqueConstraint("board_id", "plain"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    plain: Mapped[str] = mapped_column(String(60))
    hue: Mapped[int] = mapped_column(default=250)
