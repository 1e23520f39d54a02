"""Write docs/api.md, a readable version of the HTTP API description: python -m docs.write_api."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app import create_app
from app.api.openapi import describe_api
from config import Settings

PAGE = Path(__file__).with_name("api.md")
HEAD = """# HTTP API

All HTTP requests that programs can send, generated from the OpenAPI description at `GET /api/openapi.json`
(`.venv/bin/python -m docs.write_api`; a test checks that this page is up to date). Explanations, the live connection
and examples: [protocol.md](protocol.md).

Programs send `Authorization: Bearer fn_…`; browsers send their session cookie, and `X-CSRFToken` with modifying
requests. Errors are [problems](#problem).
"""


def main() -> None:
    with TemporaryDirectory() as folder:
        app = create_app(
            Settings.from_environment({"DATA_DIR": folder, "SECRET_KEY": "only used to build the routes" * 2})
        )
        PAGE.write_text(page(describe_api(app.url_map)), encoding="utf-8")


def page(document: dict[str, Any]) -> str:
    schemas = document["components"]["schemas"]
    union = [_name(each) for each in schemas["Command"]["oneOf"]]
    others = [name for name in schemas if name not in (*union, "Command")]
    return "\n".join(
        [
            HEAD,
            "## Requests",
            "| Request | Body or query | Response | Purpose |",
            "| --- | --- | --- | --- |",
            *(
                _request(method, path, each)
                for path, methods in document["paths"].items()
                for method, each in methods.items()
            ),
            "",
            "| Error status | Meaning |",
            "| --- | --- |",
            *(
                f"| {name.removeprefix('Refused')} | {each['description']} |"
                for name, each in document["components"]["responses"].items()
            ),
            "",
            "## Command",
            "Each command may have a `key`: " + schemas[union[0]]["properties"]["key"]["description"],
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
    query = [f"`{each['name']}`" for each in operation["parameters"] if each["in"] == "query"]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    success = operation["responses"].get("200")
    answer = _kind(success["content"]["application/json"]["schema"]) if success else "204"
    given = _kind(body) if body else " ".join(query)
    return f"| `{method.upper()} {path}` | {given} | {answer} | {operation['summary']} |"


def _fields(title: str, schema: dict[str, Any], besides: tuple[str, ...] = ()) -> list[str]:
    about = schema.get("description", "").replace("\n\n", " ")
    lines = [f"### {title}", *([about] if about else []), ""]
    if "enum" in schema:
        return [*lines, _kind(schema), ""]
    fields = {name: each for name, each in schema.get("properties", {}).items() if name not in besides}
    if not fields:
        return lines
    required = schema.get("required", [])
    rows = [
        f"| {f'`{name}`' if name in required else f'(`{name}`)'} | {_kind(each)} | {_about(each)} |"
        for name, each in fields.items()
    ]
    return [*lines, "| Field | Type | |", "| --- | --- | --- |", *rows, ""]


def _about(schema: dict[str, Any]) -> str:
    texts = [schema.get("description", ""), *(each.get("description", "") for each in schema.get("anyOf", []))]
    return " ".join(text for text in texts if text)


def _kind(schema: dict[str, Any]) -> str:
    """Describe a type in words, such as `text, at most 200 characters`."""
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
    name: str = command["properties"]["type"]["const"]
    return name


if __name__ == "__main__":
    main()
