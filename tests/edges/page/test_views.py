from __future__ import annotations

import csv
import io
import json
import re
import time
from dataclasses import replace
from decimal import Decimal

import pytest

from daemon.order import ImageState, Order, Phase, Policy, Preset, Verb, allowed, facts
from daemon.order.planned import PlannedImage
from daemon.order.policy import Limits
from daemon.page.verbs import offer_of, offers, spent
from daemon.page.views.common import HEALTHS, PHASES, STATES, steps
from daemon.shoot import Shot
from daemon.shoot.sets import Confidence
from daemon.store.notes import Alert, Missing, Subject
from daemon.store.waiting import Waiting
from tests.changed import changed
from tests.core.grouped import grouped
from tests.core.orders import NOW, after, order, processed, reckoned
from tests.edges.page.browser import Browser, Site, named

ID = "6f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11"
PAGE = f"/shoots/{ID}"
NAMES = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "javascript:alert(1)",
    "a\nb\x1b[31m",
    "gpj.\u202etxt",
    "\u2066hidden\u2069",
    "caf\udce9",
    "50% & more",
)
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def held() -> Order:
    """An order that waits for a person before its merge."""
    return changed(order(), phase=Phase.HELD)


@pytest.mark.parametrize("path", ["/", "/waiting", "/shoots", "/spending", "/health"])
def test_every_view_of_an_empty_state(browser: Browser, path: str) -> None:
    """Every view works before the first shoot."""
    answer = browser.get(path)
    assert (answer.status_code, "<h1>" in answer.text) == (200, True)


@pytest.mark.parametrize("name", NAMES)
def test_names_are_harmless(site: Site, browser: Browser, name: str) -> None:
    """A shoot's name is shown as text on every view: no tag, no attribute, no control or bidirectional character."""
    one = changed(named(name), phase=Phase.HELD, notes=(f"a note about {name}",))
    site.add(one)
    site.wait(Waiting(f"/in/{name}", name, f"waits because of {name}", 3, 1000, NOW))
    for path in ("/", "/waiting", "/shoots", PAGE, f"/shoots?q={'x' * 300}", "/shoots?folder=%ed%b2%80"):
        text = browser.get(path).text
        assert "<script>alert" not in text
        assert "onerror=alert(1)>" not in text
        assert UNSAFE.search(text) is None
        assert "49" not in re.sub(r"[0-9a-f]{8,}|v=\w+", "", text) or "7 * 7" not in name
    shown = browser.get(PAGE).text
    assert "javascript:alert(1)" not in re.findall(r'(?:href|src)="([^"]*)"', shown)


def test_what_arrives_is_on_the_first_view(site: Site, browser: Browser) -> None:
    """A waiting shoot is shown with its files, bytes, and the reason why it waits."""
    site.wait(Waiting("/in/Elm", "Elm", "still changing", 7, 24_100_000, NOW))
    text = browser.get("/").text
    assert "Elm" in text
    assert "7 files, 24.1 MB so far" in text
    assert "Still changing." in text


def test_troubles_are_on_top(site: Site, browser: Browser) -> None:
    """A trouble of the daemon is on the views Now, Waiting for you and Health."""
    site.note(Alert(Subject.ACCOUNT, "the service refuses the key"))
    for path in ("/", "/waiting", "/health"):
        assert "The service refuses the key." in browser.get(path).text
    assert "All is well" not in browser.get("/").text


def test_all_is_well(browser: Browser) -> None:
    """When there is nothing to do and nothing wrong, one line says so."""
    assert "All is well" in browser.get("/").text
    assert "Nothing waits for you" in browser.get("/waiting").text


def test_what_waits_has_its_next_action_first(site: Site, browser: Browser) -> None:
    """A held order is in Waiting for you, and the first button is the one that its message names."""
    site.add(reckoned_over())
    text = browser.get("/waiting").text
    verbs = re.findall(r'name="verb" value="([^"]+)"', text)
    assert verbs[0] == "approve"
    assert set(verbs) == {verb.value for verb in allowed(reckoned_over()) if verb is not Verb.APPROVE_ONLY}


def reckoned_over() -> Order:
    """An order that is held because it would exceed a limit."""
    start = processed(True, True)
    return after(start, facts.Reckoned(0, 0), policy=Policy(limits=Limits(images_per_order=1)))


