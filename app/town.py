"""The one town that a database serves: its name, whether it is the demo, and the code that opens its set-up page."""

from __future__ import annotations

import secrets
import time

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import audit
from app.accounts.models import Account, Town
from app.accounts.people import token_hash
from boards.database import reading, write_transaction
from boards.models import Person
from config import Settings

TOWN_ID = 1
DEMO_NAME = "Ville de Val-Rive"
DEMO_ACCOUNT = "dtan@demo.example"
NAME_KEPT_SECONDS = 60
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is taken for another when copied from a screen


class WrongTown(Exception):
    """The demo and a real town must not share a database; the message says which database and what to do."""


def town_name() -> str:
    """The town's name: the setting, else what it was called when it was set up."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.town_name or _stored_name()


def _stored_name() -> str:
    """Asked for on every page, and hardly ever altered: another process that altered it is heard of within a minute."""
    name, until = current_app.extensions.get("town_name", ("", 0.0))
    if time.monotonic() > until and (town := reading().get(Town, TOWN_ID)) and town.name:
        name = town.name
        current_app.extensions["town_name"] = (name, time.monotonic() + NAME_KEPT_SECONDS)
    return str(name)


def change_town(actor: Person, **fields: str) -> None:
    """Give the town these particulars: name, address, contact, hours. The same again alters nothing."""
    with write_transaction() as session:
        town = session.get(Town, TOWN_ID, with_for_update=True)
        if town is None:
            town = Town(id=TOWN_ID, name="", address="", contact="", hours="")
            session.add(town)
        altered = [name for name, value in fields.items() if getattr(town, name) != value]
        if altered:
            for name in altered:
                setattr(town, name, fields[name])
            audit.record(session, "town_changed", town.name, actor=actor, fields=altered)
    current_app.extensions.pop("town_name", None)


def name_town(session: Session, name: str, *, demo: bool = False, **particulars: str) -> None:
    """Give the town its name (and address, contact, hours), in the transaction that brings its first person; from then on no code opens the set-up page."""
    town = session.get(Town, TOWN_ID, with_for_update=True)
    if town is None:
        town = Town(id=TOWN_ID)
        session.add(town)
    town.name, town.demo, town.setup_hash = name, demo, None
    for field, text in particulars.items():
        setattr(town, field, text)


def is_set_up() -> bool:
    """Whether the town has people. Once it has, it always will: erased people leave their row."""
    if not current_app.extensions.get("town_is_set_up"):
        current_app.extensions["town_is_set_up"] = reading().scalar(select(Person.id).limit(1)) is not None
    return bool(current_app.extensions["town_is_set_up"])


def check_town(app: Flask) -> None:
    """Raises WrongTown when this database holds the demo and a real town is to be served, or the other way round."""
    settings: Settings = app.config["SETTINGS"]
    with app.app_context():
        if not is_set_up():
            return
        town = reading().get(Town, TOWN_ID)
        # Databases made before there were town rows: the demo's facilitator gives it away.
        demo = town.demo if town else reading().scalar(select(Account.id).where(Account.email == DEMO_ACCOUNT)) is not None
        reading().rollback()
        if demo and settings.demo and town is None:
            with write_transaction() as session:
                name_town(session, DEMO_NAME, demo=True)
        if demo and not settings.demo:
            raise WrongTown(
                f"The database in DATA_DIR={settings.data_dir} holds the demo town. "
                "Set another DATA_DIR (or DATABASE_URL) for the real town, or DEMO=1 to serve the demo."
            )
        if settings.demo and not demo:
            raise WrongTown(
                f"The database in DATA_DIR={settings.data_dir} holds a real town, and DEMO=1 would open it to everybody who knows the demo. "
                "Unset DEMO, or set another DATA_DIR (or DATABASE_URL) for the demo."
            )


def new_setup_code(app: Flask) -> str | None:
    """A code that opens the set-up page, while nobody lives here; only its hash is kept, so each start prints one of its own."""
    with app.app_context():
        if is_set_up():
            return None
        code = "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(5))
        with write_transaction() as session:
            town = session.get(Town, TOWN_ID)
            if town is None:
                town = Town(id=TOWN_ID, name="")
                session.add(town)
            town.setup_hash = _code_hash(code)
        return code


def code_fits(session: Session, code: str) -> bool:
    town = session.get(Town, TOWN_ID)
    return town is not None and town.setup_hash is not None and secrets.compare_digest(town.setup_hash, _code_hash(code))


def _code_hash(code: str) -> str:
    return token_hash("".join(letter for letter in code.upper() if letter.isalnum()))
