"""A page over an empty state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.edges.page.browser import Browser, Site

Sites = Callable[..., Site]


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[Sites]:
    """Makes a site with other settings of the page."""
    made: list[Site] = []

    def make(**page: object) -> Site:
        made.append(Site(tmp_path, **page))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def site(sites: Sites) -> Site:
    """A site with the default settings."""
    return sites()


@pytest.fixture
def browser(site: Site) -> Browser:
    """A browser that is signed in."""
    return Browser(site).sign_in()


@pytest.fixture
def stranger(site: Site) -> Browser:
    """A browser without a session."""
    return Browser(site)
