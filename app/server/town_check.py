"""Refuse to serve the demo and a real town from one database."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from app.accounts.models import Account
from app.town.models import Town
from app.town.town import TOWN_ID, is_set_up, name_town
from boards.database import read_session, write_transaction
from config import Settings

DEMO_NAME = "Ville de Val-Rive"
DEMO_ACCOUNT = "dtan@demo.example"


class WrongTown(Exception):
    """Refuse a database; the message says which and what to do."""


def check_town(app: Flask) -> None:
    """Raise WrongTown when the database holds the demo and a real town is served, or the other way round."""
    settings: Settings = app.config["SETTINGS"]
    with app.app_context():
        if not is_set_up():
            return
        town = read_session().get(Town, TOWN_ID)
        # Databases made before there were town rows: the demo's facilitator gives it away.
        demo = (
            town.demo
            if town
            else read_session().scalar(select(Account.id).where(Account.email == DEMO_ACCOUNT)) is not None
        )
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
                f"The database in DATA_DIR={settings.data_dir} holds a real town, and DEMO=1 would "
                "open it to everybody who knows the demo. "
                "Unset DEMO, or set another DATA_DIR (or DATABASE_URL) for the demo."
            )
