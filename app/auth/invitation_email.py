"""Mail invitations."""

from __future__ import annotations

from flask import current_app
from flask_babel import lazy_gettext as _l

from app.accounts.models import Account
from app.auth.locale import language_of
from app.web import smtp
from boards.models import Person


def send_invitation(account: Account, url: str, invited_by: Person) -> None:
    """Mail an invitation link made with `create_one_time_link`. Raises CannotSend."""
    smtp.send_mail(
        current_app.config["SETTINGS"],
        account.email,
        _l("%(name)s vous invite sur Flash News", name=invited_by.name),
        "mail/invitation.txt",
        language=language_of(account),
        name=account.person.name,
        invited_by=invited_by.name,
        url=url,
    )
