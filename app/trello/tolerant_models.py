"""Base models that tolerate odd exports: unreadable fields count as missing and are noted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, TypeVar, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic.alias_generators import to_camel
from pydantic_core.core_schema import ValidatorFunctionWrapHandler


@dataclass
class Oddities:
    """Unreadable objects by field name, and unreadable fields."""

    objects: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)


class TolerantModel(BaseModel):
    """A frozen model whose unreadable fields take their default."""

    # Trello's word for the object: part of reports, and of the origins of imported cards, so it must never change.
    trello_name: ClassVar[str] = ""

    model_config = ConfigDict(alias_generator=to_camel, frozen=True, coerce_numbers_to_str=True)

    @field_validator("*", mode="wrap")
    @classmethod
    def _default_if_unreadable(cls, value: Any, validate: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        """Replace a null or unreadable field by its default; note the latter."""
        described = cls.model_fields[info.field_name or ""]
        if value is not None:
            try:
                return validate(value)
            except ValidationError:
                _oddities(info).fields[f"{cls.trello_name or cls.__name__}.{described.alias}"] += 1
        return described.get_default(call_default_factory=True)


def _oddities(info: ValidationInfo) -> Oddities:
    return cast(Oddities, info.context)


def _readable_objects(value: Any, info: ValidationInfo) -> Any:
    return _of_type(value, dict, info)


def _readable_ids(value: Any, info: ValidationInfo) -> Any:
    return [text.encode("utf-8", "replace").decode() for text in _of_type(value, str, info)]


def _of_type(value: Any, wanted: type, info: ValidationInfo) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("not a list")
    readable = [item for item in value if isinstance(item, wanted)]
    if len(readable) < len(value):
        _oddities(info).objects[info.field_name or ""] += len(value) - len(readable)
    return readable


_T = TypeVar("_T")
Objects = Annotated[list[_T], BeforeValidator(_readable_objects), Field(default_factory=list)]
TolerantIds = Annotated[list[str], BeforeValidator(_readable_ids), Field(default_factory=list)]
Position = Annotated[float | None, Field(allow_inf_nan=False)]
