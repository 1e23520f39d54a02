"""What became of the demo's cards: rules to be read, suggestions supported, discussed and answered, by the same commands as anybody's."""

from __future__ import annotations

from typing import Any

from boards.changes import Committed
from boards.commands import parse_command
from boards.perform import perform
from boards.text import markdown_to_html


class Steps:
    """Lets the people of a new demo board do what its file tells."""

    def __init__(self, board: int, people: dict[str, int], services: dict[str, int], columns: dict[str, int]) -> None:
        self._board, self._people, self._services, self._columns = board, people, services, columns

    def go_through(self, card: int, told: dict[str, Any]) -> None:
        """`told` is the card's entry of the town's file: whether everybody must read it, whom it asks, who supports it, and the steps that followed."""
        if told.get("must_read"):
            self._perform(told["author"], type="require_reading", card=card, required=True)
        if "asked" in told:
            self._perform(told["author"], type="set_suggestion", card=card, suggestion="request", asked=self._services[told["asked"]])
        for who in told.get("votes", ()):
            self._perform(who, type="vote_card", card=card, on=True)
        for version, step in enumerate(told.get("steps", ()), start=1):
            self._perform(step["by"], **self._command(card, version, step))

    def _command(self, card: int, version: int, step: dict[str, Any]) -> dict[str, Any]:
        """`version`: the card's own, if all its steps so far were edits."""
        if "edit" in step:
            return {"type": "edit_card", "card": card, "version": version, "body": markdown_to_html(step["edit"])}
        if "archive" in step:
            return {"type": "archive_card", "card": card}
        if "reply" in step:
            return {"type": "reply", "card": card, "text": step["reply"]}
        if "answer" in step:
            body = markdown_to_html(step["body"])
            return {"type": "publish_answer", "card": card, "column": self._columns[step["column"]], "title": step["answer"], "body": body}
        return {"type": "set_status", "card": card, "status": step["status"], "note": step.get("note", "")}

    def _perform(self, who: str, **command: Any) -> Committed:
        return perform(self._people[who], self._board, parse_command(command))
