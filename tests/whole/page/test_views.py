"""Every view for everybody: with a keyboard, a phone, a screen reader, in the dark, and without JavaScript."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from tests.whole.page.studio import Studio

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
PHONE = {"width": 390, "height": 844}
GRAVE = ("serious", "critical")
FAULTS = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
    .map(one => [one.impact, one.id, one.help, one.nodes.map(node => node.target.join(" ")).slice(0, 5)])"""
WIDE = """() => [document.documentElement.scrollWidth - document.documentElement.clientWidth,
    [...document.body.querySelectorAll("*")].filter(one => one.getBoundingClientRect().right > innerWidth + 1)
    .filter(one => !one.closest("nav") && !one.closest(".skip") && !one.closest("thead") && !one.closest(".compare"))
    .map(one => one.outerHTML.slice(0, 80))]"""
MARKED = """() => {
    const one = document.activeElement, look = getComputedStyle(one);
    one.dataset.reached = "yes";
    return [one.tagName, (one.innerText || one.name || "").slice(0, 40), one.getAttribute("href") || "",
        look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2];
}"""
MISSED = """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, summary, textarea")]
    .filter(one => one.checkVisibility() && !one.dataset.reached).map(one => one.outerHTML.slice(0, 100))"""

REFRESH = """() => {
    const one = document.querySelector("[hx-trigger^='sse:']");
    htmx.trigger(one, one.getAttribute("hx-trigger"));
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_view_has_a_grave_fault(studio: Studio, scheme: Literal["light", "dark"]) -> None:
    """axe-core finds no serious or critical fault on any view, in light and dark."""
    axe = AXE.read_text(encoding="utf-8")
    found: dict[str, list[Any]] = {}
    for name, address in studio.furnished.items():
        with studio.page(color_scheme=scheme, ignore=("404",)) as page:
            page.goto(address)
            page.evaluate(axe)
            faults = [fault for fault in page.evaluate(FAULTS) if fault[0] in GRAVE]
            if faults:
                found[name] = faults
    assert found == {}


def test_a_phone_scrolls_in_one_direction(studio: Studio) -> None:
    """On a phone no view is wider than the screen, and nothing sticks out."""
    found = {}
    with studio.page(viewport=PHONE, ignore=("404",)) as page:
        for name, address in studio.furnished.items():
            page.goto(address)
            more, wide = page.evaluate(WIDE)
            if more > 0 or wide:
                found[name] = (more, wide)
    assert found == {}


def test_the_keyboard_reaches_everything(studio: Studio) -> None:
    """With the Tab key one reaches every link, button and field of a view, and sees where one is."""
    with studio.page(ignore=("404",)) as page:
        for name, address in studio.furnished.items():
            page.goto(address)
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            stops = _tab_through(page)
            unseen = [stop for stop in stops if not stop[-1]]
            assert (name, unseen, page.evaluate(MISSED)) == (name, [], [])


def _tab_through(page: Page) -> list[Any]:
    """Press Tab until the focus leaves the view. Returns what had the focus."""
    stops: list[Any] = []
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            return stops
        stops.append(page.evaluate(MARKED))
    raise AssertionError(f"the focus does not leave the view: {stops[-10:]}")


def test_the_navigation_can_be_skipped(studio: Studio, page: Page) -> None:
    """The first Tab shows a link to the content, and Enter moves the focus there."""
    page.goto(studio.furnished["delivered"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to the content"
    box = page.locator(".skip").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_everything_can_be_read_without_javascript(studio: Studio) -> None:
    """Without JavaScript every view has its content, and before and after stand side by side."""
    with studio.page(java_script_enabled=False) as page:
        page.goto(studio.furnished["now"])
        page.get_by_role("link", name="12 Oak Street").click()
        before, after = (page.locator(f".compare .{one}-picture").first.bounding_box() for one in ("before", "after"))
        assert before is not None
        assert after is not None
        assert abs(before["x"] - after["x"]) >= before["width"]
        page.get_by_text("Journal").click()
        assert page.get_by_text("delivered").last.is_visible()
        page.get_by_role("link", name="Shoots", exact=True).click()
        page.get_by_label("Phase").select_option("held")
        page.get_by_role("button", name="Search").click()
        assert page.get_by_role("row").count() == 1 + 2
        for view in ("Spending", "Health", "Waiting for you"):
            page.get_by_role("link", name=view).first.click()
            assert page.get_by_role("heading", level=1).inner_text() == view


def test_a_refresh_disturbs_nobody(studio: Studio, page: Page) -> None:
    """When something changes, the view is refreshed, and the focus, an open part and a slider stay as they were."""
    address = studio.furnished["delivered"]
    page.goto(address)
    page.get_by_text("Journal").click()
    slider = page.get_by_role("slider").first
    slider.fill("20")
    page.get_by_text("What you can do").click()
    page.get_by_role("button", name="Send new photos").focus()
    page.evaluate("document.querySelector('#record h2').innerText = 'old'")
    _refresh(page)
    expect(page.locator("#record h2")).to_have_text("About this order")
    assert page.locator(".journal").is_visible()
    assert page.evaluate("document.activeElement.innerText") == "Send new photos"
    assert slider.input_value() == "20"


def _refresh(page: Page) -> None:
    """Let the view do what it does when the daemon reports a change."""
    page.evaluate(REFRESH)
