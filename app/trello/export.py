"""Model the parts of Trello's board export that are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from app.trello.export_file import UnusableExport, load_objects
from app.trello.formatting import join_lines
from app.trello.tolerant_models import Objects, Oddities, Position, TolerantIds, TolerantModel


class TrelloList(TolerantModel):
    """A list."""

    id: str | None = None
    name: str = ""
    closed: bool = False
    pos: Position = None


class TrelloLabel(TolerantModel):
    """A label."""

    trello_name: ClassVar[str] = "Label"

    id: str | None = None
    name: str = ""
    color: str | None = None


class Attachment(TolerantModel):
    """An attachment."""

    name: str = ""
    url: str = ""
    is_upload: bool = False
    bytes: int | None = None
    date: datetime | None = None
    pos: Position = None


class CustomValue(TolerantModel):
    """Value of a custom field."""

    text: str | None = None
    number: str | None = None
    date: datetime | None = None
    checked: bool | None = None


class CustomFieldItem(TolerantModel):
    """Custom field of a card."""

    id_custom_field: str | None = None
    id_value: str | None = None
    value: CustomValue | None = None


class Option(TolerantModel):
    """Option of a custom field."""

    id: str | None = None
    value: CustomValue | None = None


class CustomField(TolerantModel):
    """Definition of a custom field."""

    id: str | None = None
    name: str = ""
    options: Objects[Option]


class Badges(TolerantModel):
    """Counters shown on a card."""

    comments: int = 0


class TrelloCard(TolerantModel):
    """A card."""

    trello_name: ClassVar[str] = "Card"

    id: str | None = None
    id_short: int | None = None
    name: str = ""
    desc: str = ""
    id_list: str | None = None
    pos: Position = None
    closed: bool = False
    due: datetime | None = None
    due_complete: bool = False
    start: datetime | None = None
    is_template: bool = False
    location_name: str = ""
    address: str = ""
    id_member_creator: str | None = None
    id_checklists: TolerantIds
    id_labels: TolerantIds
    id_members: TolerantIds
    id_members_voted: TolerantIds
    labels: Objects[TrelloLabel]
    attachments: Objects[Attachment]
    custom_field_items: Objects[CustomFieldItem]
    badges: Badges | None = None
    stickers: Objects[dict[str, Any]]
    plugin_data: Objects[dict[str, Any]]


class CheckItem(TolerantModel):
    """Item of a checklist."""

    name: str = ""
    state: str = ""
    pos: Position = None
    due: datetime | None = None
    id_member: str | None = None


class Checklist(TolerantModel):
    """A checklist."""

    id: str | None = None
    id_card: str | None = None
    name: str = ""
    pos: Position = None
    check_items: Objects[CheckItem]


class Member(TolerantModel):
    """A member of the board."""

    id: str | None = None
    full_name: str = ""
    username: str = ""

    @property
    def shown(self) -> str:
        """Return the name to show."""
        return join_lines(self.full_name or self.username)


class Reference(TolerantModel):
    """Reference to another object."""

    id: str | None = None


class ActionData(TolerantModel):
    """What an action is about."""

    text: str = ""
    card: Reference | None = None


class Action(TolerantModel):
    """Entry of the board's history."""

    id: str | None = None
    type: str = ""
    date: datetime | None = None
    id_member_creator: str | None = None
    member_creator: Member | None = None
    data: ActionData | None = None

    @property
    def card_id(self) -> str | None:
        """Return the id of its card, if any."""
        return self.data.card.id if self.data and self.data.card else None


class TrelloBoard(TolerantModel):
    """A board."""

    trello_name: ClassVar[str] = "Board"

    id: str | None = None
    name: str = ""
    desc: str = ""
    closed: bool = False
    lists: Objects[TrelloList]
    cards: Objects[TrelloCard]
    labels: Objects[TrelloLabel]
    checklists: Objects[Checklist]
    actions: Objects[Action]
    members: Objects[Member]
    custom_fields: Objects[CustomField]
    plugin_data: Objects[dict[str, Any]]


@dataclass(frozen=True)
class Export:
    """A parsed export; `oddities` lists what was unreadable, `cleaned_texts` counts repaired texts."""

    board: TrelloBoard
    oddities: Oddities
    cleaned_texts: int


def parse_export(data: bytes) -> Export:
    """Parse a board export. Raises UnusableExport."""
    value, cleaned = load_objects(data, KEPT_KEYS)
    _require_board(value)
    oddities = Oddities()
    return Export(TrelloBoard.model_validate(value, context=oddities), oddities, cleaned)


def _require_board(value: Any) -> None:
    if isinstance(value, list):
        raise UnusableExport("Ce fichier est une liste JSON, et non l’export d’un tableau Trello.")
    if (
        not isinstance(value, dict)
        or not isinstance(value.get("lists"), list)
        or not isinstance(value.get("cards"), list)
    ):
        raise UnusableExport(
            "Ce fichier n’est pas l’export d’un tableau Trello\u00a0: "
            "il n’a pas ses listes («\u202flists\u202f») et ses cartes («\u202fcards\u202f»)."
        )
    if not value["lists"] and not value["cards"]:
        raise UnusableExport("Ce tableau Trello n’a ni liste ni carte\u00a0: il n’y a rien à importer.")
    named = [_any_has(value[key], "name") for key in ("lists", "cards") if value[key]]
    if not all(named) or (value["cards"] and not _any_has(value["cards"], "idList")):
        raise UnusableExport(
            "Ce fichier a des listes et des cartes, mais pas celles d’un export de Trello\u00a0: il "
            "vient d’un autre logiciel."
        )


def _any_has(objects: list[Any], key: str) -> bool:
    return any(isinstance(item, dict) and key in item for item in objects)


def _keys(models: Iterable[type[TolerantModel]]) -> frozenset[str]:
    return frozenset(described.alias or name for model in models for name, described in model.model_fields.items())


KEPT_KEYS = _keys(TolerantModel.__subclasses__())
