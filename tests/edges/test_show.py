from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from daemon.cli import cli
from daemon.order import FlowName, Image, ImageState, Order, Phase, Preset, facts
from daemon.order.planned import PlannedImage
from daemon.shoot import LeftOut, Shot, Why
from daemon.shoot.sets import Confidence
from daemon.store.sqlite.store import SqliteStore
from daemon.webapp import order_page
from tests.changed import changed
from tests.core.grouped import grouped
from tests.core.orders import NOW, after, order, processed, sent


def shown(state: Path, of: Order, *others: Order) -> str:
    """The output of ``show`` for an order, with other orders in the state."""
    state.mkdir(exist_ok=True)

    async def work() -> None:
        store = SqliteStore.open(state)
        for one in (of, *others):
            await store.add(one, facts.Locked(one.brackets))
        store.close()

    asyncio.run(work())
    return show(state, of.id)


def show(state: Path, words: str) -> str:
    """The output of ``show``."""
    config = state / "bracketd.yaml"
    config.write_text(f"state_dir: {state}\n")
    done = CliRunner().invoke(cli, ["--config", str(config), "show", words])
    assert done.exit_code == 0, done.output
    return done.output


def test_until_when_the_images_are_kept(tmp_path: Path) -> None:
    """The deadline of a merged order is shown with the time that is left, or that has passed since."""
    waiting = grouped(((0, 1),), ((0,), (1,)))
    assert " ago; the service may have deleted the images)" in _kept_line(shown(tmp_path / "old", waiting))
    merged_now = replace(waiting, merge=replace(waiting.merge, asked_at=time.time() - 30))
    assert _kept_line(shown(tmp_path / "new", merged_now)).endswith("(23 h 59 min left)")
    assert "  kept " not in shown(tmp_path / "unmerged", order())


def _kept_line(output: str) -> str:
    (line,) = (line for line in output.splitlines() if line.startswith("  kept     until "))
    return line


def test_a_traceback_is_shown_whole(tmp_path: Path) -> None:
    """A bug's traceback is shown completely, line by line, without control characters."""
    lines = [f"line {number} of the traceback" for number in range(40)]
    bug = facts.Failed(None, facts.Failure.BUG, "a bug", detail="\n".join([*lines, "Error: \x1b[2J"]))
    start = order()

    async def work() -> None:
        store = SqliteStore.open(tmp_path)
        await store.add(start, facts.Locked(start.brackets))
        await store.record(start, bug, after(start, bug), NOW)
        store.close()

    asyncio.run(work())
    output = show(tmp_path, start.id).splitlines()
    assert [line.strip() for line in output if "of the traceback" in line] == lines
    assert output[-1].strip() == "Error: \N{REPLACEMENT CHARACTER}[2J"


def test_what_an_order_goes_without(tmp_path: Path) -> None:
    """A left-out bracket is shown with its reason and not counted as an upload; other files are listed, too."""
    start = order(3)
    bad = replace(start.brackets[1], left_out="is\ncut off")
    output = shown(
        tmp_path, changed(start, brackets=(start.brackets[0], bad, start.brackets[2]), left_out=("twin.CR3",))
    )
    assert "brackets: 0 of 2 uploaded" in output
    assert f"  - {bad.path}  left out: is\N{REPLACEMENT CHARACTER}cut off\n" in output
    assert "  - twin.CR3  left out\n" in output


def test_why_the_files_of_a_skipped_copy_are_not_sent(tmp_path: Path) -> None:
    """Each file of a shoot skipped as a copy is shown with its original."""
    why = (
        LeftOut("1.JPG", Why.COPY, "1.JPG", "Oak"),
        LeftOut("2.JPG", Why.DECLINED, "3.JPG", "Elm"),
        LeftOut("4.JPG", Why.DECLINED),
    )
    copy = changed(order(0, phase=Phase.SKIPPED), left_out=tuple(one.path for one in why), left_out_why=why)
    output = shown(tmp_path, copy)
    for line in (
        "left out: 3",
        "  - 1.JPG  left out: a copy of 1.JPG of “Oak”",
        "  - 2.JPG  left out: a copy of 3.JPG of “Elm”, which was cancelled or skipped before",
        "  - 4.JPG  left out: its shoot was cancelled or skipped before",
    ):
        assert f"{line}\n" in output


