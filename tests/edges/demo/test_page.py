from __future__ import annotations

from pathlib import Path

import pytest

from daemon.demo.page import has_desktop, link


@pytest.mark.parametrize(
    ("platform", "environ", "desktop"),
    [
        ("darwin", {}, True),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
    ],
)
def test_a_browser_opens_on_a_desktop_only(platform: str, environ: dict[str, str], *, desktop: bool) -> None:
    """The demo opens its page if the machine has a desktop."""
    assert has_desktop(environ, platform) is desktop


def test_no_link_without_a_page(tmp_path: Path) -> None:
    """Without a published page there is no link."""
    assert link(tmp_path) is None
