"""Let facilitators see a board in the place of an agent or reader (« Voir comme… »)."""

from __future__ import annotations

from typing import Any

from flask import request

from app.auth.current_user import current_person
from app.web.params import parse_id
from boards import rights
from boards.database import read_session
from boards.errors import FieldError, Forbidden, Invalid, NotFound
from boards.models import Person, Role, Service

NOBODY = 0  # the id of a person who exists for one look: no card is theirs


def preview_person(person: Person, place: Any) -> Person:
    """Return the person to preview as: `reader`, `agent` (of no service) or `service:<id>`.

    Raises Forbidden unless `person` is a facilitator, Invalid or NotFound for an unknown value.
    """
    if not rights.may_preview(person):
        raise Forbidden("may_not_preview")
    if place == "reader":
        return Person(id=NOBODY, name=person.name, hue=person.hue, role=Role.READER, services=[])
    if place == "agent":
        return Person(id=NOBODY, name=person.name, hue=person.hue, role=Role.AGENT, services=[])
    kind, _, number = place.partition(":") if isinstance(place, str) else ("", "", "")
    asked = parse_id(number)
    if kind != "service" or asked is None:
        raise Invalid([FieldError("as", "enum", {})])
    service = read_session().get(Service, asked)
    if service is None:
        raise NotFound("service_not_found")
    return Person(id=NOBODY, name=person.name, hue=person.hue, role=Role.AGENT, services=[service])


def viewer() -> tuple[Person, str | None]:
    """Return the person whose view is shown and the `?as=` value; (current person, None) by default."""
    place = request.args.get("as")
    return (current_person(), None) if place is None else (preview_person(current_person(), place), place)
