"""Writes docs/api.md, the description of the HTTP API to read: python -m docs.write_api."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app import create_app
from app.api.openapi import describe
from config import Settings

PAGE = Path(__file__).with_name("api.md")
HEAD = """# HTTP API

All that programs may ask for over HTTP, made from the description that the server gives at `GET /api/openapi.json`
(`.venv/bin/python -m docs.write_api`; a test keeps this page in step). What it means, the live connection and examples: [protocol.md](protocol.md).

A program sends `Authorization: Bearer fn_…`; a browser its session, and `X-CSRFToken` with whatever alters something. Refusals are
[problems](#problem).
"""


def main() -> None:
    with TemporaryDirectory() as folder:
        app = create_app(
            Settings.from_environment({"DATA_DIR": folder, "SECRET_KEY": "to look at the routes alone" * 2})
        )
        PAGE.write_text(page(describe(app.url_map)), encoding="utf-8")


def page(document: dict[str, Any]) -> str:
    schemas = document["components"]["schemas"]
    union = [_name(each) for each in schemas["Command"]["oneOf"]]
    others = [name for name in schemas if name not in (*union, "Command")]
    return "\n".join(
        [
            HEAD,
            "## Requests",
            "| Request | With | Answers | Says |",
            "| --- | --- | --- | --- |",
            *(
                _request(method, path, each)
                for path, methods in document["paths"].items()
                for method, each in methods.items()
            ),
            "",
            "| Refused with | When |",
            "| --- | --- |",
            *(
                f"| {name.removeprefix('Refused')} | {each['description']} |"
                for name, each in document["components"]["responses"].items()
            ),
            "",
            "## Command",
            "Each may have a `key`: " + schemas[union[0]]["properties"]["key"]["description"],
            "",
            *(
                line
                for name in union
                for line in _fields(f"`{_type(schemas[name])}`", schemas[name], besides=("type", "key"))
            ),
            "## Other schemas",
            *(line for name in sorted(others) for line in _fields(name, schemas[name])),
        ]
    )


def _request(method: str, path: str, operation: dict[str, Any]) -> str:
    asked = [f"`{each['name']}`" for each in operation["parameters"] if each["in"] == "query"]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    answered = operation["responses"].get("200")
    answer = _kind(answered["content"]["application/json"]["schema"]) if answered else "204"
    return f"| `{method.upper()} {path}` | {_kind(body) if body else ' '.join(asked)} | {answer} | {operation['summary']} |"


def _fields(title: str, schema: dict[str, Any], besides: tuple[str, ...] = ()) -> list[str]:
    about = schema.get("description", "").replace("\n\n", " ")
    lines = [f"### {title}", *([about] if about else []), ""]
    if "enum" in schema:
        return [*lines, _kind(schema), ""]
    fields = {name: each for name, each in schema.get("properties", {}).items() if name not in besides}
    if not fields:
        return lines
    needed = schema.get("required", [])
    rows = [
        f"| {'' if name in needed else '('}`{name}`{'' if name in needed else ')'} | {_kind(each)} | {_about(each)} |"
        for name, each in fields.items()
    ]
    return [*lines, "| Field | Type | |", "| --- | --- | --- |", *rows, ""]


def _about(schema: dict[str, Any]) -> str:
    told = [schema.get("description", ""), *(each.get("description", "") for each in schema.get("anyOf", []))]
    return " ".join(text for text in told if text)


def _kind(schema: dict[str, Any]) -> str:
    """A type as one says it: `text, at most 200 characters`."""
    if "$ref" in schema:
        name = _name(schema)
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(map(_kind, schema["anyOf"]))
    if "const" in schema:
        return f"`{schema['const']}`".replace("True", "true")
    if "enum" in schema:
        return " ".join(f"`{word}`" for word in schema["enum"])
    match schema.get("type"):
        case "array":
            return f"list of {_kind(schema['items'])}" + (
                f", at most {schema['maxItems']}" if "maxItems" in schema else ""
            )
        case "object" if "patternProperties" in schema:
            return f"object by id of {_kind(next(iter(schema['patternProperties'].values())))}"
        case "object" if isinstance(schema.get("additionalProperties"), dict):
            return f"object by id of {_kind(schema['additionalProperties'])}"
        case "integer":
            return _whole_number(schema)
        case "string":
            return {"date": "day", "date-time": "moment"}.get(schema.get("format", ""), "text") + (
                f", at most {schema['maxLength']} characters" if "maxLength" in schema else ""
            )
    return {"boolean": "`true` `false`", "null": "`null`"}.get(schema.get("type", ""), "object")


def _whole_number(schema: dict[str, Any]) -> str:
    lowest, highest = schema.get("minimum"), schema.get("maximum")
    if highest == 2**63 - 1:
        return "id" if lowest == 1 else "number"
    return f"{lowest} to {highest}" if highest is not None else "number"


def _name(reference: dict[str, str]) -> str:
    return reference["$ref"].rpartition("/")[2]


def _type(command: dict[str, Any]) -> str:
    told: str = command["properties"]["type"]["const"]
    return told


if __name__ == "__main__":
    main()
