"""Write what a change alters as the JSON of its record, and read it back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Date, inspect
from sqlalchemy.orm.attributes import get_history

from boards.card_fields import CARD_FIELDS
from boards.database import Moment
from boards.models import Board, Card, Column, Record

# What the log keeps of a card or column that was erased, for catching up and for imports: no text.
BARE_FIELDS = ("column_id", "rank", "archived_at", "origin")
_OF_CARD = [field.name for field in CARD_FIELDS if field.recorded]
_OF_COLUMN = [column.key for column in Column.__table__.columns if column.key not in ("id", "board_id", "changed_seq")]
_OF_BOARD = ("title", "archived_at")


def empty_record() -> Record:
    """Return a record of nothing."""
    return {"cards": {}, "columns": {}}


def difference(obj: Card | Column) -> dict[str, Any] | None:
    """Return what the transaction alters on a stored row: {"before": {…}, "after": {…}}; None for a new row.

    Of a row that it deletes: where it was, and none of its texts.
    """
    state: Any = inspect(obj)
    if state.deleted:
        bare = {name: recorded_value(getattr(obj, name)) for name in BARE_FIELDS if hasattr(obj, name)}
        return {"before": bare, "after": {}}
    if not state.persistent or not obj.changed_seq:  # flushed early for its id, and no change concerned it before
        return None
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    unmodified = state.unmodified
    for name in recorded_fields(type(obj)):
        if name not in unmodified and (history := get_history(obj, name)).has_changes():
            before[name] = recorded_value(history.deleted[0]) if history.deleted else None
            after[name] = recorded_value(history.added[0]) if history.added else None
    return {"before": before, "after": after}


def board_difference(board: Board) -> dict[str, Any] | None:
    """Return the same of the board itself; None when it stays as it was."""
    state: Any = inspect(board)
    histories = {name: state.attrs[name].history for name in _OF_BOARD}
    before = {name: recorded_value(each.deleted[0]) for name, each in histories.items() if each.has_changes()}
    after = {name: recorded_value(getattr(board, name)) for name in before}
    return {"before": before, "after": after} if before else None


def initial_record(obj: Card | Column) -> dict[str, Any]:
    """Return a new row as it was stored: {"before": None, "after": {every field}}."""
    return {"before": None, "after": {name: recorded_value(getattr(obj, name)) for name in recorded_fields(type(obj))}}


def recorded_fields(model: type[Card | Column]) -> list[str]:
    """Return the names of the fields that records hold."""
    return _OF_CARD if model is Card else _OF_COLUMN


def recorded_value(value: Any) -> Any:
    """Convert a field's value to JSON; moments in UTC, whatever zone the database answers in."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def parsed_value(model: type[Card | Column], name: str, value: Any) -> Any:
    """Convert a recorded value back to the column's Python type."""
    if not isinstance(value, str):
        return value
    kind = model.__table__.columns[name].type
    if isinstance(kind, Moment):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value


def previous_columns(record: Record) -> dict[int, int]:
    """Return, for each card that changed columns, the id of the column in which it was before."""
    return {
        int(key): altered["before"]["column_id"]
        for key, altered in record["cards"].items()
        if "column_id" in (altered["before"] or {})
    }
