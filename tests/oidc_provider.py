"""A conforming OpenID Connect provider for tests, which can be told to misbehave."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64encode

CLIENT_ID = "flash-news"
CLIENT_SECRET = "a secret: with % and é"
REGISTRY = JWSRegistry(algorithms=["RS256", "ES256"], strict_check_header=False)  # providers add extra headers


@cache
def rsa_key(kid: str, use: Literal["sig", "enc"] = "sig") -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": use})


@dataclass
class Lies:
    """Deviations from the protocol; none by default."""

    id_token: dict[str, Any] = field(default_factory=dict)  # claims to override; None removes one
    userinfo: dict[str, Any] = field(default_factory=dict)
    signature: str = "good"  # none, public_key_as_secret, stranger, tampered
    userinfo_signature: str = "good"
    answer: dict[str, str] = field(default_factory=dict)  # parameters of the redirection back
    metadata: dict[str, Any] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)  # paths that answer 500


class OidcProvider:
    def __init__(self) -> None:
        self.key: RSAKey | ECKey = rsa_key("first")
        self.algorithm = "RS256"
        self.person: dict[str, Any] = {"sub": "person-1", "email": "ccas@ville.example", "email_verified": True}
        self.userinfo_as_jwt = False
        self.auth_methods = ["client_secret_basic", "client_secret_post"]
        self.expires_in = 3600
        self.signs_out_by_way_of = ""  # another origin, as ProConnect redirects through the identity provider
        self.lies = Lies()
        self.seen: list[str] = []  # requested paths
        self.asked: list[dict[str, str]] = []  # requests to the authorization endpoint
        self.signed_out: list[dict[str, str]] = []  # requests to the end-session endpoint
        self._codes: dict[str, dict[str, str]] = {}
        self._access_tokens: set[str] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> OidcProvider:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def issuer(self) -> str:
        return f"{self.origin}/realms/town"

    @property
    def environment(self) -> dict[str, str]:
        return {"OIDC_ISSUER": self.issuer, "OIDC_CLIENT_ID": CLIENT_ID, "OIDC_CLIENT_SECRET": CLIENT_SECRET}

    def renew_key(self) -> None:
        self.key = rsa_key("second")

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.origin}/authorize",
            "token_endpoint": f"{self.origin}/token",
            "userinfo_endpoint": f"{self.origin}/userinfo",
            "end_session_endpoint": f"{self.origin}/end-session?tenant=town",
            "jwks_uri": f"{self.origin}/jwks",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "token_endpoint_auth_methods_supported": self.auth_methods,
            **self.lies.metadata,
        }

    def _jwks(self) -> dict[str, Any]:
        return dict(KeySet([rsa_key("for-encryption", "enc"), self.key]).as_dict(private=False))

    def _authorize(self, asked: dict[str, str]) -> str | None:
        """Return the redirect URL, or None for a request that a strict provider rejects."""
        self.asked.append(asked)
        fits = (
            asked.get("response_type") == "code"
            and asked.get("client_id") == CLIENT_ID
            and "openid" in asked.get("scope", "").split()
            and min(len(asked.get("state", "")), len(asked.get("nonce", ""))) >= 32
            and asked.get("code_challenge_method") == "S256"
            and len(asked.get("code_challenge", "")) == 43
        )
        if not fits:
            return None
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.issuer, **self.lies.answer}
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def _token(self, sent: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self._codes.pop(sent.get("code", ""), None)  # a code can be used once
        by_body = (sent.get("client_id"), sent.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
        if not (by_body if "client_secret_post" in self.auth_methods else authorization.startswith("Basic ")):
            return 401, {"error": "invalid_client"}
        if (
            asked is None
            or sent.get("grant_type") != "authorization_code"
            or sent.get("redirect_uri") != asked["redirect_uri"]
            or create_s256_code_challenge(sent.get("code_verifier", "")) != asked["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        access_token = secrets.token_urlsafe(16)
        self._access_tokens.add(access_token)
        claims = {"sub": self.person["sub"], "nonce": asked["nonce"], **self._signed_claims(), **self.lies.id_token}
        id_token = self._sign(claims, self.lies.signature)
        return 200, {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": self.expires_in,
            "id_token": id_token,
        }

    def _userinfo(self, authorization: str) -> tuple[int, str, str]:
        if authorization.removeprefix("Bearer ") not in self._access_tokens:
            return 401, "application/json", "{}"
        person = {**self.person, **self.lies.userinfo}
        if self.userinfo_as_jwt:
            claims = {**self._signed_claims(), **person}
            return 200, "application/jwt; charset=utf-8", self._sign(claims, self.lies.userinfo_signature)
        return 200, "application/json", json.dumps(person)

    def _signed_claims(self) -> dict[str, Any]:
        issued_at = int(time.time())
        return {"iss": self.issuer, "aud": CLIENT_ID, "iat": issued_at, "exp": issued_at + 300}

    def _sign(self, claims: dict[str, Any], how: str) -> str:
        claims = {name: value for name, value in claims.items() if value is not None}
        if how == "none":
            return f"{_part({'alg': 'none'})}.{_part(claims)}."
        if how == "public_key_as_secret":
            signed = f"{_part({'alg': 'HS256', 'kid': self.key.kid})}.{_part(claims)}"
            secret = self.key.as_pem(private=False)
            return f"{signed}.{urlsafe_b64encode(hmac.digest(secret, signed.encode(), hashlib.sha256)).decode()}"
        key = rsa_key("stranger") if how == "stranger" else self.key
        token = jwt.encode(
            {"alg": self.algorithm, "kid": self.key.kid, "town": "ville"}, claims, key, registry=REGISTRY
        )
        if how == "tampered":
            header, _payload, signature = token.split(".")
            return f"{header}.{_part({**claims, 'sub': 'somebody-else'})}.{signature}"
        return token

    def _handler(provider) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the request inside
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                address = urlsplit(self.path)
                asked = _single(address.query)
                if self._is_away(address.path):
                    return
                match address.path:
                    case "/realms/town/.well-known/openid-configuration":
                        self._answer(200, json.dumps(provider._metadata()))
                    case "/jwks":
                        self._answer(200, json.dumps(provider._jwks()))
                    case "/authorize":
                        self._redirect(provider._authorize(asked))
                    case "/userinfo":
                        status, content_type, body = provider._userinfo(self.headers.get("Authorization", ""))
                        self._answer(status, body, content_type)
                    case "/end-session":
                        provider.signed_out.append(asked)
                        back = f"{asked['post_logout_redirect_uri']}?{urlencode({'state': asked['state']})}"
                        way = provider.signs_out_by_way_of
                        self._redirect(f"{way}/elsewhere?{urlencode({'back': back})}" if way else back)
                    case "/elsewhere":
                        self._redirect(asked["back"])
                    case _:
                        self._answer(404, "{}")

            def do_POST(self) -> None:
                sent = _single(self.rfile.read(int(self.headers["Content-Length"])).decode())
                if self._is_away(self.path):
                    return
                status, token = provider._token(sent, self.headers.get("Authorization", ""))
                self._answer(status, json.dumps(token))

            def _is_away(self, path: str) -> bool:
                provider.seen.append(path)
                if path in provider.lies.away:
                    self._answer(500, "<h1>Internal error</h1>", "text/html")
                return path in provider.lies.away

            def _redirect(self, location: str | None) -> None:
                if location is None:
                    self._answer(400, "<h1>Bad request</h1>", "text/html")
                    return
                self.send_response(303)
                self.send_header("Location", location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def _answer(self, status: int, body: str, content_type: str = "application/json") -> None:
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_arguments: Any) -> None:
                pass

        return Handler


def _part(value: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode()


def _single(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
