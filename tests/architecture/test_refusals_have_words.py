"""Every refusal has a French sentence."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from flask import Flask

from app.error_handlers import _CODES
from app.web.problems import DETAILS, FIELD_MESSAGES, STATUS, TITLES, field_message
from boards.commands import parse_command
from boards.errors import Invalid
from tests.architecture.sources import calls, python_files

REFUSALS = {"NotFound", "Forbidden", "Conflict", "Busy", "problem_document", "answer_problem", "_answer"}
FIELD_ERRORS = {"FieldError", "UnfitText", "PydanticCustomError"}
COMMANDS: dict[str, dict[str, Any]] = {
    "add_card": {
        "column": 1,
        "title": "Piscine fermée",
        "body": "",
        "visible_from": "2029-01-01",
        "valid_until": "2030-01-01",
        "tellable": True,
        "internal_note": "Clé chez le gardien",
        "after": 1,
        "suggestion": "request",
        "asked": 1,
    },
    "edit_card": {
        "card": 1,
        "version": 1,
        "title": "Piscine fermée",
        "body": "",
        "visible_from": "2029-01-01",
        "valid_until": "2030-01-01",
        "tellable": False,
        "internal_note": "Clé chez le gardien",
        "silent": False,
    },
    "move_card": {"card": 1, "column": 1, "after": 1},
    "move_cards": {"cards": [1, 2], "column": 1, "after": 1},
    "archive_cards": {"cards": [1, 2]},
    "archive_card": {"card": 1},
    "restore_card": {"card": 1},
    "confirm_card": {"card": 1},
    "add_column": {"title": "CCAS", "kind": "service", "hue": 20, "service": 1, "after": 1},
    "edit_column": {
        "column": 1,
        "version": 1,
        "title": "CCAS",
        "kind": "service",
        "hue": 20,
        "service": 1,
        "check_after": 90,
    },
    "move_column": {"column": 1, "after": 1},
    "archive_column": {"column": 1},
    "restore_column": {"column": 1},
    "merge_column": {"column": 1, "into": 2},
    "split_column": {"column": 1, "cards": [1, 2], "title": "CCAS", "hue": 20},
    "set_rights": {"column": 1, "agents": "read", "readers": "none", "services": {"1": "edit"}},
    "require_reading": {"card": 1, "required": True, "services": [1, 2]},
    "flash_card": {"card": 1, "on": True, "until": "2030-01-01T18:00:00+01:00"},
    "edit_board": {"title": "Accueil", "version": 1},
    "archive_board": {},
    "restore_board": {},
    "restore_text": {"card": 1, "version": 1, "seq": 1},
    "erase_card": {"card": 1},
    "erase_column": {"column": 1},
    "set_suggestion": {"card": 1, "suggestion": "request", "asked": 1},
    "set_status": {"card": 1, "status": "done", "answer": 1, "note": "Voir l’info"},
    "publish_answer": {"card": 1, "column": 1, "title": "CCAS", "body": "", "valid_until": "2030-01-01", "after": 1},
    "vote_card": {"card": 1, "on": True},
    "reply": {"card": 1, "text": "D’accord"},
    "withdraw_reply": {"reply": 1},
    "set_labels": {"card": 1, "labels": ["Été"]},
    "edit_label": {"label": 1, "name": "Été", "hue": 20},
    "merge_labels": {"label": 1, "into": 2},
    "remove_label": {"label": 1},
    "undo_change": {"seq": 2, "first": 1},
}
WRONG = [
    None,
    True,
    0,
    -1,
    1.5,
    10**30,
    float("nan"),
    float("inf"),
    [],
    {},
    [1],
    [1, 1],
    list(range(1, 300)),
    {"a": 1},
    b"x",
    "",
    " ",
    "\0",
    "\ud800",
    "\u202e",
    "x" * 201,
    "x" * 70_000,
    "1",
    "1999-12-31",
    "2200-01-01",
    "2030-02-30",
    "2030-01-01T12:00",
    "never",
]


def test_every_refusal_has_a_sentence() -> None:
    assert refusal_codes() | set(_CODES.values()) <= DETAILS.keys()


def test_every_sentence_is_used() -> None:
    assert DETAILS.keys() - refusal_codes() - set(_CODES.values()) == {"invalid_command"}


def test_every_status_has_a_title() -> None:
    assert {*STATUS.values(), *_CODES} <= TITLES.keys()


def test_every_command_has_an_example() -> None:
    with pytest.raises(Invalid) as refused:
        parse_command({"type": "unheard_of"})
    named = refused.value.errors[0].facts["expected_tags"]
    assert set(named.replace("'", "").split(", ")) == COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_field_error_has_a_french_message(app: Flask, name: str) -> None:
    """A code that ends in "type" uses the general sentence for a wrong type."""
    unworded = {
        error.code for error in errors_of(name) if error.code not in FIELD_MESSAGES and not error.code.endswith("type")
    }
    unfilled = {error.code for error in errors_of(name) if "%(" in field_message(error.code, error.facts)}
    assert (unworded, unfilled) == (set(), set())


def test_our_own_field_codes_have_their_message() -> None:
    raised = {
        first_word(call)
        for file in python_files("app", "boards")
        for called, call in calls(file)
        if called in ("UnfitText", "PydanticCustomError")
    }
    assert raised - {None} <= FIELD_MESSAGES.keys()
    named = {
        word(call, 1)
        for file in python_files("app", "boards")
        for called, call in calls(file)
        if called == "FieldError"
    }
    assert named - {None, "type"} <= FIELD_MESSAGES.keys()


def errors_of(name: str) -> list[Any]:
    """Return all errors parse_command reports for this command with wrong, missing and extra fields."""
    right = {"type": name, **COMMANDS[name]}
    tried = [{**right, "extra": 1}, {"type": name}, {"type": None}, {}]
    tried += [{**right, field: value} for field in COMMANDS[name] for value in WRONG]
    found = []
    for data in tried:
        try:
            parse_command(data)
        except Invalid as refused:
            found += refused.errors
    return found


def refusal_codes() -> set[str]:
    """Return every refusal code raised in the code."""
    found: set[str] = set()
    for file in python_files("app", "boards"):
        for called, call in calls(file):
            if called in REFUSALS:
                found |= {text for argument in call.args[:2] for text in words(argument)}
    return found


def words(argument: ast.expr) -> set[str]:
    return {node.value for node in ast.walk(argument) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def first_word(call: ast.Call) -> str | None:
    return word(call, 0)


def word(call: ast.Call, position: int) -> str | None:
    argument = call.args[position] if position < len(call.args) else None
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None
