"""Whether what was answered is what the description of the API says, whichever test asked."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map
from werkzeug.test import TestResponse

from app.api.openapi import OPERATIONS, describe

JSON_TYPES = ("application/json", "application/problem+json")


class Described:
    """The document with its answers closed: a program must not mind a key that it does not know, a test does."""

    def __init__(self, routes: Map) -> None:
        self.document = describe(routes)
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
        """What the description does not say of this answer; None when it says all of it."""
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
    """That the description says so; what is answered to people, as pages, is not its business."""
    request = response.request
    try:
        endpoint, _arguments = app.url_map.bind("").match(request.path, request.method)
    except HTTPException:
        return
    if endpoint in OPERATIONS and request.method != "HEAD" and (response.mimetype in JSON_TYPES or not response.data):
        wrong = described(app.url_map).wrong_in(endpoint, response.status_code, response.mimetype, response.text)
        assert wrong is None, f"{request.method} {request.path}: {wrong}"


def described(routes: Map) -> Described:
    """Made once: the routes are the same under any settings."""
    if not _made:
        _made.append(Described(routes))
    return _made[0]


_made: list[Described] = []
