"""Create, order, rename and archive boards, and save board templates."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import log as audit_log
from boards.board_templates import Provided, Template, beginning_with, save_template
from boards.commands import parse_command
from boards.commands.boards import refuse_taken_title
from boards.commands.import_columns import ImportColumns
from boards.commands.import_data import Tally
from boards.database import write_transaction
from boards.directory import create_board, make_default, place_board, slug_for_board
from boards.models import Board, BoardTemplate, Card, Column, Person
from boards.perform import perform, perform_setup


def begin_board(
    title: str,
    actor: Person,
    template: Template | None = None,
    *,
    create_services: bool = True,
    slug: str | None = None,
) -> tuple[str, Provided]:
    """Create a board, empty or from a template, in one transaction.

    Returns its slug and the services provided for it. Raises Conflict when the title or slug is taken.
    """
    begun: list[tuple[str, Provided]] = []

    def found(session: Session) -> tuple[int, int, ImportColumns]:
        facts = {"template": template.title} if template else {}
        board = create_empty_board(session, slug or slug_for_board(session, title), title, actor, **facts)
        command, provided = fill_from(session, template, actor, create_services=create_services)
        begun.append((board.slug, provided))
        return actor.id, board.id, command

    perform_setup(found)
    return begun[0]


def create_empty_board(session: Session, slug: str, title: str, actor: Person | None, **facts: str) -> Board:
    """Create an empty board and log it. Raises Conflict when the title or slug is taken."""
    refuse_taken_title(session, title)
    board = create_board(session, slug, title)
    audit_log.record(session, "board_added", title, actor=actor, **facts)
    return board


def fill_from(
    session: Session, template: Template | None, actor: Person, *, create_services: bool = True
) -> tuple[ImportColumns, Provided]:
    """Build a new board's first command and provide its services, logging services and rights."""
    if template is None:
        return ImportColumns(columns=[], tally=Tally()), Provided([], [])
    command, provided = beginning_with(session, template, author_id=actor.id, create_services=create_services)
    for service in provided.made:
        audit_log.record(session, "service_added", service.name, actor=actor)
    for service in provided.restored:
        audit_log.record(session, "service_restored", service.name, actor=actor)
    for column in template.columns:
        if rights := column.rights.model_dump(exclude_defaults=True):
            audit_log.record(session, "rights_changed", column.title, actor=actor, rights=rights)
    return command, provided


def rename_board(board: Board, title: str, version: int, actor: Person) -> None:
    """Rename a board. Raises a Refusal."""
    perform(actor.id, board.id, parse_command({"type": "edit_board", "title": title, "version": version}))


def archive_board(board: Board, actor: Person) -> None:
    """Archive a board. Raises a Refusal."""
    perform(actor.id, board.id, parse_command({"type": "archive_board"}))


def restore_board(board: Board, actor: Person) -> None:
    """Restore a board. Raises a Refusal."""
    perform(actor.id, board.id, parse_command({"type": "restore_board"}))


def order_board(board: Board, step: int, actor: Person) -> bool:
    """Move a board one place earlier (-1) or later (1); return False at the edge."""
    with write_transaction() as session:
        if placed := place_board(session, board.id, step):
            audit_log.record(session, "board_ordered", board.title, actor=actor)
    return placed


def set_default_board(board: Board, actor: Person) -> None:
    """Make this the board where people arrive."""
    with write_transaction() as session:
        if make_default(session, board.id):
            audit_log.record(session, "board_made_default", board.title, actor=actor)


def keep_template(template: Template, actor: Person) -> tuple[BoardTemplate, bool]:
    """Save a template; return it and True if it is new."""
    with write_transaction() as session:
        saved, new = save_template(session, template)
        if new:
            audit_log.record(session, "template_kept", saved.title, actor=actor)
    return saved, new


def delete_template(template_id: int, actor: Person) -> str | None:
    """Delete a template; return its title, or None if there is none."""
    with write_transaction() as session:
        template = session.get(BoardTemplate, template_id)
        if template is None:
            return None
        session.delete(template)
        audit_log.record(session, "template_deleted", template.title, actor=actor)
    return template.title


@dataclass(frozen=True)
class Size:
    """Number of columns and cards of a board."""

    columns: int = 0
    cards: int = 0


def sizes(session: Session) -> dict[int, Size]:
    """Count columns and cards of each board that has columns."""
    counting = (
        select(Column.board_id, func.count(Column.id.distinct()), func.count(Card.id))
        .outerjoin(Card, (Card.column_id == Column.id) & Card.archived_at.is_(None))
        .where(Column.archived_at.is_(None))
        .group_by(Column.board_id)
    )
    return {board: Size(columns, cards) for board, columns, cards in session.execute(counting)}
