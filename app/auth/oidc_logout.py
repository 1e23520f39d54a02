"""Sign out at the OpenID Connect provider too."""

from __future__ import annotations

from flask import Response, current_app, make_response, render_template

from app.auth.oidc_types import current_provider
from app.web.smtp import public_link


def sign_out_there(id_token: str) -> Response | None:
    """Render a page that goes on to the provider's logout; None when not possible.

    A page, not a redirect: browsers apply `form-action` of the Content-Security-Policy to each redirect of
    a form, and the provider's further addresses are unknown.
    """
    if current_app.config["SETTINGS"].oidc is None:
        return None
    url = current_provider().sign_out_url(id_token, public_link("accounts.show_sign_in"))
    if url is None:
        return None
    response = make_response(render_template("auth/signing_out.html", url=url))
    response.headers["Refresh"] = f"0; url={url}"
    return response
