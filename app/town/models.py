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
    # Hash of the set-up code, until the town is set up.
    setup_hash: Mapped[str | None] = mapped_column(String(64))
    # Printed on residents' sheets.
    address: Mapped[str] = mapped_column(Text, default="")
    contact: Mapped[str] = mapped_column(Text, default="")
    hours: Mapped[str] = mapped_column(Text, default="")
