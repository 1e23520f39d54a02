"""List people and invite them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from app.accounts.admin_actions import find_by_email
from app.accounts.directory import STATES, PeopleFilters, find_people, services_by_name, state_of
from app.accounts.forms import ROLES, PersonForm
from app.admin.invitation_service import accounts_without_link, add_invited, hand_over_invitation, show_once
from app.auth.current_user import administrators_only, current_person
from app.web.params import parse_id
from boards.database import read_session, write_transaction
from boards.errors import Conflict
from boards.models import Role, Service

routes = Blueprint("people", __name__)


@routes.get("/people")
@administrators_only
def show_people() -> str:
    """List people, filtered."""
    asked = PeopleFilters.from_arguments(request.args)
    found = find_people(read_session(), asked, parse_id(request.args.get("page")) or 1)
    return render_template(
        "admin/people/list.html",
        me=current_person(),
        here="people",
        wide=True,
        asked=asked,
        found=found,
        state_of=state_of,
        states=STATES,
        roles=ROLES,
        services=services_by_name(read_session()),
        waiting=len(accounts_without_link(read_session())),
    )


@routes.route("/people/new", methods=["GET", "POST"])
@administrators_only
def invite() -> ResponseReturnValue:
    """Invite a person."""
    form = PersonForm(service_choices())
    if request.method == "POST" and form.validate():
        return _invite(form)
    return _invitation_page(form)


def service_choices() -> list[Service]:
    """Load the active services by name."""
    return services_by_name(read_session(), Service.archived_at.is_(None))


def show_taken_error(form: PersonForm) -> None:
    """Set the form error that links to the account with this address."""
    account = find_by_email(read_session(), form.email.data or "")
    words = _("Un compte existe déjà pour cette adresse.")
    if account is not None:
        address = url_for("person.show_person", person_id=account.person_id)
        words = Markup('{} <a href="{}">{}</a>').format(words, address, account.person.name)
    form.email.errors = [words]


def _invite(form: PersonForm) -> ResponseReturnValue:
    actor = current_person()
    try:
        with write_transaction() as session:
            account = add_invited(
                session,
                form.email.data or "",
                form.name.data or "",
                Role(form.role.data),
                form.services.data or [],
                actor,
            )
    except Conflict:
        show_taken_error(form)
        return _invitation_page(form)
    link = hand_over_invitation(account, actor)
    show_once(link)
    if not link.problem:
        flash(
            _("%(name)s est invité(e) par messagerie.", name=link.name)
            if link.mailed
            else _("Le compte de %(name)s est créé.", name=link.name)
        )
    return redirect(url_for("person.show_person", person_id=account.person_id), 303)


def _invitation_page(form: PersonForm) -> ResponseReturnValue:
    page = render_template("admin/people/invite.html", me=current_person(), here="people", form=form)
    return page if request.method == "GET" else (page, 422)
