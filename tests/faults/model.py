"""A minimal sequential model of a board, against which the checker compares the product."""

from __future__ import annotations

from typing import Any

from tests.faults.history import Card, View


class Refused(Exception):
    """The board's state does not allow the command; the argument is the problem code."""


class Board:
    def __init__(self, view: View) -> None:
        self.columns = {column: [id for id, _card in cards] for column, cards in view.items()}
        self.cards: dict[int, Card] = {id: card for cards in view.values() for id, card in cards}

    @property
    def view(self) -> View:
        return {column: [(id, self.cards[id]) for id in ids] for column, ids in self.columns.items()}

    def apply(self, command: dict[str, Any], new_card: int | None = None) -> None:
        """Apply a command, or raise Refused and change nothing; `new_card`: the added card's id."""
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
                    return  # a card placed after itself does not move
                self._remove(card)
                self._place(card, command)
            case "edit_card":
                if self.cards[card][1] != command["version"]:
                    raise Refused("stale_version")
                self.cards[card] = (command["title"], command["version"] + 1)
            case "archive_card":
                self._remove(card)
                del self.cards[card]
            case unknown:
                raise ValueError(unknown)

    def _remove(self, card: int) -> None:
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
        else:  # omitted, or no longer in the column
            ids.append(card)
