"""End one's own sign-ins."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import gettext as _
from flask_login import login_required
from sqlalchemy import delete
from werkzeug.wrappers import Response

from app.accounts.models import Account, SignIn
from app.accounts.password_change import end_sign_ins
from app.audit import log as audit_log
from app.auth.current_user import current_account, current_sign_in_id
from app.auth.signals import announce_ended
from app.profile.user_agents import browser_in_words
from app.web.redirects import flash_and_redirect
from boards.database import write_transaction

routes = Blueprint("sign_ins", __name__)


@routes.post("/profile/sign-ins/<int:sign_in_id>/end")
@login_required
def end_one(sign_in_id: int) -> Response:
    """End a sign-in; one that has already ended is no error."""
    account = current_account()
    with write_transaction() as session:
        sign_in = session.get(SignIn, sign_in_id) if sign_in_id < 2**63 else None
        mine = sign_in is not None and sign_in.account_id == account.id and sign_in.id != current_sign_in_id()
        if sign_in and mine:
            session.execute(delete(SignIn).where(SignIn.id == sign_in_id))
            audit_log.record(
                session, "signed_out", account.email, actor=account.person, browser=browser_in_words(sign_in.user_agent)
            )
    announce_ended([sign_in_id] if mine else [])
    return flash_and_redirect(_("Ce poste est déconnecté."), "profile.show_profile", _anchor="sign-ins")


@routes.post("/profile/sign-ins/end-others")
@login_required
def end_others() -> Response:
    """End all sign-ins but this one."""
    account = current_account()
    with write_transaction() as session:
        ended = end_sign_ins(session, session.get_one(Account, account.id), keep=current_sign_in_id())
        audit_log.record(session, "signed_out_everywhere", account.email, actor=account.person, count=len(ended))
    announce_ended(ended)
    return flash_and_redirect(_("Tous vos autres postes sont déconnectés."), "profile.show_profile", _anchor="sign-ins")
