"""Validate request bodies other than commands, with the models described by app/api/openapi.py."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from flask import abort, request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from app.web import json as strict_json
from boards.commands.base import invalid
from boards.field_types import Id

_T = TypeVar("_T")

RequestSeq = Annotated[int, Field(ge=0, le=2**63 - 1, description="The board's, as the reader last had it.")]
IdKey = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")]  # JSON's keys are strings
FOLDED: TypeAdapter[bool] = TypeAdapter(Annotated[bool, Field(strict=True)])


class RequestBody(BaseModel):
    """Forbid unknown fields and type coercion."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SeenUpTo(RequestBody):
    """Mark news as read up to this `seq`."""

    seq: RequestSeq


class ReadMarkers(RequestBody):
    """Restore read markers: news up to `to`, and per-card seqs; null removes a card’s marker."""

    to: RequestSeq | None = None
    cards: dict[IdKey, RequestSeq | None]


class ReadVersion(RequestBody):
    """Name the version of a card that was read; null undoes it."""

    version: Id | None


class ColumnPlacement(RequestBody):
    """Place a column for one person: behind `after` (null: first), `pinned` before all others."""

    after: int | None = None
    pinned: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> ColumnPlacement:
        if not self.model_fields_set:
            raise PydanticCustomError("missing", "neither is said")
        return self


class FilterName(RequestBody):
    """Name saved filters."""

    name: str


class KeptFilter(FilterName):
    """Save filters under a name: `{"name": "À vérifier", "query": "fresh=stale"}`."""

    query: str


class RenamedFilter(FilterName):
    """Rename saved filters."""

    to: str


def body_as(kind: type[_T] | TypeAdapter[_T], whole: str = "type") -> _T:
    """Validate this request’s JSON body. Raises Invalid; aborts with 415 or 400."""
    return read_as(kind, json_body(), whole)


def json_body() -> Any:
    """Parse this request’s JSON body; aborts with 415 or 400."""
    if not request.is_json:
        abort(415)
    try:
        return strict_json.loads(request.get_data())
    except strict_json.Malformed:
        abort(400)


def read_as(kind: type[_T] | TypeAdapter[_T], value: Any, whole: str = "type") -> _T:
    """Validate a value. Raises Invalid, naming each wrong field, or `whole` for the value itself."""
    adapter = kind if isinstance(kind, TypeAdapter) else TypeAdapter(kind)
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        raise invalid(error, whole=whole) from error
