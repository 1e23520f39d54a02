"""Check in every test that API responses match the OpenAPI description."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map
from werkzeug.test import TestResponse

from app.api.openapi import OPERATIONS, describe_api

JSON_TYPES = ("application/json", "application/problem+json")


class Described:
    """The description with unknown keys forbidden: clients must ignore them, tests must not."""

    def __init__(self, routes: Map) -> None:
        self.document = describe_api(routes)
        for schema in self.document["components"]["schemas"].values():
            if "properties" in schema:
                schema.setdefault("additionalProperties", False)
        self.operations = {
            operation["operationId"]: operation
            for methods in self.document["paths"].values()
            for operation in methods.values()
        }
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def wrong_in(self, endpoint: str, status: int, mimetype: str | None, body: str) -> str | None:
        """Return how the response differs from the description; None if it matches."""
        answer = self.operations[endpoint.split(".")[1]]["responses"].get(str(status))
        if answer is None:
            return f"{status} is not described"
        if "$ref" in answer:
            answer = self.document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
        content = answer.get("content", {})
        if not content:
            return f"a body where none is described: {body[:80]}" if body else None
        if mimetype not in content:
            return f"{mimetype} is not described"
        error = next(self._validator(content[mimetype]["schema"]).iter_errors(json.loads(body)), None)
        return str(error) if error else None

    def _validator(self, schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
        key = str(schema)
        if key not in self._validators:
            whole = {**schema, "components": self.document["components"]}
            self._validators[key] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        return self._validators[key]


def require_described(app: Flask, response: TestResponse) -> None:
    """Assert that an API response matches the description; HTML pages are ignored."""
    request = response.request
    try:
        endpoint, _arguments = app.url_map.bind("").match(request.path, request.method)
    except HTTPException:
        return
    if endpoint in OPERATIONS and request.method != "HEAD" and (response.mimetype in JSON_TYPES or not response.data):
        wrong = described(app.url_map).wrong_in(endpoint, response.status_code, response.mimetype, response.text)
        assert wrong is None, f"{request.method} {request.path}: {wrong}"


def described(routes: Map) -> Described:
    """Return the description, built once, since the routes do not depend on settings."""
    if not _cache:
        _cache.append(Described(routes))
    return _cache[0]


_cache: list[Described] = []