def test_why_files_are_not_sent(tmp_path: Path) -> None:
    """Each file that is not sent is shown with the file that it is a copy or variant of, or was made from."""
    why = (
        LeftOut("B/1.JPG", Why.COPY, "A/1.JPG"),
        LeftOut("A/1.CR3", Why.VARIANT, "A/1.JPG"),
        LeftOut("A/1-Edit.jpg", Why.DERIVED, "1.JPG", "9 Elm\nSt"),
        LeftOut("1 (Case Conflict).JPG", Why.CONFLICT),
        LeftOut("2.JPG", Why.UNREADABLE),
    )
    output = shown(tmp_path, changed(order(), left_out=(*(one.path for one in why), "old.CR2"), left_out_why=why))
    for line in (
        "B/1.JPG  left out: a copy of A/1.JPG",
        "A/1.CR3  left out: the same frame as A/1.JPG, in another format",
        "A/1-Edit.jpg  left out: made from 1.JPG of “9 Elm\N{REPLACEMENT CHARACTER}St”",
        "1 (Case Conflict).JPG  left out: a conflict copy of a sync client",
        "2.JPG  left out: was unreadable or incomplete when the shoot was locked",
        "old.CR2  left out",
    ):
        assert f"  - {line}\n" in output


def test_images_that_were_processed_once_more(tmp_path: Path) -> None:
    """A reprocessed image is shown with the time of its reprocessing."""
    images = (Image("a", "a", state=ImageState.PLACED, file="a.jpg", reprocessed_at=NOW), Image("b", "b"))
    lines = shown(tmp_path, replace(processed(), images=images)).splitlines()
    (again,) = (line for line in lines if "reprocessed" in line)
    assert again.startswith("   1  placed  a.jpg  a  reprocessed 19")
    assert "   2  pending  b" in lines


def test_a_supplement_whose_order_is_not_known_any_more(tmp_path: Path) -> None:
    """A supplement can be shown even if a rebuilt state lacks its first order."""
    assert "supplement of the order, lost" in shown(tmp_path, changed(order(), supplement_of="lost"))


def test_what_an_order_may_buy_is_reported(tmp_path: Path) -> None:
    """An approved order, a supplement and a dev-mode order are marked; other orders have no such line."""
    first = order()
    other = changed(first, id="7" + first.id[1:], supplement_of=first.id, approved=True, preset=Preset(dev_mode=True))
    output = shown(tmp_path, other, first)
    for words in (f"supplement of the order of 12 Jan 1970, {first.id}", "approved; limits do not", "free: dev mode"):
        assert words in output
        assert words not in show(tmp_path, first.id)


def test_images_that_differ_are_shown(tmp_path: Path) -> None:
    """Images that differ from the planned ones are listed with what was expected and what came, even if not held."""
    output = shown(tmp_path, grouped(((0, 1, 2), (3, 4, 5)), ((0, 1), (2, 3, 4, 5)), on_mismatch="never"))
    assert "images that differ from the planned ones:\n  IMG_0431.JPG: expected 3 photos, got 2, and 1 in" in output
    assert "  IMG_0434.JPG: expected 3 photos, got 4 (1 from another scene)\n" in output
    assert "  !" not in output


def test_images_that_cannot_be_compared_are_shown(tmp_path: Path) -> None:
    """The output says for how many images the photos are unknown. An order that matches its plan has no such lines."""
    as_planned = grouped(((0, 1), (2, 3)), ((0, 1), (2, 3)))
    hidden = changed(grouped(((0, 1), (2, 3)), ((0, 1), ())), id="7" + as_planned.id[1:])
    output = shown(tmp_path, hidden, as_planned)
    assert "not compared: the service does not say which photos became 1 of 2 images\n" in output
    assert "differ" not in output
    assert "not compared" not in show(tmp_path, as_planned.id)


