"""Signing in and out."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from app import audit
from app.accounts.current import begin_sign_in, end_sign_in
from app.accounts.password_policy import min_characters
from app.extensions import limiter
from app.live import close_sign_in
from app.sign_on import by_password
from app.sign_on.identities import REFUSALS, DirectoryAway, SignInRefused
from app.sign_on.sign_out import sign_out_there

log = logging.getLogger(__name__)

routes = Blueprint("accounts", __name__)


def _account_and_address() -> str:
    return f"{request.form.get('email', '').strip().lower()[:254]}|{get_remote_address()}"


def _failed(response: Response) -> bool:
    return response.status_code != 303


@routes.get("/sign-in")
def show_sign_in() -> AnyResponse | str:
    if current_user.is_authenticated:
        return redirect(safe_next(), 303)
    return _form()


# Limits count failures by address, and by account *and* address: whoever hammers an account locks only themselves out.
@routes.post("/sign-in")
@limiter.limit("60 per minute", deduct_when=_failed)
@limiter.limit("10 per minute", key_func=_account_and_address, deduct_when=_failed)
def sign_in() -> AnyResponse | tuple[str, int]:
    login = request.form.get("email", "").strip()
    password = request.form.get("password", "")
    if not by_password.is_offered():
        return _form(_("La connexion par mot de passe n’est pas ouverte ici.")), 403
    if not login or not password:
        return _form(_("Indiquez votre adresse et votre mot de passe.")), 422
    try:
        found = by_password.account_of(login, password)
    except DirectoryAway as error:
        log.warning("LDAP directory: %s", error)
        return _form(_("L’annuaire de la ville ne répond pas. Réessayez dans quelques instants.")), 503
    except SignInRefused as refusal:
        audit.record_alone("sign_in_refused", _known(login), by="ldap", reason=refusal.code)
        return _form(str(REFUSALS[refusal.code])), 403
    if found is None:
        audit.record_alone("sign_in_refused", _known(login), by="password")
        return _form(_("Adresse ou mot de passe incorrect.")), 401
    outgrown = _outgrown(found, password)
    begin_sign_in(found.account, by=found.by, remember=bool(request.form.get("remember")))
    if outgrown:
        flash(outgrown, "problem")
        return redirect(url_for("profile.show_profile", _anchor="password"), 303)
    return redirect(safe_next(), 303)


@routes.post("/sign-out")
def sign_out() -> AnyResponse:
    id_token = getattr(current_user, "id_token", None)
    ended = end_sign_in()
    if ended:
        close_sign_in(ended)
    answer = (sign_out_there(id_token) if id_token else None) or redirect(url_for("accounts.show_sign_in"), 303)
    # Photos that the browser has kept go too. Not "storage": a draft that never arrived must still be there tomorrow, for its writer alone.
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def safe_next() -> str:
    """Where to go after signing in: an address of this site, whatever the link said."""
    target = request.values.get("next", "")
    if target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable() and "\\" not in target:
        return target
    return url_for("pages.home")


def _outgrown(found: by_password.SignedOn, password: str) -> str | None:
    """What to say to whoever became a facilitator with an agent's password: only now is its length known."""
    at_least = min_characters(found.account.person.role)
    if found.by != "password" or len(password) >= at_least or current_app.config["SETTINGS"].demo:
        return None
    return str(_("Votre rôle demande un mot de passe d’au moins %(count)s caractères : choisissez-en un nouveau.", count=at_least))


def _known(login: str) -> str:
    """Whom the log is told of: never what a stranger typed, which may well be a password in the wrong field."""
    account = by_password.find_account(login)
    return account.email if account else _("adresse inconnue")


def _form(error: str | None = None) -> str:
    settings = current_app.config["SETTINGS"]
    return render_template(
        "auth/sign_in.html",
        error=error,
        email=request.form.get("email", ""),
        next=request.values.get("next", ""),
        by_password=by_password.is_offered(),
        ldap=settings.ldap,
        oidc=settings.oidc,
        forgotten=settings.local_accounts,
    )
