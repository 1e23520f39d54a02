"""What every command is: a small strict model that knows how to apply itself to what its actor can reach."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from boards.scope import Scope
from boards.text import UnfitText, clean_body, clean_lines, clean_title


class Command(BaseModel):
    """A request to alter a board. `past` names the change that it becomes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    past: ClassVar[str]
    in_person: ClassVar[bool] = False  # whether no program may send it
    even_archived: ClassVar[bool] = False  # whether it may be carried out on a board that was archived

    @property
    def becomes(self) -> str:
        """The change that this very command becomes."""
        return self.past

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


def lines(limit: int) -> AfterValidator:
    """Plain text of several lines, of at most so many characters."""

    def cleaned(value: str) -> str:
        try:
            return clean_lines(value, limit)
        except UnfitText as error:
            raise _unfit(error) from error

    return AfterValidator(cleaned)


def _unfit(error: UnfitText) -> PydanticCustomError:
    facts: dict[str, Any] = {"limit": error.limit} if error.limit else {}
    return PydanticCustomError(error.code, "unfit text", facts)


Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Title = Annotated[str, AfterValidator(_title)]
Body = Annotated[str, AfterValidator(_body)]
Hue = Annotated[int, Field(ge=0, le=359)]
