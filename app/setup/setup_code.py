"""Make and check the one-time code that opens the set-up page."""

from __future__ import annotations

import secrets

from flask import Flask
from sqlalchemy.orm import Session

from app.town.models import Town
from app.town.town import TOWN_ID, is_set_up
from app.web.tokens import token_hash
from boards.database import write_transaction

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that looks like another


def new_setup_code(app: Flask) -> str | None:
    """Make a new set-up code, of which only the hash is stored; None once the town has people."""
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
    """Return True if this is the current set-up code."""
    town = session.get(Town, TOWN_ID)
    return (
        town is not None and town.setup_hash is not None and secrets.compare_digest(town.setup_hash, _code_hash(code))
    )


def _code_hash(code: str) -> str:
    return token_hash("".join(letter for letter in code.upper() if letter.isalnum()))
