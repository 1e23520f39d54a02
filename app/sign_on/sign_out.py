"""Signing out where one signed in."""

from __future__ import annotations

from flask import Response, current_app, make_response, render_template

from app.mail import public_link
from app.sign_on.asking import current_provider


def sign_out_there(id_token: str) -> Response | None:
    """A page that goes on to the provider, to sign out there too; None when that is not possible.

    A page, not a redirect: browsers hold `form-action` of the Content-Security-Policy against every stop of a form's
    redirects, and nobody knows through which addresses a provider leads.
    """
    if current_app.config["SETTINGS"].oidc is None:
        return None
    url = current_provider().sign_out_url(id_token, public_link("accounts.show_sign_in"))
    if url is None:
        return None
    response = make_response(render_template("auth/signing_out.html", url=url))
    response.headers["Refresh"] = f"0; url={url}"
    return response
