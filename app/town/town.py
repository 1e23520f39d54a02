"""Read and write the name and particulars of the town."""

from __future__ import annotations

import time

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import log as audit_log
from app.town.models import Town
from boards.database import read_session, write_transaction
from boards.models import Person
from config import Settings

TOWN_ID = 1
NAME_KEPT_SECONDS = 60


def town_name() -> str:
    """Return the town's name: from the settings, else from the set-up."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.town_name or _stored_name()


def _stored_name() -> str:
    """Return the stored name, cached for a minute: other processes may change it."""
    name, until = current_app.extensions.get("town_name", ("", 0.0))
    if time.monotonic() > until and (town := read_session().get(Town, TOWN_ID)) and town.name:
        name = town.name
        current_app.extensions["town_name"] = (name, time.monotonic() + NAME_KEPT_SECONDS)
    return str(name)


def change_town(actor: Person, **fields: str) -> None:
    """Save name, address, contact and hours, and log what changed."""
    with write_transaction() as session:
        town = session.get(Town, TOWN_ID, with_for_update=True)
        if town is None:
            town = Town(id=TOWN_ID, name="", address="", contact="", hours="")
            session.add(town)
        altered = [name for name, value in fields.items() if getattr(town, name) != value]
        if altered:
            for name in altered:
                setattr(town, name, fields[name])
            audit_log.record(session, "town_changed", town.name, actor=actor, fields=altered)
    current_app.extensions.pop("town_name", None)


def name_town(session: Session, name: str, *, demo: bool = False, **particulars: str) -> None:
    """Name the town in a pending transaction; its set-up code becomes void."""
    town = session.get(Town, TOWN_ID, with_for_update=True)
    if town is None:
        town = Town(id=TOWN_ID)
        session.add(town)
    town.name, town.demo, town.setup_hash = name, demo, None
    for field, text in particulars.items():
        setattr(town, field, text)


def is_set_up() -> bool:
    """Return True once the town has people; erased people keep their row."""
    if not current_app.extensions.get("town_is_set_up"):
        current_app.extensions["town_is_set_up"] = read_session().scalar(select(Person.id).limit(1)) is not None
    return bool(current_app.extensions["town_is_set_up"])
