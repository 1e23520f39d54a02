"""Edit alert and mail preferences; unsubscribe from mails without signing in."""

from __future__ import annotations

import re
from datetime import time
from typing import Any, ClassVar

from flask import Blueprint, Response, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import login_required
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import BooleanField, Field, SelectField, StringField
from wtforms.validators import ValidationError

from app.accounts.models import Account, Digest, Preferences
from app.accounts.preferences import MailKind, preferences_of, save_preferences, unsubscribe, unsubscribe_request
from app.auth.current_user import current_account
from app.auth.locale import language_of
from app.extensions import limiter
from app.web.forms import BaseForm, choice_field
from app.web.redirects import flash_and_redirect
from app.web.secret_addresses import hide_address
from boards.database import read_session, write_transaction
from boards.models.personal import personal_transaction

routes = Blueprint("alerts", __name__)


_TIME = re.compile(r"([01]?\d|2[0-3])\s*[:h]\s*([0-5]\d)?", re.IGNORECASE)  # as browsers or people write it
_WEEK = (_l("lundi"), _l("mardi"), _l("mercredi"), _l("jeudi"), _l("vendredi"), _l("samedi"), _l("dimanche"))


class _Time:
    field_flags: ClassVar = {"quiet": True}  # the template marks the group as optional

    def __call__(self, _form: FlaskForm, field: Field) -> None:
        if field.data and not _TIME.fullmatch(field.data.strip()):
            raise ValidationError(_l("Écrivez une heure, comme 19:30."))


class AlertsForm(BaseForm):
    """A person's alert and mail preferences."""

    flash_sound = BooleanField(_l("Jouer un son discret"))
    flash_desktop = BooleanField(_l("Afficher une notification sur ce poste"))
    quiet_from = StringField(_l("À partir de"), [_Time()], render_kw={"type": "time"})
    quiet_until = StringField(_l("Jusqu’à"), [_Time()], render_kw={"type": "time"})
    digest = choice_field(
        _l("Récapitulatif de ce qui est nouveau et que je n’ai pas lu"),
        [
            (Digest.NEVER.value, _l("Jamais")),
            (Digest.DAILY.value, _l("Chaque jour")),
            (Digest.WEEKLY.value, _l("Chaque semaine")),
        ],
    )
    digest_weekday = choice_field(
        _l("Jour (chaque semaine)"), [(str(day), words) for day, words in enumerate(_WEEK)], SelectField
    )
    digest_hour = choice_field(
        _l("Heure"), [(str(hour), _l("%(hour)s h", hour=hour)) for hour in range(24)], SelectField
    )
    reminders = BooleanField(_l("Me rappeler par e-mail, une fois, une lecture demandée que je n’ai pas confirmée"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Require both ends of the quiet hours, or none."""
        valid: bool = super().validate(extra_validators)
        begin, end = _time_in(self.quiet_from.data), _time_in(self.quiet_until.data)
        if valid and (begin is None) != (end is None):
            missing = self.quiet_from if begin is None else self.quiet_until
            missing.errors = [_l("Indiquez les deux heures, ou aucune.")]
        elif valid and begin is not None and begin == end:
            self.quiet_until.errors = [_l("Indiquez deux heures différentes.")]
        return not self.errors

    @property
    def chosen(self) -> dict[str, Any]:
        """Return the preferences to save."""
        return {
            "flash_sound": self.flash_sound.data,
            "flash_desktop": self.flash_desktop.data,
            "quiet_from": _time_in(self.quiet_from.data),
            "quiet_until": _time_in(self.quiet_until.data),
            "digest": Digest(self.digest.data),
            "digest_weekday": int(self.digest_weekday.data),
            "digest_hour": int(self.digest_hour.data),
            "reminders": self.reminders.data,
        }


@routes.get("/profile/alerts")
@login_required
def show_alerts() -> ResponseReturnValue:
    """Show the preferences."""
    return _alerts_page(_filled_in(preferences_of(read_session(), current_account().person_id)))


@routes.post("/profile/alerts")
@login_required
def keep_alerts() -> ResponseReturnValue:
    """Save the preferences."""
    form = AlertsForm()
    if not form.validate():
        return _alerts_page(form), 422
    with personal_transaction(current_account().person_id) as session:
        save_preferences(session, current_account().person_id, **form.chosen)
    return flash_and_redirect(_("Vos alertes et vos e-mails sont réglés."), "alerts.show_alerts")


def _alerts_page(form: AlertsForm) -> str:
    account = current_account()
    return render_template(
        "profile/alerts.html",
        me=account.person,
        here="profile",
        account=account,
        form=form,
        due_at=preferences_of(read_session(), account.person_id).digest_due_at,
        mail_leaves=current_app.config["SETTINGS"].smtp is not None,
    )


def _filled_in(preferences: Preferences) -> AlertsForm:
    switches = {name: getattr(preferences, name) for name in ("flash_sound", "flash_desktop", "reminders")}
    chosen = {name: str(getattr(preferences, name)) for name in ("digest", "digest_weekday", "digest_hour")}
    hours = {
        name: moment.isoformat("minutes")
        for name in ("quiet_from", "quiet_until")
        if (moment := getattr(preferences, name))
    }
    return AlertsForm(formdata=None, data={**switches, **chosen, **hours})


def _time_in(text: str | None) -> time | None:
    found = _TIME.fullmatch((text or "").strip())
    return time(int(found[1]), int(found[2] or 0)) if found else None


# --- links in mails


routes.after_request(hide_address)


def _refused(response: Response) -> bool:
    return response.status_code == 404


@routes.get("/mails/<token>/stop")
@limiter.limit("30 per minute", deduct_when=_refused)
def ask_to_stop(token: str) -> ResponseReturnValue:
    """Ask to confirm the unsubscription."""
    return _stopping_page(token, stopped=False)


# Mail programs post it at one click (RFC 8058), without session, CSRF token or redirects.
@routes.post("/mails/<token>/stop")
@limiter.limit("30 per minute", deduct_when=_refused)
def stop_mails(token: str) -> ResponseReturnValue:
    """Unsubscribe."""
    found = unsubscribe_request(token)
    if found is not None and _account_of(found[0]) is not None:
        with write_transaction() as session:
            unsubscribe(session, *found)
    return _stopping_page(token, stopped=True)


def _stopping_page(token: str, *, stopped: bool) -> ResponseReturnValue:
    found = unsubscribe_request(token)
    account = _account_of(found[0]) if found else None
    if found is None or account is None:
        return render_template("profile/unsubscribe_unknown.html"), 404
    language = language_of(account)
    with force_locale(language):
        return render_template(
            "profile/unsubscribe.html",
            reminders=found[1] is MailKind.REMINDER,
            stopped=stopped,
            current_language=lambda: language,
        )


def _account_of(person_id: int) -> Account | None:
    return read_session().scalar(select(Account).where(Account.person_id == person_id))
