"""Show and edit one's own profile."""

from __future__ import annotations

from flask import Blueprint, abort, current_app
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import login_required

from app.accounts.models import Account
from app.accounts.password_change import change_password
from app.accounts.passwords import hash_password
from app.audit import log as audit_log
from app.auth.current_user import current_account, current_person, current_sign_in_id
from app.auth.signals import announce_ended
from app.extensions import limiter
from app.profile.appearance import remember_theme
from app.profile.forms import IdentityForm, LooksForm, PasswordForm
from app.profile.rendering import profile_page
from app.web.redirects import flash_and_redirect
from boards.database import write_transaction
from boards.models import Person

routes = Blueprint("profile", __name__)


@routes.get("/profile")
@login_required
def show_profile() -> str:
    """Show the profile."""
    return profile_page()


@routes.post("/profile")
@login_required
def keep_identity() -> ResponseReturnValue:
    """Save name, initials and hue."""
    form = IdentityForm()
    if not form.validate():
        return profile_page(identity=form), 422
    with write_transaction() as session:
        person = session.get_one(Person, current_person().id)
        before = (person.name, person.chosen_initials, person.hue)
        person.name, person.chosen_initials = form.name.data or "", form.initials.data or None
        person.hue = person.hue if form.hue.data is None else form.hue.data
        if before != (person.name, person.chosen_initials, person.hue):
            person.version += 1
        if before[0] != person.name:
            audit_log.record(
                session,
                "person_changed",
                current_account().email,
                actor=person,
                person=person.id,
                changed={"name": [before[0], person.name]},
            )
    return flash_and_redirect(_("Votre profil est enregistré."), "profile.show_profile")


@routes.post("/profile/looks")
@login_required
def keep_looks() -> ResponseReturnValue:
    """Save theme, density and language."""
    form = LooksForm()
    if not form.validate():
        return profile_page(looks=form), 422
    with write_transaction() as session:
        account = session.get_one(Account, current_account().id)
        account.theme, account.density, account.language = form.theme.data, form.density.data, form.language.data
    with force_locale(form.language.data):  # in the new language
        response = flash_and_redirect(_("Vos préférences sont enregistrées."), "profile.show_profile")
    remember_theme(response, form.theme.data)
    return response


# Limited as signing in is: an open browser must not let others guess the password.
@routes.post("/profile/password")
@login_required
@limiter.limit(
    "10 per minute",
    key_func=lambda: f"password|{current_person().id}",
    deduct_when=lambda response: response.status_code != 303,
)
def keep_password() -> ResponseReturnValue:
    """Change one's password."""
    account = current_account()
    if not current_app.config["SETTINGS"].local_accounts or account.password_hash is None:
        abort(404)
    form = PasswordForm()
    if not form.accepts(account):
        return profile_page(password=form), 422
    password_hash = hash_password(form.chosen)
    with write_transaction() as session:
        mine = session.get_one(Account, account.id)
        ended = change_password(session, mine, password_hash, actor=account.person, keep=current_sign_in_id())
    announce_ended(ended)
    done = _("Votre mot de passe est changé. Vos autres postes sont déconnectés.")
    return flash_and_redirect(done, "profile.show_profile")
