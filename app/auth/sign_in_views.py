"""Sign in and out."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.password_policy import min_characters
from app.audit import log as audit_log
from app.auth import password_backend
from app.auth.current_user import begin_sign_in, end_sign_in
from app.auth.external_identities import IDENTITY_REFUSALS, DirectoryUnavailable, SignInRefused
from app.auth.oidc_logout import sign_out_there
from app.auth.signals import announce_ended
from app.extensions import limiter
from app.web.redirects import safe_next

log = logging.getLogger(__name__)

routes = Blueprint("accounts", __name__)


def _account_and_address() -> str:
    return f"{request.form.get('email', '').strip().lower()[:254]}|{get_remote_address()}"


def _failed(response: Response) -> bool:
    return response.status_code != 303


@routes.get("/sign-in")
def show_sign_in() -> AnyResponse | str:
    """Show the sign-in form."""
    if current_user.is_authenticated:
        return redirect(safe_next(), 303)
    return _form()


# Failures count by address, and by account *and* address: an attacker locks out only themselves.
@routes.post("/sign-in")
@limiter.limit("60 per minute", deduct_when=_failed)
@limiter.limit("10 per minute", key_func=_account_and_address, deduct_when=_failed)
def sign_in() -> AnyResponse | tuple[str, int]:
    """Sign in with login and password."""
    login = request.form.get("email", "").strip()
    password = request.form.get("password", "")
    if not password_backend.is_offered():
        return _form(_("La connexion par mot de passe n’est pas ouverte ici.")), 403
    if not login or not password:
        return _form(_("Indiquez votre adresse et votre mot de passe.")), 422
    try:
        found = password_backend.authenticate_account(login, password)
    except DirectoryUnavailable as error:
        log.warning("LDAP directory: %s", error)
        return _form(_("L’annuaire de la ville ne répond pas. Réessayez dans quelques instants.")), 503
    except SignInRefused as refusal:
        audit_log.record_alone("sign_in_refused", _login_for_log(login), by="ldap", reason=refusal.code)
        return _form(str(IDENTITY_REFUSALS[refusal.code])), 403
    if found is None:
        audit_log.record_alone("sign_in_refused", _login_for_log(login), by="password")
        return _form(_("Adresse ou mot de passe incorrect.")), 401
    notice = _length_notice(found, password)
    begin_sign_in(found.account, by=found.by, remember=bool(request.form.get("remember")))
    if notice:
        flash(notice, "problem")
        return redirect(url_for("profile.show_profile", _anchor="password"), 303)
    return redirect(safe_next(), 303)


@routes.post("/sign-out")
def sign_out() -> AnyResponse:
    """Sign out, here and at the provider."""
    id_token = getattr(current_user, "id_token", None)
    announce_ended(end_sign_in())
    answer = (sign_out_there(id_token) if id_token else None) or redirect(url_for("accounts.show_sign_in"), 303)
    # Removes cached photos. Not "storage": unsent drafts must survive for their writer.
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def _length_notice(found: password_backend.AuthenticatedAccount, password: str) -> str | None:
    """Return the notice for a facilitator whose password is shorter than now required."""
    at_least = min_characters(found.account.person.role)
    if found.by != "password" or len(password) >= at_least or current_app.config["SETTINGS"].demo:
        return None
    return str(
        _(
            "Votre rôle demande un mot de passe d’au moins %(count)s caractères : choisissez-en un nouveau.",
            count=at_least,
        )
    )


def _login_for_log(login: str) -> str:
    """Return the login if it is an account's, else no text: it may be a mistyped password."""
    account = password_backend.find_account_by_login(login)
    return account.email if account else _("adresse inconnue")


def _form(error: str | None = None) -> str:
    settings = current_app.config["SETTINGS"]
    return render_template(
        "auth/sign_in.html",
        error=error,
        email=request.form.get("email", ""),
        next=request.values.get("next", ""),
        by_password=password_backend.is_offered(),
        ldap=settings.ldap,
        oidc=settings.oidc,
        forgotten=settings.local_accounts,
    )
