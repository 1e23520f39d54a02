"""Export a board’s columns, rights and guide cards as JSON, and begin other boards from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import select
from sqlalchemy.orm import Session

from boards.commands.import_columns import ImportColumns
from boards.commands.import_data import IncomingCard, IncomingColumn, Tally
from boards.commands.rights import LevelWord
from boards.directory import create_service, plain_name, service_named, slug_for_service
from boards.errors import FieldError, Invalid
from boards.field_types import Body, Hue, Title
from boards.models import Board, BoardTemplate, Card, Column, Kind, Record, Service

FORMAT, VERSION = "flash-news-board", 1
TEMPLATE_MAX_BYTES = 500 * 1024
COLUMNS_AT_MOST = 60
CARDS_AT_MOST = 200
TEMPLATE_MAX_SERVICES = 200
DEFAULT_HUE = 250


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TemplateCard(_Part):
    """Describe a guide card."""

    title: Title
    body: Body = ""


class TemplateService(_Part):
    """Name a service; its id differs between towns, and it may have to be created."""

    name: Title
    hue: Hue = DEFAULT_HUE


class TemplateRights(_Part):
    """Hold rights that differ from the kind’s defaults; services by name."""

    agents: LevelWord | None = None
    readers: LevelWord | None = None
    services: Annotated[dict[Title, LevelWord], Field(max_length=TEMPLATE_MAX_SERVICES)] = {}

    @field_validator("services", mode="before")
    @classmethod
    def _names_each_once(cls, services: Any) -> Any:
        if isinstance(services, dict) and len({plain_name(str(name)) for name in services}) < len(services):
            raise PydanticCustomError("service_twice", "a service is named twice")
        return services


class TemplateColumn(_Part):
    """Describe a column."""

    title: Title
    kind: Kind = Field(strict=False)
    hue: Hue
    service: TemplateService | None = None
    rights: TemplateRights = TemplateRights()
    cards: Annotated[list[TemplateCard], Field(max_length=CARDS_AT_MOST)] = []

    @model_validator(mode="after")
    def _only_guides_have_cards(self) -> TemplateColumn:
        if self.cards and self.kind != Kind.GUIDE:
            raise PydanticCustomError("cards_not_here", "cards in a column that is no guide")
        return self


class Template(_Part):
    """Describe a board’s shape."""

    format: Literal["flash-news-board"]
    version: Annotated[int, Field(ge=VERSION, le=VERSION)]
    title: Title
    columns: Annotated[list[TemplateColumn], Field(max_length=COLUMNS_AT_MOST)]

    @model_validator(mode="after")
    def _names_a_bearable_number_of_services(self) -> Template:
        if sum(1 for _name in self.services()) > TEMPLATE_MAX_SERVICES:
            raise PydanticCustomError("too_many_items", "too many services", {"limit": TEMPLATE_MAX_SERVICES})
        return self

    def services(self) -> Iterator[TemplateService]:
        """Yield each named service once, with the hue of the first column it owns."""
        named: dict[str, TemplateService] = {}
        owners = [column.service for column in self.columns if column.service is not None]
        others = [TemplateService(name=name) for column in self.columns for name in column.rights.services]
        for service in owners + others:
            named.setdefault(plain_name(service.name), service)
        yield from named.values()

    @property
    def cards(self) -> int:
        """Return the number of cards."""
        return sum(len(column.cards) for column in self.columns)

    def content(self) -> Record:
        """Return the template as it is stored and exported."""
        return self.model_dump(mode="json", exclude_none=True)


def parse_template(data: Any) -> Template:
    """Validate a JSON value as a template. Raises Invalid; fields are named by path from 0."""
    try:
        return Template.model_validate(data)
    except ValidationError as error:
        raise Invalid([_field_error(dict(problem)) for problem in error.errors(include_url=False)]) from error


def template_of(session: Session, board: Board) -> Template:
    """Return the board’s current shape. Raises Invalid when it is too large for a template."""
    names = {service.id: service for service in session.scalars(select(Service).where(Service.archived_at.is_(None)))}
    columns = session.scalars(
        select(Column).where(Column.board_id == board.id, Column.archived_at.is_(None)).order_by(Column.rank)
    ).all()
    cards: dict[int, list[Record]] = {column.id: [] for column in columns if column.kind == Kind.GUIDE}
    standing = select(Card).where(Card.column_id.in_(cards), Card.archived_at.is_(None)).order_by(Card.rank)
    for card in session.scalars(standing):
        cards[card.column_id].append({"title": card.title, "body": card.body_html})
    told = [_column_told(column, names, cards.get(column.id, [])) for column in columns]
    return parse_template({"format": FORMAT, "version": VERSION, "title": board.title, "columns": told})


def known_services(session: Session) -> dict[str, bool]:
    """Map the plain names of the town’s services to True if active; active ones take precedence."""
    in_use = Service.archived_at.is_(None)
    return {plain_name(name): used for name, used in session.execute(select(Service.name, in_use).order_by(in_use))}


def missing_services(template: Template, known: dict[str, bool]) -> list[str]:
    """List the template’s services that the town never had."""
    return [service.name for service in template.services() if plain_name(service.name) not in known]


def archived_services(template: Template, known: dict[str, bool]) -> list[str]:
    """List the template’s services that the town has archived and would restore."""
    return [service.name for service in template.services() if known.get(plain_name(service.name)) is False]


@dataclass(frozen=True)
class Provided:
    """Hold the services that were created or restored for a new board."""

    made: list[Service]
    restored: list[Service]


def beginning_with(
    session: Session, template: Template, *, author_id: int, create_services: bool
) -> tuple[ImportColumns, Provided]:
    """Build the command that fills a new board from a template, creating missing services.

    Call it in a write transaction. Without `create_services`, columns of unknown services belong to none.
    """
    provided = Provided([], [])
    found: dict[str, Service] = {}
    for named in template.services():
        service = service_named(session, named.name)
        if service is None and create_services:
            service = create_service(session, slug_for_service(session, named.name), named.name, named.hue)
            provided.made.append(service)
        elif service is not None and service.archived_at is not None and create_services:
            service.archived_at = None
            provided.restored.append(service)
        if service is not None and service.archived_at is None:
            found[plain_name(named.name)] = service
    columns = [_incoming(column, found, author_id) for column in template.columns]
    return ImportColumns(columns=columns, tally=Tally()), provided


def save_template(session: Session, template: Template) -> tuple[BoardTemplate, bool]:
    """Store the template; return it and False when an identical one existed."""
    content = template.content()
    for kept in session.scalars(select(BoardTemplate).where(BoardTemplate.title == template.title)):
        if kept.content == content:
            return kept, False
    kept = BoardTemplate(title=template.title, content=content)
    session.add(kept)
    session.flush()
    return kept, True


def _column_told(column: Column, services: dict[int, Service], cards: list[Record]) -> Record:
    cells = {int(id): level for id, level in column.rights.get("services", {}).items()}
    owner = services.get(column.service_id or 0)
    return {
        "title": column.title,
        "kind": column.kind,
        "hue": column.hue,
        **({"service": {"name": owner.name, "hue": owner.hue}} if owner else {}),
        "rights": {
            **{group: column.rights[group] for group in ("agents", "readers") if group in column.rights},
            "services": {services[id].name: level for id, level in cells.items() if id in services},
        },
        "cards": cards,
    }


def _incoming(column: TemplateColumn, services: dict[str, Service], author_id: int) -> IncomingColumn:
    owner = services.get(plain_name(column.service.name)) if column.service else None
    return IncomingColumn(
        title=column.title,
        kind=column.kind,
        hue=column.hue,
        service_slug=owner.slug if owner else None,
        rights=_rights_here(column.rights, services),
        cards=[IncomingCard(title=card.title, body_html=card.body, author_id=author_id) for card in column.cards],
    )


def _rights_here(rights: TemplateRights, services: dict[str, Service]) -> Record:
    """Convert rights to service ids, leaving out services that the town does not have."""
    groups = {group: level for group in ("agents", "readers") if (level := getattr(rights, group))}
    known = {name: services.get(plain_name(name)) for name in rights.services}
    cells = {str(service.id): rights.services[name] for name, service in known.items() if service is not None}
    return groups | ({"services": cells} if cells else {})


def _field_error(problem: dict[str, Any]) -> FieldError:
    code, facts = str(problem["type"]), problem.get("ctx", {})
    if "max_length" in facts:  # of a list, which pydantic calls as we call a text
        code, facts = "too_many_items", {"limit": facts["max_length"]}
    return FieldError(".".join(map(str, problem["loc"])), code, facts)
