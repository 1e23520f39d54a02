"""Set a card’s labels; rename, recolour, merge and remove a board’s labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy.orm import Session

from boards.commands.base import Command
from boards.errors import Conflict, NotFound
from boards.field_types import Hue, Id, text
from boards.labels import (
    HUES,
    LABEL_NAME_MAX_CHARACTERS,
    ON_A_BOARD,
    ON_A_CARD,
    Label,
    labelled_cards,
    labels_of,
    plain_label_name,
)
from boards.models import Card, Record
from boards.scope import Scope
from boards.text.sanitize import UnfitText, clean_title


def _clean_name(name: str) -> str:
    if len(cleaned := clean_title(name)) > LABEL_NAME_MAX_CHARACTERS:
        raise UnfitText("too_long", LABEL_NAME_MAX_CHARACTERS)
    return cleaned


def _each_once(names: list[str]) -> list[str]:
    once = list({plain_label_name(name): name for name in reversed(names)}.values())[::-1]
    if len(once) > ON_A_CARD:
        raise PydanticCustomError("too_many_items", "too many labels", {"limit": ON_A_CARD})
    return once


Name = Annotated[str, text(_clean_name, minLength=1, maxLength=LABEL_NAME_MAX_CHARACTERS)]


class SetLabels(Command):
    """Set a card’s labels by name, in order; a new name creates a label."""

    event_type: ClassVar = "labels_set"
    type: Literal["set_labels"]
    card: Id
    labels: Annotated[list[Name], AfterValidator(_each_once), Field(json_schema_extra={"maxItems": ON_A_CARD})]

    def apply(self, scope: Scope) -> None:
        card, _column = scope.card_to_write(self.card)
        known = {label.plain: label for label in labels_of(scope.session, scope.board.id).values()}
        card.label_ids = [
            (known.get(plain_label_name(name)) or _new_label(scope, name, known)).id for name in self.labels
        ]
        scope.touch(card)


class EditLabel(Command):
    """Rename or recolour a label."""

    """Rename or recolour a label."""

    event_type: ClassVar = "label_edited"
    type: Literal["edit_label"]
    label: Id
    name: Name | None = None
    hue: Hue | None = None

    @model_validator(mode="after")
    def _edits_something(self) -> EditLabel:
        if self.name is None and self.hue is None:
            raise PydanticCustomError("nothing_to_edit", "nothing to edit")
        return self

    def apply(self, scope: Scope) -> None:
        label = _label_to_arrange(scope, self.label)
        _alter(scope, label, {"name": self.name or label.name, "hue": label.hue if self.hue is None else self.hue})


class MergeLabels(Command):
    """Replace `label` by `into` on every card, and remove it."""

    event_type: ClassVar = "labels_merged"
    type: Literal["merge_labels"]
    label: Id
    into: Id

    def apply(self, scope: Scope) -> None:
        label, into = _label_to_arrange(scope, self.label), _label_to_arrange(scope, self.into)
        if label is into:
            raise Conflict("same_label")
        for card in _cards_with(scope, label.id):
            card.label_ids = list(dict.fromkeys(into.id if id == label.id else id for id in card.label_ids))
        _remove(scope, label)


class RemoveLabel(Command):
    """Remove a label from the board."""

    """Remove a label from the board and its cards."""

    event_type: ClassVar = "label_removed"
    type: Literal["remove_label"]
    label: Id

    def apply(self, scope: Scope) -> None:
        label = _label_to_arrange(scope, self.label)
        _take_off(scope, label)
        _remove(scope, label)


@dataclass(frozen=True)
class AlteredLabel:
    """Hold a changed or removed label and its former state, to undo the change."""

    board_id: int
    id: int
    before: Record
    after: Record

    def require_unchanged(self, session: Session) -> None:
        """Raise Conflict when it was altered since or its former name is taken."""
        label = session.get(Label, self.id)
        if (_facts(label) if label is not None else {}) != self.after:
            raise Conflict("changed_since")
        if self.before and _is_taken(session, self.board_id, self.before["name"], but=self.id):
            raise Conflict("changed_since")

    def revert(self, scope: Scope, _ranks: object) -> None:
        """Give the label its former state back."""
        label = scope.session.get(Label, self.id)
        if label is not None and not self.before:
            _take_off(scope, label)
            _remove(scope, label)
        elif label is not None:
            _alter(scope, label, self.before)
        else:
            scope.session.add(
                Label(id=self.id, board_id=self.board_id, plain=plain_label_name(self.before["name"]), **self.before)
            )
            _note(scope, self.id, {}, self.before)


def altered_labels(scope: Scope, record: Record) -> list[AlteredLabel]:
    """Load the labels that a record altered. Raises Forbidden."""
    if altered := record.get("labels"):
        scope.require_arranger()
        return [AlteredLabel(scope.board.id, int(id), each["before"], each["after"]) for id, each in altered.items()]
    return []


def _label_to_arrange(scope: Scope, label_id: int) -> Label:
    scope.require_arranger()
    label = scope.session.get(Label, label_id)
    if label is None or label.board_id != scope.board.id:
        raise NotFound("label_not_found")
    return label


def _new_label(scope: Scope, name: str, known: dict[str, Label]) -> Label:
    if len(known) >= ON_A_BOARD:
        raise Conflict("too_many_labels", at_most=ON_A_BOARD)
    label = Label(
        board_id=scope.board.id,
        name=name,
        plain=plain_label_name(name),
        hue=_least_used(label.hue for label in known.values()),
    )
    scope.session.add(label)
    scope.session.flush()  # the card needs its id
    known[label.plain] = label
    return label


def _least_used(hues: Iterable[int]) -> int:
    used = Counter(hues)
    return min(HUES, key=lambda hue: used[hue])


def _alter(scope: Scope, label: Label, facts: Record) -> None:
    if _is_taken(scope.session, scope.board.id, facts["name"], but=label.id):
        raise Conflict("label_exists")
    before = _facts(label)
    label.name, label.plain, label.hue = facts["name"], plain_label_name(facts["name"]), facts["hue"]
    _note(scope, label.id, before, facts)
    _cards_with(scope, label.id)


def _take_off(scope: Scope, label: Label) -> None:
    for card in _cards_with(scope, label.id):
        card.label_ids = [id for id in card.label_ids if id != label.id]


def _remove(scope: Scope, label: Label) -> None:
    _note(scope, label.id, _facts(label), {})
    scope.session.delete(label)


def _cards_with(scope: Scope, label_id: int) -> list[Card]:
    """Load and touch the cards with the label: their looks and search terms change."""
    cards = [card for card in labelled_cards(scope.session, scope.board.id) if label_id in card.label_ids]
    scope.touch(*cards)
    return cards


def _note(scope: Scope, label_id: int, before: Record, after: Record) -> None:
    scope.noted.setdefault("labels", {})[str(label_id)] = {"before": before, "after": after}


def _facts(label: Label) -> Record:
    return {"name": label.name, "hue": label.hue}


def _is_taken(session: Session, board_id: int, name: str, *, but: int) -> bool:
    return any(
        label.id != but and label.plain == plain_label_name(name) for label in labels_of(session, board_id).values()
    )
