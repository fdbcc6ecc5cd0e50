"""A daemon with its page, a sandbox behind it, and a browser before it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, StorageState

from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.program import Bracketd, Json, until

MOST_IMAGES = 2
"""The limit of images per order: a shoot with more sets is held."""
LONG = "12 Oak Street, with a name that is a good deal longer than it should be"
UNBROKEN = "Ein_langer_Ordnername_ohne_Leerzeichen_oder_Bindestriche_für_das_Haus_am_See_2026"


class Studio:
    """The program, its sandbox, and a browser. ``open`` starts the daemon and signs in."""

    def __init__(self, program: Bracketd, sandbox: Sandbox, browser: Browser) -> None:
        self.program, self.sandbox, self._browser = program, sandbox, browser
        self.key_file = program.home / "key"
        self.base = ""
        self._signed_in: StorageState | None = None

    def open(self) -> None:
        """Start the daemon, and sign in with the link of ``bracketd open``."""
        program = self.program
        self.key_file.write_text(program.key)
        del program.settings["api"]["key"]
        program.settings["api"]["key_file"] = str(self.key_file)
        program.settings |= {
            "page": {"listen": f"127.0.0.1:{_free_port()}"},
            "limits": {"images_per_order": MOST_IMAGES},
            "price_per_image": "0.75",
        }
        program.start()
        link = program.run("open", "--print").stdout.strip()
        self.base = link.partition("/open")[0]
        with self._browser.new_context(base_url=self.base) as context:
            page = context.new_page()
            page.goto(link)
            page.wait_for_url(f"{self.base}/")
            self._signed_in = context.storage_state()

    def restart(self, key: str) -> None:
        """Restart the daemon with this API key in its file."""
        self.program.stop()
        self.key_file.write_text(key)
        self.program.start()

    @contextmanager
    def page(self, *, ignore: tuple[str, ...] = (), **options: Any) -> Iterator[Page]:
        """A signed-in page in a new context with Playwright's ``options``.

        At its end there was no error in it, except those with one of the ``ignore`` words.
        """
        context = self._browser.new_context(base_url=self.base, storage_state=self._signed_in, **options)
        context.set_default_timeout(20_000)
        errors: list[str] = []

        def noted(message: ConsoleMessage) -> None:
            if message.type == "error" and not any(word in message.text for word in ignore):
                errors.append(f"{message.text} ({message.location['url']})")

        with context:
            page = context.new_page()
            page.on("console", noted)
            page.on("pageerror", lambda error: errors.append(str(error)))
            yield page
        assert not errors, errors

    def faults(self, *rules: str) -> None:
        """Replace the faults of the sandbox."""
        self.sandbox.faults(rules)

    def drop(self, shoot_name: str, sets: int, phase: str) -> Json:
        """Drop a shoot of so many sets, and wait until its order is in ``phase``. Returns the order."""
        self.program.drop(shoot_name, shoot(sets))
        return self.program.reach(shoot_name, phase)

    def is_delivered(self, shoot_name: str) -> None:
        """Wait until a shoot is delivered."""
        self.program.reach(shoot_name, "downloaded")

    @cached_property
    def furnished(self) -> dict[str, str]:
        """The address of every view, with orders in every state that looks different. Made once."""
        self.faults()
        delivered = self.drop(LONG, 2, "downloaded")
        held = self.drop("3 Elm Street", MOST_IMAGES + 1, "held")
        self.faults("merge stray")
        differs = self.drop("9 Birch Lane", 2, "held")
        self.faults("image error match=IMG_0004 next=9")
        failed = self.drop(UNBROKEN, 2, "downloaded")
        self.faults()
        (self.program.watched / "1 Ash Road").mkdir()
        (self.program.watched / "1 Ash Road" / "IMG_0001.JPG.part").write_bytes(b"\0" * 100)
        until(lambda: any(one["shoot"] == "1 Ash Road" for one in self.program.peek()["waiting"]))
        orders = {"delivered": delivered, "held": held, "differs": differs, "failed": failed}
        return {
            **{
                name: f"/{'' if name == 'now' else name}" for name in ("now", "waiting", "shoots", "spending", "health")
            },
            **{name: f"/shoots/{order['order_id']}" for name, order in orders.items()},
            "nothing found": "/shoots?q=nothing-has-this-name",
            "no order": "/shoots/not-an-order",
            "nothing here": "/nothing",
            "sign in": "/sign-in",
        }


def _free_port() -> int:
    """A port that was free just now: the page must have the same address after a restart."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
