"""A board that does one thing after the other: what the commands mean, in the fewest lines. The checker holds the product to it."""

from __future__ import annotations

from typing import Any

from tests.faults.history import Card, View


class Refused(Exception):
    """The board as it is does not allow this; the argument is the code of the refusal."""


class Board:
    def __init__(self, view: View) -> None:
        self.columns = {column: [id for id, _card in cards] for column, cards in view.items()}
        self.cards: dict[int, Card] = {id: card for cards in view.values() for id, card in cards}

    @property
    def view(self) -> View:
        return {column: [(id, self.cards[id]) for id in ids] for column, ids in self.columns.items()}

    def carry_out(self, command: dict[str, Any], new_card: int | None = None) -> None:
        """Raises Refused; then nothing has changed. `new_card`: the id that a card to be added was given."""
        if command["type"] == "add_card":
            assert new_card is not None
            self.cards[new_card] = (command["title"], 1)
            self._place(new_card, command)
            return
        card = command["card"]
        if card not in self.cards:
            raise Refused("card_archived")
        match command["type"]:
            case "move_card":
                if command.get("after", ...) == card and card in self.columns[command["column"]]:
                    return  # behind itself it stays
                self._take_out(card)
                self._place(card, command)
            case "edit_card":
                if self.cards[card][1] != command["version"]:
                    raise Refused("stale_version")
                self.cards[card] = (command["title"], command["version"] + 1)
            case "archive_card":
                self._take_out(card)
                del self.cards[card]
            case unknown:
                raise ValueError(unknown)

    def _take_out(self, card: int) -> None:
        for ids in self.columns.values():
            if card in ids:
                ids.remove(card)

    def _place(self, card: int, command: dict[str, Any]) -> None:
        ids = self.columns[command["column"]]
        after = command.get("after", ...)
        if after is None:
            ids.insert(0, card)
        elif after in ids:
            ids.insert(ids.index(after) + 1, card)
        else:  # left out, or gone meanwhile
            ids.append(card)
