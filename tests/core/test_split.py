"""Tests of the rules for a shoot that looks like several properties, and for the parts of a split shoot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.order import Again, Bracket, HoldKind, Judged, Order, Phase, ShootPart, compare, facts
from daemon.order.allowed import Refusal, Verb, allowed, meant_by, next_command, refusal
from daemon.order.outcome import Known, LateRules, Supplement, may_have_moved, outcome
from daemon.order.parts import part_of_photos
from daemon.order.problem import Code
from daemon.order.several import Several
from daemon.shoot import Doubt, Shot
from tests.changed import changed
from tests.core.orders import NOW, after, order, uploaded

FOUND = "looks like 2 properties: 34 sets, 20 sets (after 72 min)"
ASK, REPORT = Several(FOUND, ask=True), Several(FOUND)
NINE = 1_780_218_720
RULES = LateRules("supplement", dev_mode=False, now=NOW)


def locked(several: Several | None, doubt: Doubt | None = None) -> Order:
    """An order after its shoot was locked."""
    start = order(3)
    return after(start, facts.Locked(start.brackets, several=several, doubt=doubt))


def test_a_shoot_that_asks_is_held_before_anything_is_sent() -> None:
    """With ``split: ask`` the order is held, and its message names the parts, and the commands for both answers."""
    held = locked(replace(ASK, untimed=("a.JPG",)))
    assert (held.phase, held.hold_kind, held.due) == (Phase.HELD, HoldKind.PROPERTIES, None)
    (problem,) = held.problems
    assert problem.code is Code.SEVERAL_PROPERTIES
    for words in (FOUND, "a.JPG", "`bracketd split SHOOT`", "`bracketd approve SHOOT`", "`bracketd submit FOLDER`"):
        assert words in problem.text
    assert next_command(held, problem.code) == "bracketd split"
    assert {Verb.SPLIT, Verb.APPROVE, Verb.SUBMIT, Verb.CANCEL} <= allowed(held)
    assert refusal(held, Verb.RETRY) is Refusal.NEEDS_A_CHOICE


def test_an_approval_sends_it_as_one() -> None:
    """An approval answers the question: the order continues, and says nothing more of it."""
    going = after(locked(ASK), facts.Approved())
    assert (going.phase, going.messages, going.due) == (Phase.SETTLED, (), NOW)


def test_a_report_holds_nothing() -> None:
    """By default the order continues; its message names the command, until the merge makes it too late."""
    told = locked(REPORT)
    assert (told.phase, told.health.value) == (Phase.SETTLED, "ok")
    assert "`bracketd split SHOOT`" in told.messages[0]
    late = changed(told, phase=Phase.DOWNLOADED)
    late = replace(late, merge=replace(late.merge, state=type(late.merge.state).SEEN))
    assert "bracketd split" not in late.messages[0]
    assert next_command(late, Code.SEVERAL_PROPERTIES) is None
    assert changed(told, phase=Phase.CANCELLED).messages == ()


def test_both_reasons_are_shown() -> None:
    """A shoot that is doubtful as well is held for both, and one approval answers both."""
    held = locked(ASK, Doubt("2 photos may be one frame", ("a", "b")))
    assert [problem.code for problem in held.problems] == [Code.SEVERAL_PROPERTIES, Code.DOUBTFUL_PHOTOS]
    assert held.hold_kind is HoldKind.DOUBT
    assert Verb.SPLIT in allowed(held)
    assert after(held, facts.Approved()).phase is Phase.SETTLED


def test_when_a_split_is_allowed() -> None:
    """Until its merge an order can be split, also while it is uploaded; a part or a supplement never."""
    assert refusal(uploaded(), Verb.SPLIT) is None
    merging = after(uploaded(), facts.MergeIntended())
    assert refusal(merging, Verb.SPLIT) is Refusal.MERGED
    assert refusal(changed(order(3), phase=Phase.DOWNLOADED), Verb.SPLIT) is Refusal.DELIVERED
    assert refusal(changed(order(3), phase=Phase.CANCELLED), Verb.SPLIT) is None
    assert refusal(changed(order(0), phase=Phase.SKIPPED, same_as="x"), Verb.SPLIT) is Refusal.SKIPPED
    assert refusal(changed(order(3), part=ShootPart(1, 2)), Verb.SPLIT) is Refusal.IS_PART
    assert refusal(changed(order(3), supplement_of="x"), Verb.SPLIT) is Refusal.IS_PART


def test_a_split_applies_to_the_whole_order() -> None:
    """A split applies to the order of the whole shoot, and not to a newer supplement of it."""
    whole, late = uploaded(), changed(order(1), id="late", supplement_of="x")
    assert meant_by(Verb.SPLIT, (late, whole)) == whole
    assert meant_by(Verb.SUBMIT, (late, whole)) == late


# --- the parts ---


def photo(name: str, second: int | None, mark: str = "") -> Bracket:
    """A photo taken at a time."""
    shot = Shot(model="eos r5", second=second, exposure_s=0.01)
    return Bracket(name, 1000, 5, 7, mark=mark or name, shot=shot)


def part(number: int, begin: int, **values: object) -> Order:
    """The order of a part: three photos in 20 minutes."""
    photos = tuple(photo(f"IMG_{number}{n}.JPG", begin + 600 * n) for n in range(3))
    named = {"shoot": f"12 Oak St ({number} of 2)", "output": f"/out/12 Oak St ({number} of 2)"}
    made = {"id": f"part {number}", "part": ShootPart(number, 2), "brackets": photos, "phase": Phase.DOWNLOADED}
    return changed(order(0), **{**named, **made, **values})


FIRST, SECOND = part(1, NINE), part(2, NINE + 7200)


@pytest.mark.parametrize(
    ("second", "expected"),
    [(NINE + 300, FIRST), (NINE - 900, FIRST), (NINE + 7100, SECOND), (NINE + 4200, None), (None, None), (5, None)],
    ids=["within", "before", "nearer to the second", "as near to both", "without a time", "before 2000"],
)
def test_a_late_photo_belongs_to_the_part_that_is_nearest_in_time(second: int | None, expected: Order | None) -> None:
    """A late photo belongs to the part whose photos are nearest in time; without a time, to none."""
    assert part_of_photos((SECOND, FIRST), [photo("late.JPG", second)]) == expected


def test_late_photos_of_several_parts_belong_to_none() -> None:
    """Photos of two properties are not sent as one supplement: they wait for a person."""
    photos = (photo("a.JPG", NINE), photo("b.JPG", NINE + 7200))
    assert part_of_photos((SECOND, FIRST), photos) is None
    assert part_of_photos((order(3),), photos[:1]) is None, "the shoot was not split"


def test_a_supplement_of_a_part_leads_to_the_part() -> None:
    """Photos near a supplement belong to its part, and continue the part's own order."""
    supplement = part(2, NINE + 9000, id="late", supplement_of="part 2")
    assert part_of_photos((supplement, SECOND, FIRST), [photo("c.JPG", NINE + 9100)]) == SECOND


