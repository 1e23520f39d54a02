"""Add, edit, move, archive, restore and confirm a card."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from boards import rights
from boards.card_fields import INTERNAL_NOTE_MAX_CHARACTERS, SILENT, WRITTEN, CardContent
from boards.commands.base import Command
from boards.commands.placing import ranks_asked
from boards.commands.validity import (
    archive_card,
    confirm_card,
    mark_edited,
    publish_card,
    require_future_day,
    require_version,
    schedule_card,
)
from boards.errors import Conflict, FieldError, Invalid
from boards.field_types import Body, Id, Title, lines
from boards.models import Card, Kind, Suggestion
from boards.scope import Scope


def _fits_kind(asked: int | None, given: ValidationInfo) -> int | None:
    """Require the service that a request asks; refuse it elsewhere."""
    is_request = given.data.get("suggestion") == Suggestion.REQUEST
    if is_request and asked is None:
        raise PydanticCustomError("asks_nobody", "a request asks a service")
    if asked is not None and not is_request:
        raise PydanticCustomError("not_a_request", "only a request asks a service")
    return asked


# To be declared after a field `suggestion`, which decides whether there must be one.
AskedService = Annotated[Id | None, AfterValidator(_fits_kind), Field(validate_default=True)]


class NewCard(CardContent, Command):
    """Create a card in a column: at its end, or behind `after`, null at the top.

    A card visible later than today waits in the archive. `tellable` defaults to what is usual in the column.
    """

    column: Id
    title: Title
    body: Body = ""
    internal_note: Annotated[str, lines(INTERNAL_NOTE_MAX_CHARACTERS)] = ""
    after: Id | None = None

    def new_card(self, scope: Scope) -> Card:
        """Return the card, in a column where the actor may add one."""
        column = scope.column(self.column)
        scope.require_add(column)
        require_future_day(scope, self.valid_until)
        card = Card(
            board_id=scope.board.id,
            column_id=column.id,
            rank=ranks_asked(self, self.after, scope, column)[0],
            tellable=rights.is_for_residents(column),
            author=scope.actor,
            author_id=scope.actor.id,
            created_at=scope.now,
            confirmed_at=scope.now,
            confirmed_by_id=scope.actor.id,
            version=1,
        )
        self.write_content(card)
        scope.session.add(card)
        schedule_card(scope, card, self.visible_from, blame="valid_until")
        if not card.is_scheduled:
            scope.signal(card)
        return card


class AddCard(NewCard):
    """Add a card. In a suggestions column `suggestion` is its kind, and `asked` the service that a request asks."""

    event_type: ClassVar = "card_added"
    type: Literal["add_card"]
    suggestion: Suggestion | None = Field(default=None, strict=False)
    asked: AskedService = None

    def apply(self, scope: Scope) -> None:
        card = self.new_card(scope)
        if self.suggestion is None:
            return
        if scope.column(self.column).kind != Kind.SUGGESTIONS:
            raise Conflict("not_a_suggestion")
        card.suggestion = self.suggestion
        card.asked_id = scope.service_to_ask(self.asked)


class EditCard(CardContent, Command):
    """Edit the fields that are sent. An edit makes news and confirms the card, unless it is `silent`: a correction.

    `visible_from` later than today takes the card off the board until then; today, earlier or null publishes it.
    """

    event_type: ClassVar = "card_edited"
    type: Literal["edit_card"]
    card: Id
    version: Id
    silent: bool = False

    @model_validator(mode="after")
    def _edits_something(self) -> EditCard:
        if not self.model_fields_set & WRITTEN.keys():
            raise PydanticCustomError("nothing_to_edit", "nothing to edit")
        return self

    def apply(self, scope: Scope) -> None:
        if self.silent and not self.model_fields_set & WRITTEN.keys() <= SILENT:
            raise Invalid([FieldError("silent", "not_silently", {})])
        card, _column = scope.card_to_write(self.card)
        require_version(card, self.version)
        if self.is_set("valid_until") and self.valid_until != card.valid_until:  # an end that has passed may stay
            require_future_day(scope, self.valid_until)
        self.write_content(card)
        mark_edited(scope, card)
        shown_from = self.visible_from if self.is_set("visible_from") else card.visible_from
        schedule_card(scope, card, shown_from, blame="valid_until" if self.is_set("valid_until") else "visible_from")
        scope.touch(card)
        if not self.silent and not card.is_scheduled:
            confirm_card(scope, card)
            scope.signal(card)


class MoveCard(Command):
    """Move a card: `after` left out means at the end, null at the top, an id behind that card."""

    event_type: ClassVar = "card_moved"
    type: Literal["move_card"]
    card: Id
    column: Id
    after: Id | None = None

    def apply(self, scope: Scope) -> None:
        card, _source = scope.card_to_write(self.card)
        target = scope.column(self.column)
        scope.require_place(card, target)
        scope.touch(card)
        if self.after == card.id and target.id == card.column_id:
            return
        [card.rank] = ranks_asked(self, self.after, scope, target)
        card.column_id = target.id


class ArchiveCard(Command):
    """Archive a card."""

    event_type: ClassVar = "card_archived"
    type: Literal["archive_card"]
    card: Id

    def apply(self, scope: Scope) -> None:
        card, _column = scope.card_to_write(self.card)
        archive_card(scope, card)


class RestoreCard(Command):
    """Restore an archived card, or publish a scheduled one now."""

    event_type: ClassVar = "card_restored"
    type: Literal["restore_card"]
    card: Id

    def apply(self, scope: Scope) -> None:
        card, column = scope.any_card(self.card)
        scope.require_place(card, column)
        if card.archived_at is None:
            raise Conflict("card_not_archived")
        if column.archived_at is not None:
            raise Conflict("column_archived")
        publish_card(scope, card)


class ConfirmCard(Command):
    """Confirm that a card still holds."""

    event_type: ClassVar = "card_confirmed"
    type: Literal["confirm_card"]
    card: Id

    def apply(self, scope: Scope) -> None:
        card, _column = scope.card_to_edit(self.card)
        confirm_card(scope, card)
