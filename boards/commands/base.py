"""What every command is: a small strict model that knows how to apply itself to what its actor can reach."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from boards.scope import Scope
from boards.text import UnfitText, clean_body, clean_title


class Command(BaseModel):
    """A request to alter a board. `past` names the change that it becomes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    past: ClassVar[str]

    def apply(self, scope: Scope) -> None:
        raise NotImplementedError

    def also_recorded(self) -> dict[str, Any]:
        """What the record says besides what was touched."""
        return {}

    def gives(self, field: str) -> bool:
        """Whether the sender named this field, be it with null."""
        return field in self.model_fields_set


def _title(value: str) -> str:
    try:
        return clean_title(value)
    except UnfitText as error:
        raise _unfit(error) from error


def _body(value: str) -> str:
    try:
        return clean_body(value)
    except UnfitText as error:
        raise _unfit(error) from error


def _unfit(error: UnfitText) -> PydanticCustomError:
    facts: dict[str, Any] = {"limit": error.limit} if error.limit else {}
    return PydanticCustomError(error.code, "unfit text", facts)


Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Title = Annotated[str, AfterValidator(_title)]
Body = Annotated[str, AfterValidator(_body)]
Hue = Annotated[int, Field(ge=0, le=359)]
