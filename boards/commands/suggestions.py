"""Set a suggestion’s kind and status, vote, reply, and answer requests."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from boards import rights
from boards.commands.base import Command
from boards.commands.cards import AskedService, NewCard
from boards.errors import Conflict, Forbidden, NotFound
from boards.field_types import Id, lines
from boards.models import Card, Column, Kind, Status, Suggestion
from boards.models.suggestion import Reply, Vote
from boards.scope import Scope
from boards.suggestions import CLOSED, NEXT, notify_author

NOTE_MAX_CHARACTERS = 2_000
REPLY_MAX_CHARACTERS = 4_000


def _fits_status(answer: int | None, given: ValidationInfo) -> int | None:
    if answer is not None and given.data.get("status") != Status.DONE:
        raise PydanticCustomError("not_done", "only what is done has an answer")
    if answer is not None and answer == given.data.get("card"):
        raise PydanticCustomError("answers_itself", "a suggestion does not answer itself")
    return answer


def _says_why(note: str, given: ValidationInfo) -> str:
    """Require a note for a refusal, and a note or an answer when it is done."""
    status = given.data.get("status")
    if not note and status == Status.DECLINED:
        raise PydanticCustomError("no_reason", "a refusal needs its reason")
    if not note and status == Status.DONE and given.data.get("answer", ...) is None:
        raise PydanticCustomError("nothing_to_show", "what was done is neither told nor shown")
    return note


def _says_something(text: str) -> str:
    if not text:
        raise PydanticCustomError("blank", "nothing is said")
    return text


class SetSuggestion(Command):
    """Set a suggestion’s kind and the asked service while it is open."""

    event_type: ClassVar = "suggestion_set"
    type: Literal["set_suggestion"]
    card: Id
    suggestion: Suggestion = Field(strict=False)
    asked: AskedService = None

    def apply(self, scope: Scope) -> None:
        card, column = scope.any_card(self.card)
        scope.require_place(card, column)
        require_open_to(scope, card, column)
        if self.asked != card.asked_id:  # a service archived since may stay
            scope.service_to_ask(self.asked)
        card.suggestion, card.asked_id = self.suggestion, self.asked
        scope.touch(card)
        notify_author(scope, card, self.event_type)


class SetStatus(Command):
    """Advance a suggestion’s status, or take it back to be studied."""

    event_type: ClassVar = "status_set"
    type: Literal["set_status"]
    card: Id
    status: Status = Field(strict=False)
    answer: Annotated[Id | None, AfterValidator(_fits_status)] = None
    note: Annotated[str, lines(NOTE_MAX_CHARACTERS), AfterValidator(_says_why), Field(validate_default=True)] = ""

    def apply(self, scope: Scope) -> None:
        card, column = _card_to_decide_on(scope, self.card)
        _require_suggestion(card, column)
        if self.status not in NEXT[Status(card.status)]:
            raise Conflict("status_jump", **{"from": card.status, "to": self.status})
        if self.answer is not None:
            scope.card_in_use(self.answer)
        card.status, card.note, card.answer_id = self.status, self.note, self.answer
        if self.status in CLOSED:  # an answer is news
            scope.signal(card)
        scope.touch(card)
        notify_author(scope, card, self.event_type, status=self.status)


class PublishAnswer(NewCard):
    """Answer a request by a new card, linked to it; the request is done."""

    event_type: ClassVar = "answer_published"
    type: Literal["publish_answer"]
    card: Id

    def apply(self, scope: Scope) -> None:
        request, column = _card_to_decide_on(scope, self.card)
        _require_open(request, column)
        if request.suggestion != Suggestion.REQUEST:
            raise Conflict("not_a_request")
        answer = self.new_card(scope)
        scope.session.flush()  # the request names it by its id
        request.status, request.note, request.answer_id = Status.DONE, "", answer.id
        scope.signal(request)
        notify_author(scope, request, self.event_type)


class VoteCard(Command):
    """Support a suggestion once per person, or withdraw the support. No edit of the card."""

    event_type: ClassVar = "vote_cast"
    type: Literal["vote_card"]
    card: Id
    on: bool

    @property
    def recorded_type(self) -> str:
        return self.event_type if self.on else "vote_withdrawn"

    def apply(self, scope: Scope) -> None:
        card, column = _card_to_comment(scope, self.card)
        _require_open(card, column)
        vote = scope.session.get(Vote, (scope.actor.id, card.id))
        if self.on and vote is not None:
            raise Conflict("already_voted")
        if vote is not None:
            scope.session.delete(vote)
        elif self.on:
            scope.session.add(Vote(person_id=scope.actor.id, card_id=card.id))
        else:
            raise Conflict("not_voted")
        card.votes += 1 if self.on else -1
        scope.touch(card)


class ReplyToCard(Command):
    """Reply to a suggestion. The log holds only the reply’s id, so that its text can be withdrawn."""

    event_type: ClassVar = "replied"
    type: Literal["reply"]
    card: Id
    text: Annotated[str, lines(REPLY_MAX_CHARACTERS), AfterValidator(_says_something)]

    def apply(self, scope: Scope) -> None:
        card, column = _card_to_comment(scope, self.card)
        _require_suggestion(card, column)
        reply = Reply(card_id=card.id, author_id=scope.actor.id, text=self.text, created_at=scope.now)
        scope.session.add(reply)
        scope.session.flush()
        scope.noted["reply"] = reply.id
        card.replies += 1
        scope.touch(card)
        notify_author(scope, card, self.event_type)


class WithdrawReply(Command):
    """Withdraw one’s own reply; facilitators may withdraw anybody’s."""

    event_type: ClassVar = "reply_withdrawn"
    type: Literal["withdraw_reply"]
    reply: Id

    def apply(self, scope: Scope) -> None:
        reply = scope.session.get(Reply, self.reply)
        if reply is None:
            raise NotFound("reply_not_found")
        try:
            card, column = scope.any_card(reply.card_id)
        except NotFound as hidden:
            raise NotFound("reply_not_found") from hidden
        if reply.author_id != scope.actor.id and not rights.may_arrange(scope.actor):
            raise Forbidden("may_not_withdraw")
        _require_suggestion(card, column)
        if reply.withdrawn_at is not None:
            raise Conflict("reply_withdrawn")
        reply.text, reply.withdrawn_at = "", scope.now
        scope.noted["reply"] = reply.id
        card.replies -= 1
        scope.touch(card)


def require_decider(scope: Scope, card: Card, column: Column) -> None:
    """Raise Forbidden unless the actor may set the status; Conflict if the card is no suggestion."""
    scope.require_decider(card, column)
    if column.kind != Kind.SUGGESTIONS:
        raise Conflict("not_a_suggestion")


def require_open_to(scope: Scope, card: Card, column: Column) -> None:
    """Raise Forbidden unless the actor may still set the kind and asked service.

    From its first step on, only those who edit in the column may.
    """
    _require_open(card, column)
    if card.status != Status.NEW and rights.level(scope.actor, column) < rights.Level.EDIT:
        raise Forbidden("may_not_decide")


def _card_to_decide_on(scope: Scope, card_id: int) -> tuple[Card, Column]:
    card, column = scope.any_card(card_id)
    scope.require_decider(card, column)
    return card, column


def _card_to_comment(scope: Scope, card_id: int) -> tuple[Card, Column]:
    card, column = scope.any_card(card_id)
    if not rights.may_comment(scope.actor, column):
        raise Forbidden("may_not_comment")
    return card, column


def _require_suggestion(card: Card, column: Column) -> None:
    """Raise Conflict unless the card is in a suggestions column."""
    if card.archived_at is not None:
        raise Conflict("card_archived")
    if column.archived_at is not None:
        raise Conflict("column_archived")
    if column.kind != Kind.SUGGESTIONS:
        raise Conflict("not_a_suggestion")


def _require_open(card: Card, column: Column) -> None:
    _require_suggestion(card, column)
    if card.status in CLOSED:
        raise Conflict("suggestion_closed")