def test_a_photo_that_a_part_had_belongs_to_it() -> None:
    """A photo belongs to the part that had its content, wherever its time lies."""
    same = replace(SECOND.brackets[0], path="renamed.JPG", shot=Shot(second=NINE))
    assert part_of_photos((SECOND, FIRST), [same]) == SECOND


@pytest.mark.parametrize(("second", "held"), [(NINE + 7300, False), (NINE + 4200, True)])
def test_late_photos_are_sent_with_their_part_or_held(second: int, held: bool) -> None:
    """Late photos of a split shoot become a supplement of their part; without a part the supplement is held."""
    late = photo("late.JPG", second)
    judged = Judged(Again.MORE, FIRST, (late,), known=6)
    decided = outcome(Known(FIRST.source.folder, judged, (SECOND, FIRST)), RULES)
    assert isinstance(decided, Supplement)
    assert (decided.part.before, decided.held is not None) == (FIRST if held else SECOND, held)


def test_a_shoot_that_was_sent_as_one_again_has_no_parts() -> None:
    """Late photos of a shoot whose parts were cancelled, and that was sent as one order, belong to that order."""
    whole = changed(FIRST, id="whole", part=None, brackets=(*FIRST.brackets, *SECOND.brackets))
    ended = [changed(one, phase=Phase.CANCELLED) for one in (FIRST, SECOND)]
    judged = Judged(Again.MORE, whole, (photo("late.JPG", NINE),), known=6)
    decided = outcome(Known(FIRST.source.folder, judged, (whole, *ended)), RULES)
    assert decided == Supplement(judged)


def test_a_split_shoot_is_recognised() -> None:
    """The photos of a split shoot, or of a copy of its card, are not new, and one order has most of them."""
    photos = (*FIRST.brackets, *SECOND.brackets)
    for folder in (FIRST.source.folder, "/in/copy"):
        judged = compare(folder, photos, (SECOND, FIRST))
        assert (judged.again, judged.new, judged.known) == (Again.SAME, (), 6)


def test_a_part_under_way_follows_the_folder_although_another_is_held() -> None:
    """If a split shoot was renamed, the order under way is the one that follows, even if a held one has more photos."""
    going = changed(FIRST, phase=Phase.UPLOADING, brackets=FIRST.brackets[:2])
    held = changed(SECOND, phase=Phase.HELD, due=None)
    judged = compare("/in/14 Oak St", (*going.brackets, *held.brackets), (held, going))
    assert may_have_moved(judged, "/in/14 Oak St") == going


def test_a_renamed_shoot_keeps_the_names_of_its_parts() -> None:
    """If the shoot's folder is renamed, each part is named after the new folder and keeps its output folder."""
    going = changed(FIRST, phase=Phase.UPLOADING)
    moved = after(going, facts.Moved("14 Oak St", "/in/14 Oak St"))
    assert (moved.source.shoot, moved.source.output) == ("14 Oak St (1 of 2)", FIRST.source.output)


def test_names_at_the_service_do_not_depend_on_the_split() -> None:
    """A part's photos are named after the whole shoot, so that a lost state recognises them."""
    assert FIRST.source.whole_shoot == "12 Oak St"
    assert FIRST.bracket_name(0).startswith("12 Oak St IMG_10")
