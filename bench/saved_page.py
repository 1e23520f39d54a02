"""Save the board as a static page without script: every answer that opening it takes, as it travelled.

The bytes are the product's own, compressed as it compressed them. A policy in the page's header forbids scripts, so
that none is fetched. bench/bare.py serves it.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from bench.bare import Recorded, save
from bench.browser import visitor
from bench.processes import connect
from bench.town import SLUG

PAGE = f"/boards/{SLUG}"
NO_SCRIPT = "/no-script"
ENCODINGS = "gzip, deflate, br, zstd"  # as Chromium asks
# For a page with the last, Chromium starts another process, which takes some 50 ms.
KEPT = ("content-type", "content-encoding", "access-control-allow-origin", "cross-origin-opener-policy")


def save_page(browser: Browser, url: str, cookies: dict[str, str], folder: Path) -> None:
    """Open the board once to learn what it fetches, then save each answer."""
    paths: list[str] = []
    with visitor(browser, url, cookies) as page:
        page.on("request", lambda request: paths.append(request.url.removeprefix(url)))
        page.goto(url + PAGE, wait_until="load")
    answers = []
    for number, path in enumerate(dict.fromkeys(path for path in paths if path.startswith("/static/"))):
        answers.append(Recorded(path, _fetch(url, path, cookies, folder / f"{number}"), f"{number}"))
    headers = _fetch(url, PAGE, cookies, folder / "page")
    answers.append(Recorded(NO_SCRIPT, {**headers, "Content-Security-Policy": "script-src 'none'"}, "page"))
    save(folder, answers)


def _fetch(url: str, path: str, cookies: dict[str, str], file: Path) -> dict[str, str]:
    """Save the body as it travels; return the headers that say how to read it."""
    connection = connect(url)
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": ENCODINGS, "Accept": "*/*"})
    response = connection.getresponse()
    file.write_bytes(response.read())
    assert response.status == 200, (path, response.status)
    return {name: value for name, value in response.getheaders() if name.lower() in KEPT}
