"""What a person does on the page, in a browser, from a dropped shoot to its pictures."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.edges.sandbox.shots import shoot
from tests.whole.books import of_order
from tests.whole.page.studio import MOST_IMAGES, Studio

RECORD = """
window.progress = [];
new MutationObserver(() => {
    for (const one of document.querySelectorAll("progress")) {
        const shown = one.getAttribute("aria-label") + " " + one.value;
        if (progress.at(-1) !== shown) progress.push(shown);
    }
}).observe(document, {subtree: true, childList: true, attributes: true});
"""
SHOWN_PART = """one => getComputedStyle(one).clipPath"""
LOADED = "one => one.complete && one.naturalWidth > 0"


def test_a_shoot_is_followed_to_its_pictures(studio: Studio, page: Page) -> None:
    """A dropped shoot appears, its progress moves, and it is delivered, all without loading the page again.

    Then its before and after can be compared with the arrow keys.
    """
    studio.faults("upload slow next=6 seconds=1", "merge slow-grouping seconds=1")
    page.add_init_script(RECORD)
    page.goto("/")
    studio.program.drop("20 Rose Lane", shoot(2))
    card = page.locator(".card", has_text="20 Rose Lane")
    expect(card).to_be_visible()
    expect(card).to_contain_text("Delivered", timeout=30_000)
    expect(card).to_contain_text("2 pictures delivered")
    moved = [float(one.split()[1]) for one in page.evaluate("progress") if one.startswith("Uploaded")]
    assert moved == sorted(moved)
    assert len(moved) >= 2, moved
    card.get_by_role("link", name="20 Rose Lane").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("20 Rose Lane")
    slider, before = page.get_by_role("slider").first, page.locator(".before-picture").first
    for picture in (before, page.locator(".after-picture").first):
        picture.scroll_into_view_if_needed()
        page.wait_for_function(LOADED, arg=picture.element_handle())
    was = before.evaluate(SHOWN_PART)
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    assert slider.input_value() == "40"
    assert (was, before.evaluate(SHOWN_PART)) == ("inset(0px 50% 0px 0px)", "inset(0px 60% 0px 0px)")


def test_a_limit_is_approved(studio: Studio, page: Page) -> None:
    """An order above the limit appears under "Waiting for you" while one looks. Its first button has it bought."""
    studio.faults()
    page.goto("/waiting")
    studio.program.drop("21 Rose Lane", shoot(MOST_IMAGES + 1))
    order = page.locator(".set", has_text="21 Rose Lane")
    expect(order).to_contain_text(f"limits.images_per_order is {MOST_IMAGES}", timeout=30_000)
    approve = order.get_by_role("button").first
    expect(approve).to_have_text("Approve")
    expect(order).to_contain_text("Buys 3 pictures, 2.25 in total.")
    assert not any(image["charged"] for image in _images(studio, "21 Rose Lane"))
    approve.click()
    expect(page.get_by_role("status")).to_contain_text("21 Rose Lane is approved")
    studio.is_delivered("21 Rose Lane")
    expect(order).to_have_count(0)
    assert [image["charged"] for image in _images(studio, "21 Rose Lane")] == [True, True, True]


def test_a_wrong_grouping_is_seen(studio: Studio, page: Page) -> None:
    """If the service grouped the photos differently, its order says what was expected and what came. One can choose.

    A picture is chosen without a mouse, and only it is bought.
    """
    studio.faults("merge stray")
    order = studio.drop("22 Rose Lane", 2, "held")
    page.goto(f"/shoots/{order['order_id']}")
    expect(page.get_by_role("heading", name="Expected and got")).to_be_visible()
    expect(page.locator("main")).to_contain_text("expected 3 photos, got ")
    page.get_by_role("checkbox").first.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Buy checked pictures").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("1 image will be bought")
    studio.is_delivered("22 Rose Lane")
    assert sum(image["charged"] for image in _images(studio, "22 Rose Lane")) == 1


def test_a_mended_key_is_noticed(studio: Studio, page: Page) -> None:
    """With a wrong key every view that shows health says so. With the right key and one click it recovers.

    A page that was open while the daemon restarted goes on showing what happens.
    """
    studio.faults()
    with studio.page(ignore=("ERR_", "[object Event]", "htmx:sendError", "htmx:afterRequest")) as health:
        health.goto("/health")
        studio.restart("not-the-key")
        studio.program.drop("23 Rose Lane", shoot(1))
        expect(health.get_by_role("alert")).to_contain_text("refused the API key", timeout=30_000)
        page.goto("/")
        expect(page.get_by_role("alert")).to_contain_text("refused the API key")
        page.get_by_role("link", name="23 Rose Lane").click()
        studio.key_file.write_text(studio.program.key)
        page.get_by_role("button", name="Try again now").click()
        studio.is_delivered("23 Rose Lane")
        expect(health.get_by_role("alert")).to_have_count(0)
        expect(health.locator("main")).to_contain_text("finds no problem")


def test_an_action_without_javascript(studio: Studio) -> None:
    """Without JavaScript a held order is approved with its button, and the answer is shown."""
    studio.faults()
    order = studio.drop("24 Rose Lane", MOST_IMAGES + 1, "held")
    with studio.page(java_script_enabled=False) as page:
        page.goto(f"/shoots/{order['order_id']}")
        page.get_by_role("button", name="Approve", exact=True).click()
        assert "24 Rose Lane is approved" in page.get_by_role("status").inner_text()
    studio.is_delivered("24 Rose Lane")


def _images(studio: Studio, shoot_name: str) -> list[dict[str, bool]]:
    """The images of a shoot's order as the sandbox reports them."""
    order = studio.program.order(shoot_name)
    assert order is not None
    images: list[dict[str, bool]] = of_order(studio.sandbox, order)["images"]
    return images
