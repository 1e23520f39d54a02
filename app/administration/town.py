"""The page of the town: its name, and what residents find on paper of where to ask."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as AnyResponse
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired

from app.accounts.current import administrators_only, current_person
from app.accounts.models import Town
from app.administration.forms import TEXT_MAX_CHARACTERS, one_line, several_lines
from app.town import TOWN_ID, change_town
from boards.database import reading

routes = Blueprint("town", __name__)

Answer = AnyResponse | str | tuple[str, int]


class TownForm(FlaskForm):
    class Meta:
        csrf = False  # app/security.py checks it for every form

    name = StringField(
        _l("Nom de la ville"),
        [InputRequired(_l("Ce champ est nécessaire.")), one_line],
        render_kw={"maxlength": 200, "autocomplete": "off"},
    )
    address = TextAreaField(_l("Adresse postale"), [several_lines], render_kw={"rows": 3, "maxlength": TEXT_MAX_CHARACTERS})
    contact = TextAreaField(_l("Contact"), [several_lines], render_kw={"rows": 3, "maxlength": TEXT_MAX_CHARACTERS})
    hours = TextAreaField(_l("Horaires d’ouverture"), [several_lines], render_kw={"rows": 4, "maxlength": TEXT_MAX_CHARACTERS})


@routes.get("/town")
@administrators_only
def show() -> Answer:
    return _page(_form())


@routes.post("/town")
@administrators_only
def change() -> Answer:
    form = _form()
    if not form.validate():
        return _page(form), 422
    actor = current_person()
    reading().rollback()
    change_town(actor, **{name: value or "" for name, value in form.data.items()})
    flash(_("Enregistré."))
    return redirect(url_for("town.show"), 303)


def _form() -> TownForm:
    form = TownForm(obj=reading().get(Town, TOWN_ID))
    if _name_is_set():
        del form.name  # the environment says it, and would go on to
    return form


def _page(form: TownForm) -> str:
    return render_template("town/settings.html", me=current_person(), here="town", form=form)


def _name_is_set() -> bool:
    return current_app.config["SETTINGS"].town_name is not None