def test_the_search_finds_and_filters(site: Site, browser: Browser) -> None:
    """The list of shoots is searched by name and filtered by phase, health, folder and month."""
    site.add(named("Oak Street"), replace(held(), id="7" + ID[1:], source=named("Elm Road").source))

    def found(query: str) -> list[str]:
        return re.findall(r'scope="row"><a href="[^"]+">([^<]+)</a>', browser.get(f"/shoots?{query}").text)

    assert sorted(found("")) == ["Elm Road", "Oak Street"]
    assert found("q=street") == ["Oak Street"]
    assert found("phase=held") == ["Elm Road"]
    assert found("health=ok") == ["Oak Street"]
    assert sorted(found("folder=/in")) == ["Elm Road", "Oak Street"]
    assert found("folder=/elsewhere") == []
    assert sorted(found("phase=nonsense&health=x&month=2026-13&offset=-1")) == ["Elm Road", "Oak Street"]
    assert found("offset=1000") == found("month=2026-11") == []


def test_a_long_list_has_pages(site: Site, browser: Browser) -> None:
    """The list shows fifty shoots at a time and links to the others."""
    site.add(*(replace(named(f"Shoot {n}"), id=f"{n:08}{ID[8:]}") for n in range(60)))
    first = browser.get("/shoots?phase=settled").text
    assert (first.count('scope="row"'), "60 shoots found" in first) == (50, True)
    (older,) = re.findall(r'href="([^"]+)" rel="next"', first)
    second = browser.get(older.replace("&amp;", "&")).text
    assert (second.count('scope="row"'), 'rel="next"' in second) == (10, False)


def test_a_shoot_shows_its_sets(site: Site, browser: Browser) -> None:
    """Planned sets are strips in shooting order, with exposure and confidence. Left-out photos have their reason."""
    start = order(4)
    shots = (0.01, 0.04, 0.0025, 0.02)
    brackets = tuple(
        replace(one, shot=Shot(exposure_s=time, f_number=8.0, iso=100.0))
        for one, time in zip(start.brackets, shots, strict=True)
    )
    brackets = (*brackets[:3], replace(brackets[3], left_out="it is cut off"))
    plan = (PlannedImage((0, 1), Confidence.CERTAIN), PlannedImage((2,), Confidence.LIKELY))
    site.add(changed(start, brackets=brackets, plan=plan, preset=Preset(grouping="sets"), left_out=("twin.CR3",)))
    text = browser.get(PAGE).text
    assert re.findall(r'class="name">([^<]+)<', text) == ["IMG_0431.JPG", "IMG_0432.JPG", "IMG_0433.JPG"]
    assert "1/100 s  f/8  ISO 100" in text
    assert re.findall(r'class="badge[^"]*">(certain|likely)<', text) == ["certain", "likely"]
    assert "IMG_0434.JPG: it is cut off" in text
    assert "<li>twin.CR3" in text


def test_a_shoot_shows_its_pictures(site: Site, browser: Browser) -> None:
    """A delivered image has a slider between its middle exposure and the picture, and a link to its full size."""
    start = reckoned(True, False)
    times = (0.01, 0.04, 0.0025)
    brackets = tuple(replace(one, shot=Shot(exposure_s=time)) for one, time in zip(start.brackets, times, strict=True))
    good, bad = start.images
    good = replace(good, state=ImageState.PLACED, file="IMG_0431.jpg", brackets=(0, 1, 2), fetched_at=NOW)
    site.add(changed(start, brackets=brackets, images=(good, bad), phase=Phase.DOWNLOADED))
    text = browser.get(PAGE).text
    assert f'src="{PAGE}/photos/0/preview"' in text
    assert f'src="{PAGE}/images/1/preview"' in text
    assert f'href="{PAGE}/images/1/full"' in text
    assert text.count('type="range"') == 1
    assert "Failed" in text
    assert "1 picture bought." in text


@pytest.mark.parametrize(
    "path", ["/shoots/none", "/shoots/" + "a" * 65, "/shoots/%2e%2e", "/nowhere", f"/shoots/{ID}x"]
)
def test_what_is_not_there(browser: Browser, path: str) -> None:
    """An unknown order and an unknown address give 404."""
    assert browser.get(path).status_code == 404


