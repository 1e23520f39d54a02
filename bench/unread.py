"""(g) Time the page of a board of 5,100 cards for 400 people with unread cards.

Every card has news; each person has a visit that ended at some seq, and has since read some 200 cards one by one.
Against the same town in which nobody has read anything and nothing was ever new. Both servers run at once and are
asked in turns; the cards' HTML is cached.
"""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

from bench.figures import Figure, median
from bench.open import answers_ms
from bench.processes import Towns, served, sign_in
from bench.town import EMAIL, SEED, Town

AIM = 1.3
PEOPLE, READ_SINCE = 400, 200
SEQ = 100_000  # far enough for each card's news to have a seq of its own


def measure(towns: Towns, *, quick: bool) -> list[Figure]:
    """Answer this question."""
    cards, rounds = (1020, 5) if quick else (5100, 25)
    bare, read = towns.copy(cards, PEOPLE), towns.copy(cards, PEOPLE)
    rows = _let_them_read(read)
    with served(bare) as without, served(read) as server:
        sides = {side: (each.url, sign_in(each.url)) for side, each in {"without": without, "with": server}.items()}
        for address in sides.values():
            answers_ms(*address, 1)
        answered: dict[str, list[float]] = {side: [] for side in sides}
        for _ in range(rounds):
            for side, address in sides.items():
                answered[side] += answers_ms(*address, 1)
    words = f"{cards:,} cards, {PEOPLE} people, {rows:,} cards read one by one: the page is answered"
    return [
        Figure("unread", words, median(answered["with"]), "ms", median(answered["without"]), aim=AIM, aims_at="ratio")
    ]


def _let_them_read(town: Town) -> int:
    """Write news, visits and read cards; return how many single cards were read."""
    dice = random.Random(SEED)
    with closing(sqlite3.connect(Path(town.data_dir) / "flash-news.sqlite3")) as database, database:
        people = [row[0] for row in database.execute("SELECT id FROM people")]
        cards = [row[0] for row in database.execute("SELECT id FROM cards ORDER BY id")]
        signalled = dict(zip(cards, dice.sample(range(1, SEQ), len(cards)), strict=True))
        database.execute("UPDATE boards SET seq = ? WHERE id = ?", (SEQ, town.board))
        database.executemany(
            "UPDATE cards SET signalled_seq = ?, signalled_by_id = author_id WHERE id = ?",
            [(seq, id) for id, seq in signalled.items()],
        )
        database.execute("DELETE FROM visits")
        visits = [(person, town.board, dice.randrange(SEQ)) for person in people]
        database.executemany("INSERT INTO visits (person_id, board_id, read_to) VALUES (?, ?, ?)", visits)
        # Whoever is measured has read half of it, and as much as the others since.
        database.execute(
            "UPDATE visits SET read_to = ? WHERE person_id = (SELECT person_id FROM accounts WHERE email = ?)",
            (SEQ // 2, EMAIL),
        )
        seen = [(person, card, SEQ) for person in people for card in dice.sample(cards, READ_SINCE)]
        database.executemany("INSERT INTO seen (person_id, card_id, seq) VALUES (?, ?, ?)", seen)
    return len(seen)
