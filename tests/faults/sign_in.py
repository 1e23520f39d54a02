"""Sign in with the form, as a browser does."""

from __future__ import annotations

import re
import time

import requests

from tests.faults.town import PASSWORD


class Browser:
    """A signed-in browser; `seconds` is how long the sign-in request took."""

    def __init__(self, web: requests.Session, seconds: float) -> None:
        self.web, self.seconds = web, seconds

    def is_signed_in(self, url: str) -> bool:
        return self.web.get(f"{url}/boards/accueil", timeout=30, allow_redirects=False).status_code == 200


def sign_in(url: str, email: str) -> Browser:
    """Sign in and return the browser."""
    web = requests.Session()
    page = web.get(f"{url}/sign-in", timeout=30).text
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found, page[:300]
    began = time.monotonic()
    fields = {"email": email, "password": PASSWORD, "csrf_token": found[1]}
    answer = web.post(f"{url}/sign-in", data=fields, timeout=30, allow_redirects=False)
    seconds = time.monotonic() - began
    assert answer.status_code == 303, answer.status_code
    return Browser(web, seconds)
