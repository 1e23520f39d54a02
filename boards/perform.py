"""Carry out every change to a board: the only write path."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from blinker import Signal
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from boards import rights
from boards.commands.base import Command
from boards.database import now, write_lock, write_transaction
from boards.errors import Conflict, Forbidden, NotFound
from boards.log.change_log import CommittedChange, committed_change, reload_committed
from boards.log.record import board_difference, difference, empty_record, initial_record, previous_columns
from boards.models import Board, Card, Change, Column, Person, Role, Service
from boards.scope import Scope
from boards.search.index import update_index

# Sent after each commit, in commit order, with `change=CommittedChange`. Receivers must be quick: they delay the
# next writer.
change_committed = Signal()

# Built once, used by every change.
_LOCK_BOARD = update(Board).where(Board.id == bindparam("taken")).values(seq=Board.seq + 1).returning(Board)
_LOCK_BOARD = _LOCK_BOARD.execution_options(synchronize_session=False)
_ACTOR_AND_DUPLICATE = (
    select(Person, Change.id, Change.digest)
    .outerjoin(Change, (Change.actor_id == Person.id) & (Change.key == bindparam("used")))
    .where(Person.id == bindparam("actor"))
    .options(joinedload(Person.services))
)


def perform(
    actor_id: int, board_id: int, command: Command, key: str | None = None, *, by_program: bool = False
) -> CommittedChange:
    """Carry out a command on a board in one transaction; publish the change after the commit.

    `by_program`: the actor uses an API token, which may do less. A key that this actor already used for the same
    command returns the first result and alters nothing. Raises NotFound, Forbidden, Conflict, Invalid or Busy; then
    nothing was altered.
    """
    digest = _digest(board_id, command)
    with write_lock():
        try:
            done, is_new = _transact(actor_id, board_id, command, key, digest, by_program)
        except IntegrityError as error:  # another process used the same key or rank
            raise Conflict("try_again") from error
        if is_new:
            change_committed.send(None, change=done)
    return done


def perform_scheduled(board_id: int, command: Command) -> CommittedChange:
    """Carry out a scheduled command, without an actor.

    Raises as `perform` does, and Conflict when nothing is due.
    """
    with write_lock():
        try:
            with write_transaction() as session:
                board = _lock_board(session, board_id)
                nobody = Person(name="", role=Role.FACILITATOR, services=[])
                done = _apply(
                    Scope(session, nobody, board, now(), by_clock=True), command, None, _digest(board_id, command)
                )
        except IntegrityError as error:
            raise Conflict("try_again") from error
        change_committed.send(None, change=done)
    return done


def perform_batch(actor_id: int, commands: Mapping[int, Command], also: Callable[[Session], None]) -> None:
    """Carry out one command on each of these boards, and `also`, in one transaction.

    Raises as `perform` does, and whatever `also` raises; then nothing was altered.
    """
    with write_lock():
        try:
            with write_transaction() as session:
                done = [
                    _execute(session, actor_id, board_id, command, None, _digest(board_id, command))
                    for board_id, command in sorted(commands.items())  # a fixed order avoids deadlocks
                ]
                also(session)
        except IntegrityError as error:
            raise Conflict("try_again") from error
        for change in done:
            change_committed.send(None, change=change)


def perform_setup(found: Callable[[Session], tuple[int, int, Command]]) -> CommittedChange:
    """Create a board and carry out its first command in one transaction.

    `found` returns the actor’s id, the board’s id and the command. Raises as `perform` does, or whatever `found`
    raises.
    """
    with write_lock():
        try:
            with write_transaction() as session:
                actor_id, board_id, command = found(session)
                session.flush()
                session.expire(session.get_one(Board, board_id))  # its seq is incremented by the database
                done = _execute(session, actor_id, board_id, command, None, _digest(board_id, command))
        except IntegrityError as error:
            raise Conflict("try_again") from error
        change_committed.send(None, change=done)
    return done


class _DuplicateCommand(Exception):
    def __init__(self, committed_change: CommittedChange) -> None:
        self.committed = committed_change


def _transact(
    actor_id: int, board_id: int, command: Command, key: str | None, digest: str, by_program: bool
) -> tuple[CommittedChange, bool]:
    try:
        with write_transaction() as session:
            return _execute(session, actor_id, board_id, command, key, digest, by_program), True
    except _DuplicateCommand as done:
        return done.committed, False


def _execute(
    session: Session,
    actor_id: int,
    board_id: int,
    command: Command,
    key: str | None,
    digest: str,
    by_program: bool = False,
) -> CommittedChange:
    board = _lock_board(session, board_id)
    actor = _actor(session, actor_id) if key is None else _actor_unless_duplicate(session, actor_id, key, digest)
    if not rights.may_see(actor, board):
        raise NotFound("board_not_found")
    if board.archived_at is not None and not command.allowed_when_archived:
        raise Conflict("board_archived")
    scope = Scope(session, actor, board, now(), by_program=by_program)
    if command.people_only:
        scope.require_person()
    return _apply(scope, command, key, digest)


def _apply(scope: Scope, command: Command, key: str | None, digest: str) -> CommittedChange:
    command.apply(scope)
    return _committed(scope, _record(scope, command, key, digest))


def _lock_board(session: Session, board_id: int) -> Board:
    """Take the board’s next seq: the first statement, so that writers of one board queue here."""
    board = session.scalar(_LOCK_BOARD, {"taken": board_id})
    if board is None:
        raise NotFound("board_not_found")
    return board


def _actor(session: Session, actor_id: int) -> Person:
    return _active(session.get(Person, actor_id, options=[joinedload(Person.services)]))


def _actor_unless_duplicate(session: Session, actor_id: int, key: str, digest: str) -> Person:
    """Load the actor and any earlier change with this key, in one query.

    Raises _DuplicateCommand with the first result when the command was already carried out.
    """
    found = session.execute(_ACTOR_AND_DUPLICATE, {"actor": actor_id, "used": key}).unique().one_or_none()
    actor, first, digest_then = found or (None, None, None)
    actor = _active(actor)
    if first is None:
        return actor
    if digest_then != digest:
        raise Conflict("key_reused")
    raise _DuplicateCommand(reload_committed(session, session.get_one(Change, first)))


def _active(actor: Person | None) -> Person:
    if actor is None or actor.disabled_at is not None:
        raise Forbidden("account_disabled")
    return actor


def _record(scope: Scope, command: Command, key: str | None, digest: str) -> Change:
    """Write the change record: what the command touched, before and after."""
    differences = {obj: difference(obj) for obj in scope.touched}
    for obj in scope.touched:
        obj.changed_seq = scope.board.seq
    if None in differences.values():
        scope.session.flush()  # new rows get their ids
    record = empty_record() | command.extra_record() | scope.noted
    if of_board := board_difference(scope.board):
        record["board"] = of_board
    for obj, altered in differences.items():
        record["cards" if isinstance(obj, Card) else "columns"][str(obj.id)] = altered or initial_record(obj)
    change = Change(
        board_id=scope.board.id,
        seq=scope.board.seq,
        type=command.recorded_type,
        actor=None if scope.by_clock else scope.actor,
        at=scope.now,
        key=key,
        digest=digest,
        record=record,
    )
    scope.session.add(change)
    scope.session.flush()
    update_index(scope.session, differences)
    return change


def _committed(scope: Scope, change: Change) -> CommittedChange:
    cards = {obj.id: obj for obj in scope.touched if isinstance(obj, Card)}
    columns = {obj.id: obj for obj in scope.touched if isinstance(obj, Column)}
    homes = {card.column_id for card in cards.values()} | set(previous_columns(change.record).values())
    for card in cards.values():  # as it is now, for whoever shows the card once this session is closed
        set_committed_value(card, "asked", scope.session.get(Service, card.asked_id) if card.asked_id else None)
    return committed_change(
        change, change.actor, cards, columns | {id: scope.known_column(id) for id in homes}, scope.board
    )


def _digest(board_id: int, command: Command) -> str:
    asked: dict[str, Any] = command.model_dump(mode="json", exclude_unset=True)
    return hashlib.sha256(json.dumps([board_id, asked], sort_keys=True).encode()).hexdigest()
