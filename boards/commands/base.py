"""What every command is: a small strict model that knows how to apply itself to what its actor can reach."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, GetPydanticSchema, ValidationError
from pydantic_core import PydanticCustomError, core_schema

from boards.errors import FieldError, Invalid
from boards.scope import Scope
from boards.text.sanitize import BODY_MAX_BYTES, TITLE_MAX_CHARACTERS, UnfitText, clean_body, clean_lines, clean_title


class Command(BaseModel):
    """A request to alter a board. `event_type` names the change that it becomes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    event_type: ClassVar[str]
    people_only: ClassVar[bool] = False  # whether no program may send it
    allowed_when_archived: ClassVar[bool] = False  # whether it may be carried out on a board that was archived

    @property
    def recorded_type(self) -> str:
        """The change that this very command becomes."""
        return self.event_type

    def apply(self, scope: Scope) -> None:
        raise NotImplementedError

    def extra_record(self) -> dict[str, Any]:
        """What the record says besides what was touched."""
        return {}

    def is_set(self, field: str) -> bool:
        """Whether the sender named this field, be it with null."""
        return field in self.model_fields_set


def invalid(error: ValidationError, *, named_from: int = 0, whole: str = "type") -> Invalid:
    """The refusal that names each wrong field, by its path from this step on; `whole` is the name of what has none."""
    return Invalid([_field_error(dict(wrong), named_from, whole) for wrong in error.errors(include_url=False)])


def _field_error(wrong: dict[str, Any], named_from: int, whole: str) -> FieldError:
    facts = {name: value for name, value in wrong.get("ctx", {}).items() if isinstance(value, int | str)}
    return FieldError(".".join(map(str, wrong["loc"][named_from:])) or whole, wrong["type"], facts)


def lines(limit: int) -> GetPydanticSchema:
    """Plain text of several lines, of at most so many characters."""
    return text(lambda value: clean_lines(value, limit), maxLength=limit)


def text(clean: Callable[[str], str], **described: Any) -> GetPydanticSchema:
    """Text as `clean` leaves it, or refuses it; `described` is what the description of the API says of it."""

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


Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Title = Annotated[str, text(clean_title, minLength=1, maxLength=TITLE_MAX_CHARACTERS)]
Body = Annotated[
    str, text(clean_body, description=f"HTML or plain text of at most {BODY_MAX_BYTES} bytes; it is sanitised.")
]
Hue = Annotated[int, Field(ge=0, le=359)]
