"""The commands that people and programs may send, by name, and how their JSON becomes one of them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from boards.commands.base import Command, invalid
from boards.commands.boards import ArchiveBoard, EditBoard, RestoreBoard
from boards.commands.bulk import ArchiveCards, MoveCards
from boards.commands.cards import AddCard, ArchiveCard, ConfirmCard, EditCard, MoveCard, RestoreCard
from boards.commands.columns import AddColumn, ArchiveColumn, EditColumn, MoveColumn, RestoreColumn
from boards.commands.deletion import EraseCard, EraseColumn
from boards.commands.flash import FlashCard
from boards.commands.labels import EditLabel, MergeLabels, RemoveLabel, SetLabels
from boards.commands.merge_split import MergeColumn, SplitColumn
from boards.commands.required_reading import RequireReading
from boards.commands.restore_text import RestoreText
from boards.commands.rights import SetRights
from boards.commands.suggestions import PublishAnswer, ReplyToCard, SetStatus, SetSuggestion, VoteCard, WithdrawReply
from boards.commands.undo import UndoChange

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
        # A discriminated union puts the command's name first in the path; people know fields by their own name.
        raise invalid(error, named_from=1) from error


__all__ = ["Command", "parse_command"]
