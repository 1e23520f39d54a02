"""Reading a board: which columns and cards a person may see, in order, in a fixed number of queries."""

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
    """A board's columns as one person may see them, in their own order."""

    board: Board
    columns: Sequence[Column]
    folded: frozenset[int]
    placements: dict[int, Placement]


@dataclass(frozen=True)
class Snapshot(Overview):
    """The same with its cards, by column. `seq` is not newer than the rest, so catching up loses nothing."""

    seq: int
    cards: dict[int, list[CardKey]]


def find_board(session: Session, person: Person, slug_or_id: str | int) -> Board:
    """The board by its slug or id, if this person may see it. Raises NotFound."""
    if isinstance(slug_or_id, str) and not slug_or_id.isprintable():  # PostgreSQL refuses to look for some of these
        raise NotFound("board_not_found")
    where = Board.id == slug_or_id if isinstance(slug_or_id, int) else Board.slug == slug_or_id
    board = session.scalar(select(Board).where(where))
    if board is None or not rights.may_see(person, board):
        raise NotFound("board_not_found")
    return board


def boards_for(session: Session, person: Person) -> Sequence[Board]:
    """Those in use, in the town's order."""
    return boards_in_use(session) if person.disabled_at is None else []


def home_board(session: Session, person: Person) -> Board | None:
    """The board on which this person arrives."""
    return default_among(boards_for(session, person))


def snapshot(session: Session, board: Board, person: Person) -> Snapshot:
    """Everything that stands on the board, in five queries however many cards there are."""
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
    """What a person sees of the board before its cards, in three queries."""
    columns = visible_columns(session, board, person)
    folded = session.scalars(select(Fold.column_id).where(Fold.person_id == person.id))
    placements = placements_of(session, board, person)
    return Overview(board, arranged(columns, placements), frozenset(folded), placements)


def active_cards(session: Session, board: Board) -> dict[int, list[CardKey]]:
    """All cards on the board, by column, in their order, whoever may see them; archived columns too."""
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
    rows = session.scalars(
        select(Column).where(Column.board_id == board.id, Column.archived_at.is_(None)).order_by(Column.rank)
    )
    return [column for column in rows if rights.may_read(person, column)]


def load_cards(session: Session, ids: Iterable[int]) -> list[Card]:
    """These cards with their authors and columns, in batches that any database takes."""
    ids = list(ids)
    cards: list[Card] = []
    for start in range(0, len(ids), 500):
        batch = select(Card).where(Card.id.in_(ids[start : start + 500]))
        cards += session.scalars(batch.options(selectinload(Card.column)))
    return cards


def find_card(session: Session, person: Person, card_id: int) -> tuple[Card, Column]:
    """A card, archived or not, and its column, if this person may see them. Raises NotFound."""
    found = select(Card, Column, Board).join(Column, Column.id == Card.column_id).join(Board, Board.id == Card.board_id)
    row = session.execute(found.where(Card.id == card_id)).first()
    if row is None or not rights.may_see_card(person, row[0], row[1]) or not rights.may_see(person, row[2]):
        raise NotFound("card_not_found")
    return row[0], row[1]


def archived(session: Session, board: Board, person: Person) -> tuple[list[Column], list[tuple[Card, Column]]]:
    """What was put away, latest first: columns, and cards whose column is still in use, that this person may see."""
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
        .limit(ARCHIVED_LIMIT)  # counted among what this person may see, or what is hidden would crowd the rest out
    )
    return [column for column in columns if rights.may_read(person, column)], [
        (card, in_use[card.column_id]) for card in cards
    ]


def scheduled(session: Session, board: Board, person: Person) -> list[tuple[Card, Column]]:
    """The cards that wait for their day, the next first, that this person may edit."""
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
    """Every service that is not archived, by name as a reader of French looks it up: É beside E."""
    return sorted(
        session.scalars(select(Service).where(Service.archived_at.is_(None))),
        key=lambda service: sorting_key(service.name),
    )


def audiences(session: Session, ids: Collection[int]) -> dict[int, Audience]:
    """How rights see these people, as `Person.audience` does; without making a thousand objects of a thousand people."""
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
    """Archived ones too."""
    return session.scalars(select(Board).order_by(Board.position, Board.id)).all()


def all_boards(session: Session) -> Sequence[Board]:
    return session.scalars(select(Board).order_by(Board.slug)).all()
