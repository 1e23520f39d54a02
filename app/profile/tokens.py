"""Make and revoke one's own API tokens."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import gettext as _
from flask_login import login_required
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.models import Account, ApiToken, TokenScope
from app.accounts.service import make_token
from app.audit import log as audit_log
from app.auth.current_user import current_account
from app.profile.forms import TokenForm
from app.profile.rendering import profile_page
from app.web.redirects import flash_and_redirect
from boards.database import now, write_transaction

TOKENS_AT_MOST = 20

routes = Blueprint("tokens", __name__)


@routes.post("/profile/tokens")
@login_required
def make() -> str | tuple[str, int]:
    """Make a token and show it in this response only; a repeated request finds the name taken."""
    form = TokenForm()
    if not form.validate():
        return profile_page(token=form), 422
    name = form.label.data or ""
    with write_transaction() as session:
        account = session.get_one(Account, current_account().id)
        problem = _problem(session, account, name)
        secret = (
            None if problem else make_token(session, account, name, TokenScope(form.scope.data), actor=account.person)
        )
    if problem:
        form.label.errors = [problem]
        return profile_page(token=form), 422
    return profile_page(new_token=secret)


@routes.post("/profile/tokens/<int:token_id>/revoke")
@login_required
def revoke(token_id: int) -> AnyResponse:
    """Revoke a token."""
    account = current_account()
    with write_transaction() as session:
        token = session.get(ApiToken, token_id) if token_id < 2**63 else None
        if token and token.account_id == account.id and token.revoked_at is None:
            token.revoked_at = now()
            audit_log.record(session, "token_revoked", account.email, actor=account.person, name=token.name)
    return flash_and_redirect(_("Ce jeton ne vaut plus rien."), "profile.show_profile", _anchor="tokens")


def _problem(session: Session, account: Account, name: str) -> str | None:
    names = session.scalars(
        select(ApiToken.name).where(ApiToken.account_id == account.id, ApiToken.revoked_at.is_(None))
    ).all()
    if name in names:
        return str(_("Vous avez déjà un jeton de ce nom : révoquez-le, ou choisissez un autre nom."))
    if len(names) >= TOKENS_AT_MOST:
        return str(
            _("Vous avez déjà %(count)s jetons : révoquez d’abord ceux qui ne servent plus.", count=TOKENS_AT_MOST)
        )
    return None
