"""Set rights in a column, cell by cell."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import select

from boards.commands.base import Command
from boards.errors import NotFound
from boards.field_types import Id
from boards.models import Service
from boards.scope import Scope

LevelWord = Literal["none", "read", "comment", "contribute", "edit"]
ServiceKey = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,17}$")]  # JSON's keys are strings


class SetRights(Command):
    """Set levels of agents, readers or some services in a column; null restores the kind’s default.

    A change of rights touches the column and its cards, so that people who gain access receive them.
    """

    event_type: ClassVar = "rights_set"
    people_only: ClassVar = True
    type: Literal["set_rights"]
    column: Id
    agents: LevelWord | None = None
    readers: LevelWord | None = None
    services: Annotated[dict[ServiceKey, LevelWord | None], Field(max_length=500, default_factory=dict)]

    @model_validator(mode="after")
    def _sets_something(self) -> SetRights:
        if not self.model_fields_set & {"agents", "readers", "services"}:
            raise PydanticCustomError("nothing_to_edit", "nothing to set")
        return self

    def apply(self, scope: Scope) -> None:
        column = scope.column_to_arrange(self.column)
        rights = {**column.rights, "services": dict(column.rights.get("services", {}))}
        for group in ("agents", "readers"):
            if self.is_set(group):
                rights[group] = getattr(self, group)
        self._require_services(scope)
        rights["services"].update(self.services)
        rights["services"] = {service: level for service, level in rights["services"].items() if level}
        column.rights = {group: cell for group, cell in rights.items() if cell}
        scope.touch(column, *scope.standing_cards(column))  # new readers get them with the column

    def _require_services(self, scope: Scope) -> None:
        asked = {int(key) for key in self.services}
        known = set(scope.session.scalars(select(Service.id).where(Service.id.in_(asked)))) if asked else set()
        if asked - known:
            raise NotFound("service_not_found")
