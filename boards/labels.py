"""Labels: what the cards of a board are marked with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from boards.database import Base
from boards.models import Card
from boards.text.sanitize import sorting_key

NAME_MAX_CHARACTERS = 60
ON_A_CARD = 10
ON_A_BOARD = 100
# Far enough apart to be told from each other; the least used is given to a new label.
HUES = (250, 20, 150, 60, 300, 200, 100, 340, 180, 40, 270, 120)


class Label(Base):
    """What cards of one board are marked with, by whoever edits them. `plain` is the name as it is compared."""

    __tablename__ = "labels"
    # An id is never given again: logs and saved filters still name those that are gone.
    __table_args__ = (UniqueConstraint("board_id", "plain"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    plain: Mapped[str] = mapped_column(String(60))
    hue: Mapped[int] = mapped_column(default=250)


class LabelsOfCards:
    """The labels of each card, in the card's own order. Those of a board are read once, when the first card that has some asks."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._boards: dict[int, dict[int, Label]] = {}

    def __call__(self, card: Card) -> list[Label]:
        if not card.label_ids:
            return []
        if card.board_id not in self._boards:
            self._boards[card.board_id] = labels_of(self._session, card.board_id)
        known = self._boards[card.board_id]
        return [known[id] for id in card.label_ids if id in known]


def labels_of(session: Session, board_id: int) -> dict[int, Label]:
    """The labels of a board by id, in the order of their names."""
    found = session.scalars(select(Label).where(Label.board_id == board_id))
    return {label.id: label for label in sorted(found, key=lambda label: label.plain)}


def labelled_cards(session: Session, board_id: int) -> Sequence[Card]:
    """Every card of the board that has labels, archived ones too."""
    return session.scalars(select(Card).where(Card.board_id == board_id, Card.label_ids != [])).all()


def label_counts(session: Session, board_id: int) -> Counter[int]:
    """On how many cards that stand on the board each label is."""
    standing = select(Card.label_ids).where(Card.board_id == board_id, Card.archived_at.is_(None), Card.label_ids != [])
    return Counter(id for ids in session.scalars(standing) for id in ids)


def plain_name(name: str) -> str:
    """The name as it is compared: neither accents nor capitals, ligatures or the kind of apostrophe tell two labels apart."""
    plain = sorting_key(name).replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    return " ".join(plain.split())[:NAME_MAX_CHARACTERS] or name
