"""Sign in through an OpenID Connect provider."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, session
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from app.audit import log as audit_log
from app.auth import external_identities
from app.auth.current_user import begin_sign_in
from app.auth.oidc_types import InvalidResponse, ProviderUnavailable, Request, current_provider
from app.extensions import limiter
from app.web.redirects import safe_next
from app.web.smtp import public_link

routes = Blueprint("oidc", __name__)

# Pending requests are kept in the session cookie, one for each of a few tabs.
PENDING = "oidc"
PENDING_MAX = 3
PENDING_SECONDS = 3600
NEXT_MAX_CHARACTERS = 400

OIDC_REFUSALS = {
    "given_up": (403, _l("Vous n’avez pas terminé la connexion.")),
    "provider_refused": (403, _l("Le service de connexion a refusé la demande.")),
    "not_asked": (400, _l("Cette demande de connexion n’est plus valable.")),
    "answer_refused": (403, _l("La réponse du service de connexion n’a pas pu être vérifiée.")),
    "provider_away": (503, _l("Le service de connexion ne répond pas. Réessayez dans quelques instants.")),
    **{code: (403, words) for code, words in external_identities.IDENTITY_REFUSALS.items()},
}


def _failed(response: Response) -> bool:
    return response.status_code != 303


@routes.get("/sign-in/oidc")
@limiter.limit("60 per minute", deduct_when=_failed)
def start() -> AnyResponse:
    """Redirect to the provider."""
    provider = current_provider()
    if current_user.is_authenticated:
        return redirect(safe_next(), 303)
    try:
        url, pending = provider.ask(public_link("oidc.finish"))
    except ProviderUnavailable as error:
        return _refused("provider_away", why=str(error))
    target = safe_next()
    waiting = {**asdict(pending), "next": target if len(target) <= NEXT_MAX_CHARACTERS else "/", "at": int(time.time())}
    session[PENDING] = [*session.get(PENDING, []), waiting][-PENDING_MAX:]
    return redirect(url, 303)


@routes.get("/sign-in/oidc/callback")
@limiter.limit("60 per minute", deduct_when=_failed)
def finish() -> AnyResponse:
    """Verify the provider's answer and sign in."""
    provider = current_provider()
    waiting = _take_pending(request.args.get("state", ""))
    if waiting is None:
        return _refused("not_asked")
    if error := request.args.get("error"):
        return _refused("given_up" if error == "access_denied" else "provider_refused", why=error)
    pending = Request(waiting["state"], waiting["nonce"], waiting["code_verifier"])
    email = ""
    try:
        proof = provider.redeem(
            request.args.get("code", ""), request.args.get("iss"), pending, public_link("oidc.finish")
        )
        email = proof.email
        account = external_identities.account_for_identity(
            proof.issuer, proof.subject, [email], verified=proof.email_verified, by="oidc"
        )
    except ProviderUnavailable as error:
        return _refused("provider_away", why=str(error))
    except InvalidResponse as error:
        return _refused("answer_refused", why=str(error))
    except external_identities.SignInRefused as refusal:
        return _refused(refusal.code, email)
    begin_sign_in(account, by="oidc", id_token=proof.id_token)
    return redirect(waiting["next"], 303)


def _take_pending(state: str) -> dict[str, Any] | None:
    """Pop the pending request of this answer; each counts once, in the browser that asked."""
    pending = session.get(PENDING, [])
    found = next((waiting for waiting in pending if waiting["state"] == state), None)
    if found is None:
        return None
    session[PENDING] = [waiting for waiting in pending if waiting is not found]
    return found if time.time() - found["at"] < PENDING_SECONDS else None


def _refused(code: str, email: str = "", *, why: str = "") -> Response:
    facts: dict[str, Any] = {"detail": "".join(filter(str.isprintable, why))[:200]} if why else {}
    audit_log.record_alone("sign_in_refused", email, by="oidc", reason=code, **facts)
    status, words = OIDC_REFUSALS[code]
    return make_response(render_template("auth/sign_in_refused.html", words=words, code=code), status)