def test_a_button_is_an_ask(site: Site, browser: Browser) -> None:
    """A button stores the ask that the command stores, and the page then shows its answer."""
    site.add(held())
    answer = browser.press(ID, "approve")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?ask=1")
    assert site.asked == [("approve", ID, ())]
    assert "has not answered yet" in browser.get(f"{PAGE}?ask=1").text
    site.answer(1, "12 Oak St is approved; `bracketd status`.")
    assert "12 Oak St is approved; <code>bracketd status</code>." in browser.get(f"{PAGE}?ask=1").text
    assert site.came.is_set()


def test_an_answer_is_shown_where_it_was_asked_for(site: Site, browser: Browser) -> None:
    """After a button in Waiting for you, the answer is shown there."""
    site.add(held())
    answer = browser.press(ID, "approve", back="waiting")
    assert answer.headers["location"] == "/waiting?ask=1"
    site.answer(1, "it is approved")
    assert "it is approved" in browser.get("/waiting?ask=1").text.lower()


def test_a_submit_is_about_the_folder(site: Site, browser: Browser) -> None:
    """Sending a shoot again asks for its folder, as the command does."""
    site.add(changed(order(), phase=Phase.CANCELLED))
    browser.press(ID, "submit")
    assert site.asked == [("submit", "/in/12 Oak St", ())]


def test_pictures_are_picked(site: Site, browser: Browser) -> None:
    """Checked pictures are bought alone; the ask names them by number."""
    site.add(reckoned_over())
    assert browser.get(PAGE).text.count('type="checkbox"') == 2
    browser.press(ID, "approve only", image=["image:2"])
    assert site.asked == [("approve only", ID, ("image:2",))]


@pytest.mark.parametrize("verb", ["adopt", "skip", "delete", ""])
def test_there_are_no_other_verbs(site: Site, browser: Browser, verb: str) -> None:
    """A form with a verb that no button has is refused."""
    site.add(held())
    assert browser.press(ID, verb).status_code == 400
    assert site.asked == []


def test_every_allowed_verb_is_a_button(site: Site, browser: Browser) -> None:
    """An order's buttons are exactly the verbs that it allows, each with its meaning and its cost."""
    for one in (order(), held(), reckoned_over(), changed(order(), phase=Phase.DOWNLOADED)):
        shown = offers(one, Decimal("0.75"))
        assert {offer.verb for offer in shown} == allowed(one)
        assert all(offer.label and offer.meaning.endswith(".") and offer.cost.endswith(".") for offer in shown)
    site.add(reckoned_over())
    buttons = set(re.findall(r'name="verb" value="([^"]+)"', browser.get(PAGE).text))
    assert buttons == {verb.value for verb in allowed(reckoned_over())}


def test_every_verb_of_an_order_has_words() -> None:
    """Every verb about an order has a button, in every phase."""
    for verb in Verb:
        if verb not in (Verb.SKIP, Verb.ADOPT):
            for phase in Phase:
                assert offer_of(verb, changed(order(), phase=phase), None).verb is verb


def test_a_price_is_part_of_the_cost() -> None:
    """If the price is set, a button says what it costs in total; without it, how many pictures."""
    two = reckoned_over()
    assert offer_of(Verb.APPROVE, two, Decimal("0.75")).cost == "Buys 2 pictures, 1.50 in total."
    assert offer_of(Verb.APPROVE, two, None).cost == "Buys 2 pictures."
    assert spent(two, None) == "Buys 2 pictures."
    free = replace(two, preset=replace(two.preset, dev_mode=True))
    assert offer_of(Verb.APPROVE, free, Decimal(1)).cost.startswith("Free")


def test_a_regroup_costs_the_planned_pictures() -> None:
    """The button for a regroup counts the planned pictures, not the wrong ones, which are not bought."""
    torn = grouped(((0, 1), (2, 3)), ((0, 1), (2,), (3,)))
    assert Verb.REGROUP in allowed(torn)
    assert offer_of(Verb.REGROUP, torn, Decimal("0.75")).cost == "Buys 2 pictures, 1.50 in total."
    assert offer_of(Verb.APPROVE, torn, None).cost == "Buys 3 pictures."


