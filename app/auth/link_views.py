"""Serve the pages of invitation and password links, and mail password links."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_limiter.util import get_remote_address
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.models import Account, Purpose
from app.accounts.one_time_links import LinkRefused, find_account_for_link, use_link
from app.accounts.password_change import change_password
from app.accounts.password_policy import min_characters, own_words_of
from app.accounts.passwords import hash_password
from app.accounts.validators import BadInput, normal_email
from app.audit import log as audit_log
from app.auth.current_user import begin_sign_in, end_sign_in
from app.auth.password_form import NewPasswordForm
from app.auth.password_reset import send_link_later
from app.auth.signals import announce_ended
from app.extensions import limiter
from app.web.redirects import flash_and_redirect
from app.web.secret_addresses import hide_address
from boards.database import read_session, write_transaction
from config import Settings

routes = Blueprint("links", __name__)
routes.after_request(hide_address)


LINK_REFUSALS = {
    "unknown": (404, _l("Ce lien n’existe pas, ou un lien plus récent l’a remplacé.")),
    "used": (410, _l("Ce lien a déjà servi : il n’est bon qu’une fois.")),
    "expired": (410, _l("Ce lien n’est plus valable : son délai est passé.")),
    "disabled": (410, _l("Ce compte n’est plus actif.")),
}


@routes.errorhandler(LinkRefused)
def answer_refused_link(refused: LinkRefused) -> AnyResponse | tuple[str, int]:
    """Explain a refused link."""
    account, status = refused.account, LINK_REFUSALS[refused.reason][0]
    if refused.reason == "used" and account and current_user.is_authenticated and current_user.account.id == account.id:
        return redirect(url_for("pages.home"), 303)  # a double click on the accepted form
    audit_log.record_alone(
        "password_link_refused", account.email if account else _("lien inconnu"), reason=refused.reason
    )
    return render_template(
        "auth/link_refused.html", detail=LINK_REFUSALS[refused.reason][1], forgotten=_mail_is_sent()
    ), status


def _refused(response: Response) -> bool:
    return response.status_code in (404, 410)


def _address_asked_for() -> str:
    return f"{request.form.get('email', '').strip().lower()[:254]}|{get_remote_address()}"


@routes.get("/invitation/<token>")
@limiter.limit("30 per minute", deduct_when=_refused)
def show_invitation(token: str) -> ResponseReturnValue:
    """Show the invitation page."""
    account = find_account_for_link(read_session(), token, Purpose.INVITATION)
    return _choose("auth/invitation.html", account, NewPasswordForm())


@routes.post("/invitation/<token>")
@limiter.limit("30 per minute", deduct_when=_refused)
def accept_invitation(token: str) -> ResponseReturnValue:
    """Accept an invitation and sign in."""
    account = find_account_for_link(read_session(), token, Purpose.INVITATION)
    form = NewPasswordForm()
    if not form.accepts(_with_password(account)):
        return _choose("auth/invitation.html", account, form), 422
    account = _set_password(token, Purpose.INVITATION, form.chosen)
    if current_user.is_authenticated:
        announce_ended(end_sign_in())  # of the browser's previous user
    begin_sign_in(account, by="invitation")
    return redirect(url_for("pages.home"), 303)


@routes.get("/password/<token>")
@limiter.limit("30 per minute", deduct_when=_refused)
def show_password(token: str) -> ResponseReturnValue:
    """Show the form for a new password."""
    account = _with_password(find_account_for_link(read_session(), token, Purpose.PASSWORD))
    return _choose("auth/new_password.html", account, NewPasswordForm())


@routes.post("/password/<token>")
@limiter.limit("30 per minute", deduct_when=_refused)
def choose_password(token: str) -> ResponseReturnValue:
    """Set the new password."""
    account = _with_password(find_account_for_link(read_session(), token, Purpose.PASSWORD))
    form = NewPasswordForm()
    if not form.accepts(account):
        return _choose("auth/new_password.html", account, form), 422
    _set_password(token, Purpose.PASSWORD, form.chosen)
    return flash_and_redirect(_("Votre nouveau mot de passe est enregistré : connectez-vous."), "accounts.show_sign_in")


@routes.get("/forgotten-password")
def show_forgotten() -> ResponseReturnValue:
    """Show the form that asks for a password link."""
    if not _settings().local_accounts:
        abort(404)
    return render_template("auth/forgotten_password.html", offered=_mail_is_sent(), sent="sent" in request.args)


# Limited as signing in is, with the same answer whether or not the address is known.
@routes.post("/forgotten-password")
@limiter.limit("20 per minute")
@limiter.limit("5 per 10 minutes", key_func=_address_asked_for)
def send_link() -> ResponseReturnValue:
    """Mail a password link."""
    if not _mail_is_sent():
        abort(404)
    typed = request.form.get("email", "")
    try:
        email = normal_email(typed)
    except BadInput:
        problem = _("Indiquez votre adresse de messagerie, comme prenom.nom@ville.example.")
        return render_template("auth/forgotten_password.html", offered=True, problem=problem, email=typed[:254]), 422
    send_link_later(email)
    return redirect(url_for("links.show_forgotten", sent=1), 303)


def _choose(template: str, account: Account, form: NewPasswordForm) -> str:
    values: dict[str, Any] = {
        "own_words": sorted(own_words_of(account)),
        "at_least": min_characters(account.person.role),
    }
    return render_template(template, account=account, form=form, local=_settings().local_accounts, **values)


def _set_password(token: str, purpose: Purpose, password: str) -> Account:
    password_hash = hash_password(password)
    with write_transaction() as session:
        account = use_link(session, token, purpose)
        ended = change_password(session, account, password_hash, actor=account.person)
        if purpose == Purpose.INVITATION:
            audit_log.record(session, "invitation_accepted", account.email, actor=account.person)
    announce_ended(ended)
    return account


def _with_password(account: Account) -> Account:
    """Abort where passwords are kept by another directory."""
    if not _settings().local_accounts:
        abort(404)
    return account


def _mail_is_sent() -> bool:
    return _settings().smtp is not None and _settings().local_accounts


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
