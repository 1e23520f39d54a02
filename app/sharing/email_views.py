"""Mail a card to one resident, whose address is not stored."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from threading import Lock

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_limiter.util import get_remote_address
from flask_login import current_user, login_required
from wtforms import EmailField
from wtforms.validators import InputRequired, Length

from app.accounts.forms import email_address
from app.auth.current_user import current_person
from app.extensions import limiter
from app.sharing.access import ShareableCard, find_to_hand_out
from app.sharing.handout import sheet_of
from app.sharing.views import put_online, record_sharing
from app.web import smtp
from app.web.forms import BaseForm
from boards.database import read_session, write_transaction
from boards.sharing import sharing_state

routes = Blueprint("sending", __name__)

ATTEMPTS_KEPT = 1000


@dataclass
class _Attempt:
    """A form being sent; submitted twice, it sends one mail."""

    lock: Lock = field(default_factory=Lock)
    sent: bool = False


class SendForm(BaseForm):
    """Form asking for the resident’s address."""

    email = EmailField(
        _l("Adresse de messagerie de la personne"),
        [InputRequired(_l("Indiquez l’adresse de la personne.")), Length(max=254), email_address],
        render_kw={
            "maxlength": 254,
            "autocomplete": "off",
            "autocapitalize": "none",
            "spellcheck": "false",
            "placeholder": "prenom.nom@exemple.fr",
        },
    )


@routes.get("/cards/<int:card_id>/send")
@login_required
def show(card_id: int) -> ResponseReturnValue:
    """Show the form."""
    found = find_to_hand_out(card_id)
    return _page(found, SendForm())


@routes.post("/cards/<int:card_id>/send")
@login_required
@limiter.limit(
    "30 per hour", key_func=lambda: _rate_limit_key(), deduct_when=lambda response: response.status_code == 303
)
def send(card_id: int) -> ResponseReturnValue:
    """Show the address for confirmation, then send the mail."""
    found, form = find_to_hand_out(card_id), SendForm()
    if not form.validate():
        return _page(found, form), 422
    key = request.form.get("key", "")
    if not key or "confirmed" not in request.form:
        return _page(found, form, confirming="correct" not in request.form)
    attempt = _attempt(key)
    with attempt.lock:
        if not attempt.sent:
            try:
                _send(found, form.email.data or "")
            except smtp.CannotSend as error:
                form.email.errors = [str(error)]
                return _page(found, form), 422
            attempt.sent = True
    flash(_("L’information est envoyée. L’adresse de la personne n’est pas conservée."))
    return redirect(url_for("handing.show_counter", card_id=card_id), 303)


def _send(found: ShareableCard, email: str) -> None:
    """Publish the card, mail it and log it. Raises CannotSend."""
    settings, card = current_app.config["SETTINGS"], found.card
    if settings.smtp is None:
        raise smtp.CannotSend(_("Aucun serveur de messagerie n’est réglé : demandez à la DTAN, ou remettez la fiche."))
    put_online(card)
    sheet = sheet_of(read_session(), card, found.column, sharing_state(read_session(), card.id).link)
    smtp.send_mail(settings, email, sheet.title, "mail/card_for_resident.txt", sheet=sheet)
    with write_transaction() as session:
        record_sharing(session, "card_sent", card)


def _page(found: ShareableCard, form: SendForm, *, confirming: bool = False) -> str:
    return render_template(
        "sharing/send_by_email.html",
        me=current_person(),
        card=found.card,
        form=form,
        confirming=confirming,
        can_send=current_app.config["SETTINGS"].smtp is not None,
        key=secrets.token_hex(16),
    )


def _attempt(key: str) -> _Attempt:
    """Return the state of this form; sticky sessions keep a person on one process."""
    attempts: dict[str, _Attempt] = current_app.extensions.setdefault("mails_to_residents", {})
    while len(attempts) >= ATTEMPTS_KEPT:
        del attempts[next(iter(attempts))]
    return attempts.setdefault(key, _Attempt())


def _rate_limit_key() -> str:
    """Return the rate limit's key."""
    return f"person {current_person().id}" if current_user.is_authenticated else get_remote_address()
