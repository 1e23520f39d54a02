"""Define the forms of facilitators: services, people, boards."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, IntegerField, RadioField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from app.accounts.validators import clean_name, normal_email
from app.web.forms import REQUIRED, BaseForm, choices, cleaner, one_line, text_area
from boards.models import Role, Service

ROLES = {Role.AGENT: _l("Agent"), Role.FACILITATOR: _l("Animateur (DTAN)"), Role.READER: _l("Lecteur")}

persons_name = cleaner(clean_name)
email_address = cleaner(normal_email)


class _Checkboxes(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ServiceForm(BaseForm):
    """A service's name and particulars."""

    name = StringField(_l("Nom du service"), [REQUIRED, one_line], render_kw={"maxlength": 200, "autocomplete": "off"})
    description = text_area(_l("Missions"), rows=3)
    hours = text_area(_l("Horaires"), rows=3)
    contact = text_area(_l("Contact"), rows=4)


class PersonForm(BaseForm):
    """A person's account; `services` holds the slugs of their services."""

    name = StringField(_l("Nom"), [REQUIRED, persons_name], render_kw={"maxlength": 200, "autocomplete": "off"})
    email = EmailField(
        _l("Adresse de messagerie"),
        [REQUIRED, Length(max=254), email_address],
        render_kw={"maxlength": 254, "autocomplete": "off"},
    )
    role = RadioField(
        _l("Rôle"), [InputRequired(_l("Choisissez un rôle."))], choices=choices(ROLES.items()), default=Role.AGENT.value
    )
    services = _Checkboxes(_l("Services"), validate_choice=True)

    def __init__(self, services: list[Service], **options: Any) -> None:
        super().__init__(**options)
        self.services.choices = choices((service.slug, service.name) for service in services)


class BoardForm(BaseForm):
    """A board's title, with the version that was read."""

    title = StringField(_l("Titre"), [REQUIRED, one_line], render_kw={"maxlength": 200, "autocomplete": "off"})
    version = IntegerField(widget=HiddenInput())


class NewBoardForm(BaseForm):
    """A new board; `offered` lists the keys of what it may begin with."""

    title = StringField(_l("Titre"), [REQUIRED, one_line], render_kw={"maxlength": 200, "autocomplete": "off"})
    begin_with = RadioField(_l("Commencer avec"), [InputRequired(_l("Choisissez avec quoi commencer."))])
    create_services = BooleanField(_l("Créer les services qui manquent"), default=True)

    def __init__(self, offered: list[str], begin_with: str | None, **options: Any) -> None:
        super().__init__(**options)
        self.begin_with.choices = choices((key, key) for key in offered)
        if not self.is_submitted():
            self.begin_with.data = begin_with if begin_with in offered else offered[0]
