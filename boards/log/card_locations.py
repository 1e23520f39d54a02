"""Find out in which columns cards stood after a given change."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from boards.log.change_log import touches_card
from boards.log.record import previous_columns
from boards.models import Card, Change, Record

# Up to this many cards the log is filtered by card; beyond it is read whole.
MAX_FILTERED_CARDS = 50


def locations_after(session: Session, cards: Iterable[Card], seqs: Iterable[int]) -> dict[int, dict[int, int]]:
    """Map each seq to {card id: column id} right after that change; reads the log once."""
    homes = {card.id: card.column_id for card in cards}
    wanted = sorted(seqs)
    found: dict[int, dict[int, int]] = {}
    since = {card.id: card for card in cards if wanted and card.changed_seq > wanted[0]}
    for seq, record in _records_of(session, since, wanted[0]) if since else ():
        while wanted and wanted[-1] >= seq:
            found[wanted.pop()] = dict(homes)
        homes |= {id: home for id, home in previous_columns(record).items() if id in since}
    return found | dict.fromkeys(wanted, homes)


def _records_of(session: Session, cards: dict[int, Card], after: int) -> Iterable[tuple[int, Record]]:
    """Yield seq and record of later changes that touch these cards (and maybe others), newest first."""
    board_id = next(iter(cards.values())).board_id
    last = max(card.changed_seq for card in cards.values())
    later = select(Change.seq, Change.record).where(Change.board_id == board_id, Change.seq.between(after + 1, last))
    if len(cards) <= MAX_FILTERED_CARDS:
        later = later.where(or_(*map(touches_card, cards)))
    return ((seq, record) for seq, record in session.execute(later.order_by(Change.seq.desc())))
