"""Whatever the description of the API allows, and whatever it forbids, is answered as it says: schemathesis goes by it."""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from flask import Flask
from hypothesis import given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.definitions import OPENAPI_31

from app.accounts import service as account_service
from app.api import openapi
from app.security import OPEN_TO_TOKENS
from tests.fuzz.conftest import Effort
from tests.town import Town

# Schemathesis imports most of itself when it is first used. pytest parses what it imports of its plugins, and two threads that parse
# at the same moment make Python 3.11 fail: all of it is imported here, while there is no other.
for name in (
    "hypothesis.strategies._internal.flatmapped",
    "hypothesis.strategies._internal.random",
    "hypothesis.strategies._internal.regex",
    "schemathesis.generation.body_overrides",
    "schemathesis.generation.dictionaries",
    "schemathesis.specs.openapi.checks",
    "schemathesis.specs.openapi.object_authorization",
    "schemathesis.specs.openapi.schemas",
    "schemathesis.transport.asgi",
    "schemathesis.transport.wsgi",
    "schemathesis.wfc.escalation",
):
    import_module(name)

# Rules between fields, and which cards there are, stand in no schema: what is well formed may still be refused.
NOT_ASKED = ["positive_data_acceptance"]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


@pytest.fixture
def schema(app: Flask, town: Town) -> schemathesis.BaseSchema:
    for number in range(3):
        town.add_card(f"Info {number}")
    config = SchemathesisConfig(
        projects=ProjectsConfig(
            default=ProjectConfig(
                parameters={"path.slug": "accueil"}, generation=GenerationConfig(with_security_parameters=False)
            )
        )
    )
    return schemathesis.openapi.from_wsgi("/api/openapi.json", app, config=config)


def test_it_is_a_description_as_the_standard_has_it(app: Flask) -> None:
    jsonschema_rs.Draft202012Validator(OPENAPI_31).validate(openapi.describe(app.url_map))


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
def test_every_request_is_answered_as_described(
    schema: schemathesis.BaseSchema, effort: Effort, mode: GenerationMode
) -> None:
    token = {"Authorization": f"Bearer {account_service.create_token('dtan@ville.example', 'essai')}"}
    statuses: set[int] = set()
    for operation in operations(schema):
        if mode == GenerationMode.NEGATIVE and not (operation.body or operation.path_parameters or operation.query):
            continue  # nothing to send wrongly
        headers = token if operation.path.startswith(OPEN_TO_TOKENS) else {}
        statuses |= statuses_met(operation, mode, headers, effort(25 if operation.path.endswith("/commands") else 2))
    assert statuses & ({200, 204} if mode == GenerationMode.POSITIVE else {404, 422})
    assert 401 not in statuses


def operations(schema: schemathesis.BaseSchema) -> Iterator[Any]:
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        yield result.ok()


def statuses_met(operation: Any, mode: GenerationMode, headers: dict[str, str], tried: settings) -> set[int]:
    statuses: set[int] = set()
    not_asked: list[Any] = [CHECKS.get_one(name) for name in NOT_ASKED]

    @tried
    @given(case=operation.as_strategy(generation_mode=mode))
    def answers(case: Any) -> None:
        response = contextvars.Context().run(case.call, headers=headers)
        statuses.add(response.status_code)
        case.validate_response(response, headers=headers, excluded_checks=not_asked)

    answers()
    return statuses
