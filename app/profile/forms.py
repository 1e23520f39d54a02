"""Define the forms of the profile."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, IntegerField, PasswordField, RadioField, StringField
from wtforms.validators import AnyOf, InputRequired, Length, Optional, ValidationError

from app.accounts.models import Account, TokenScope
from app.accounts.passwords import verify_password
from app.accounts.validators import BadInput, clean_name
from app.auth.password_form import NewPasswordForm
from app.profile.appearance import DENSITIES, THEMES
from app.web.form_choices import choices
from app.web.languages import LANGUAGES

SCOPES = (TokenScope.READ.value, TokenScope.WRITE.value)
INITIALS_MAX_LETTERS = 3
_REQUIRED = _l("Ce champ est nécessaire.")
_ONE_OF = _l("Choisissez l’une des valeurs proposées.")


def _name(_form: FlaskForm, field: Field) -> None:
    try:
        field.data = clean_name(field.data or "")
    except BadInput as error:
        raise ValidationError(str(error)) from error


def _initials(_form: FlaskForm, field: Field) -> None:
    field.data = (field.data or "").strip().upper()
    if not field.data.isalpha() or len(field.data) > INITIALS_MAX_LETTERS:
        raise ValidationError(_l("D’une à trois lettres, ou rien : elles se déduisent alors du nom."))


def _hue(_form: FlaskForm, field: Field) -> None:
    if field.errors or not 0 <= (field.data if field.data is not None else 0) < 360:
        raise ValidationError(_ONE_OF)


class IdentityForm(FlaskForm):
    """A person's name, initials and hue."""

    class Meta:
        csrf = False  # app/security.py checks it for every form

    name = StringField(
        _l("Nom"), [InputRequired(_REQUIRED), _name], render_kw={"maxlength": 200, "autocomplete": "name"}
    )
    initials = StringField(
        _l("Initiales"),
        [Optional(), _initials],
        render_kw={"maxlength": INITIALS_MAX_LETTERS, "autocomplete": "off", "size": 4},
    )
    hue = IntegerField(_l("Couleur"), [Optional(), _hue])


class LooksForm(FlaskForm):
    """Theme, density and language."""

    class Meta:
        csrf = False  # as above

    theme = RadioField(
        _l("Thème"),
        [InputRequired(_ONE_OF), AnyOf(THEMES, _ONE_OF)],
        validate_choice=False,  # AnyOf has the better message
        choices=choices(zip(THEMES, (_l("Comme l’appareil"), _l("Clair"), _l("Sombre")), strict=True)),
    )
    density = RadioField(
        _l("Densité"),
        [InputRequired(_ONE_OF), AnyOf(DENSITIES, _ONE_OF)],
        validate_choice=False,
        choices=choices(zip(DENSITIES, (_l("Confortable"), _l("Compacte")), strict=True)),
    )
    language = RadioField(
        _l("Langue"),
        [InputRequired(_ONE_OF), AnyOf(LANGUAGES, _ONE_OF)],
        validate_choice=False,
        choices=choices(zip(LANGUAGES, ("Français", "English"), strict=True)),
    )


class PasswordForm(NewPasswordForm):
    """A new password, confirmed with the current one."""

    current = PasswordField(
        _l("Mot de passe actuel"),
        [InputRequired(_REQUIRED)],
        render_kw={"autocomplete": "current-password", "maxlength": 1000},
    )

    def accepts(self, account: Account) -> bool:
        """Validate the form, the current and the new password."""
        if not super().accepts(account):
            return False
        if not verify_password(account.password_hash, self.current.data or ""):
            self.current.errors = [_l("Ce n’est pas votre mot de passe actuel.")]
        return not self.current.errors


class TokenForm(FlaskForm):
    """A new API token."""

    class Meta:
        csrf = False  # as above

    label = StringField(
        _l("À quoi servira-t-il ?"),
        [
            InputRequired(_REQUIRED),
            Length(max=200, message=_l("Ce texte est trop long (200 caractères au plus).")),
            _name,
        ],
        render_kw={"maxlength": 200, "autocomplete": "off"},
    )
    scope = RadioField(
        _l("Il permet de"),
        [InputRequired(_ONE_OF), AnyOf(SCOPES, _ONE_OF)],
        validate_choice=False,
        choices=choices(zip(SCOPES, (_l("lire"), _l("lire et écrire")), strict=True)),
        default=TokenScope.READ.value,
    )
