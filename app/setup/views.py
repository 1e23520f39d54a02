"""Set up a real town with the code printed at the server's start, or by `flask init`."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import BooleanField, EmailField, PasswordField, StringField, TextAreaField

from app.accounts.forms import email_address, persons_name
from app.accounts.password_policy import FACILITATOR_MIN_CHARACTERS, words_in
from app.accounts.validators import BadInput
from app.admin.board_template_file import shipped_template
from app.auth.current_user import begin_sign_in
from app.extensions import limiter
from app.setup.service import BOARD, create_town, password_problems, services_in
from app.setup.setup_code import code_fits
from app.town.town import is_set_up
from app.web.forms import REQUIRED, BaseForm, one_line, several_lines
from boards.database import read_session
from boards.errors import Conflict
from config import Settings

routes = Blueprint("set_up", __name__)


class SetUpForm(BaseForm):
    """The town, its first facilitator and its services."""

    code = StringField(
        _l("Code affiché au démarrage du serveur"), [REQUIRED], render_kw={"maxlength": 60, "autocomplete": "off"}
    )
    town = StringField(_l("Nom de la ville"), [REQUIRED, one_line], render_kw={"maxlength": 200})
    name = StringField(_l("Votre nom"), [REQUIRED, persons_name], render_kw={"maxlength": 200, "autocomplete": "name"})
    email = EmailField(
        _l("Votre adresse de messagerie"),
        [REQUIRED, email_address],
        render_kw={"maxlength": 254, "autocomplete": "username"},
    )
    password = PasswordField(
        _l("Mot de passe"), [REQUIRED], render_kw={"maxlength": 1000, "autocomplete": "new-password"}
    )
    template = BooleanField(_l("Commencer avec le modèle « Accueil d’une ville »"), default=True)
    services = TextAreaField(_l("Autres services"), [several_lines], render_kw={"rows": 6})


@routes.before_app_request
def redirect_to_set_up() -> AnyResponse | None:
    """Redirect every page to the set-up page until the town is set up."""
    if (
        request.endpoint
        in ("set_up.show", "set_up.set_up", "api.healthz", "observing.readyz", "observing.show_metrics")
        or is_set_up()
    ):
        return None
    return redirect(url_for("set_up.show"), 303)


@routes.get("/setup")
def show() -> ResponseReturnValue:
    """Show the set-up form."""
    _only_before_anybody()
    return _page(_form())


@routes.post("/setup")
@limiter.limit("10 per minute", deduct_when=lambda response: response.status_code != 303)
def set_up() -> ResponseReturnValue:
    """Set the town up and sign its first facilitator in."""
    _only_before_anybody()
    form = _form()
    if not form.validate() or not _fits(form):
        return _page(form), 422
    names = form.services.data or ""
    try:
        account = create_town(
            form.town.data or "",
            form.name.data or "",
            form.email.data or "",
            _password(form),
            services_in(names),
            with_template=form.template.data,
        )
    except BadInput as error:
        form.services.errors = [str(error)]
        return _page(form), 422
    except Conflict:
        abort(404)
    begin_sign_in(account, remember=False)
    return redirect(url_for("pages.show_board", slug=BOARD[0]), 303)


def _page(form: SetUpForm) -> str:
    return render_template(
        "town/setup.html",
        form=form,
        own_words=sorted(words_in("Flash News")),
        at_least=FACILITATOR_MIN_CHARACTERS,
        shipped=shipped_template(),
    )


def _only_before_anybody() -> None:
    if is_set_up():
        abort(404)


def _form() -> SetUpForm:
    form = SetUpForm()
    if not _settings().local_accounts:
        del form.password  # the facilitator signs in through the directory
    return form


def _fits(form: SetUpForm) -> bool:
    if not code_fits(read_session(), form.code.data or ""):
        form.code.errors = [_("Ce n’est pas le code que le serveur a affiché à son dernier démarrage.")]
        return False
    password = _password(form)
    if password is not None and form.password is not None:
        form.password.errors = password_problems(
            password, form.town.data or "", form.name.data or "", form.email.data or ""
        )
        return not form.password.errors
    return True


def _password(form: SetUpForm) -> str | None:
    return form.password.data if form.password is not None else None


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
