"""Define the types of the fields that clients send and are answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, GetPydanticSchema, WithJsonSchema
from pydantic_core import PydanticCustomError, core_schema

from boards.text.sanitize import BODY_MAX_BYTES, TITLE_MAX_CHARACTERS, UnfitText, clean_body, clean_lines, clean_title

_BEGINS_WITH_A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)


def lines(limit: int) -> GetPydanticSchema:
    """Clean plain text of several lines, and refuse more than `limit` characters."""
    return text(lambda value: clean_lines(value, limit), maxLength=limit)


def text(clean: Callable[[str], str], **described: Any) -> GetPydanticSchema:
    """Clean a text with `clean`, which may raise UnfitText; `described` is added to the JSON schema."""

    def cleaned(value: str) -> str:
        try:
            return clean(value)
        except UnfitText as error:
            facts: dict[str, Any] = {"limit": error.limit} if error.limit else {}
            raise PydanticCustomError(error.code, "unfit text", facts) from error

    return GetPydanticSchema(
        lambda source, handler: core_schema.no_info_after_validator_function(cleaned, handler(source)),
        lambda schema, handler: {**handler(schema), **described},
    )


def written_out(code: str) -> BeforeValidator:
    """Refuse a day or moment that does not begin with YYYY-MM-DD: pydantic also takes a number of seconds."""

    def checked(value: Any) -> Any:
        if value is not None and not (isinstance(value, str) and _BEGINS_WITH_A_DAY.match(value)):
            raise PydanticCustomError(code, "not written out")
        return value

    return BeforeValidator(checked)


Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Title = Annotated[str, text(clean_title, minLength=1, maxLength=TITLE_MAX_CHARACTERS)]
Body = Annotated[
    str, text(clean_body, description=f"HTML or plain text of at most {BODY_MAX_BYTES} bytes; it is sanitised.")
]
Hue = Annotated[int, Field(ge=0, le=359)]
Day = Annotated[
    date,
    written_out("date_parsing"),
    Field(strict=False, ge=_FIRST, le=_LAST),
    WithJsonSchema({"type": "string", "format": "date", "description": f"From {_FIRST} to {_LAST}."}),
]

# As programs are answered.
Html = Annotated[str, Field(description="Safe to be shown as it is.")]
DayText = Annotated[
    str, Field(json_schema_extra={"format": "date"}, description="A day of the town's calendar, inclusive.")
]
