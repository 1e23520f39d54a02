"""Fill a town to measure with: a board of any size in French, people, and what a program needs to act.

Run as a program (`python -m bench.town DATA_DIR CARDS PEOPLE`) it fills a data folder: the benchmarks' own process
stays free of the application. The same arguments give the same texts.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import tomllib
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from config import ROOT, Settings

SECRET_KEY = "a-key-that-only-benchmarks-use-and-nobody-else"
SLUG = "accueil"
EMAIL = "animatrice@bench.example"
PASSWORD = "correct horse battery"
COLUMNS = 17
BODY_CHARACTERS = 400
AUTHORS = 30
SEED = 1789


@dataclass(frozen=True)
class Town:
    """Describe a filled data folder; `tokens` has one API token for each of the people."""

    data_dir: str
    board: int
    columns: dict[str, list[int]]  # column id → its card ids from the top
    tokens: list[str]

    @property
    def cards(self) -> int:
        """Return the number of cards."""
        return sum(map(len, self.columns.values()))

    def moves(self, count: int, seed: int = SEED) -> list[dict[str, Any]]:
        """Return `count` commands that move a random card to the end of a column or behind a card of it."""
        dice = random.Random(seed)
        columns = {int(column): cards for column, cards in self.columns.items()}
        everything = [card for cards in columns.values() for card in cards]
        moves: list[dict[str, Any]] = []
        for _ in range(count):
            card, column = dice.choice(everything), dice.choice(list(columns))
            place = {"after": dice.choice(columns[column])} if dice.random() < 0.5 else {}
            moves.append({"type": "move_card", "card": card, "column": column, **place})
        return moves


def make_town(data_dir: Path, cards: int, people: int = 0) -> Town:
    """Fill `data_dir` in a process of its own: cards in 17 columns, readers with a token each."""
    subprocess.run([sys.executable, "-m", "bench.town", str(data_dir), str(cards), str(people)], cwd=ROOT, check=True)
    return Town(**json.loads((data_dir / "town.json").read_text(encoding="utf-8")))


def settings_of(data_dir: Path) -> dict[str, str]:
    """Return the environment that serves this folder as in production."""
    return {"DEMO": "0", "SECRET_KEY": SECRET_KEY, "DATA_DIR": str(data_dir), "LOG_LEVEL": "WARNING"}


class Writer:
    """Write with the demo town's words, as often as they have them; the same for the same seed.

    Most words are drawn at random, some follow the one before as they do in the demo. That is not for reading: it
    makes 1,020 cards compress like as many real ones (brotli 4: 0.35; the demo's own 35 kB: 0.40). Repeated phrases
    would travel in too few bytes.
    """

    CHANGES_SUBJECT = 0.8

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.titles, words = _demo_texts()
        self.words = words
        self.next: dict[str, list[str]] = {}
        for word, following in pairwise(words):
            self.next.setdefault(word, []).append(following)

    def title(self) -> str:
        """Return a title."""
        return f"{self.dice.choice(self.titles)} ({self._prose(24).rstrip('.,;:').lower()})"[:120]

    def paragraphs(self, characters: int) -> list[str]:
        """Return two or three paragraphs of about this many characters together."""
        parts = self.dice.choice((2, 2, 3))
        return [self._prose(characters // parts) for _ in range(parts)]

    def _prose(self, characters: int) -> str:
        word = self.dice.choice(self.words)
        chosen = [word]
        length = len(word)
        while length < characters:
            wanders = self.dice.random() < self.CHANGES_SUBJECT or word not in self.next
            word = self.dice.choice(self.words if wanders else self.next[word])
            chosen.append(word)
            length += 1 + len(word)
        text = " ".join(chosen).strip(" ,;:·")
        return text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _demo_texts() -> tuple[list[str], list[str]]:
    town = tomllib.loads((ROOT / "app" / "demo" / "val_rive.toml").read_text(encoding="utf-8"))
    cards = [card for column in town["columns"] for card in column["cards"]]
    titles = [_without_dates(card["title"])[:80] for card in cards]
    words = _without_dates(" ".join(card.get("body", "") for card in cards)).split()
    return titles, [word for word in words if not set(word) <= set("-*#>•|")]


def _without_dates(text: str) -> str:
    return re.sub(r"[*_#]", "", re.sub(r"\{[^}]*\}", "mardi 24", text))


# --- in the process that fills -----------------------------------------------------------------------------------


def _fill(data_dir: Path, cards: int, people: int) -> Town:
    from sqlalchemy import update

    from app import create_app
    from app.accounts import service as account_service
    from app.accounts.models import Account
    from app.server.migrations import bring_up_to_date
    from boards.commands.import_columns import ImportColumns
    from boards.commands.import_data import Tally
    from boards.database import db, now, read_session, write_transaction
    from boards.directory import create_board
    from boards.models import Card, Role
    from boards.perform import perform

    app = create_app(Settings.from_environment(settings_of(data_dir)))
    bring_up_to_date(app)
    with app.app_context():
        with write_transaction() as session:
            board_id = create_board(session, SLUG, "Accueil").id
        actor = account_service.add_account(EMAIL, "Élise Laurent", Role.FACILITATOR, [], PASSWORD).person_id
        with write_transaction() as session:  # nobody is shown around: that is for a first day
            session.execute(update(Account).values(welcomed_at=now()))
        authors = [
            account_service.add_account(
                f"agent{n}@bench.example", f"Agent {chr(65 + n % 26)}. Durand", Role.AGENT, [], None
            ).person_id
            for n in range(AUTHORS)
        ]
        perform(actor, board_id, ImportColumns(columns=_columns(cards, authors), tally=Tally()))
        tokens = []
        for n in range(people):
            email = f"lecteur{n}@bench.example"
            account_service.add_account(email, f"Camille Lecteur-{n}", Role.READER, [], None)
            tokens.append(account_service.create_api_token(email, "bench"))
        columns: dict[str, list[int]] = {}
        read_session().rollback()  # making accounts has read from before the import
        for card in read_session().query(Card).order_by(Card.column_id, Card.rank):
            columns.setdefault(str(card.column_id), []).append(card.id)
        db.session.remove()
        db.engine.dispose()
    return Town(str(data_dir), board_id, columns, tokens)


def _columns(cards: int, authors: list[int]) -> list[Any]:
    from boards.commands.import_data import IncomingCard, IncomingColumn
    from boards.models import Kind
    from boards.text.sanitize import clean_body, clean_title

    writer = Writer(SEED)
    today = date.today()  # noqa: DTZ011 - any day does

    def card(number: int) -> IncomingCard:
        body = clean_body("".join(f"<p>{paragraph}</p>" for paragraph in writer.paragraphs(BODY_CHARACTERS)))
        return IncomingCard(
            title=clean_title(writer.title()),
            body_html=body,
            author_id=authors[number % len(authors)],
            valid_until=today + timedelta(days=number % 60) if number % 2 else None,
        )

    kinds = [Kind.GUIDE, Kind.SUGGESTIONS, *[Kind.SERVICE] * (COLUMNS - 2)]
    return [
        IncomingColumn(
            title=f"Service {number + 1}",
            kind=kind,
            hue=number * 20 % 360,
            cards=[card(n) for n in range(number, cards, COLUMNS)],
        )
        for number, kind in enumerate(kinds)
    ]


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "town.json").write_text(
        json.dumps(asdict(_fill(folder, int(sys.argv[2]), int(sys.argv[3])))), encoding="utf-8"
    )
