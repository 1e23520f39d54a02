"""Malformed URLs and bodies are rejected without internal errors and without blocking the server."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from app.admin.audit_queries import AuditFilters
from boards.text.diff import COMPARED_AT_MOST, word_differences
from tests.app.access import ROUTES
from tests.security.conftest import Signed
from tests.town import Town

ODD = "%00"
FIELDS = [
    "q",
    "as",
    "after",
    "before",
    "at",
    "page",
    "action",
    "label",
    "kind",
    "column",
    "service",
    "person",
    "since",
    "until",
    "format",
    "next",
    "state",
    "code",
    "view",
    "have",
]
QUERIES = (
    "",
    "?" + "&".join(f"{field}={ODD}" for field in FIELDS),
    "?" + "&".join(f"{field}={'9' * 30}" for field in FIELDS),
)
BODIES = {
    "deeply nested arrays": b"[" * 100_000,
    "deeply nested objects": b'{"a":' * 50_000,
    "lone surrogate": b'{"type": "\\ud800"}',
    "lone surrogate in a field name": b'{"type": "add_card", "\\ud800": 1}',
    "very long number": b'{"type": "archive_card", "card": ' + b"9" * 5000 + b"}",
    "NaN": b'{"type": "archive_card", "card": NaN}',
    "not UTF-8": b"\xff\xfe{}",
    "object instead of a string": b'{"type": {"$ne": null}}',
}


def test_no_url_causes_an_internal_error(app: Flask, town: Town, signed: Signed) -> None:
    visitor, broken = signed("facilitator"), []
    for method, rule in ROUTES:
        if method != "GET" or "sign-in/oidc" in rule:
            continue
        for number, slug, query in (
            ("1", ODD, ""),
            (str(2**63), "accueil", ""),
            ("1", "accueil", QUERIES[1]),
            ("0", "accueil", QUERIES[2]),
        ):
            path = re.sub(r"<int:\w+>", number, rule).replace("<slug>", slug).replace("<token>", slug) + query
            if visitor.client.get(path, headers={"Accept": "text/html"}).status_code >= 500:
                broken.append(path)
    assert broken == []


def test_null_characters_are_removed_from_audit_log_searches() -> None:
    """PostgreSQL rejects NUL characters with an error."""
    assert AuditFilters.from_arguments({"q": " Son\x00ia\n"}).text == "Sonia"


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_no_command_body_causes_an_internal_error(town: Town, signed: Signed, body: bytes) -> None:
    agent, before = signed("agent"), town.seq
    assert agent.send(body).status_code in (400, 422)
    assert town.seq == before


def test_a_form_of_a_thousand_parts_is_refused(town: Town, signed: Signed) -> None:
    agent = signed("agent")
    parts = {f"field-{number}": "x" for number in range(2000)}
    answer = agent.client.post(
        "/profile/looks", data={**parts, "csrf_token": agent.csrf_token}, content_type="multipart/form-data"
    )
    assert answer.status_code == 413


def test_long_texts_are_not_compared_word_by_word() -> None:
    """Comparing reversed words is the most expensive case and would block the server."""
    words = [f"w{number}" for number in range(101)] * (COMPARED_AT_MOST // 100)
    pieces = word_differences(" ".join(words), " ".join(reversed(words)))
    assert COMPARED_AT_MOST <= 1000
    assert [piece.kind for piece in pieces] == ["removed", "added"]