def test_every_word_of_an_order_is_known() -> None:
    """Every phase, health and state of an image has a name on the page."""
    assert set(PHASES) == {phase.value for phase in Phase}
    assert set(STATES) == {state.value for state in ImageState}
    assert set(HEALTHS) == {"ok", "retrying", "attention"}


@pytest.mark.parametrize(
    ("phase", "stage", "states"),
    [
        ("merging", "merging", ["done"] * 3 + ["now"] + [""] * 3),
        ("held", "downloading", ["done"] * 5 + ["stopped", ""]),
        ("downloaded", "downloaded", ["done"] * 7),
        ("cancelled", None, [""] * 7),
    ],
)
def test_the_line_of_phases(phase: str, stage: str | None, states: list[str]) -> None:
    """The line shows which phases are done, and where the order is or was stopped."""
    assert [step["state"] for step in steps(phase, stage)] == states


def test_purchases_as_csv(browser: Browser) -> None:
    """The purchases can be downloaded as CSV, with the columns of ``costs --csv``."""
    answer = browser.get("/spending.csv?month=2026-11")
    assert answer.headers["content-disposition"] == 'attachment; filename="bracketd-2026-11.csv"'
    assert next(csv.reader(io.StringIO(answer.text)))[0] == "at"


def test_the_names_of_a_journal_are_harmless(site: Site, browser: Browser) -> None:
    """The journal is in plain words, newest first, and its texts are escaped."""
    site.add(named("<b>Oak</b>"))
    text = browser.get(PAGE).text
    assert "Journal (1)" in text
    assert "<b>Oak" not in text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_do_nothing(site: Site, browser: Browser, method: str) -> None:
    """A method that no view has is refused."""
    site.add(held())
    assert browser.ask(method, PAGE, {"x-csrf-token": browser.csrf()}).status_code in (404, 405)
    assert site.asked == []


def test_an_arriving_shoot_is_sent_or_skipped(site: Site, browser: Browser) -> None:
    """A shoot that is not an order yet has buttons to send and to skip it, and both ask about its folder."""
    site.wait(Waiting("/in/Elm", "Elm", "still changing", 7, 1000, NOW))
    (address,) = set(re.findall(r'action="(/arriving/[^"]+)"', browser.get("/").text))
    for verb in ("submit", "skip"):
        answer = browser.post(address, {"csrf": browser.csrf(), "verb": verb})
        assert answer.headers["location"] == f"/?ask={len(site.asked)}"
    assert site.asked == [("submit", "/in/Elm", ()), ("skip", "/in/Elm", ())]
    assert browser.post(address, {"csrf": browser.csrf(), "verb": "adopt"}).status_code == 400
    assert browser.post("/arriving/x/ask", {"csrf": browser.csrf(), "verb": "skip"}).status_code == 404


def test_a_folder_is_accepted(site: Site, browser: Browser) -> None:
    """A folder that is not available is in Health with its message and a button that accepts it."""
    watch = str(site.settings.folders[0].watch)
    assert "/folders/" not in browser.get("/health").text
    site.note(Missing(watch, "the disk is not connected"))
    text = browser.get("/health").text
    assert "The disk is not connected." in text
    (address,) = set(re.findall(r'action="(/folders/[^"]+)"', text))
    browser.post(address, {"csrf": browser.csrf(), "verb": "adopt"})
    assert site.asked == [("adopt", watch, ())]
    assert browser.post("/folders/x/ask", {"csrf": browser.csrf(), "verb": "adopt"}).status_code == 404


def test_progress_is_shown_in_bytes(site: Site, browser: Browser) -> None:
    """A transfer is shown with its bytes, its speed and the time left, on the first view and on its shoot's."""
    site.add(order())
    move = {
        "order_id": ID,
        "way": "upload",
        "bytes": 64_000_000,
        "total": 98_000_000,
        "bytes_per_s": 3.2e6,
        "left_s": 11,
    }
    published = {"monotonic": time.monotonic(), "transfers": [move]}
    (site.state_dir / "progress.json").write_text(json.dumps(published))
    for path in ("/", PAGE):
        assert "64 of 98 MB sent, 3.2 MB/s, about 11 s left" in browser.get(path).text
        assert '<progress value="64000000" max="98000000"' in browser.get(path).text
