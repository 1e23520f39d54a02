"""Find or install the browser of the browser tests: `python -m tests.browser.install`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

SYSTEM_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APPLICATIONS = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)
# Chromium uses only the last --disable-features, so ours repeats Playwright's own list.
PLAYWRIGHTS = (
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,LensOverlay,"
    "MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,TcpPortRandomizationWin,OptimizationHints,"
    "NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch,msForceBrowserSignIn,msEdgeUpdateLaunchServicesPreferredVersion"
)
# Chromium preloads its address bar pages and a spare renderer for each window: half the time of a test.
UNSEEN = "WebUIOmniboxPopup,WebUIOmniboxAimPopup,SpareRendererForSitePerProcess"
QUIET = (
    f"--disable-features={PLAYWRIGHTS},{UNSEEN}",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def browser_options() -> dict[str, Any]:
    """Return launch options for Playwright's Chromium, using the system's browser where there is one."""
    flags = [*QUIET, "--no-sandbox"] if _is_root() else [*QUIET]  # Chromium's sandbox refuses to run as root
    found = system_browser()
    return {"args": flags, **({"executable_path": found} if found else {})}


def system_browser() -> str | None:
    named = next((path for name in SYSTEM_BROWSERS if (path := shutil.which(name))), None)
    return named or next((str(path) for path in APPLICATIONS if path.exists()), None)


def main() -> int:
    if not system_browser() and _is_root() and shutil.which("apt-get"):
        print("No Chromium here: installing Debian's.")
        _run("apt-get", "update", "-qq")
        _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium")
    if not system_browser():
        print("No Chromium or Chrome here: fetching Playwright's own.")
        _run(sys.executable, "-m", "playwright", "install", "chromium")
    if version := _version_when_launched():
        print(f"Browser for the tests: {system_browser() or 'Playwright’s Chromium'} ({version})")
        return 0
    print("No browser starts. Install Chromium or Google Chrome, then run this again.", file=sys.stderr)
    return 1


def _version_when_launched() -> str | None:
    from playwright.sync_api import Error, sync_playwright

    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(**browser_options())
            version = browser.version
            browser.close()
            return version
    except Error as error:
        print(error.message, file=sys.stderr)
        return None


def _run(*command: str) -> None:
    subprocess.run(command, check=False)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


if __name__ == "__main__":
    sys.exit(main())
