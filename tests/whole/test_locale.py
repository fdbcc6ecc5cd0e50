"""A daemon with a locale that is not UTF-8, and a person with a UTF-8 terminal."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.books import of_order
from tests.whole.program import Bracketd

CAFE = "Café Müller"


def latin_1(home: Path) -> tuple[str, ...]:
    """A command prefix for ``LANG=en_US``, which is Latin-1. Skips if that locale cannot be created."""
    locales = home / "locales"
    locales.mkdir()
    command = ("localedef", "-i", "en_US", "-f", "ISO-8859-1", str(locales / "en_US"))
    if shutil.which("localedef") is None or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("no localedef(1) with the sources of en_US")
    return ("env", "LANG=en_US", f"LOCPATH={locales}")


def ascii_only(_home: Path) -> tuple[str, ...]:
    """A command prefix for ``LANG=C``, with Python's own workarounds for it switched off."""
    return ("env", "LANG=C", "PYTHONUTF8=0", "PYTHONCOERCECLOCALE=0")


@pytest.mark.parametrize("locale", [latin_1, ascii_only])
def test_names_do_not_depend_on_the_locale(program: Bracketd, sandbox: Sandbox, locale: object) -> None:
    """The service shows the names on the disk, and a shoot that is submitted from a UTF-8 terminal is sent."""
    assert callable(locale)
    program.launcher = locale(program.home)
    program.folder["existing"] = "skip"
    program.drop(CAFE, shoot(1))
    program.start()
    program.reach(CAFE, "skipped")
    submitted = program.run("submit", str(program.watched / CAFE))
    assert submitted.returncode == 0, submitted.stderr
    order = program.reach(CAFE, "downloaded")
    names = [bracket["name"] for bracket in of_order(sandbox, order)["registered"]]
    assert names
    assert all(name.startswith(CAFE) for name in names), names
    assert (program.output / CAFE / "order.json").exists()
    assert program.stop() == 0
