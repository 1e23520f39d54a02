"""Mail or download invitation links for all who have none yet."""

from __future__ import annotations

import time

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.models import Purpose
from app.accounts.one_time_links import create_one_time_link
from app.admin.invitation_service import accounts_without_link, hand_over_invitation, withdraw_link
from app.auth.current_user import administrators_only, current_person
from app.web.csv_export import csv_download
from app.web.redirects import flash_and_redirect
from boards.database import read_session, write_transaction

routes = Blueprint("invitations", __name__)

# Proxies give up after a minute; the rest is mailed at the next click.
MAILING_SECONDS = 25


@routes.get("/people/invitations")
@administrators_only
def show_waiting() -> str:
    """List the people waiting for a link."""
    return render_template(
        "admin/people/pending_invitations.html",
        me=current_person(),
        here="people",
        waiting=accounts_without_link(read_session()),
        mail=current_app.config["SETTINGS"].smtp is not None,
    )


@routes.post("/people/invitations")
@administrators_only
def bring_in() -> AnyResponse:
    """Mail the links, or download them all."""
    return _mail_links() if request.form.get("how") == "mail" else _collect_links()


def _collect_links() -> AnyResponse:
    """Download new links for everybody waiting; they cannot be shown again."""
    with write_transaction() as session:
        accounts = accounts_without_link(session)
        rows = [
            (
                account.person.name,
                account.email,
                create_one_time_link(session, account, Purpose.INVITATION, actor=current_person()),
            )
            for account in accounts
        ]
    if not rows:
        return flash_and_redirect(_("Plus personne n’attend de lien."), "people.show_people")
    return csv_download("invitations.csv", [(_("nom"), _("e-mail"), _("lien d’invitation")), *rows])


def _mail_links() -> AnyResponse:
    actor, sent, until = current_person(), 0, time.monotonic() + MAILING_SECONDS
    waiting = accounts_without_link(read_session())
    for account in waiting:
        link = hand_over_invitation(account, actor)
        if not link.mailed:
            withdraw_link(account)
            flash(
                _("L’invitation de %(email)s n’est pas partie : %(problem)s", email=link.email, problem=link.problem),
                "problem",
            )
            break
        sent += 1
        if time.monotonic() > until:
            break
    if sent:
        flash(ngettext("%(num)d invitation est partie.", "%(num)d invitations sont parties.", sent))
    return redirect(url_for("invitations.show_waiting" if sent < len(waiting) else "people.show_people"), 303)
