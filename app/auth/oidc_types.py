"""What is asked of an OpenID Connect provider and what it proves, for those who need not know how. Installations without one never load the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import abort, current_app

if TYPE_CHECKING:
    from app.auth.oidc_client import Provider


class ProviderUnavailable(Exception):
    """The provider does not answer, or not as a provider would."""


class InvalidResponse(Exception):
    """What came back does not prove who somebody is; the message says why, for the log."""


@dataclass(frozen=True)
class Request:
    """What must be remembered of a request until its answer comes. All of it is random, and good once."""

    state: str
    nonce: str
    code_verifier: str


@dataclass(frozen=True)
class IdentityClaims:
    """Who the provider says this is."""

    issuer: str
    subject: str
    email: str
    email_verified: bool
    id_token: str


def current_provider() -> Provider:
    """This installation's provider; 404 when it has none."""
    settings = current_app.config["SETTINGS"].oidc
    if settings is None:
        abort(404)
    from app.auth.oidc_client import Provider  # with all that it needs, some 20 MB

    provider: Provider = current_app.extensions.setdefault("flash_news_oidc", Provider(settings))
    return provider
