"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from app import audit
from app.accounts.current import begin_sign_in, end_sign_in
from app.accounts.models import Account
from app.accounts.passwords import verify_password
from app.extensions import limiter
from app.live import close_sign_in
from boards.database import reading

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
    email = request.form.get("email", "").strip().lower()
    password = request.form.get("password", "")
    if not email or not password:
        return _form(_("Indiquez votre adresse et votre mot de passe.")), 422
    account = _account(email)
    fits = verify_password(account.password_hash if account else None, password)
    if account is None or not fits or account.person.disabled_at is not None:
        audit.record_alone("sign_in_refused", account.email if account else _("adresse inconnue"), by="password")
        return _form(_("Adresse ou mot de passe incorrect.")), 401
    begin_sign_in(account, remember=bool(request.form.get("remember")))
    return redirect(safe_next(), 303)


@routes.post("/sign-out")
def sign_out() -> AnyResponse:
    ended = end_sign_in()
    if ended:
        close_sign_in(ended)
    return redirect(url_for("accounts.show_sign_in"), 303)


def safe_next() -> str:
    """Where to go after signing in: an address of this site, whatever the link said."""
    target = request.values.get("next", "")
    if target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable() and "\\" not in target:
        return target
    return url_for("pages.home")


def _account(email: str) -> Account | None:
    if len(email) > 254 or not email.isprintable():
        return None
    return reading().scalar(select(Account).where(Account.email == email))


def _form(error: str | None = None) -> str:
    return render_template("accounts/sign_in.html", error=error, email=request.form.get("email", ""), next=request.values.get("next", ""))
