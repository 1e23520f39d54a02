"""Read boards: the columns and cards a person may see, in order, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, selectinload

from boards import rights
from boards.commands.boards import boards_in_use, default_among
from boards.errors import NotFound
from boards.models import Audience, Board, Card, Column, Person, Role, Service, memberships
from boards.models.personal import Fold, Placement
from boards.personal.column_order import arranged, placements_of
from boards.text.sanitize import sorting_key

ARCHIVED_LIMIT = 500

CardKey = Row[int, int, int, int, str]  # id, column_id, changed_seq, author_version, asked_name


@dataclass(frozen=True)
class Overview:
    """Hold a board’s columns as one person may see them, in their own order."""

    board: Board
    columns: Sequence[Column]
    folded: frozenset[int]
    placements: dict[int, Placement]


@dataclass(frozen=True)
class Snapshot(Overview):
    """Hold an overview with its cards by column. `seq` is read first, so that catching up loses nothing."""

    seq: int
    cards: dict[int, list[CardKey]]


def find_board(session: Session, person: Person, slug_or_id: str | int) -> Board:
    """Return the board with this slug or id. Raises NotFound unless the person may see it."""
    if isinstance(slug_or_id, str) and not slug_or_id.isprintable():  # PostgreSQL rejects some control characters
        raise NotFound("board_not_found")
    where = Board.id == slug_or_id if isinstance(slug_or_id, int) else Board.slug == slug_or_id
    board = session.scalar(select(Board).where(where))
    if board is None or not rights.may_see(person, board):
        raise NotFound("board_not_found")
    return board


def boards_for(session: Session, person: Person) -> Sequence[Board]:
    """List the active boards in the town’s order."""
    return boards_in_use(session) if person.disabled_at is None else []


def home_board(session: Session, person: Person) -> Board | None:
    """Return the board on which this person arrives."""
    return default_among(boards_for(session, person))


def snapshot(session: Session, board: Board, person: Person) -> Snapshot:
    """Read all columns and active cards that the person may see, in five queries."""
    seq = session.scalars(select(Board.seq).where(Board.id == board.id)).one()
    seen, cards = overview(session, board, person), active_cards(session, board)
    return Snapshot(
        board,
        seen.columns,
        seen.folded,
        seen.placements,
        seq,
        {column.id: cards.get(column.id, []) for column in seen.columns},
    )


def overview(session: Session, board: Board, person: Person) -> Overview:
    """Read what a person sees of the board besides its cards, in three queries."""
    columns = visible_columns(session, board, person)
    folded = session.scalars(select(Fold.column_id).where(Fold.person_id == person.id))
    placements = placements_of(session, board, person)
    return Overview(board, arranged(columns, placements), frozenset(folded), placements)


def active_cards(session: Session, board: Board) -> dict[int, list[CardKey]]:
    """Read the keys of all active cards by column, in order, without checking rights."""
    keys = (
        select(
            Card.id,
            Card.column_id,
            Card.changed_seq,
            func.coalesce(Person.version, 0).label("author_version"),
            func.coalesce(Service.name, "").label("asked_name"),
        )
        .outerjoin(Person, Person.id == Card.author_id)
        .outerjoin(Service, Service.id == Card.asked_id)
        .where(Card.board_id == board.id, Card.archived_at.is_(None))
        .order_by(Card.column_id, Card.rank)
    )
    cards: dict[int, list[CardKey]] = {}
    for key in session.execute(keys):
        cards.setdefault(key.column_id, []).append(key)
    return cards


def visible_columns(session: Session, board: Board, person: Person) -> list[Column]:
    """List the active columns that the person may read, in order."""
    rows = session.scalars(
        select(Column).where(Column.board_id == board.id, Column.archived_at.is_(None)).order_by(Column.rank)
    )
    return [column for column in rows if rights.may_read(person, column)]


def load_cards(session: Session, ids: Iterable[int]) -> list[Card]:
    """Load these cards with their authors and columns, in batches."""
    ids = list(ids)
    cards: list[Card] = []
    for start in range(0, len(ids), 500):
        batch = select(Card).where(Card.id.in_(ids[start : start + 500]))
        cards += session.scalars(batch.options(selectinload(Card.column)))
    return cards


def find_card(session: Session, person: Person, card_id: int) -> tuple[Card, Column]:
    """Return a card, archived or not, and its column. Raises NotFound unless the person may see them."""
    found = select(Card, Column, Board).join(Column, Column.id == Card.column_id).join(Board, Board.id == Card.board_id)
    row = session.execute(found.where(Card.id == card_id)).first()
    if row is None or not rights.may_see_card(person, row[0], row[1]) or not rights.may_see(person, row[2]):
        raise NotFound("card_not_found")
    return row[0], row[1]


def archived(session: Session, board: Board, person: Person) -> tuple[list[Column], list[tuple[Card, Column]]]:
    """List archived columns, and archived cards of active columns, latest first, that the person may see."""
    columns = session.scalars(
        select(Column)
        .where(Column.board_id == board.id, Column.archived_at.is_not(None))
        .order_by(Column.archived_at.desc())
    )
    in_use = {column.id: column for column in visible_columns(session, board, person)}
    cards = session.scalars(
        select(Card)
        .where(rights.seen_cards(person, in_use.values()), Card.archived_at.is_not(None), Card.visible_from.is_(None))
        .order_by(Card.archived_at.desc())
        .limit(ARCHIVED_LIMIT)  # applied after rights, or hidden cards would crowd out the others
    )
    return [column for column in columns if rights.may_read(person, column)], [
        (card, in_use[card.column_id]) for card in cards
    ]


def scheduled(session: Session, board: Board, person: Person) -> list[tuple[Card, Column]]:
    """List the cards that wait for their day and that the person may edit, next first."""
    in_use = {column.id: column for column in visible_columns(session, board, person)}
    waiting = (
        select(Card)
        .where(Card.column_id.in_(in_use), Card.visible_from.is_not(None))
        .order_by(Card.visible_from, Card.id)
    )
    return [
        (card, in_use[card.column_id])
        for card in session.scalars(waiting)
        if rights.may_see_card(person, card, in_use[card.column_id])
    ]


def services_in_use(session: Session) -> list[Service]:
    """List active services in French alphabetical order (É beside E)."""
    return sorted(
        session.scalars(select(Service).where(Service.archived_at.is_(None))),
        key=lambda service: sorting_key(service.name),
    )


def audiences(session: Session, ids: Collection[int]) -> dict[int, Audience]:
    """Map person ids to audiences without loading Person objects."""
    services: defaultdict[int, set[int]] = defaultdict(set)
    of_agents = (
        select(memberships).join(Person).join(Service).where(Person.role == Role.AGENT, Service.archived_at.is_(None))
    )
    for person_id, service_id in session.execute(of_agents.where(Person.id.in_(ids))):
        services[person_id].add(service_id)
    people = session.execute(select(Person.id, Person.role, Person.disabled_at).where(Person.id.in_(ids)))
    return {
        id: Audience(None) if closed else Audience(Role(role), frozenset(services[id])) for id, role, closed in people
    }


def all_boards_in_order(session: Session) -> Sequence[Board]:
    """List all boards, archived ones too, in the town’s order."""
    return session.scalars(select(Board).order_by(Board.position, Board.id)).all()


def all_boards(session: Session) -> Sequence[Board]:
    """List all boards by slug."""
    return session.scalars(select(Board).order_by(Board.slug)).all()
