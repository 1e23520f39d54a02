"""Talk to an OpenID Connect provider and verify its answers.

OpenID Connect Core 1.0 (authorization code flow), RFC 7636 (PKCE), RFC 9207, RP-Initiated Logout 1.0.
"""

from __future__ import annotations

import logging
import secrets
import time
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from requests import RequestException, Response

from app.auth.oidc_types import IdentityClaims, InvalidResponse, ProviderUnavailable, Request
from config import Oidc

log = logging.getLogger(__name__)

# Public-key signatures only: with a shared-key algorithm the public key would be the secret.
SIGNATURES = jws.JWSRegistry(
    algorithms=["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"],
    strict_check_header=False,  # providers add headers
)
OIDC_TIMEOUT_SECONDS = 5
METADATA_KEPT_SECONDS = 3600
CLOCK_LEEWAY_SECONDS = 60
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "end_session_endpoint", "jwks_uri")


class Provider:
    """An OpenID Connect provider, whose metadata is fetched on first use."""

    def __init__(self, settings: Oidc) -> None:
        self._settings = settings
        self._metadata: dict[str, Any] = {}
        self._read_at = 0.0
        self._keys: KeySet | None = None

    def ask(self, redirect_uri: str) -> tuple[str, Request]:
        """Build an authorization URL and the request to remember. Raises ProviderUnavailable."""
        # ProConnect requires at least 32 characters; these have 43 and 64.
        request = Request(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
        endpoint = self._endpoint("authorization_endpoint")
        with self._session(redirect_uri=redirect_uri) as session:
            url, _state = session.create_authorization_url(endpoint, **asdict(request))
        return str(url), request

    def redeem(self, code: str, issuer: str | None, request: Request, redirect_uri: str) -> IdentityClaims:
        """Exchange the code for verified claims; `issuer` is the answer's `iss`.

        Raises ProviderUnavailable, InvalidResponse.
        """
        if issuer not in (None, self._issuer):
            raise InvalidResponse("the answer comes from another issuer")
        with self._session(redirect_uri=redirect_uri) as session:
            try:
                token = session.fetch_token(
                    self._endpoint("token_endpoint"),
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=request.code_verifier,
                )
                claims = self._id_token_claims(token, request.nonce)
                person = self._userinfo(session, claims)
            except OAuthError as error:
                raise InvalidResponse(f"the code is refused: {error.error}") from error
            except JoseError as error:
                raise InvalidResponse(f"{type(error).__name__}: {error}") from error
            except RequestException as error:
                raise _away(error) from error
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise InvalidResponse(f"malformed: {error!r}") from error
        return IdentityClaims(
            issuer=self._issuer,
            subject=claims["sub"],
            email=_text(person.get("email") or claims.get("email")),
            email_verified=_verified(claims) and _verified(person),
            id_token=token["id_token"],
        )

    def sign_out_url(self, id_token: str, return_to: str) -> str | None:
        """Return the provider's logout URL; None when it has none or is unavailable."""
        try:
            endpoint = self._described().get("end_session_endpoint")
        except ProviderUnavailable:
            return None
        if not endpoint:
            return None
        hints = {"id_token_hint": id_token, "post_logout_redirect_uri": return_to, "state": secrets.token_urlsafe(32)}
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(hints)}"

    def _id_token_claims(self, token: dict[str, Any], nonce: str) -> dict[str, Any]:
        decoded = self._signed(token["id_token"])
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": self._issuer},
                "aud": {"essential": True, "value": self._settings.client_id},
            },
            {"nonce": nonce, "client_id": self._settings.client_id, "access_token": token.get("access_token")},
        )
        claims.validate(leeway=CLOCK_LEEWAY_SECONDS)
        return dict(claims)

    def _userinfo(self, session: OAuth2Session, claims: dict[str, Any]) -> dict[str, Any]:
        """Fetch the userinfo: JSON, or a signed JWT (ProConnect)."""
        if not self._described().get("userinfo_endpoint"):
            return {}
        response = session.get(self._endpoint("userinfo_endpoint"))
        response.raise_for_status()
        person = self._signed_userinfo(response.text.strip()) if _is_jwt(response) else response.json()
        if person.get("sub") != claims["sub"]:
            raise InvalidResponse("userinfo speaks of somebody else")
        return dict(person)

    def _signed_userinfo(self, text: str) -> dict[str, Any]:
        claims = self._signed(text).claims
        jwt.JWTClaimsRegistry(
            leeway=CLOCK_LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._settings.client_id},
        ).validate(claims)
        return claims

    def _signed(self, text: str) -> jwt.Token:
        """Verify a token's signature; fetch the keys again for an unknown one."""
        try:
            return jwt.decode(text, self._keys or self._read_keys(), registry=SIGNATURES)
        except InvalidKeyIdError:
            return jwt.decode(text, self._read_keys(), registry=SIGNATURES)

    def _read_keys(self) -> KeySet:
        keys = self._read(self._endpoint("jwks_uri")).get("keys", [])
        usable = [key for key in keys if key.get("kty") in ("RSA", "EC") and key.get("use", "sig") == "sig"]
        self._keys = KeySet.import_key_set({"keys": usable})
        return self._keys

    @property
    def _issuer(self) -> str:
        return str(self._described()["issuer"])

    def _endpoint(self, name: str) -> str:
        endpoint = self._described().get(name)
        if not endpoint:
            raise ProviderUnavailable(f"the provider names no {name}")
        return str(endpoint)

    def _described(self) -> dict[str, Any]:
        """Return the provider's metadata, cached for an hour."""
        if time.monotonic() - self._read_at > METADATA_KEPT_SECONDS or not self._metadata:
            try:
                self._metadata, self._keys = self._read_metadata(), None
            except ProviderUnavailable:
                if not self._metadata:
                    raise
            self._read_at = time.monotonic()
        return self._metadata

    def _read_metadata(self) -> dict[str, Any]:
        metadata = self._read(f"{self._settings.issuer}/.well-known/openid-configuration")
        if str(metadata.get("issuer", "")).rstrip("/") != self._settings.issuer:
            raise ProviderUnavailable(f"{self._settings.issuer} describes another issuer: {metadata.get('issuer')!r}")
        scheme = self._settings.issuer.partition("://")[0]
        if any(not str(metadata[name]).startswith(f"{scheme}://") for name in ENDPOINTS if metadata.get(name)):
            raise ProviderUnavailable(f"{self._settings.issuer} names an address that is not {scheme}")
        return metadata

    def _read(self, url: str) -> dict[str, Any]:
        with self._session() as session:
            try:
                response = session.get(url, withhold_token=True)
                response.raise_for_status()
                document = response.json()
            except RequestException as error:
                raise _away(error) from error
        if not isinstance(document, dict):
            raise ProviderUnavailable(f"{url} does not answer with a JSON object")
        return document

    def _session(self, redirect_uri: str | None = None) -> OAuth2Session:
        # Prefer the body: encodings of special characters in HTTP Basic differ.
        offered = self._metadata.get("token_endpoint_auth_methods_supported", [])
        session = OAuth2Session(
            self._settings.client_id,
            self._settings.client_secret,
            scope=self._settings.scopes,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_post"
            if "client_secret_post" in offered
            else "client_secret_basic",
            default_timeout=OIDC_TIMEOUT_SECONDS,
            leeway=0,  # ProConnect's tokens live 60 seconds, Authlib's default leeway
        )
        session.max_redirects = 0  # requests hold the client secret
        return session


def _away(error: RequestException) -> ProviderUnavailable:
    log.warning("OpenID Connect provider: %s: %s", type(error).__name__, error)
    return ProviderUnavailable(str(error))


def _is_jwt(response: Response) -> bool:
    return response.headers.get("Content-Type", "").partition(";")[0].strip().lower() == "application/jwt"


def _verified(claims: dict[str, Any]) -> bool:
    """Return True if the provider confirms the address; some answer in text."""
    return claims.get("email_verified", True) in (True, "true")


def _text(claim: Any) -> str:
    return claim if isinstance(claim, str) else ""
