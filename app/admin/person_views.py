"""Show one person to facilitators, and act on their account."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.accounts.admin_actions import (
    change_account,
    disable_account,
    enable_account,
    erase_person,
    sign_out_everywhere,
)
from app.accounts.directory import STATES, state_of
from app.accounts.forms import PersonForm
from app.accounts.models import Account, ApiToken, Purpose, SignIn
from app.accounts.one_time_links import create_one_time_link
from app.accounts.password_policy import FACILITATOR_MIN_CHARACTERS
from app.accounts.validators import BadInput
from app.admin.invitation_service import Link, hand_over_invitation, link_to_show, show_once
from app.admin.people_views import service_choices, show_taken_error
from app.auth.current_user import administrators_only, current_person
from boards.database import read_session, write_transaction
from boards.errors import Conflict
from boards.models import Card, Person, Role

routes = Blueprint("person", __name__)


@routes.get("/people/<int:person_id>")
@administrators_only
def show_person(person_id: int) -> ResponseReturnValue:
    """Show a person's account."""
    account = _account(person_id)
    return _page(account, _form(account))


@routes.post("/people/<int:person_id>")
@administrators_only
def save(person_id: int) -> ResponseReturnValue:
    """Change a person's account."""
    account = _account(person_id)
    form = _form(account)
    if not form.validate():
        return _page(account, form)
    promoted = Role(form.role.data) == Role.FACILITATOR != account.person.role and account.password_hash is not None
    try:
        with write_transaction() as session:
            altered = change_account(
                session,
                _account_in(session, person_id),
                current_person(),
                name=form.name.data,
                email=form.email.data,
                role=Role(form.role.data),
                services=[*(form.services.data or []), *_archived_slugs(account)],
            )
    except Conflict:
        show_taken_error(form)
        return _page(account, form)
    except BadInput as error:
        form.role.errors = [str(error)]
        return _page(account, form)
    flash(_("Enregistré.") if altered else _("Rien n’a changé."))
    if promoted:
        flash(
            _(
                "À sa prochaine connexion, un mot de passe de %(count)s caractères lui sera demandé.",
                count=FACILITATOR_MIN_CHARACTERS,
            )
        )
    return _back(person_id)


@routes.post("/people/<int:person_id>/disable")
@administrators_only
def disable(person_id: int) -> Response:
    """Disable an account."""
    return _act(
        person_id, disable_account, _("Compte désactivé : les pages ouvertes se ferment dans les secondes qui suivent.")
    )


@routes.post("/people/<int:person_id>/enable")
@administrators_only
def enable(person_id: int) -> Response:
    """Enable an account."""
    return _act(person_id, enable_account, _("Compte réactivé."))


@routes.post("/people/<int:person_id>/sign-out")
@administrators_only
def sign_out(person_id: int) -> Response:
    """End all sign-ins of an account."""
    return _act(person_id, sign_out_everywhere, _("Toutes ses sessions sont terminées."))


@routes.post("/people/<int:person_id>/invitation")
@administrators_only
def invite_again(person_id: int) -> Response:
    """Make a new invitation link."""
    account = _account(person_id)
    if account.person.disabled_at is not None:
        flash(_("Ce compte est désactivé : réactivez-le d’abord."), "problem")
        return _back(person_id)
    show_once(hand_over_invitation(account, current_person()))
    return _back(person_id)


@routes.post("/people/<int:person_id>/password-link")
@administrators_only
def make_password_link(person_id: int) -> Response:
    """Make a password link to hand over."""
    account = _account(person_id)
    with write_transaction() as session:
        url = create_one_time_link(session, account, Purpose.PASSWORD, actor=current_person())
    show_once(Link(url, Purpose.PASSWORD, account.person.name, account.email))
    return _back(person_id)


@routes.get("/people/<int:person_id>/erase")
@administrators_only
def show_erasure(person_id: int) -> str:
    """Ask to confirm the erasure."""
    account = _account(person_id)
    cards = read_session().scalar(select(func.count()).select_from(Card).where(Card.author_id == person_id))
    return render_template(
        "admin/people/erase.html",
        me=current_person(),
        here="people",
        account=account,
        person=account.person,
        cards=cards,
    )


@routes.post("/people/<int:person_id>/erase")
@administrators_only
def erase(person_id: int) -> Response:
    """Erase a person."""
    done = _("La personne est effacée. Ses infos restent, signées « agent supprimé ».")
    return _act(person_id, erase_person, done, redirect(url_for("people.show_people"), 303))


def _act(
    person_id: int, act: Callable[[Session, Account, Person], object], done: str, then: Response | None = None
) -> Response:
    try:
        with write_transaction() as session:
            act(session, _account_in(session, person_id), current_person())
    except BadInput as error:
        flash(str(error), "problem")
        return _back(person_id)
    flash(done)
    return then or _back(person_id)


def _page(account: Account, form: PersonForm) -> ResponseReturnValue:
    counts = {
        model: select(func.count()).select_from(model).where(model.account_id == account.id)
        for model in (SignIn, ApiToken)
    }
    page = render_template(
        "admin/people/show.html",
        me=current_person(),
        here="people",
        account=account,
        person=account.person,
        state=state_of(account),
        states=STATES,
        form=form,
        link=link_to_show() if request.method == "GET" else None,
        sign_ins=read_session().scalar(counts[SignIn]),
        tokens=read_session().scalar(counts[ApiToken].where(ApiToken.revoked_at.is_(None))),
    )
    return page if request.method == "GET" else (page, 422)


def _form(account: Account) -> PersonForm:
    person = account.person
    given = {
        "name": person.name,
        "email": account.email,
        "role": str(person.role),
        "services": [service.slug for service in person.services],
    }
    return PersonForm(service_choices(), data=given)


def _archived_slugs(account: Account) -> list[str]:
    """Return archived services, which the form hides and saving must keep."""
    return [service.slug for service in account.person.services if service.archived_at is not None]


def _account(person_id: int) -> Account:
    return _account_in(read_session(), person_id)


def _account_in(session: Session, person_id: int) -> Account:
    account = session.scalar(select(Account).where(Account.person_id == person_id))
    if account is None:
        abort(404)
    return account


def _back(person_id: int) -> Response:
    return redirect(url_for("person.show_person", person_id=person_id), 303)
