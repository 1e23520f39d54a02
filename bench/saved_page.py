"""The board saved as a static page: every answer that opening it takes, as it travelled, for nginx or bench/bare.py to give again.

The bytes are the product's own, compressed as it compressed them, under the headers that say how to read them and in which process.
The page stands at two addresses:
`/inert`      everything is fetched, scripts too, but they come as plain text and are not run: the same bytes without the live board;
`/no-script`  a policy in its header forbids scripts, so none is fetched.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from bench.bare import Recorded, save
from bench.browser import visitor
from bench.processes import connect
from bench.town import SLUG

PAGE = f"/boards/{SLUG}"
INERT, NO_SCRIPT = "/inert", "/no-script"
ENCODINGS = "gzip, deflate, br, zstd"  # as Chromium asks
# Without the last, a page is shown by the process that the browser has at hand; with it by another, which takes some 50 ms to begin.
KEPT = ("content-type", "content-encoding", "access-control-allow-origin", "cross-origin-opener-policy")


def save_page(browser: Browser, url: str, cookies: dict[str, str], folder: Path) -> None:
    """Open the board once to learn what it fetches, then save each answer."""
    paths: list[str] = []
    with visitor(browser, url, cookies) as page:
        page.on("request", lambda request: paths.append(request.url.removeprefix(url)))
        page.goto(url + PAGE, wait_until="load")
    answers = []
    for number, path in enumerate(dict.fromkeys(path for path in paths if path.startswith("/static/"))):
        headers = _fetch(url, path, cookies, folder / f"{number}")
        if path.endswith(".js"):
            headers |= {"Content-Type": "text/plain", "X-Content-Type-Options": "nosniff"}
        answers.append(Recorded(path, headers, f"{number}"))
    headers = _fetch(url, PAGE, cookies, folder / "page")
    answers.append(Recorded(INERT, headers, "page"))
    answers.append(Recorded(NO_SCRIPT, {**headers, "Content-Security-Policy": "script-src 'none'"}, "page"))
    save(folder, answers)


def _fetch(url: str, path: str, cookies: dict[str, str], file: Path) -> dict[str, str]:
    """Save the body as it travels; returns the headers that say how to read it."""
    connection = connect(url)
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": ENCODINGS, "Accept": "*/*"})
    response = connection.getresponse()
    file.write_bytes(response.read())
    assert response.status == 200, (path, response.status)
    return {name: value for name, value in response.getheaders() if name.lower() in KEPT}
