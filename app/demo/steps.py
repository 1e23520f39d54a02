"""Replay what happened to the demo’s cards, through the ordinary commands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from boards.commands import parse_command
from boards.log.change_log import CommittedChange
from boards.perform import perform
from boards.text.sanitize import markdown_to_html


class Steps:
    """Perform the commands listed in the demo’s file, as the demo’s people."""

    def __init__(
        self, board: int, people: dict[str, int], services: dict[str, int], columns: dict[str, int], today: date
    ) -> None:
        self._board, self._people, self._services, self._columns = board, people, services, columns
        self._today = today

    def go_through(self, card: int, told: dict[str, Any]) -> None:
        """Perform the author’s commands, votes and steps of the card’s entry in the town file."""
        version = 1
        for command in self._of_author(told):
            version = self._perform(told["author"], card, version, command)
        for who in told.get("votes", ()):
            self._perform(who, card, version, {"type": "vote_card", "on": True})
        for step in told.get("steps", ()):
            version = self._perform(step["by"], card, version, self._command(step))

    def check_yearly(self, column: int) -> None:
        """Set a column’s check delay to one year."""
        perform(
            self._people["dtan@demo.example"],
            self._board,
            parse_command({"type": "edit_column", "column": column, "version": 1, "check_after": 365}),
        )

    def _of_author(self, told: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if "must_read" in told:
            asked = [] if told["must_read"] == "all" else [self._services[slug] for slug in told["must_read"]]
            yield {"type": "require_reading", "required": True, "services": asked}
        if "asked" in told:
            yield {"type": "set_suggestion", "suggestion": "request", "asked": self._services[told["asked"]]}
        if "note" in told:
            yield {"type": "edit_card", "internal_note": told["note"], "silent": True}
        if told.get("internal"):
            yield {"type": "edit_card", "tellable": False}
        if "labels" in told:
            yield {"type": "set_labels", "labels": told["labels"]}
        if told.get("flash"):
            yield {"type": "flash_card", "on": True}
        if "waits" in told:
            yield {"type": "edit_card", "visible_from": (self._today + timedelta(days=told["waits"])).isoformat()}

    def _command(self, step: dict[str, Any]) -> dict[str, Any]:
        if "edit" in step:
            return {"type": "edit_card", "body": markdown_to_html(step["edit"])}
        if "archive" in step:
            return {"type": "archive_card"}
        if "confirm" in step:
            return {"type": "confirm_card"}
        if "reply" in step:
            return {"type": "reply", "text": step["reply"]}
        if "answer" in step:
            body = markdown_to_html(step["body"])
            return {
                "type": "publish_answer",
                "column": self._columns[step["column"]],
                "title": step["answer"],
                "body": body,
            }
        return {"type": "set_status", "status": step["status"], "note": step.get("note", "")}

    def _perform(self, who: str, card: int, version: int, asked: dict[str, Any]) -> int:
        """Which version the card has after this command."""
        edited = {"version": version} if asked["type"] == "edit_card" else {}
        done: CommittedChange = perform(
            self._people[who], self._board, parse_command({**asked, "card": card, **edited})
        )
        shown = done.cards[card]
        return shown.version if shown is not None else version
