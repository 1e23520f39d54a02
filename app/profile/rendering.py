"""Render the profile page with all its forms."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template
from sqlalchemy import func, select

from app.accounts.models import Account, ApiToken, SignIn
from app.accounts.password_policy import min_characters, own_words_of
from app.auth.current_user import current_account, current_sign_in_id
from app.auth.locale import language_of
from app.profile.appearance import chosen_theme, density
from app.profile.forms import IdentityForm, LooksForm, PasswordForm, TokenForm
from app.profile.user_agents import browser_in_words
from boards.database import read_session


def profile_page(**forms: Any) -> str:
    """Render the profile with submitted `forms`, a `photo_problem` or a `new_token`."""
    account = current_account()
    return render_template(
        "profile/show.html",
        **{
            "me": account.person,
            "here": "profile",
            "account": account,
            "identity": _identity(account),
            "looks": _looks(account),
            "password": PasswordForm(formdata=None),
            "token": TokenForm(formdata=None),
            "own_words": sorted(own_words_of(account)),
            "at_least": min_characters(account.person.role),
            "has_password": current_app.config["SETTINGS"].local_accounts and account.password_hash is not None,
            "browser_in_words": browser_in_words,
            "sign_ins": _sign_ins(account),
            "this_sign_in": current_sign_in_id(),
            "tokens": _tokens(account),
            **forms,
        },
    )


def _identity(account: Account) -> IdentityForm:
    person = account.person
    return IdentityForm(
        formdata=None, data={"name": person.name, "initials": person.chosen_initials, "hue": person.hue}
    )


def _looks(account: Account) -> LooksForm:
    return LooksForm(
        formdata=None, data={"theme": chosen_theme(), "density": density(), "language": language_of(account)}
    )


def _sign_ins(account: Account) -> list[SignIn]:
    last = func.coalesce(SignIn.last_seen_at, SignIn.created_at)
    return list(
        read_session().scalars(
            select(SignIn).where(SignIn.account_id == account.id).order_by(last.desc(), SignIn.id.desc())
        )
    )


def _tokens(account: Account) -> list[ApiToken]:
    mine = (ApiToken.account_id == account.id) & ApiToken.revoked_at.is_(None)
    return list(
        read_session().scalars(select(ApiToken).where(mine).order_by(ApiToken.created_at.desc(), ApiToken.id.desc()))
    )
