"""Add, edit, move, archive and restore columns."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from boards.commands.base import Command
from boards.errors import Conflict, NotFound
from boards.field_types import Hue, Id, Title
from boards.models import Column, Kind, Service
from boards.ordering import rank_for_column
from boards.scope import Scope

CheckAfter = Annotated[int, Field(ge=0, le=3650)]  # days; 0: never
DEFAULT_HUES = {Kind.SERVICE: 250, Kind.GUIDE: 85, Kind.SUGGESTIONS: 60, Kind.FREE: 200}


class AddColumn(Command):
    """Add a column."""

    """Add a column behind `after`: left out means at the end, null first."""

    event_type: ClassVar = "column_added"
    type: Literal["add_column"]
    title: Title
    kind: Kind = Field(strict=False)
    hue: Hue | None = None
    service: Id | None = None
    after: Id | None = None

    def apply(self, scope: Scope) -> None:
        scope.require_arranger()
        column = Column(
            board_id=scope.board.id,
            kind=self.kind,
            title=self.title,
            hue=DEFAULT_HUES[self.kind] if self.hue is None else self.hue,
            rank=_rank(self, scope),
            service_id=_service_id(self.service, scope),
            version=1,
        )
        scope.session.add(column)
        scope.touch(column)


class EditColumn(Command):
    """Edit a column. With `version`, refuse the edit if somebody edited it meanwhile."""

    event_type: ClassVar = "column_edited"
    type: Literal["edit_column"]
    column: Id
    version: Id | None = None
    title: Title | None = None
    kind: Kind | None = Field(default=None, strict=False)
    hue: Hue | None = None
    service: Id | None = None
    check_after: CheckAfter | None = None

    @model_validator(mode="after")
    def _edits_something(self) -> EditColumn:
        if not self.model_fields_set & {"title", "kind", "hue", "service", "check_after"}:
            raise PydanticCustomError("nothing_to_edit", "nothing to edit")
        return self

    def apply(self, scope: Scope) -> None:
        column = scope.column_to_arrange(self.column)
        if self.version is not None and self.version != column.version:
            raise Conflict("stale_version", column=column.id, version=column.version, title=column.title)
        service = _service_id(self.service, scope) if self.is_set("service") else column.service_id
        if (self.kind or column.kind, service) != (column.kind, column.service_id):
            scope.require_person()  # both decide rights
        shown_otherwise = self.kind not in (None, column.kind) and bool(
            {Kind.SUGGESTIONS, Kind.GUIDE} & {column.kind, self.kind}
        )
        for name in ("title", "kind", "hue", "check_after"):
            if getattr(self, name) is not None:
                setattr(column, name, getattr(self, name))
        column.service_id = service
        column.version += 1
        scope.touch(column)
        if shown_otherwise or (column.rights and (self.is_set("kind") or self.is_set("service"))):
            scope.touch(*scope.standing_cards(column))  # shown otherwise, or to new readers


class MoveColumn(Command):
    """Move a column: `after` omitted means at the end, null first, an id behind that column."""

    event_type: ClassVar = "column_moved"
    type: Literal["move_column"]
    column: Id
    after: Id | None = None

    def apply(self, scope: Scope) -> None:
        column = scope.column_to_arrange(self.column)
        scope.touch(column)
        if self.after != column.id:
            column.rank = _rank(self, scope)


class ArchiveColumn(Command):
    """Archive a column with its cards, which keep their own state."""

    event_type: ClassVar = "column_archived"
    type: Literal["archive_column"]
    column: Id

    def apply(self, scope: Scope) -> None:
        column = scope.column_to_arrange(self.column)
        column.archived_at = scope.now
        scope.touch(column)


class RestoreColumn(Command):
    """Restore an archived column."""

    """Restore an archived column with its cards."""

    event_type: ClassVar = "column_restored"
    type: Literal["restore_column"]
    column: Id

    def apply(self, scope: Scope) -> None:
        column = scope.any_column(self.column)
        scope.require_arranger()
        if column.archived_at is None:
            raise Conflict("column_not_archived")
        column.archived_at = None
        scope.touch(column, *scope.standing_cards(column))


def _rank(command: AddColumn | MoveColumn, scope: Scope) -> str:
    at_top = command.is_set("after") and command.after is None
    return rank_for_column(scope.session, scope.board.id, scope.rank_of_column(command.after), at_top=at_top)


def _service_id(service_id: int | None, scope: Scope) -> int | None:
    if service_id is not None and scope.session.get(Service, service_id) is None:
        raise NotFound("service_not_found")
    return service_id
