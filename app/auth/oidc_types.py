"""Define the types of the OpenID Connect client, which is imported only where it is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import abort, current_app

if TYPE_CHECKING:
    from app.auth.oidc_client import Provider


class ProviderUnavailable(Exception):
    """The provider does not answer, or not as a provider would."""


class InvalidResponse(Exception):
    """An answer that proves nothing; the message explains it for the log."""


@dataclass(frozen=True)
class Request:
    """A pending authorization request: random, single-use values."""

    state: str
    nonce: str
    code_verifier: str


@dataclass(frozen=True)
class IdentityClaims:
    """Verified claims on a person."""

    issuer: str
    subject: str
    email: str
    email_verified: bool
    id_token: str


def current_provider() -> Provider:
    """Return this installation's provider; abort with 404 when it has none."""
    settings = current_app.config["SETTINGS"].oidc
    if settings is None:
        abort(404)
    from app.auth.oidc_client import Provider  # 20 MB with its dependencies

    provider: Provider = current_app.extensions.setdefault("flash_news_oidc", Provider(settings))
    return provider
