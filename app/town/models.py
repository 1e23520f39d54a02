"""Define the table of the one town that a database serves."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from boards.database import Base


class Town(Base):
    """The one town that this database serves."""

    __tablename__ = "town"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    demo: Mapped[bool] = mapped_column(default=False)
    # The hash of the code that opens the set-up page, while nobody has set the town up.
    setup_hash: Mapped[str | None] = mapped_column(String(64))
    # What a resident takes home on paper.
    address: Mapped[str] = mapped_column(Text, default="")
    contact: Mapped[str] = mapped_column(Text, default="")
    hours: Mapped[str] = mapped_column(Text, default="")
