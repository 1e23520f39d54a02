"""The commands that people and programs may send, by name, and how their JSON becomes one of them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from boards.commands.base import Command
from boards.commands.boards import ArchiveBoard, EditBoard, RestoreBoard
from boards.commands.cards import AddCard, ArchiveCard, ConfirmCard, EditCard, MoveCard, RestoreCard
from boards.commands.columns import AddColumn, ArchiveColumn, EditColumn, MoveColumn, RestoreColumn
from boards.commands.erasing import EraseCard, EraseColumn
from boards.commands.flash import FlashCard
from boards.commands.labels import EditLabel, MergeLabels, RemoveLabel, SetLabels
from boards.commands.reading import RequireReading
from boards.commands.reorganising import MergeColumn, SplitColumn
from boards.commands.restoring import RestoreText
from boards.commands.rights import SetRights
from boards.commands.selection import ArchiveCards, MoveCards
from boards.commands.suggestions import PublishAnswer, ReplyToCard, SetStatus, SetSuggestion, VoteCard, WithdrawReply
from boards.commands.undo import UndoChange
from boards.errors import FieldError, Invalid

AnyCommand = Annotated[
    AddCard
    | EditCard
    | MoveCard
    | MoveCards
    | ArchiveCard
    | ArchiveCards
    | RestoreCard
    | ConfirmCard
    | AddColumn
    | EditColumn
    | MoveColumn
    | ArchiveColumn
    | RestoreColumn
    | MergeColumn
    | SplitColumn
    | SetRights
    | EditBoard
    | ArchiveBoard
    | RestoreBoard
    | RequireReading
    | FlashCard
    | RestoreText
    | EraseCard
    | EraseColumn
    | SetSuggestion
    | SetStatus
    | PublishAnswer
    | VoteCard
    | ReplyToCard
    | WithdrawReply
    | SetLabels
    | EditLabel
    | MergeLabels
    | RemoveLabel
    | UndoChange,
    Field(discriminator="type"),
]
_commands: TypeAdapter[Command] = TypeAdapter(AnyCommand)


def parse_command(data: Any) -> Command:
    """The command that this JSON value asks for. Raises Invalid, naming each field that is wrong."""
    try:
        return _commands.validate_python(data)
    except ValidationError as error:
        raise Invalid([_field_error(dict(problem)) for problem in error.errors(include_url=False)]) from error


def _field_error(problem: dict[str, Any]) -> FieldError:
    # A discriminated union puts the command's name first in the path; people know fields by their own name.
    path = [str(step) for step in problem["loc"]][1:]
    facts = {name: value for name, value in problem.get("ctx", {}).items() if isinstance(value, int | str)}
    return FieldError(".".join(path) or "type", problem["type"], facts)


__all__ = ["Command", "parse_command"]
