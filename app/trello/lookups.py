"""Resolve the ids by which an export's objects refer to each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeVar

from app.trello.export import (
    Action,
    Attachment,
    CheckItem,
    Checklist,
    CustomValue,
    Member,
    TrelloBoard,
    TrelloCard,
    TrelloLabel,
    TrelloList,
)

COMMENTS = {"commentCard", "copyCommentCard"}
CREATIONS = {"createCard", "copyCard", "convertToCardFromCheckItem", "emailCard"}

_Placed = TypeVar("_Placed", Attachment, TrelloCard, CheckItem, Checklist, TrelloList)


def in_order(objects: Iterable[_Placed]) -> list[_Placed]:
    """Sort by Trello's `pos`; those without come last, equals in file order."""
    return sorted(objects, key=lambda placed: (placed.pos is None, placed.pos or 0.0))


class Lookups:
    """Resolves references and records which objects were used."""

    def __init__(self, board: TrelloBoard) -> None:
        self.used_labels: set[str] = set()
        self.used_fields: set[str] = set()
        self.cited_members: set[str] = set()
        self._labels = {label.id: label for label in board.labels if label.id}
        self._members = {member.id: member for member in _all_members(board) if member.id and member.shown}
        self._fields = {described.id: described for described in board.custom_fields if described.id}
        self._comments: dict[str, list[Action]] = defaultdict(list)
        self._creations: dict[str, Action] = {}
        self._checklists: dict[str, list[Checklist]] = defaultdict(list)
        self._sort_actions(board.actions)
        self._sort_checklists(board)

    def _sort_actions(self, actions: list[Action]) -> None:
        """Group comments by card, oldest first; Trello lists the newest first."""
        for action in reversed(actions):
            if action.type in COMMENTS:
                self._comments[action.card_id or ""].append(action)
            elif action.type in CREATIONS and action.card_id:
                self._creations.setdefault(action.card_id, action)

    def _sort_checklists(self, board: TrelloBoard) -> None:
        named_by = {checklist: card.id for card in board.cards for checklist in card.id_checklists}
        for checklist in in_order(board.checklists):
            self._checklists[checklist.id_card or named_by.get(checklist.id or "") or ""].append(checklist)

    def labels_of(self, card: TrelloCard) -> list[TrelloLabel]:
        """Return a card's labels; old exports describe them on the card alone, without ids."""
        on_card = {label.id: label for label in card.labels if label.id}
        found = [
            self._labels.get(label_id) or on_card.get(label_id)
            for label_id in dict.fromkeys([*card.id_labels, *on_card])
        ]
        self.used_labels.update(on_card, card.id_labels)
        return [label for label in found if label] + [label for label in card.labels if not label.id]

    def unknown_labels(self, card: TrelloCard) -> list[str]:
        """Return a card's label ids that the file does not describe."""
        on_card = {label.id for label in card.labels}
        return [label_id for label_id in card.id_labels if label_id not in self._labels and label_id not in on_card]

    def member_name(self, member_id: str | None) -> str | None:
        """Return a member's name, if known."""
        member = self._members.get(member_id or "")
        if member is None or member.id is None:
            return None
        self.cited_members.add(member.id)
        return member.shown

    def author(self, action: Action) -> str | None:
        """Return the name given by the action, else that of the board's member."""
        own = action.member_creator
        member_id = action.id_member_creator or (own.id if own else None)
        known = self.member_name(member_id)
        return (own.shown if own else "") or known

    def creator(self, card: TrelloCard) -> str | None:
        """Return the name of the card's creator, if known."""
        creation = self._creations.get(card.id or "")
        return self.author(creation) if creation else self.member_name(card.id_member_creator)

    def creation(self, card: TrelloCard) -> Action | None:
        """Return the action that created the card, if any."""
        return self._creations.get(card.id or "")

    def field_name(self, field_id: str | None) -> str:
        """Return the name of a custom field."""
        described = self._fields.get(field_id or "")
        if described is None:
            return "Champ"
        self.used_fields.add(field_id or "")
        return described.name.strip() or "Champ"

    def option(self, field_id: str | None, option_id: str | None) -> CustomValue | None:
        """Return the value of a custom field's option, if known."""
        described = self._fields.get(field_id or "")
        options = described.options if described and option_id else []
        return next((option.value for option in options if option.id == option_id), None)

    def take_checklists(self, card: TrelloCard) -> list[Checklist]:
        """Return a card's checklists once: the first of two cards with one id has them."""
        return self._checklists.pop(card.id or "", []) if card.id else []

    def take_comments(self, card_id: str | None) -> list[Action]:
        """Return a card's comments once."""
        return self._comments.pop(card_id, []) if card_id else []

    def left_checklists(self) -> list[Checklist]:
        """Return the checklists of no card."""
        return [checklist for checklists in self._checklists.values() for checklist in checklists]

    def left_comments(self) -> list[Action]:
        """Return the comments of no card."""
        return [comment for comments in self._comments.values() for comment in comments]


def _all_members(board: TrelloBoard) -> Iterator[Member]:
    """Yield past members, named by their actions only, then the board's own."""
    yield from (action.member_creator for action in board.actions if action.member_creator)
    yield from board.members
