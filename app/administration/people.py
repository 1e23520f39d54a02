"""Pages of the people: who is there, and inviting somebody."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.current import administrators_only, current_person
from app.accounts.upkeep import find_by_email
from app.administration.directory import STATES, Asked, look_up, services_by_name, state_of
from app.administration.forms import ROLES, PersonForm
from app.administration.inviting import add_invited, hand_over_invitation, show_once, waiting_for_a_link
from app.numbers import number_in
from boards.database import reading, write_transaction
from boards.errors import Conflict
from boards.models import Role, Service

routes = Blueprint("people", __name__)

Answer = AnyResponse | str | tuple[str, int]


@routes.get("/people")
@administrators_only
def show_people() -> str:
    asked = Asked.by(request.args)
    found = look_up(reading(), asked, number_in(request.args.get("page")) or 1)
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
        services=services_by_name(reading()),
        waiting=len(waiting_for_a_link(reading())),
    )


@routes.route("/people/new", methods=["GET", "POST"])
@administrators_only
def invite() -> Answer:
    form = PersonForm(services_in_use())
    if request.method == "POST" and form.validate():
        return _invite(form)
    return _invitation_page(form)


def services_in_use() -> list[Service]:
    return services_by_name(reading(), Service.archived_at.is_(None))


def say_taken(form: PersonForm) -> None:
    """The address belongs to somebody already: say so, with the way there."""
    account = find_by_email(reading(), form.email.data or "")
    words = _("Un compte existe déjà pour cette adresse.")
    if account is not None:
        there = url_for("person.show_person", person_id=account.person_id)
        words = Markup('{} <a href="{}">{}</a>').format(words, there, account.person.name)
    form.email.errors = [words]


def _invite(form: PersonForm) -> Answer:
    actor = current_person()
    try:
        with write_transaction() as session:
            account = add_invited(
                session, form.email.data or "", form.name.data or "", Role(form.role.data), form.services.data or [], actor
            )
    except Conflict:
        reading().rollback()
        say_taken(form)
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


def _invitation_page(form: PersonForm) -> Answer:
    page = render_template("admin/people/invite.html", me=current_person(), here="people", form=form)
    return page if request.method == "GET" else (page, 422)
