"""« Alertes et e-mails »: how one is alerted to a flash, and what comes by mail. And the page on which mails stop, without signing in."""

from __future__ import annotations

import re
from datetime import time
from typing import Any, ClassVar

from flask import Blueprint, Response, current_app, flash, redirect, render_template, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import login_required
from flask_wtf import FlaskForm
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse
from wtforms import BooleanField, Field, RadioField, SelectField, StringField
from wtforms.validators import AnyOf, InputRequired, ValidationError

from app.accounts.current import current_account
from app.accounts.models import Account, Digest, Preferences
from app.extensions import limiter
from app.form_choices import choices
from app.languages import language_of
from app.preferences import Mail, keep, preferences_of, stop, stopped_by
from boards.database import reading, write_transaction
from boards.personal import own_writing

routes = Blueprint("alerts", __name__)

Page = AnyResponse | str | tuple[str, int]

_ONE_OF = _l("Choisissez l’une des valeurs proposées.")
_TIME = re.compile(r"([01]?\d|2[0-3])\s*[:h]\s*([0-5]\d)?", re.IGNORECASE)  # as browsers send it, or as people write it
_WEEK = (_l("lundi"), _l("mardi"), _l("mercredi"), _l("jeudi"), _l("vendredi"), _l("samedi"), _l("dimanche"))


class _Time:
    field_flags: ClassVar = {"quiet": True}  # both ends are optional together, as their group says

    def __call__(self, _form: FlaskForm, field: Field) -> None:
        if field.data and not _TIME.fullmatch(field.data.strip()):
            raise ValidationError(_l("Écrivez une heure, comme 19:30."))


def _choice(words: Any, options: list[tuple[str, Any]], kind: type[RadioField | SelectField]) -> Any:
    return kind(
        words,
        [InputRequired(_ONE_OF), AnyOf([value for value, _words in options], _ONE_OF)],
        validate_choice=False,
        choices=choices(options),
    )


class AlertsForm(FlaskForm):
    class Meta:
        csrf = False  # app/security.py checks it for every form

    flash_sound = BooleanField(_l("Jouer un son discret"))
    flash_desktop = BooleanField(_l("Afficher une notification sur ce poste"))
    quiet_from = StringField(_l("À partir de"), [_Time()], render_kw={"type": "time"})
    quiet_until = StringField(_l("Jusqu’à"), [_Time()], render_kw={"type": "time"})
    digest = _choice(
        _l("Récapitulatif de ce qui est nouveau et que je n’ai pas lu"),
        [(Digest.NEVER.value, _l("Jamais")), (Digest.DAILY.value, _l("Chaque jour")), (Digest.WEEKLY.value, _l("Chaque semaine"))],
        RadioField,
    )
    digest_weekday = _choice(_l("Jour (chaque semaine)"), [(str(day), words) for day, words in enumerate(_WEEK)], SelectField)
    digest_hour = _choice(_l("Heure"), [(str(hour), _l("%(hour)s h", hour=hour)) for hour in range(24)], SelectField)
    reminders = BooleanField(_l("Me rappeler par e-mail, une fois, une lecture demandée que je n’ai pas confirmée"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Quiet hours have two ends."""
        well: bool = super().validate(extra_validators)
        begin, end = _time_in(self.quiet_from.data), _time_in(self.quiet_until.data)
        if well and (begin is None) != (end is None):
            missing = self.quiet_from if begin is None else self.quiet_until
            missing.errors = [_l("Indiquez les deux heures, ou aucune.")]
        elif well and begin is not None and begin == end:
            self.quiet_until.errors = [_l("Indiquez deux heures différentes.")]
        return not self.errors

    @property
    def chosen(self) -> dict[str, Any]:
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
def show_alerts() -> Page:
    return _alerts_page(_filled_in(preferences_of(reading(), current_account().person_id)))


@routes.post("/profile/alerts")
@login_required
def keep_alerts() -> Page:
    form = AlertsForm()
    if not form.validate():
        return _alerts_page(form), 422
    with own_writing(current_account().person_id) as session:
        keep(session, current_account().person_id, **form.chosen)
    flash(_("Vos alertes et vos e-mails sont réglés."))
    return redirect(url_for("alerts.show_alerts"), 303)


def _alerts_page(form: AlertsForm) -> str:
    account = current_account()
    return render_template(
        "profile/alerts.html",
        me=account.person,
        here="profile",
        account=account,
        form=form,
        due_at=preferences_of(reading(), account.person_id).digest_due_at,
        mail_leaves=current_app.config["SETTINGS"].smtp is not None,
    )


def _filled_in(preferences: Preferences) -> AlertsForm:
    asked = {name: getattr(preferences, name) for name in ("flash_sound", "flash_desktop", "reminders")}
    chosen = {name: str(getattr(preferences, name)) for name in ("digest", "digest_weekday", "digest_hour")}
    hours = {name: moment.isoformat("minutes") for name in ("quiet_from", "quiet_until") if (moment := getattr(preferences, name))}
    return AlertsForm(formdata=None, data={**asked, **chosen, **hours})


def _time_in(text: str | None) -> time | None:
    found = _TIME.fullmatch((text or "").strip())
    return time(int(found[1]), int(found[2] or 0)) if found else None


# --- from a mail -------------------------------------------------------------------------------------------------


@routes.after_request
def keep_the_address_secret(response: Response) -> Response:
    """The address is the right to stop these mails: no page that follows learns it."""
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def _refused(response: Response) -> bool:
    return response.status_code == 404


@routes.get("/mails/<token>/stop")
@limiter.limit("30 per minute", deduct_when=_refused)
def ask_to_stop(token: str) -> Page:
    return _stopping_page(token, stopped=False)


# Mail programs send it by themselves, at one click of their reader (RFC 8058): no session, no form of ours, and no redirection.
@routes.post("/mails/<token>/stop")
@limiter.limit("30 per minute", deduct_when=_refused)
def stop_mails(token: str) -> Page:
    found = stopped_by(token)
    if found is not None and _account_of(found[0]) is not None:
        reading().rollback()
        with write_transaction() as session:
            stop(session, *found)
    return _stopping_page(token, stopped=True)


def _stopping_page(token: str, *, stopped: bool) -> Page:
    found = stopped_by(token)
    account = _account_of(found[0]) if found else None
    if found is None or account is None:
        return render_template("profile/unsubscribe_unknown.html"), 404
    language = language_of(account)
    with force_locale(language):
        return render_template(
            "profile/unsubscribe.html", reminders=found[1] is Mail.REMINDER, stopped=stopped, current_language=lambda: language
        )


def _account_of(person_id: int) -> Account | None:
    return reading().scalar(select(Account).where(Account.person_id == person_id))
