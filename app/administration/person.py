"""The page of one person, and what facilitators do there."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.current import administrators_only, current_person
from app.accounts.models import Account, ApiToken, Purpose, SignIn
from app.accounts.names import BadInput
from app.accounts.one_time_links import make_link
from app.accounts.password_policy import FACILITATOR_MIN_CHARACTERS
from app.accounts.upkeep import change_account, disable_account, enable_account, erase_person, sign_out_everywhere
from app.administration.directory import STATES, state_of
from app.administration.forms import PersonForm
from app.administration.inviting import Link, hand_over_invitation, link_to_show, show_once
from app.administration.people import Answer, say_taken, services_in_use
from boards.database import reading, write_transaction
from boards.errors import Conflict
from boards.models import Card, Person, Role

routes = Blueprint("person", __name__)


@routes.get("/people/<int:person_id>")
@administrators_only
def show_person(person_id: int) -> Answer:
    account = _account(person_id)
    return _page(account, _form(account))


@routes.post("/people/<int:person_id>")
@administrators_only
def save(person_id: int) -> Answer:
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
        say_taken(form)
        return _page(account, form)
    except BadInput as error:
        form.role.errors = [str(error)]
        return _page(account, form)
    flash(_("Enregistré.") if altered else _("Rien n’a changé."))
    if promoted:
        flash(_("À sa prochaine connexion, un mot de passe de %(count)s caractères lui sera demandé.", count=FACILITATOR_MIN_CHARACTERS))
    return _back(person_id)


@routes.post("/people/<int:person_id>/disable")
@administrators_only
def disable(person_id: int) -> AnyResponse:
    return _carry_out(person_id, disable_account, _("Compte désactivé : les pages ouvertes se ferment dans les secondes qui suivent."))


@routes.post("/people/<int:person_id>/enable")
@administrators_only
def enable(person_id: int) -> AnyResponse:
    return _carry_out(person_id, enable_account, _("Compte réactivé."))


@routes.post("/people/<int:person_id>/sign-out")
@administrators_only
def sign_out(person_id: int) -> AnyResponse:
    return _carry_out(person_id, sign_out_everywhere, _("Toutes ses sessions sont terminées."))


@routes.post("/people/<int:person_id>/invitation")
@administrators_only
def invite_again(person_id: int) -> AnyResponse:
    account = _account(person_id)
    if account.person.disabled_at is not None:
        flash(_("Ce compte est désactivé : réactivez-le d’abord."), "problem")
        return _back(person_id)
    show_once(hand_over_invitation(account, current_person()))
    return _back(person_id)


@routes.post("/people/<int:person_id>/password-link")
@administrators_only
def make_password_link(person_id: int) -> AnyResponse:
    account = _account(person_id)
    with write_transaction() as session:
        url = make_link(session, account, Purpose.PASSWORD, actor=current_person())
    show_once(Link(url, Purpose.PASSWORD, account.person.name, account.email))
    return _back(person_id)


@routes.get("/people/<int:person_id>/erase")
@administrators_only
def show_erasure(person_id: int) -> str:
    account = _account(person_id)
    cards = reading().scalar(select(func.count()).select_from(Card).where(Card.author_id == person_id))
    return render_template("admin/people/erase.html", me=current_person(), here="people", account=account, person=account.person, cards=cards)


@routes.post("/people/<int:person_id>/erase")
@administrators_only
def erase(person_id: int) -> AnyResponse:
    try:
        with write_transaction() as session:
            erase_person(session, _account_in(session, person_id), current_person())
    except BadInput as error:
        flash(str(error), "problem")
        return _back(person_id)
    flash(_("La personne est effacée. Ses infos restent, signées « agent supprimé »."))
    return redirect(url_for("people.show_people"), 303)


def _carry_out(person_id: int, act: Callable[[Session, Account, Person], object], done: str) -> AnyResponse:
    try:
        with write_transaction() as session:
            act(session, _account_in(session, person_id), current_person())
    except BadInput as error:
        flash(str(error), "problem")
    else:
        flash(done)
    return _back(person_id)


def _page(account: Account, form: PersonForm) -> Answer:
    counts = {model: select(func.count()).select_from(model).where(model.account_id == account.id) for model in (SignIn, ApiToken)}
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
        sign_ins=reading().scalar(counts[SignIn]),
        tokens=reading().scalar(counts[ApiToken].where(ApiToken.revoked_at.is_(None))),
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
    return PersonForm(services_in_use(), data=given)


def _archived_slugs(account: Account) -> list[str]:
    """The form does not show archived services; belonging to one is kept for the day it is restored."""
    return [service.slug for service in account.person.services if service.archived_at is not None]


def _account(person_id: int) -> Account:
    return _account_in(reading(), person_id)


def _account_in(session: Session, person_id: int) -> Account:
    account = session.scalar(select(Account).where(Account.person_id == person_id)) if person_id < 2**63 else None
    if account is None:
        abort(404)
    return account


def _back(person_id: int) -> AnyResponse:
    return redirect(url_for("person.show_person", person_id=person_id), 303)
