"""docs/protocol.md names every command with its fields and every problem, and nothing else."""

from __future__ import annotations

import re

from app.web.problems import DETAILS
from boards.commands import COMMANDS
from config import ROOT

DOCUMENT = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
COMMAND_ROW = re.compile(r"^\| `([a-z_]+)` \| ([^|]*) \| `([a-z_]+)` \|$", re.MULTILINE)
PROBLEM_ROW = re.compile(r"^\| \d{3} \| [^|]* \| ([^|]*) \|$", re.MULTILINE)
# The refusals of the command line and of what happens by itself, which no program meets.
MET_BY_NO_PROGRAM = {"account_exists", "account_not_found", "nothing_due"}


def test_every_command_is_documented_with_its_fields_and_what_it_becomes() -> None:
    told = {name: (required(fields), optional(fields), past) for name, fields, past in COMMAND_ROW.findall(DOCUMENT)}
    held = {}
    for name, command in COMMANDS.items():
        fields = {name: field.is_required() for name, field in command.model_fields.items() if name != "type"}
        held[name] = (
            {f for f, needed in fields.items() if needed},
            {f for f, needed in fields.items() if not needed},
            command.event_type,
        )
    assert told == held


def test_every_problem_is_documented() -> None:
    assert {
        code for codes in PROBLEM_ROW.findall(DOCUMENT) for code in words(codes)
    } == DETAILS.keys() - MET_BY_NO_PROGRAM


def required(fields: str) -> set[str]:
    return words(fields.split("(")[0])


def optional(fields: str) -> set[str]:
    return words(fields.partition("(")[2])


def words(text: str) -> set[str]:
    return set(re.findall(r"`([a-z_]+)`", text))
