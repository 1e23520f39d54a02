"""A browser for page tests: keeps cookies, sends the CSRF token, sends commands."""

from __future__ import annotations

import contextvars
import re
import uuid
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.described import require_described
from tests.town import PASSWORD

TAG = re.compile(r'<\w+(?:[^<>"]|"[^"]*")*>')


class Unindented(TestResponse):
    """Read pages without the line breaks and indentation that templates put around and inside tags."""

    @property
    def text(self) -> str:
        written = super().text
        if self.mimetype != "text/html":
            return written
        tags = TAG.sub(lambda tag: re.sub(r"\s*\n\s*", " ", tag[0]).replace(" >", ">"), written)
        beside_text = re.sub(r"(?<=>)(\s*\n\s*|\s{2,})|(\s*\n\s*|\s{2,})(?=<)", "", tags)
        return re.sub(r"\n {2,}", " ", beside_text)


class OutsideClient(FlaskClient):
    """Send requests outside the test's application context, with their own `g` and session.

    Every API response is compared with the API description.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.response_wrapper = type("Page", (Unindented, self.response_wrapper), {})

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        response = contextvars.Context().run(super().open, *arguments, **options)
        require_described(self.application, response)
        return response


class Visitor:
    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.csrf_token = ""

    def get(self, path: str, **options: Any) -> TestResponse:
        response = self.client.get(path, **{"headers": {"Accept": "text/html"}, **options})
        if found := re.search(r'name="csrf-token" content="([^"]+)"', response.text):
            self.csrf_token = found[1]
        return response

    def post(self, path: str, data: dict[str, str] | None = None, **options: Any) -> TestResponse:
        fields = {"csrf_token": self.csrf_token, **(data or {})}
        return self.client.post(path, data=fields, **{"headers": {"Accept": "text/html"}, **options})

    def sign_in(self, email: str, password: str = PASSWORD, **fields: str) -> TestResponse:
        self.get("/sign-in")
        response = self.post("/sign-in", {"email": email, "password": password, **fields})
        if response.status_code == 303:
            self.get("/profile")
        return response

    def command(self, board: str = "accueil", **command: Any) -> TestResponse:
        """Send a command as the page does, with a new key unless one is given."""
        return self.send({"key": uuid.uuid4().hex, **command}, board)

    def send(self, body: Any, board: str = "accueil", **options: Any) -> TestResponse:
        """Post any body to the commands endpoint: a value as JSON, or raw bytes."""
        headers = {"X-CSRFToken": self.csrf_token, "Content-Type": "application/json"}
        if isinstance(body, bytes):
            return self.client.post(f"/boards/{board}/commands", data=body, headers=headers, **options)
        return self.client.post(f"/boards/{board}/commands", json=body, headers=headers, **options)
