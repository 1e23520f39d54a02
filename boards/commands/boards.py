"""Rename, archive and restore a board."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from boards.commands.base import Command
from boards.commands.reversal import RankAllocator
from boards.errors import Conflict
from boards.field_types import Id, Title
from boards.models import Board, Record
from boards.scope import Scope
from boards.text.sanitize import sorting_key


class EditBoard(Command):
    """Rename the board. With `version`, refuse the edit if somebody renamed it meanwhile."""

    event_type: ClassVar = "board_edited"
    type: Literal["edit_board"]
    title: Title
    version: Id | None = None

    def apply(self, scope: Scope) -> None:
        scope.require_arranger()
        board = scope.board
        if self.version is not None and self.version != board.version:
            raise Conflict("stale_version", board=board.id, version=board.version, title=board.title)
        refuse_taken_title(scope.session, self.title, but=board)
        board.title = self.title
        board.version += 1


class ArchiveBoard(Command):
    """Archive the board: only facilitators see it, and it accepts only restore_board."""

    event_type: ClassVar = "board_archived"
    people_only: ClassVar = True
    type: Literal["archive_board"]

    def apply(self, scope: Scope) -> None:
        scope.require_arranger()
        in_use = boards_in_use(scope.session)
        if len(in_use) == 1:
            raise Conflict("last_board")
        if default_among(in_use) is scope.board:
            raise Conflict("board_is_default")
        scope.board.archived_at = scope.now


class RestoreBoard(Command):
    """Restore an archived board."""

    """Restore an archived board."""

    event_type: ClassVar = "board_restored"
    people_only: ClassVar = True
    allowed_when_archived: ClassVar = True
    type: Literal["restore_board"]

    def apply(self, scope: Scope) -> None:
        scope.require_arranger()
        if scope.board.archived_at is None:
            raise Conflict("board_not_archived")
        scope.board.archived_at = None


@dataclass(frozen=True)
class AlteredBoard:
    """Hold a renamed board and its former title, to undo the change."""

    board: Board
    before: Record
    after: Record

    def require_unchanged(self, session: Session) -> None:
        """Raise Conflict when it was renamed since or the former title is taken."""
        if self.board.title != self.after["title"]:
            raise Conflict("changed_since")
        refuse_taken_title(session, self.before["title"], but=self.board)

    def revert(self, _scope: Scope, _ranks: RankAllocator) -> None:
        """Give the board its former title back."""
        self.board.title = self.before["title"]
        self.board.version += 1


def altered_board(scope: Scope, altered: Record) -> AlteredBoard:
    """Load what a change altered on the board. Raises Forbidden, or Conflict for archiving."""
    scope.require_arranger()
    if "title" not in altered["before"]:
        raise Conflict("cannot_undo")
    return AlteredBoard(scope.board, altered["before"], altered["after"])


def boards_in_use(session: Session) -> list[Board]:
    """List the active boards in the town’s order."""
    return list(session.scalars(select(Board).where(Board.archived_at.is_(None)).order_by(Board.position, Board.id)))


def default_among(in_use: Sequence[Board]) -> Board | None:
    """Return the default board, else the first."""
    return next((board for board in in_use if board.is_default), in_use[0] if in_use else None)


def refuse_taken_title(session: Session, title: str, but: Board | None = None) -> None:
    """Raise Conflict when another board has the title, ignoring case and accents."""
    for board in session.scalars(select(Board)):
        if board is not but and sorting_key(board.title) == sorting_key(title):
            raise Conflict("board_exists", slug=board.slug)
