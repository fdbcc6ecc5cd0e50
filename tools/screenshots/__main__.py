"""``python -m tools.screenshots``: starts the demo's daemon and sandbox, and photographs its page. Needs Chromium.

It delivers a shoot with the demo's four scenes, and has another one held because the service grouped it differently.
Then it writes ``docs/page-*.jpg``.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any, Literal

import httpx
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from daemon.demo.camera import make_shoot
from daemon.demo.command import SHOOT, Stage
from daemon.demo.page import link
from daemon.store.sqlite.reader import SqliteReader

DOCS = Path(__file__).parents[2] / "docs"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
HELD = "3 Elm Court"
QUALITY = 82
PATIENCE = 120.0
DESKTOP, PHONE = (1280, 1180), (390, 844)


def main() -> None:
    """Write all pictures."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name)) is not None), None)
    if program is None:
        raise SystemExit("Chromium is missing: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder).resolve(), "images")
        stage.prepare()
        with stage.sandbox() as sandbox, stage.daemon(sandbox), sync_playwright() as playwright:
            delivered, held = _shoots(stage, sandbox)
            arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = playwright.chromium.launch(executable_path=program, args=arguments)
            address, session = _signed_in(browser, stage)
            photograph = Photographer(browser, address, session)
            photograph("page-shoot", f"/shoots/{delivered}", DESKTOP)
            photograph("page-held", f"/shoots/{held}", (1280, 900), "dark")
            photograph("page-now", "/", (1280, 640))
            photograph("page-phone", "/waiting", PHONE)
            browser.close()


def _shoots(stage: Stage, sandbox: dict[str, Any]) -> tuple[str, str]:
    """Process two shoots. Returns the ids of their orders: the delivered one and the held one."""
    make_shoot(stage.card / SHOOT, scenes=4)
    stage.drop(stage.card / SHOOT)
    delivered = _order(stage, SHOOT, "downloaded")
    httpx.post(f"{sandbox['api']}/_sandbox/faults", json=["merge stray"]).raise_for_status()
    make_shoot(stage.card / HELD, scenes=3, brackets=3, seed=9)
    stage.drop(stage.card / HELD)
    return delivered, _order(stage, HELD, "held")


def _order(stage: Stage, shoot: str, phase: str) -> str:
    """Wait until the order of a shoot is in a phase. Returns its id."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with SqliteReader(stage.state) as reader:
            found = [row["id"] for row in reader.orders() if row["shoot"] == shoot and row["phase"] == phase]
        if found:
            return str(found[0])
        time.sleep(0.2)
    raise SystemExit(f"{shoot} was not {phase} within {PATIENCE:.0f} s")


def _signed_in(browser: Browser, stage: Stage) -> tuple[str, StorageState]:
    """The address of the page, and a session of it."""
    address = link(stage.state)
    if address is None:
        raise SystemExit("the daemon does not serve its page")
    base = address.partition("/open")[0]
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        page.wait_for_url(f"{base}/")
        return base, context.storage_state()


class Photographer:
    """Photographs views of a page."""

    def __init__(self, browser: Browser, address: str, session: StorageState) -> None:
        self._browser, self._address, self._session = browser, address, session

    def __call__(self, name: str, view: str, size: tuple[int, int], scheme: Literal["light", "dark"] = "light") -> None:
        """Write the picture of a view at a size in CSS pixels, once all of its pictures are there."""
        viewport = {"width": size[0], "height": size[1]}
        with self._browser.new_context(
            base_url=self._address,
            storage_state=self._session,
            viewport=viewport,  # type: ignore[arg-type]  # a typed dictionary
            color_scheme=scheme,
            device_scale_factor=1.5 if size == PHONE else 1.25,
        ) as context:
            page = context.new_page()
            page.goto(view)
            _await_pictures(page)
            file = DOCS / f"{name}.jpg"
            page.screenshot(path=file, type="jpeg", quality=QUALITY)
            print(f"{file} ({file.stat().st_size // 1000} KB)")  # noqa: T201 - it is a command


def _await_pictures(page: Page) -> None:
    """Wait until every picture on the screen is loaded."""
    page.wait_for_load_state("load")
    page.wait_for_function(
        """() => [...document.images].filter(one => one.getBoundingClientRect().top < innerHeight)
        .every(one => one.complete && one.naturalWidth > 0)"""
    )


if __name__ == "__main__":
    main()
