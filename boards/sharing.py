"""Share cards with residents: the rule that allows it, the public page of a card, the count of prints."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ForeignKey, String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from boards import rights
from boards.database import Base, Moment, now
from boards.models import Board, Card, Column, Person
from boards.text.html_tree import Node, parse_html, to_html
from boards.text.sanitize import LINK_REL

_TOKEN_BYTES = 16  # 128 bits cannot be guessed, and are short enough to type from paper


class PublicLink(Base):
    """Public address of a shareable card until revoked; printed anyway, so its token is stored in clear."""

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
    """A card's current public link, its last one, and the number of prints."""

    link: PublicLink | None
    last: PublicLink | None
    prints: int


def sharing_obstacle(card: Card, column: Column, board: Board, day: date) -> str | None:
    """Return why the card is not shared that day, None if it may be.

    Reasons: `internal`, `scheduled`, `archived` or `expired`.
    """
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
    """Return the card's text without links to pages of this installation, except public ones.

    `home` is the address of this installation.
    """

    def unlinked(nodes: Iterable[Node]) -> Iterable[Node]:
        for node in nodes:
            if isinstance(node, str):
                yield node
            elif node.attributes and _is_internal(node.href.strip(), home):
                yield from unlinked(node.children)
            else:
                yield replace(node, children=list(unlinked(node.children)))

    return to_html(unlinked(parse_html(card.body_html, stored=True)), LINK_REL)


def _is_internal(address: str, home: str) -> bool:
    host, path = address.casefold().partition("://")[2].partition("/")[::2]
    return address.startswith("/") or (
        host == home.casefold().partition("://")[2].partition("/")[0] and not path.startswith("p/")
    )


def sharing_state(session: Session, card_id: int) -> SharingState:
    """Return the state of the card's sharing."""
    links = session.scalars(select(PublicLink).where(PublicLink.card_id == card_id).order_by(PublicLink.id)).all()
    return SharingState(
        link=next((link for link in links if link.revoked_at is None), None),
        last=links[-1] if links else None,
        prints=sum(link.prints for link in links),
    )


def find_public(session: Session, token: str, day: date) -> tuple[Card, Column] | None:
    """Return the card shown at this address that day; None both for unknown and for revoked tokens."""
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


def create_public_link(session: Session, card_id: int, person_id: int) -> tuple[PublicLink, bool]:
    """Return the card's public link and True if it was created now.

    Concurrent calls for one card get one link.
    """
    session.execute(select(Card.id).where(Card.id == card_id).with_for_update(key_share=True))
    if link := sharing_state(session, card_id).link:
        return link, False
    link = PublicLink(card_id=card_id, created_by_id=person_id, token=secrets.token_urlsafe(_TOKEN_BYTES))
    session.add(link)
    session.flush()
    return link, True


def revoke_public_link(session: Session, card_id: int) -> bool:
    """Revoke the card's public link for good; return True if it had one."""
    revoking = (
        update(PublicLink)
        .where(PublicLink.card_id == card_id, PublicLink.revoked_at.is_(None))
        .values(revoked_at=now())
    )
    return bool(session.scalars(revoking.returning(PublicLink.id)).all())


def count_print(session: Session, card_id: int) -> None:
    """Count a print on the card's last link, revoked or not."""
    last = select(func.max(PublicLink.id)).where(PublicLink.card_id == card_id).scalar_subquery()
    session.execute(update(PublicLink).where(PublicLink.id == last).values(prints=PublicLink.prints + 1))


def may_revoke(person: Person, card: Card, column: Column, state: SharingState) -> bool:
    """Return True for people who may place the card and for the author of the link."""
    is_author = state.last is not None and state.last.created_by_id == person.id
    return rights.may_place(person, card, column) or is_author
