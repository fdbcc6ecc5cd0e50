from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.whole.books import audit
from tests.whole.conftest import prompt_sandbox
from tests.whole.page.studio import Studio
from tests.whole.program import Bracketd

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of the package. It ends with the package: while it runs, no event loop can be run."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name)) is not None), None)
    if program is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # it refuses to run sandboxed as root
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def studio(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A running daemon and its page, for all tests of the package. At the end no rule is broken and the books agree."""
    home: Path = tmp_path_factory.mktemp("studio") / "home"
    with prompt_sandbox(480) as sandbox:
        program = Bracketd(home, api=sandbox.api, key=sandbox.key)
        try:
            studio = Studio(program, sandbox, browser)
            studio.open()
            yield studio
        finally:
            program.close()
        assert sandbox.violations() == []
        assert not program.logged("Traceback")
        assert not program.logged("bug in the page")
        audit(program, sandbox)


@pytest.fixture
def page(studio: Studio) -> Iterator[Page]:
    """A signed-in page. At the end it had no error: no script failed, and its policy forbade nothing."""
    with studio.page() as page:
        yield page
