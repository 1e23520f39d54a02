"""Format log lines for people, or as JSON for programs, without names or texts of people.

Our own loggers log from LOG_LEVEL on, libraries from WARNING: below it some log people's addresses.
"""

from __future__ import annotations

import logging
import re
from types import TracebackType
from typing import Any, Final

from pythonjsonlogger.json import JsonFormatter

from app.web import request_id
from config import Settings

OURS = ("app", "boards", "alembic.runtime.migration")  # Alembic tells of migrations, which are ours
_LINE_MAX_CHARACTERS = 1000
_TRACE_MAX_LINES = 200
# Every repetition is bounded: a long line must not hold the process up.
_SECRETS: Final = (
    (
        re.compile(r"\b([a-z][a-z0-9+.-]{1,20}://)[^\s/@]{1,200}@"),
        r"\1…@",
    ),  # name and password in the address of a service
    (re.compile(r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,10}"), "…@…"),
    (
        re.compile(r"\b([a-z]{2,10}://[^\s?#'\"]{1,200})[?#][^\s'\"]{1,1000}"),
        r"\1?…",
    ),  # what a provider is asked or answers with
    (re.compile(r"^(\s*(?:DETAIL|CONTEXT|LINE \d+)\s?:).*$", re.MULTILINE), r"\1 …"),  # PostgreSQL quotes the row
)
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def configure(settings: Settings) -> None:
    """Install our handler unless the process has handlers: tests and embedding programs keep theirs."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if settings.log_format == "json" else PlainLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    for name in OURS:
        logging.getLogger(name).setLevel(settings.log_level)


class PlainLines(logging.Formatter):
    """Write one line per record, and indent a trace's lines so that none passes for a record."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Format without the trace that another handler has cached in the record."""
        written_by_others, record.exc_text = (
            record.exc_text,
            None,
        )  # the library keeps the first handler's trace for all of them
        try:
            return super().format(record)
        finally:
            record.exc_text = written_by_others

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        """Append the request's number to the message."""
        number = request_id.current()
        return _one_line(super().formatMessage(record)) + (f" [{number}]" if number else "")

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - the library's name
        """Indent the trace."""
        return "\n".join(f"    {line}" for line in _trace(super().formatException(ei)))


class JsonLines(JsonFormatter):
    """Write one JSON object per record.

    Its keys: time, level, logger, message, request_id, those of `extra`, and the trace as a list.
    """

    def __init__(self) -> None:
        super().__init__(
            "%(levelname)s %(name)s %(message)s",
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "trace"},
            timestamp="time",
            json_ensure_ascii=False,
        )

    def formatException(self, ei: _ExcInfo) -> Any:  # noqa: N802 - the library's name
        """Return the trace as a list of lines."""
        return _trace(logging.Formatter.formatException(self, ei))

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Add the request's number."""
        log_data["message"] = _one_line(str(log_data["message"]))
        if number := request_id.current():
            log_data["request_id"] = number
        return log_data


def _trace(text: str) -> list[str]:
    return [_one_line(line) for line in text.splitlines()[-_TRACE_MAX_LINES:]]


def _one_line(text: str) -> str:
    """Escape line breaks and control characters that a client may have sent, and hide secrets."""
    text = _hide(text[: 4 * _LINE_MAX_CHARACTERS])
    text = text if len(text) <= _LINE_MAX_CHARACTERS else text[:_LINE_MAX_CHARACTERS] + "…"
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def _hide(text: str) -> str:
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text
