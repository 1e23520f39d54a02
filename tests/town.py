"""A small town for tests: a column of each kind and four people with different rights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.accounts.models import Account
from boards.commands import parse_command
from boards.database import db, now, read_session, write_transaction
from boards.directory import create_board, create_person, create_service
from boards.log.change_log import CommittedChange
from boards.models import Board, Card, Change, Column, Kind, Role
from boards.perform import perform

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Town:
    board: int
    other_board: int
    facilitator: int
    agent: int
    colleague: int  # an agent of another service
    reader: int
    service: int  # columns, by kind
    guide: int
    suggestions: int
    free: int
    ccas: int  # services: the agent's, the colleague's
    mediatheque: int

    def perform(
        self, actor: int, key: str | None = None, *, board: int | None = None, **command: Any
    ) -> CommittedChange:
        """Execute a command given as JSON fields."""
        return perform(actor, board or self.board, parse_command(command), key)

    def add_card(
        self, title: str = "Piscine fermée", *, column: int | None = None, actor: int | None = None, **fields: Any
    ) -> int:
        """Add a card at the end of a column (by default the service's, by its agent); return its id."""
        committed = self.perform(
            actor or self.agent, type="add_card", column=column or self.service, title=title, **fields
        )
        return next(iter(committed.cards))

    def titles(self, column: int) -> list[str]:
        """Return the titles of the cards in a column, from the top."""
        db.session.rollback()
        cards = read_session().query(Card).filter_by(column_id=column, archived_at=None).order_by(Card.rank)
        return [card.title for card in cards]

    def card(self, card_id: int) -> Card:
        db.session.rollback()
        return read_session().get_one(Card, card_id, populate_existing=True)

    def column(self, column_id: int) -> Column:
        db.session.rollback()
        return read_session().get_one(Column, column_id, populate_existing=True)

    def fresh_board(self) -> Board:
        db.session.rollback()
        return read_session().get_one(Board, self.board, populate_existing=True)

    @property
    def seq(self) -> int:
        return self.fresh_board().seq

    @property
    def log(self) -> list[Change]:
        db.session.rollback()
        return read_session().query(Change).filter_by(board_id=self.board).order_by(Change.seq).all()


SERVICES = [("ccas", "CCAS", 20), ("mediatheque", "Médiathèque", 300)]
PEOPLE = {
    "facilitator": ("dtan@ville.example", "Élise Laurent", Role.FACILITATOR, []),
    "agent": ("ccas@ville.example", "Sonia Bernard", Role.AGENT, ["ccas"]),
    "colleague": ("mediatheque@ville.example", "Léo Dumas", Role.AGENT, ["mediatheque"]),
    "reader": ("elu@ville.example", "Carole Viala", Role.READER, []),
}


def found_town(password_hash: str) -> Town:
    with write_transaction() as session:
        board = create_board(session, "accueil", "Accueil")
        other = create_board(session, "autre", "Autre")
        services = {slug: create_service(session, slug, name, hue).id for slug, name, hue in SERVICES}
        people = {}
        for key, (email, name, role, slugs) in PEOPLE.items():
            person = create_person(session, name, role, slugs)
            session.add(Account(person_id=person.id, email=email, password_hash=password_hash, welcomed_at=now()))
            people[key] = person.id
    columns = {}
    for kind in Kind:
        owner = {"service": services["ccas"]} if kind is Kind.SERVICE else {}
        command = parse_command({"type": "add_column", "title": kind.value.capitalize(), "kind": kind.value, **owner})
        columns[kind.value] = next(iter(perform(people["facilitator"], board.id, command).columns))
    return Town(board=board.id, other_board=other.id, **people, **columns, **services)
