"""Define the forms of facilitators: services, people, boards."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from app.accounts.validators import BadInput, clean_name, normal_email
from app.web.form_choices import choices
from app.web.problems import field_message
from boards.models import Role, Service
from boards.text.sanitize import UnfitText, clean_lines, clean_title

TEXT_MAX_CHARACTERS = 4000

ROLES = {Role.AGENT: _l("Agent"), Role.FACILITATOR: _l("Animateur (DTAN)"), Role.READER: _l("Lecteur")}
_REQUIRED = InputRequired(_l("Ce champ est nécessaire."))


def one_line(_form: FlaskForm, field: Field) -> None:
    """Clean a field that holds one line."""
    try:
        field.data = clean_title(field.data or "")
    except UnfitText as error:
        raise ValidationError(field_message(error.code, {"limit": error.limit})) from error


def several_lines(_form: FlaskForm, field: Field) -> None:
    """Clean a field that holds several lines."""
    try:
        field.data = clean_lines(field.data or "", TEXT_MAX_CHARACTERS)
    except UnfitText as error:
        raise ValidationError(field_message(error.code, {"limit": error.limit})) from error


def persons_name(_form: FlaskForm, field: Field) -> None:
    """Clean a field that holds a person's name."""
    try:
        field.data = clean_name(field.data or "")
    except BadInput as error:
        raise ValidationError(str(error)) from error


def email_address(_form: FlaskForm, field: Field) -> None:
    """Normalize a field that holds an e-mail address."""
    try:
        field.data = normal_email(field.data or "")
    except BadInput as error:
        raise ValidationError(str(error)) from error


class _Checkboxes(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ServiceForm(FlaskForm):
    """A service's name and particulars."""

    class Meta:
        csrf = False  # app/security.py checks it for every form

    name = StringField(_l("Nom du service"), [_REQUIRED, one_line], render_kw={"maxlength": 200, "autocomplete": "off"})
    description = TextAreaField(
        _l("Missions"), [several_lines], render_kw={"rows": 3, "maxlength": TEXT_MAX_CHARACTERS}
    )
    hours = TextAreaField(_l("Horaires"), [several_lines], render_kw={"rows": 3, "maxlength": TEXT_MAX_CHARACTERS})
    contact = TextAreaField(_l("Contact"), [several_lines], render_kw={"rows": 4, "maxlength": TEXT_MAX_CHARACTERS})


class PersonForm(FlaskForm):
    """A person's account; `services` holds the slugs of their services."""

    class Meta:
        csrf = False  # app/security.py checks it for every form

    name = StringField(_l("Nom"), [_REQUIRED, persons_name], render_kw={"maxlength": 200, "autocomplete": "off"})
    email = EmailField(
        _l("Adresse de messagerie"),
        [_REQUIRED, Length(max=254), email_address],
        render_kw={"maxlength": 254, "autocomplete": "off"},
    )
    role = RadioField(
        _l("Rôle"), [InputRequired(_l("Choisissez un rôle."))], choices=choices(ROLES.items()), default=Role.AGENT.value
    )
    services = _Checkboxes(_l("Services"), validate_choice=True)

    def __init__(self, services: list[Service], **options: Any) -> None:
        super().__init__(**options)
        self.services.choices = choices((service.slug, service.name) for service in services)


class BoardForm(FlaskForm):
    """A board's title, with the version that was read."""

    class Meta:
        csrf = False  # app/security.py checks it for every form

    title = StringField(_l("Titre"), [_REQUIRED, one_line], render_kw={"maxlength": 200, "autocomplete": "off"})
    version = IntegerField(widget=HiddenInput())


class NewBoardForm(FlaskForm):
    """A new board; `offered` lists the keys of what it may begin with."""

    class Meta:
        csrf = False  # app/security.py checks it for every form

    title = StringField(_l("Titre"), [_REQUIRED, one_line], render_kw={"maxlength": 200, "autocomplete": "off"})
    begin_with = RadioField(_l("Commencer avec"), [InputRequired(_l("Choisissez avec quoi commencer."))])
    create_services = BooleanField(_l("Créer les services qui manquent"), default=True)

    def __init__(self, offered: list[str], begin_with: str | None, **options: Any) -> None:
        super().__init__(**options)
        self.begin_with.choices = choices((key, key) for key in offered)
        if not self.is_submitted():
            self.begin_with.data = begin_with if begin_with in offered else offered[0]