@pytest.mark.parametrize("flow", ["images", "brackets"])
def test_only_what_the_service_knows_has_a_page(tmp_path: Path, flow: FlowName) -> None:
    """An order that exists at the service is shown with its web page; a skipped or cancelled shoot is not."""
    start = order(2, flow)
    begun = after(start, facts.Created()) if flow == "brackets" else after(start, sent(0)[0])
    skipped = replace(order(0, flow, Phase.SKIPPED), id="7" + start.id[1:])
    cancelled = replace(order(2, flow, Phase.CANCELLED), id="8" + start.id[1:])
    assert f"{start.id}  {order_page(start.id)}\n" in shown(tmp_path, begun, skipped, cancelled)
    for none in (skipped, cancelled):
        assert f"  order    {none.id}\n" in show(tmp_path, none.id)


def planned(flow: FlowName, preset: Preset, *, sure: Confidence = Confidence.CERTAIN) -> Order:
    """An order of four brackets with two planned images."""
    start = order(4, flow)
    shots = (replace(bracket, shot=Shot(second=100 + n)) for n, bracket in enumerate(start.brackets))
    plan = (PlannedImage((0, 1)), PlannedImage((2, 3), sure))
    return replace(start, brackets=tuple(shots), preset=preset, plan=plan)


BY_SETS = Preset(grouping="sets")


@pytest.mark.parametrize(
    ("of", "sets"),
    [
        (order(), "grouped by the service"),
        (changed(order(), preset=Preset(5)), "every 5 brackets, in order of capture time"),
        (
            planned("brackets", BY_SETS),
            "2 planned image(s), found by bracketd; the service is asked for exactly these",
        ),
        (
            planned("brackets", Preset(grouping="folders")),
            "2 planned image(s), one for each sub-folder; the service is asked for exactly these",
        ),
        (
            planned("images", BY_SETS),
            "2 planned image(s), found by bracketd, requested as every 2 brackets, in order of capture time",
        ),
        (
            planned("images", BY_SETS, sure=Confidence.LIKELY),
            "2 planned image(s), found by bracketd, but the service groups the photos itself",
        ),
    ],
)
def test_who_groups_an_order(tmp_path: Path, of: Order, sets: str) -> None:
    """The line ``sets`` says who groups the photos, and how the service is asked."""
    assert f"  sets     {sets}\n" in shown(tmp_path, of)


def test_the_planned_images_are_listed(tmp_path: Path) -> None:
    """Each planned image is shown with its confidence and the files that are sent for it."""
    of = planned("brackets", BY_SETS, sure=Confidence.ASK)
    bad = replace(of.brackets[1], left_out="cut off")
    output = shown(tmp_path, replace(of, brackets=(of.brackets[0], bad, *of.brackets[2:])))
    assert "planned images: 2\n" in output
    assert "    1  certain  DCIM/IMG_0431.JPG\n" in output
    assert "    2  ask      DCIM/IMG_0433.JPG, DCIM/IMG_0434.JPG\n" in output


def test_expected_images_are_marked(tmp_path: Path) -> None:
    """If the service groups, the images are shown as expected. An order without a plan has no such part."""
    assert "planned images: 2 (expected; the service decides)\n" in shown(tmp_path / "a", planned("images", Preset()))
    assert "planned images" not in shown(tmp_path / "b", order())


def test_what_the_shoots_own_file_changed(tmp_path: Path) -> None:
    """The settings and lists in the shoot's own file are one line. Without a file there is no such line."""
    own = {
        "enhance": {"sky_replacement": False, "cloud_type": "CLEAR"},
        "name": "Harbour\nview",
        "grouping": "automatic",
        "per_image": 3,
        "sets": 1,
        "skip": 2,
    }
    output = shown(tmp_path / "a", changed(order(), preset=Preset().with_own(own)))
    assert (
        '  own      bracketd.yaml: enhance.cloud_type="CLEAR", enhance.sky_replacement=false, grouping=3, '
        'name="Harbour\\nview", 1 set(s) fixed, 2 photo(s) skipped\n'
    ) in output
    assert "  own  " not in shown(tmp_path / "b", order())
