"""Give a service's columns to another when the two are merged. Not for clients."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from boards import rights
from boards.commands.base import Command
from boards.field_types import Id
from boards.models import Card, Column
from boards.scope import Scope


class ReassignService(Command):
    """Move a service’s columns and requests to another service."""

    event_type: ClassVar = "service_reassigned"
    allowed_when_archived: ClassVar = True
    service: Id
    to: Id

    def apply(self, scope: Scope) -> None:
        scope.require_arranger()
        for column in columns_concerned(scope.session, self.service):
            if column.board_id != scope.board.id:
                continue
            owner = self.to if column.service_id == self.service else column.service_id
            column.rights = _rights_after(column, owner, self.service, self.to)
            column.service_id = owner
            column.version += 1
            scope.touch(column, *scope.standing_cards(column))  # for new readers
        asked = select(Card).where(Card.board_id == scope.board.id, Card.asked_id == self.service)
        for card in scope.session.scalars(asked):
            card.asked_id = self.to
            scope.touch(card)


def boards_concerned(session: Session, service: int) -> set[int]:
    """List the boards with a column or a request that concerns the service."""
    asked = session.scalars(select(Card.board_id).where(Card.asked_id == service).distinct())
    return {column.board_id for column in columns_concerned(session, service)} | set(asked)


def columns_concerned(session: Session, service: int) -> list[Column]:
    """List the columns, archived ones too, that belong to the service or have rights for its agents."""
    return [
        column
        for column in session.scalars(select(Column).order_by(Column.board_id, Column.rank))
        if column.service_id == service or str(service) in column.rights.get("services", {})
    ]


def _rights_after(column: Column, owner: int | None, service: int, to: int) -> dict[str, Any]:
    highest = max(_level(column, service), _level(column, to))
    cells = {key: word for key, word in column.rights.get("services", {}).items() if key not in (str(service), str(to))}
    remaining = {**column.rights, "services": cells}
    by_itself = rights.for_service(to, column.kind, owner, remaining)
    if highest != (rights.for_agents(column.kind, remaining) if by_itself is None else by_itself):
        cells[str(to)] = highest.word
    if not cells:
        del remaining["services"]
    return remaining


def _level(column: Column, service: int) -> rights.Level:
    given = rights.for_service(service, column.kind, column.service_id, column.rights)
    return rights.for_agents(column.kind, column.rights) if given is None else given
