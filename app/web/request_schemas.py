"""What requests say besides commands: small strict models, which are checked here and described in app/api/openapi.py."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from flask import abort, request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from app.web import json as strict_json
from boards.commands.base import Id, invalid

_T = TypeVar("_T")

Seq = Annotated[int, Field(ge=0, le=2**63 - 1, description="The board's, as the reader last had it.")]
IdKey = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")]  # JSON's keys are strings
FOLDED: TypeAdapter[bool] = TypeAdapter(Annotated[bool, Field(strict=True)])


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SeenUpTo(Body):
    """What had news up to this `seq` is read; what came after it stays unread."""

    seq: Seq


class Progress(Body):
    """News up to `to` are read, of these cards up to a `seq` of their own; of null nothing is kept. Without `to` only of these cards."""

    to: Seq | None = None
    cards: dict[IdKey, Seq | None]


class ReadVersion(Body):
    """Which version of the card was read; null takes it back."""

    version: Id | None


class ColumnPlacement(Body):
    """Where the column stands for this person alone: behind `after`, null for first; `pinned`: before all others, or no longer."""

    after: int | None = None
    pinned: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> ColumnPlacement:
        if not self.model_fields_set:
            raise PydanticCustomError("missing", "neither is said")
        return self


class FilterName(Body):
    name: str


class KeptFilter(FilterName):
    """Filters under a name, in place of those that had it: `{"name": "À vérifier", "query": "fresh=stale"}`."""

    query: str


class RenamedFilter(FilterName):
    to: str


def body_as(kind: type[_T] | TypeAdapter[_T], whole: str = "type") -> _T:
    """What this request says. Raises Invalid, naming each field that is wrong, `whole` where none is; aborts with 415 and 400."""
    return read_as(kind, json_body(), whole)


def json_body() -> Any:
    if not request.is_json:
        abort(415)
    try:
        return strict_json.loads(request.get_data())
    except strict_json.Malformed:
        abort(400)


def read_as(kind: type[_T] | TypeAdapter[_T], value: Any, whole: str = "type") -> _T:
    adapter = kind if isinstance(kind, TypeAdapter) else TypeAdapter(kind)
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        raise invalid(error, whole=whole) from error
