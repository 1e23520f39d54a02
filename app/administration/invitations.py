"""Links for everybody who has none yet, after an import: mailed one by one, or collected in a file."""

from __future__ import annotations

import time

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.current import administrators_only, current_person
from app.accounts.models import Purpose
from app.accounts.one_time_links import make_link
from app.administration.inviting import hand_over_invitation, waiting_for_a_link, withdraw_link
from app.csv_text import csv_download
from boards.database import reading, write_transaction

routes = Blueprint("invitations", __name__)

# A proxy gives up after a minute: what is not mailed by then waits for the next press of the button.
MAILING_SECONDS = 25


@routes.get("/people/invitations")
@administrators_only
def show_waiting() -> str:
    return render_template(
        "admin/people/pending_invitations.html",
        me=current_person(),
        here="people",
        waiting=waiting_for_a_link(reading()),
        mail=current_app.config["SETTINGS"].smtp is not None,
    )


@routes.post("/people/invitations")
@administrators_only
def bring_in() -> AnyResponse:
    return _mail_links() if request.form.get("how") == "mail" else _collect_links()


def _collect_links() -> AnyResponse:
    """Every link in one file, which cannot be had again: asked twice, there is nobody left to make one for."""
    actor = current_person()
    reading().rollback()
    with write_transaction() as session:
        accounts = waiting_for_a_link(session)
        rows = [(account.person.name, account.email, make_link(session, account, Purpose.INVITATION, actor=actor)) for account in accounts]
    if not rows:
        flash(_("Plus personne n’attend de lien."))
        return redirect(url_for("people.show_people"), 303)
    return csv_download("invitations.csv", [(_("nom"), _("e-mail"), _("lien d’invitation")), *rows])


def _mail_links() -> AnyResponse:
    actor, sent, until = current_person(), 0, time.monotonic() + MAILING_SECONDS
    waiting = waiting_for_a_link(reading())
    reading().rollback()
    for account in waiting:
        link = hand_over_invitation(account, actor)
        if not link.mailed:
            withdraw_link(account)
            flash(_("L’invitation de %(email)s n’est pas partie : %(problem)s", email=link.email, problem=link.problem), "problem")
            break
        sent += 1
        if time.monotonic() > until:
            break
    if sent:
        flash(ngettext("%(num)d invitation est partie.", "%(num)d invitations sont parties.", sent))
    return redirect(url_for("invitations.show_waiting" if sent < len(waiting) else "people.show_people"), 303)
