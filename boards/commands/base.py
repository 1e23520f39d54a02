"""Define commands: small strict models that apply themselves to what their actor can reach."""

from __future__ import annotations

from typing import Any, ClassVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from boards.errors import FieldError, Invalid
from boards.scope import Scope

# The commands that clients may send, by name.
COMMAND_TYPES: dict[str, type[Command]] = {}


class Command(BaseModel):
    """Request an alteration of a board. `event_type` is the type of the change that is recorded.

    A subclass with a field `type: Literal["its_name"]` is registered under that name, and clients may send it.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    event_type: ClassVar[str]
    people_only: ClassVar[bool] = False  # refused to API tokens
    allowed_when_archived: ClassVar[bool] = False  # on an archived board

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Register the command, once pydantic knows its fields."""
        super().__pydantic_init_subclass__(**kwargs)
        if "type" in cls.model_fields:
            [name] = get_args(cls.model_fields["type"].annotation)
            if COMMAND_TYPES.setdefault(name, cls) is not cls:
                raise TypeError(f"two commands are named {name}")

    @property
    def recorded_type(self) -> str:
        """Return the type of the change that this very command becomes."""
        return self.event_type

    def apply(self, scope: Scope) -> None:
        """Alter the board. Raises a Refusal; then nothing is written."""
        raise NotImplementedError

    def extra_record(self) -> dict[str, Any]:
        """Return what to record besides the rows that were touched."""
        return {}

    def is_set(self, field: str) -> bool:
        """Return True if the client sent this field, even as null."""
        return field in self.model_fields_set


def invalid(error: ValidationError, *, named_from: int = 0, whole: str = "type") -> Invalid:
    """Name each wrong field by its path from step `named_from` on, or by `whole` where it has none."""
    return Invalid([_field_error(dict(wrong), named_from, whole) for wrong in error.errors(include_url=False)])


def _field_error(wrong: dict[str, Any], named_from: int, whole: str) -> FieldError:
    facts = {name: value for name, value in wrong.get("ctx", {}).items() if isinstance(value, int | str)}
    return FieldError(".".join(map(str, wrong["loc"][named_from:])) or whole, wrong["type"], facts)
