"""Debian's chromium, driven by Playwright; a visitor is a context of its own, and notes what must not happen."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@contextmanager
def a_browser() -> Iterator[Browser]:
    """One for many visitors."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_ARGUMENTS))
        yield browser
        browser.close()


@contextmanager
def a_visitor(browser: Browser, url: str, **options: Any) -> Iterator[Page]:
    """A page of somebody who was never here; nothing is fetched from elsewhere, and the console stays silent."""
    context = browser.new_context(base_url=url, viewport=options.pop("viewport", WIDE), **options)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url.rstrip("/"))
    page = context.new_page()
    page.set_default_timeout(float(os.environ.get("KODCODE_PAGE_TIMEOUT_MS", "20000")))
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"console: {message.text}")

    def look(request: Request) -> None:
        if not request.url.startswith((url, "data:", "blob:")):
            complaints.append(f"request: {request.url}")

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    context.on("request", look)
    yield page
    context.close()
    assert complaints == []
