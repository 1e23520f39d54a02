"""Define the forms of the profile."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, IntegerField, PasswordField, StringField
from wtforms.validators import Length, Optional, ValidationError

from app.accounts.forms import persons_name
from app.accounts.models import Account, TokenScope
from app.accounts.passwords import verify_password
from app.auth.password_form import NewPasswordForm
from app.profile.appearance import DENSITIES, THEMES
from app.web.forms import ONE_OF, REQUIRED, BaseForm, choice_field
from app.web.languages import LANGUAGES

INITIALS_MAX_LETTERS = 3


def _initials(_form: FlaskForm, field: Field) -> None:
    field.data = (field.data or "").strip().upper()
    if not field.data.isalpha() or len(field.data) > INITIALS_MAX_LETTERS:
        raise ValidationError(_l("D’une à trois lettres, ou rien : elles se déduisent alors du nom."))


def _hue(_form: FlaskForm, field: Field) -> None:
    if field.errors or not 0 <= (field.data if field.data is not None else 0) < 360:
        raise ValidationError(ONE_OF)


class IdentityForm(BaseForm):
    """A person's name, initials and hue."""

    name = StringField(_l("Nom"), [REQUIRED, persons_name], render_kw={"maxlength": 200, "autocomplete": "name"})
    initials = StringField(
        _l("Initiales"),
        [Optional(), _initials],
        render_kw={"maxlength": INITIALS_MAX_LETTERS, "autocomplete": "off", "size": 4},
    )
    hue = IntegerField(_l("Couleur"), [Optional(), _hue])


class LooksForm(BaseForm):
    """Theme, density and language."""

    theme = choice_field(_l("Thème"), zip(THEMES, (_l("Comme l’appareil"), _l("Clair"), _l("Sombre")), strict=True))
    density = choice_field(_l("Densité"), zip(DENSITIES, (_l("Confortable"), _l("Compacte")), strict=True))
    language = choice_field(_l("Langue"), zip(LANGUAGES, ("Français", "English"), strict=True))


class PasswordForm(NewPasswordForm):
    """A new password, confirmed with the current one."""

    current = PasswordField(
        _l("Mot de passe actuel"),
        [REQUIRED],
        render_kw={"autocomplete": "current-password", "maxlength": 1000},
    )

    def accepts(self, account: Account) -> bool:
        """Validate the form, the current and the new password."""
        if not super().accepts(account):
            return False
        if not verify_password(account.password_hash, self.current.data or ""):
            self.current.errors = [_l("Ce n’est pas votre mot de passe actuel.")]
        return not self.current.errors


class TokenForm(BaseForm):
    """A new API token."""

    label = StringField(
        _l("À quoi servira-t-il ?"),
        [
            REQUIRED,
            Length(max=200, message=_l("Ce texte est trop long (200 caractères au plus).")),
            persons_name,
        ],
        render_kw={"maxlength": 200, "autocomplete": "off"},
    )
    scope = choice_field(
        _l("Il permet de"),
        [(TokenScope.READ.value, _l("lire")), (TokenScope.WRITE.value, _l("lire et écrire"))],
        default=TokenScope.READ.value,
    )
