"""Define the form for choosing a password."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import InputRequired

from app.accounts.models import Account
from app.accounts.password_policy import own_words_of, problems_of
from app.web.forms import BaseForm


class NewPasswordForm(BaseForm):
    """A new password."""

    password = PasswordField(
        _l("Nouveau mot de passe"),
        [InputRequired(_l("Choisissez un mot de passe."))],
        id="new-password",
        render_kw={"autocomplete": "new-password", "maxlength": 1000},
    )

    @property
    def chosen(self) -> str:
        """Return the chosen password."""
        return self.password.data or ""

    def accepts(self, account: Account) -> bool:
        """Validate the form and the password for this account."""
        if not self.validate():
            return False
        self.password.errors = problems_of(self.chosen, account.person.role, own_words_of(account))
        return not self.password.errors
