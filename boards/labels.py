"""Store the labels of boards and count their use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from boards.database import Base
from boards.models import Card
from boards.text.sanitize import sorting_key

LABEL_NAME_MAX_CHARACTERS = 60
ON_A_CARD = 10
ON_A_BOARD = 100
# Distinguishable hues; a new label gets the least used one.
HUES = (250, 20, 150, 60, 300, 200, 100, 340, 180, 40, 270, 120)


class Label(Base):
    """A label of one board; `placements_as_json` is the name as compared."""

    __tablename__ = "labels"
    # Ids are never reused: logs and saved filters still refer to deleted labels.
    __table_args__ = (UniqueConstraint("board_id", "plain"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    plain: Mapped[str] = mapped_column(String(60))
    hue: Mapped[int] = mapped_column(default=250)


class LabelsOfCards:
    """Look up cards' labels, reading each board's labels once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._boards: dict[int, dict[int, Label]] = {}

    def __call__(self, card: Card) -> list[Label]:
        """Return the labels of a card, in the card's own order."""
        if not card.label_ids:
            return []
        if card.board_id not in self._boards:
            self._boards[card.board_id] = labels_of(self._session, card.board_id)
        known = self._boards[card.board_id]
        return [known[id] for id in card.label_ids if id in known]


def labels_of(session: Session, board_id: int) -> dict[int, Label]:
    """Return the labels of a board by id, in order of their names."""
    found = session.scalars(select(Label).where(Label.board_id == board_id))
    return {label.id: label for label in sorted(found, key=lambda label: label.plain)}


def labelled_cards(session: Session, board_id: int) -> Sequence[Card]:
    """Return every card of the board with labels, archived ones too."""
    return session.scalars(select(Card).where(Card.board_id == board_id, Card.label_ids != [])).all()


def label_counts(session: Session, board_id: int) -> Counter[int]:
    """Count the active cards with each label."""
    active = select(Card.label_ids).where(Card.board_id == board_id, Card.archived_at.is_(None), Card.label_ids != [])
    return Counter(id for ids in session.scalars(active) for id in ids)


def plain_label_name(name: str) -> str:
    """Normalise a name for comparison, ignoring accents, case, ligatures and kinds of apostrophe."""
    plain = sorting_key(name).replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    return " ".join(plain.split())[:LABEL_NAME_MAX_CHARACTERS] or name
