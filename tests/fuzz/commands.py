"""Hypothesis strategies for commands of every type, with valid, partly valid or hostile fields."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from hypothesis import strategies as st

from app.api.openapi import commands
from boards.commands.base import Command
from boards.models import Kind, Status, Suggestion
from boards.rights import LEVELS

BIDI, NUL, LONE = "\u202e", "\x00", "\ud800"
HTML = [
    "<p>Bonjour</p>",
    "<script>alert(1)</script>",
    "<p><a href='javascript:x'>a</a>",
    "</li></ul></main>",
    "&#x202e;x",
    "a & b\n\nc",
    "<p>" * 300,
    "x" * 70_000,
]
HOSTILE: list[Any] = [
    *(None, True, False, 0, -1, 1.0, 1.5, 1e308, 2**31, 2**63 - 1, 2**63, 2**64, 10**400),
    *(
        "",
        " ",
        "1",
        "9" * 5000,
        "null",
        "true",
        "__class__",
        "' OR 1=1 --",
        "{{ 7 * 7 }}",
        "%(limit)s %s {0}",
        "../../etc/passwd",
    ),
    *(NUL, LONE, f"a{BIDI}b", "\u2028", "\ufeff", "e\u0301" * 50, "\U0001f3db\ufe0f", "x" * 300),
    *([], [[]], [None], [1, 1], {}, {"": 1}, {"$ne": 1}, {"__proto__": {}}, [1] * 5000),
]
_nested: Any = 1
for _ in range(60):
    _nested = [_nested]
HOSTILE.append(_nested)

small = st.sampled_from([1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 99])
texts = st.sampled_from(["Piscine", "Horaires", "Marché", "Piscine", f"{BIDI}x", "é" * 60, "a\u0338"]) | st.text(
    min_size=1, max_size=12
)
days = st.integers(-3, 400).map(
    lambda day: (datetime.now(UTC) + timedelta(days=day)).date().isoformat()
) | st.sampled_from(["2026-02-30", "0000-01-01", "2199-12-31", "2026-13-01T", "1767225600"])
moments = st.integers(-3, 200).map(lambda hours: (datetime.now(UTC) + timedelta(hours=hours)).isoformat())
levels = st.sampled_from([None, *LEVELS])
FITTING: dict[str, st.SearchStrategy[Any]] = {
    "title": texts,
    "name": texts,
    "text": texts,
    "note": texts,
    "internal_note": texts,
    "body": st.sampled_from(HTML) | texts,
    "kind": st.sampled_from([kind.value for kind in Kind]),
    "status": st.sampled_from([status.value for status in Status]),
    "suggestion": st.sampled_from([suggestion.value for suggestion in Suggestion]),
    "visible_from": st.none() | days,
    "valid_until": st.none() | days,
    "until": st.none() | moments | days,
    "cards": st.lists(small, min_size=1, max_size=4, unique=True),
    "labels": st.lists(texts, max_size=3),
    "agents": levels,
    "readers": levels,
    "version": st.sampled_from([1, 1, 1, 2, 3]),
    "hue": st.integers(0, 359),
    "check_after": st.integers(0, 3650),
    "after": st.none() | small,
    **dict.fromkeys(("on", "required", "silent", "tellable"), st.booleans()),
    **dict.fromkeys(("service", "asked"), st.integers(1, 3)),
    **dict.fromkeys(("seq", "first"), st.integers(1, 60)),
}
SERVICES = {
    "set_rights": st.dictionaries(st.sampled_from(["1", "2", "9", "0", "x"]), levels),
    "require_reading": st.lists(st.integers(1, 3)),
}


@st.composite
def any_command(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a command as JSON; sometimes a field is missing, hostile or unknown."""
    kind: type[Command] = draw(st.sampled_from(list(commands())))
    [type] = get_args(kind.model_fields["type"].annotation)
    command: dict[str, Any] = {"type": type}
    for name, field in kind.model_fields.items():
        dice = draw(st.integers(0, 39))
        if name == "type" or dice == 0 or (not field.is_required() and dice < 30):
            continue
        fitting = SERVICES.get(type, small) if name == "services" else FITTING.get(name, small)
        command[name] = draw(st.sampled_from(HOSTILE) if dice == 39 else fitting)
    if draw(st.integers(0, 30)) == 0:
        command[draw(st.sampled_from(["key", "actor", "author", "seq", "board", "__class__"]))] = draw(
            st.sampled_from(HOSTILE)
        )
    return command
