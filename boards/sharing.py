"""What residents are told and handed: which cards may be, the public page of a card, and how often it was printed."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from html import unescape

from sqlalchemy import ForeignKey, String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from boards import rights
from boards.database import Base, Moment, now
from boards.models import Board, Card, Column, Person

_TOKEN_BYTES = 16  # 128 bits: nobody guesses one, and somebody can still type it from paper
_LINK = re.compile(r'<a href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)  # as sanitising leaves it; links hold no links


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


@dataclass(frozen=True)
class SharingState:
    """What became of a card so far: its public page if it has one, the last one it had, and how often it was printed."""

    link: PublicLink | None
    last: PublicLink | None
    prints: int


def sharing_obstacle(card: Card, column: Column, board: Board, day: date) -> str | None:
    """Why residents are not told this card on this day: `internal`, `scheduled`, `archived` or `expired`; None when they may be."""
    if not card.tellable or not rights.is_for_residents(column):
        return "internal"
    if card.is_scheduled:
        return "scheduled"
    if card.valid_until is not None and card.valid_until < day:
        return "expired"
    if card.archived_at or column.archived_at or board.archived_at:
        return "archived"
    return None


def shared_html(card: Card, home: str) -> str:
    """The card's text without its links to other cards and pages of ours, which are no addresses of residents.

    `home`: where this installation is reached; what residents may open there is public pages.
    """

    def told(link: re.Match[str]) -> str:
        return link[2] if _leads_in(unescape(link[1]).strip(), home) else link[0]

    return _LINK.sub(told, card.body_html)


def _leads_in(address: str, home: str) -> bool:
    host, path = address.casefold().partition("://")[2].partition("/")[::2]
    return address.startswith("/") or (
        host == home.casefold().partition("://")[2].partition("/")[0] and not path.startswith("p/")
    )


def sharing_state(session: Session, card_id: int) -> SharingState:
    links = session.scalars(select(PublicLink).where(PublicLink.card_id == card_id).order_by(PublicLink.id)).all()
    return SharingState(
        link=next((link for link in links if link.revoked_at is None), None),
        last=links[-1] if links else None,
        prints=sum(link.prints for link in links),
    )


def find_public(session: Session, token: str, day: date) -> tuple[Card, Column] | None:
    """The card that this address shows on this day. One answer for what never was and for what is no more: None."""
    found = (
        select(Card, Column, Board)
        .join(PublicLink, PublicLink.card_id == Card.id)
        .join(Column, Column.id == Card.column_id)
        .join(Board, Board.id == Card.board_id)
        .where(PublicLink.token == token, PublicLink.revoked_at.is_(None))
    )
    row = session.execute(found).first() if token.isascii() and token.isprintable() else None
    if row is None:
        return None
    card, column, board = row
    return None if sharing_obstacle(card, column, board, day) else (card, column)


def make_link(session: Session, card_id: int, person_id: int) -> tuple[PublicLink, bool]:
    """The card's public link, and whether it was made now."""
    _queue_for(session, card_id)
    if link := sharing_state(session, card_id).link:
        return link, False
    link = PublicLink(card_id=card_id, created_by_id=person_id, token=secrets.token_urlsafe(_TOKEN_BYTES))
    session.add(link)
    session.flush()
    return link, True


def revoke_link(session: Session, card_id: int) -> bool:
    """Take the card's public page away; says whether it had one. Its address never comes back."""
    revoking = (
        update(PublicLink)
        .where(PublicLink.card_id == card_id, PublicLink.revoked_at.is_(None))
        .values(revoked_at=now())
    )
    return bool(session.scalars(revoking.returning(PublicLink.id)).all())


def count_print(session: Session, card_id: int) -> None:
    """On the last link that the card had: what was printed stays counted when the page is gone."""
    last = select(func.max(PublicLink.id)).where(PublicLink.card_id == card_id).scalar_subquery()
    session.execute(update(PublicLink).where(PublicLink.id == last).values(prints=PublicLink.prints + 1))


def may_revoke(person: Person, card: Card, column: Column, so_far: SharingState) -> bool:
    """Whether the person may take the public page away: whoever may place the card, and whoever made the page."""
    made = so_far.last is not None and so_far.last.created_by_id == person.id
    return rights.may_place(person, card, column) or made


def _queue_for(session: Session, card_id: int) -> None:
    """Two who hand the same card out at once get one link."""
    session.execute(select(Card.id).where(Card.id == card_id).with_for_update(key_share=True))
