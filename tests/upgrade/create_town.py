"""Create a town and use it, with the release in the current folder; print an API token.

Run as `python …/create_town.py 0.6.0` in a checkout of that release. Only names that the release has can be imported:
the towns of older releases, which have other names, are already stored.
"""

from __future__ import annotations

import os
import sys
from typing import Any

sys.path.insert(0, os.getcwd())

from app import create_app
from app.accounts.models import Account
from app.demo import create_demo_town
from app.server.migrations import bring_up_to_date
from boards.commands import parse_command
from boards.database import db, read_session
from boards.models import Board, Card, Column, Kind
from boards.perform import perform
from config import Settings

RELEASE = tuple(int(part) for part in sys.argv[1].split("."))
FACILITATOR, AGENT = "dtan@demo.example", "ccas@demo.example"


class Day:
    """Actions on the first board of the town."""

    def __init__(self) -> None:
        self.board = read_session().query(Board).order_by(Board.id).limit(1).one().id
        self.columns = {
            kind: [
                column.id
                for column in read_session()
                .query(Column)
                .filter_by(board_id=self.board, kind=kind)
                .order_by(Column.rank)
            ]
            for kind in Kind
        }
        self.first_card = self.cards(self.columns[Kind.SERVICE][0])[0]
        self.work()

    def cards(self, column: int) -> list[int]:
        return [
            card.id
            for card in read_session().query(Card).filter_by(column_id=column, archived_at=None).order_by(Card.rank)
        ]

    def do(self, type: str, who: str = FACILITATOR, **fields: Any) -> Any:
        read_session().rollback()
        person = read_session().query(Account).filter_by(email=who).one().person_id
        read_session().rollback()
        return perform(person, self.board, parse_command({"type": type, **fields}))

    def work(self) -> None:
        first, second = self.columns[Kind.SERVICE][:2]
        card = next(
            iter(
                self.do(
                    "add_card",
                    column=first,
                    title="Chaudière en panne",
                    body="<p>Retour à <b>16 h</b>.</p>",
                    after=None,
                ).cards
            )
        )
        self.do("edit_card", card=card, version=1, title="Chaudière réparée")
        self.do("move_card", card=card, column=second, after=None)
        self.do("archive_card", card=self.first_card)
        self.do("restore_card", card=self.first_card)
        self.do("archive_card", card=self.cards(second)[-1])
        column = next(iter(self.do("add_column", title="Braderie", kind="free", hue=60).columns))
        self.do("edit_column", column=column, title="Braderie d’automne")
        self.do("add_card", column=column, title="Stands complets")
        self.do("move_column", column=column, after=None)
        if RELEASE >= (0, 2):
            self.do("set_rights", column=column, readers="none")
            self.do("undo_change", seq=self.seq())
        if RELEASE >= (0, 3):
            suggestion = next(
                iter(
                    self.do(
                        "add_card", AGENT, column=self.columns[Kind.SUGGESTIONS][0], title="Un banc à l’accueil"
                    ).cards
                )
            )
            self.do("vote_card", card=suggestion, on=True)
            self.do("reply", card=suggestion, text="Devis demandé.")
            self.do("set_status", card=suggestion, status="studied")
            self.do("set_status", card=suggestion, status="declined", note="Plus de place.")
            self.do("require_reading", card=self.cards(self.columns[Kind.GUIDE][0])[0], required=True)
            self.do("move_cards", cards=self.cards(second)[:2], column=column)
            self.do("edit_board", title="Accueil de la ville")
        if RELEASE >= (0, 4):
            self.do("set_labels", card=card, labels=["Urgent", "Bâtiments"])
            self.do("flash_card", card=card, on=True)
            self.do("confirm_card", card=self.cards(first)[-1])

    def seq(self) -> int:
        read_session().rollback()
        return read_session().get_one(Board, self.board).seq


def main() -> None:
    app = create_app(Settings.from_environment())
    bring_up_to_date(app)
    create_demo_town(app)
    with app.app_context():
        Day()
        db.session.remove()
    token = app.test_cli_runner().invoke(args=["people", "token", FACILITATOR, "--name", "Totem"]).stdout.strip()
    print(token)  # noqa: T201 - read by store.py


if __name__ == "__main__":
    main()
