"""Commands on cards: add, edit, move, archive, restore."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from boards import rights
from boards.commands.base import Body, Command, Id, Title, lines
from boards.commands.placing import ranks_asked
from boards.commands.validity import Day, archive, confirm, publish, require_future_day, schedule
from boards.errors import Conflict, FieldError, Invalid
from boards.models import Card, Kind, Suggestion
from boards.scope import Scope
from boards.text.sanitize import plain_text

INTERNAL_NOTE_MAX_CHARACTERS = 4_000
# What may be mended without anybody being told: what a card says, never when it holds or to whom it may be told.
MENDED_SILENTLY = {"title", "body", "internal_note"}

InternalNote = Annotated[str, lines(INTERNAL_NOTE_MAX_CHARACTERS)]


def _fits_kind(asked: int | None, given: ValidationInfo) -> int | None:
    """A request says whom it asks, and nothing else asks anybody."""
    is_request = given.data.get("suggestion") == Suggestion.REQUEST
    if is_request and asked is None:
        raise PydanticCustomError("asks_nobody", "a request asks a service")
    if asked is not None and not is_request:
        raise PydanticCustomError("not_a_request", "only a request asks a service")
    return asked


# After a field `suggestion`, which decides whether there must be one.
AskedService = Annotated[Id | None, AfterValidator(_fits_kind), Field(validate_default=True)]


class NewCard(Command):
    """What makes a card in a column: at its end, or behind `after`, null at the top.

    Shown later than today it waits in the archive. Whether residents may be told follows from the column unless `tellable` says so.
    """

    column: Id
    title: Title
    body: Body = ""
    visible_from: Day | None = None
    valid_until: Day | None = None
    tellable: bool | None = None
    internal_note: InternalNote = ""
    after: Id | None = None

    def new_card(self, scope: Scope) -> Card:
        """The card, in a column where the actor may add one."""
        column = scope.column(self.column)
        scope.require_add(column)
        require_future_day(scope, self.valid_until)
        card = Card(
            board_id=scope.board.id,
            column_id=column.id,
            rank=ranks_asked(self, self.after, scope, column)[0],
            title=self.title,
            body_html=self.body,
            body_text=plain_text(self.body),
            valid_until=self.valid_until,
            tellable=rights.is_for_residents(column) if self.tellable is None else self.tellable,
            internal_note=self.internal_note,
            author=scope.actor,
            author_id=scope.actor.id,
            created_at=scope.now,
            confirmed_at=scope.now,
            confirmed_by_id=scope.actor.id,
            version=1,
        )
        scope.session.add(card)
        schedule(scope, card, self.visible_from, blame="valid_until")
        if not card.is_scheduled:
            scope.signal(card)
        return card


class AddCard(NewCard):
    """In a column of suggestions, `suggestion` says which kind of one, and `asked` which service a request asks."""

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


class EditCard(Command):
    """What is not named stays as it is. Each edit is news and says that the card holds, unless it is `silent`: a slip of the pen, mended.

    `visible_from` later than today takes the card off the board until then; today, earlier or null shows one that waits at once.
    """

    event_type: ClassVar = "card_edited"
    type: Literal["edit_card"]
    card: Id
    version: Id
    title: Title | None = None
    body: Body | None = None
    visible_from: Day | None = None
    valid_until: Day | None = None
    tellable: bool | None = None
    internal_note: InternalNote | None = None
    silent: bool = False

    @model_validator(mode="after")
    def _edits_something(self) -> EditCard:
        if not self._given:
            raise PydanticCustomError("nothing_to_edit", "nothing to edit")
        return self

    def apply(self, scope: Scope) -> None:
        if self.silent and not self._given <= MENDED_SILENTLY:
            raise Invalid([FieldError("silent", "not_silently", {})])
        card, _column = scope.card_to_write(self.card)
        if card.version != self.version:
            raise Conflict(
                "stale_version", card=card.id, version=card.version, title=card.title, body_html=card.body_html
            )
        if self.title is not None:
            card.title = self.title
        if self.body is not None:
            card.body_html, card.body_text = self.body, plain_text(self.body)
        if self.tellable is not None:
            card.tellable = self.tellable
        if self.internal_note is not None:
            card.internal_note = self.internal_note
        card.version += 1
        card.edited_at = scope.now
        card.edited_by_id = scope.actor.id
        self._set_dates(scope, card)
        scope.touch(card)
        if not self.silent and not card.is_scheduled:
            confirm(scope, card)
            scope.signal(card)

    @property
    def _given(self) -> set[str]:
        return self.model_fields_set - {"type", "card", "version", "silent"}

    def _set_dates(self, scope: Scope, card: Card) -> None:
        """A last day that has passed may stay; a new one may not have."""
        if self.is_set("valid_until") and self.valid_until != card.valid_until:
            require_future_day(scope, self.valid_until)
            card.valid_until = self.valid_until
        shown_from = self.visible_from if self.is_set("visible_from") else card.visible_from
        schedule(scope, card, shown_from, blame="valid_until" if self.is_set("valid_until") else "visible_from")


class MoveCard(Command):
    """`after` left out means at the end, null at the top, an id behind that card."""

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
    event_type: ClassVar = "card_archived"
    type: Literal["archive_card"]
    card: Id

    def apply(self, scope: Scope) -> None:
        card, _column = scope.card_to_write(self.card)
        archive(scope, card)


class RestoreCard(Command):
    """Back onto the board, and « Publier maintenant » for a card that waits for its day."""

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
        publish(scope, card)


class ConfirmCard(Command):
    """« Toujours valable »: the card was read again, and holds."""

    event_type: ClassVar = "card_confirmed"
    type: Literal["confirm_card"]
    card: Id

    def apply(self, scope: Scope) -> None:
        card, _column = scope.card_to_edit(self.card)
        confirm(scope, card)
