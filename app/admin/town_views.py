"""Edit the town's name and the particulars printed for residents."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from app.auth.current_user import administrators_only, current_person
from app.town.models import Town
from app.town.town import TOWN_ID, change_town
from app.web.forms import REQUIRED, BaseForm, one_line, text_area
from app.web.redirects import flash_and_redirect
from boards.database import read_session

routes = Blueprint("town", __name__)


class TownForm(BaseForm):
    """The town's name and particulars."""

    name = StringField(
        _l("Nom de la ville"),
        [REQUIRED, one_line],
        render_kw={"maxlength": 200, "autocomplete": "off"},
    )
    address = text_area(_l("Adresse postale"), rows=3)
    contact = text_area(_l("Contact"), rows=3)
    hours = text_area(_l("Horaires d’ouverture"), rows=4)


@routes.get("/town")
@administrators_only
def show() -> ResponseReturnValue:
    """Show the form."""
    return _page(_form())


@routes.post("/town")
@administrators_only
def change() -> ResponseReturnValue:
    """Save the form."""
    form = _form()
    if not form.validate():
        return _page(form), 422
    change_town(current_person(), **{name: value or "" for name, value in form.data.items()})
    return flash_and_redirect(_("Enregistré."), "town.show")


def _form() -> TownForm:
    form = TownForm(obj=read_session().get(Town, TOWN_ID))
    if _name_is_set():
        del form.name  # set by the environment
    return form


def _page(form: TownForm) -> str:
    return render_template("town/settings.html", me=current_person(), here="town", form=form)


def _name_is_set() -> bool:
    return current_app.config["SETTINGS"].town_name is not None
