"""Launch the Chromium that the browser tests use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.install import browser_options

VIEWPORT = {"width": 1366, "height": 768}


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**browser_options())
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visitor(browser: Browser, url: str, cookies: dict[str, str]) -> Iterator[Page]:
    """Yield a page in a new context without cache, signed in by these cookies."""
    context: BrowserContext = browser.new_context(viewport=VIEWPORT, locale="fr-FR")  # type: ignore[arg-type]  # a plain dict does
    context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
    try:
        yield context.new_page()
    finally:
        context.close()
