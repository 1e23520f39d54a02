"""Chromium for the benchmarks: the one that the browser tests use, else the system's own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
VIEWPORT = {"width": 1366, "height": 768}


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**_options())
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visitor(browser: Browser, url: str, cookies: dict[str, str]) -> Iterator[Page]:
    """A page in a context of its own, with nothing cached, signed in by these cookies."""
    context: BrowserContext = browser.new_context(viewport=VIEWPORT, locale="fr-FR")  # type: ignore[arg-type]  # a plain dict does
    context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
    try:
        yield context.new_page()
    finally:
        context.close()


def _options() -> dict[str, Any]:
    try:
        from tests.browser.install import browser_options
    except ImportError:
        found = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser"))), None)
        return {"executable_path": found, "args": FLAGS}
    return dict(browser_options())
