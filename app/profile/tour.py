"""Record that a person has seen or skipped the tour."""

from __future__ import annotations

from flask import Blueprint
from flask_login import login_required
from sqlalchemy import update

from app.accounts.models import Account
from app.auth.current_user import current_account
from boards.database import now, write_transaction

routes = Blueprint("welcome", __name__)


@routes.put("/profile/welcomed")
@login_required
def keep_welcomed() -> tuple[str, int]:
    """Record the tour as seen."""
    account_id = current_account().id
    with write_transaction() as session:
        session.execute(
            update(Account).where(Account.id == account_id, Account.welcomed_at.is_(None)).values(welcomed_at=now())
        )
    return "", 204
