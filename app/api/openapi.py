"""Build the OpenAPI 3.1 description of the HTTP API from its models: GET /api/openapi.json."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema
from werkzeug.routing import Map, Rule

from app.board.dispatch import KEY_MAX_CHARACTERS
from app.web import request_schemas, response_schemas
from boards.commands import COMMANDS, AnyCommand
from boards.field_types import Id
from boards.filters.criteria import LABELS_AT_MOST, WORDS_MAX_CHARACTERS, Fresh, Period
from boards.models import Kind
from config import ROOT

Flag = Literal["0", "1"]
Slug = Annotated[str, Field(min_length=1, max_length=80)]

PARAMETERS: dict[str, Any] = {
    "slug": Annotated[Slug, Field(description="The board's name in addresses, such as `accueil`.")],
    "card_id": Id,
    "column_id": Id,
}
SEARCH: dict[str, Any] = {
    "q": Annotated[
        str, Field(description=f"Any text; what follows its {WORDS_MAX_CHARACTERS}th character is left out.")
    ],
    "service": Id,
    "label": Annotated[list[Id], Field(max_length=LABELS_AT_MOST, description="Several: cards that have all of them.")],
    "fresh": Fresh,
    "kind": Annotated[Kind, Field(description="Of the column.")],
    "period": Annotated[Period, Field(description="New or edited since.")],
    "mine": Flag,
    "unread": Flag,
    "archived": Annotated[Flag, Field(description="Also what was put away.")],
}
PROBLEM_RESPONSES = {
    400: "The body is no JSON text, or a form comes without its token.",
    401: "Nobody is signed in, or the token is unknown.",
    403: "Seen, but not allowed.",
    404: "Unknown, or hidden from this person: the two are not told apart.",
    409: "No longer possible.",
    413: "Too large.",
    415: "Not `application/json`.",
    422: "Wrong, field by field in `errors`.",
    500: "A fault of ours.",
    503: "The database cannot write or answer right now; send it again.",
}
READING = (401, 403, 404, 500, 503)
WRITING = (400, *READING)
SENDING = (*WRITING, 409, 413, 415, 422)  # with a body


@dataclass(frozen=True)
class Operation:
    """Describe one route; `answer` None: 204, without a body."""

    summary: str
    answer: Any = None
    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)
    refusals: tuple[int, ...] = READING
    for_anybody: bool = False


# By endpoint; the paths are taken from the routes.
OPERATIONS: dict[str, Operation] = {
    "api.get_board": Operation("A board as this person may read it.", response_schemas.BoardAnswer),
    "search.search_board": Operation(
        "Search, from this board.", response_schemas.SearchAnswer, query=SEARCH, refusals=(*READING, 422)
    ),
    "api.post_command": Operation(
        "Alter the board by a command.", response_schemas.CommandAnswer, body=AnyCommand, refusals=SENDING
    ),
    "guide.keep_read": Operation(
        "Say which version of a card one has read.", body=request_schemas.ReadVersion, refusals=SENDING
    ),
    "news.keep_seen": Operation("The news of a card are read.", body=request_schemas.SeenUpTo, refusals=SENDING),
    "news.keep_unread": Operation("A card is unread again.", refusals=WRITING),
    "news.keep_column_seen": Operation(
        "All news in a column are read.", body=request_schemas.SeenUpTo, refusals=SENDING
    ),
    "news.keep_all_seen": Operation("All news on the board are read.", body=request_schemas.SeenUpTo, refusals=SENDING),
    "news.take_back": Operation(
        "Take back what was marked as read.", body=request_schemas.ReadMarkers, refusals=SENDING
    ),
    "pages.keep_noticed": Operation(
        "What one was told of a card is read.", response_schemas.NoticesAnswer, refusals=WRITING
    ),
    "filters.keep_filter": Operation(
        "Keep filters of the board under a name, or rename them.",
        body=request_schemas.KeptFilter | request_schemas.RenamedFilter,
        refusals=SENDING,
    ),
    "filters.remove_filter": Operation("Remove kept filters.", body=request_schemas.FilterName, refusals=SENDING),
    "pages.keep_fold": Operation(
        "Keep a column folded, or open, for oneself.", body=request_schemas.FOLDED, refusals=SENDING
    ),
    "arrangement.place_column": Operation(
        "Keep a column somewhere for oneself.",
        response_schemas.PlacementsAnswer,
        body=request_schemas.ColumnPlacement,
        refusals=SENDING,
    ),
    "arrangement.forget_placements": Operation("Take the board's own order again.", refusals=WRITING),
    "api.describe": Operation("This description.", dict[str, Any], refusals=(500,), for_anybody=True),
    "api.healthz": Operation(
        "Whether the database answers.", response_schemas.HealthAnswer, refusals=(500, 503), for_anybody=True
    ),
}
SECURITY = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "Made by a person in their profile; acts as that person.",
    },
    "session": {"type": "apiKey", "in": "cookie", "name": "flash_news", "description": "A signed-in browser."},
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRFToken",
        "description": "Beside the cookie, for whatever alters something.",
    },
}


def describe_api(routes: Map) -> dict[str, Any]:
    """Build the OpenAPI document of the application’s routes."""
    schemas = _Schemas()
    paths: dict[str, dict[str, Any]] = {}
    for endpoint, operation in OPERATIONS.items():
        [rule] = routes.iter_rules(endpoint)
        [method] = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        paths.setdefault(path, {})[method.lower()] = _operation(rule, method, operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Flash News",
            "version": tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"],
            "description": "How programs read and alter boards. See docs/protocol.md, also for the live connection.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas.named,
            "responses": {_refused(status): _refusal(words, schemas) for status, words in PROBLEM_RESPONSES.items()},
            "securitySchemes": SECURITY,
        },
    }


class _Schemas:
    """Build JSON schemas of types, and keep the named ones for the components."""

    def __init__(self) -> None:
        self.named: dict[str, Any] = {}

    def of(self, kind: Any) -> dict[str, Any]:
        adapter = kind if isinstance(kind, TypeAdapter) else TypeAdapter(kind)
        schema = adapter.json_schema(ref_template="#/components/schemas/{model}", schema_generator=_Plain)
        self.named |= schema.pop("$defs", {})
        name = schema.pop("title", None)
        if "properties" in schema:
            self.named[name] = schema
            return {"$ref": f"#/components/schemas/{name}"}
        return schema

    def of_commands(self) -> dict[str, Any]:
        union = self.of(AnyCommand)
        for command in COMMANDS.values():
            said = self.named[command.__name__]
            said["properties"]["key"] = {
                "type": "string",
                "minLength": 1,
                "maxLength": KEY_MAX_CHARACTERS,
                "description": "Idempotency key, a UUID for each command: a repeated command is not carried out again.",
            }
            becomes = f"Becomes `{command.event_type}`." + (
                " For people who sign in: no token may." if command.people_only else ""
            )
            said["description"] = f"{said['description']}\n\n{becomes}" if "description" in said else becomes
        self.named["Command"] = union
        return {"$ref": "#/components/schemas/Command"}


class _Plain(GenerateJsonSchema):
    """Leave out titles that repeat field names, and null defaults of optional fields."""

    def field_title_should_be_set(self, _schema: Any) -> bool:
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        described = super().default_schema(schema)
        return (
            described
            if described.get("default") is not None
            else {key: each for key, each in described.items() if key != "default"}
        )

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        described = super().dict_schema(schema)
        return {**described, "additionalProperties": False} if "patternProperties" in described else described


def _operation(rule: Rule, method: str, operation: Operation, schemas: _Schemas) -> dict[str, Any]:
    said: dict[str, Any] = {
        "operationId": rule.endpoint.split(".")[1],
        "summary": operation.summary,
        "parameters": [
            *(
                {"name": name, "in": "path", "required": True, **_parameter(PARAMETERS[name], schemas)}
                for name in sorted(rule.arguments)
            ),
            *({"name": name, "in": "query", **_parameter(kind, schemas)} for name, kind in operation.query.items()),
        ],
        "responses": {
            **_answered(operation, schemas),
            **{
                str(status): {"$ref": f"#/components/responses/{_refused(status)}"}
                for status in sorted(operation.refusals)
            },
        },
        "security": []
        if operation.for_anybody
        else [{"token": []}, {"session": [], **({} if method == "GET" else {"csrf": []})}],
    }
    if operation.body is not None:
        body = schemas.of_commands() if operation.body is AnyCommand else schemas.of(operation.body)
        said["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return said


def _parameter(kind: Any, schemas: _Schemas) -> dict[str, Any]:
    schema = schemas.of(kind)
    description = schema.pop("description", None)
    return {"schema": schema, **({"description": description} if description else {})}


def _answered(operation: Operation, schemas: _Schemas) -> dict[str, Any]:
    if operation.answer is None:
        return {"204": {"description": "Kept."}}
    return {"200": {"description": "Done.", "content": {"application/json": {"schema": schemas.of(operation.answer)}}}}


def _refused(status: int) -> str:
    return f"Refused{status}"


def _refusal(words: str, schemas: _Schemas) -> dict[str, Any]:
    return {
        "description": words,
        "content": {"application/problem+json": {"schema": schemas.of(response_schemas.Problem)}},
    }
