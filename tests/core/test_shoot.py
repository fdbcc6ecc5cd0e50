from __future__ import annotations

import pytest

from daemon.shoot import (
    DAMAGED,
    DANGLING,
    Arrival,
    Bound,
    Client,
    File,
    FileClass,
    GateState,
    Listing,
    Quiet,
    Terms,
    Verdict,
    gates,
    listing,
    look_every,
)
from daemon.shoot import verdict as judge
from daemon.shoot.gates import READY

QUIET = 60.0
TERMS = Terms(Quiet(QUIET))


def verdict(arrival: Arrival, terms: Terms = TERMS) -> Verdict:
    """The arrival after its photos were checked and found complete, without incomplete sets."""
    return judge(arrival.examine(dict.fromkeys(arrival.unexamined)).sets_checked(""), terms)


def photo(name: str = "IMG_0001.JPG", size: int = 10, **other: object) -> File:
    """A photo as returned by a scan."""
    return File(name, size, 1, 1, **other)  # type: ignore[arg-type]  # the test names File's own fields


def seen(*looks: tuple[float, Listing]) -> Arrival:
    """An arrival after these scans, each at its time."""
    (first_at, first), *more = looks
    arrival = Arrival.first(first, first_at)
    for at, found in more:
        arrival = arrival.seen(found, at)
    return arrival


def test_settled_by_a_look_after_the_quiet_period() -> None:
    """A shoot is settled when a scan after the quiet period finds no change since the scan before."""
    found = listing([photo()])
    early = verdict(seen((0, found), (59, found)))
    assert (early.settled, early.look_at) == (False, 60)
    assert verdict(seen((0, found), (60, found))).settled


def test_a_single_look_never_settles() -> None:
    """However old a folder is, one scan alone cannot show that it is unchanged."""
    assert not verdict(seen((1000, listing([photo()])))).settled


@pytest.mark.parametrize(
    "changed",
    [
        photo(size=11),
        File("IMG_0001.JPG", 10, 2, 1),
        File("IMG_0001.JPG", 10, 1, 2),
        photo("IMG_0002.JPG"),
    ],
    ids=["size", "mtime", "inode", "name"],
)
def test_any_change_restarts_the_quiet_period(changed: File) -> None:
    """A changed size, mtime, inode or name of a photo restarts the quiet period."""
    before, now = listing([photo()]), listing([changed])
    assert verdict(seen((0, before), (59, now), (61, now))).look_at == 59 + QUIET
    assert verdict(seen((0, before), (59, now), (119, now))).settled


def test_an_mtime_in_the_future_delays_nothing() -> None:
    """Shoots of a camera whose clock is years ahead settle like any other."""
    found = listing([File("IMG_0001.JPG", 10, 4_000_000_000_000_000_000, 1)])
    assert verdict(seen((0, found), (60, found))).settled


@pytest.mark.parametrize("kind", [FileClass.IN_FLIGHT, FileClass.PLACEHOLDER])
def test_what_is_on_its_way_holds_the_shoot_back(kind: FileClass) -> None:
    """A file that is still being copied, or that a sync client has yet to bring, delays the shoot and is named."""
    found = listing([photo(), photo(".IMG_0002.JPG.x", kind=kind)])
    result = verdict(seen((0, found), (600, found)))
    assert not result.settled
    assert ".IMG_0002.JPG.x" in result.reason


def test_an_empty_photo_holds_the_shoot_back_with_a_remedy() -> None:
    """A photo of zero bytes is named with its remedy, and scanned again."""
    found = listing([photo(), photo("IMG_0002.JPG", size=0, problem="is empty (0 bytes)")])
    result = verdict(seen((0, found), (600, found)))
    assert not result.settled
    assert result.look_at is not None
    assert "IMG_0002.JPG is empty (0 bytes)" in result.reason
    assert "bracketd submit" in result.reason


def test_ready_skips_the_wait() -> None:
    """A .ready file settles a shoot at once, unless a file is still being copied."""
    ready = photo(".ready", kind=FileClass.READY)
    assert verdict(seen((0, listing([photo(), ready])))).settled
    copying = photo("IMG_0002.JPG.part", kind=FileClass.IN_FLIGHT)
    assert not verdict(seen((0, listing([photo(), ready, copying])))).settled


def test_a_folder_without_photos_is_not_a_shoot() -> None:
    """A folder without photos neither settles nor waits."""
    result = verdict(seen((0, listing([])), (600, listing([]))))
    assert (result.settled, result.look_at) == (False, None)


def test_a_folder_that_pauses_long_is_waited_for_longer() -> None:
    """The quiet period grows to four times the pauses between photos, up to ten minutes."""
    arrival = Arrival.first(listing([photo("0.JPG")]), 0)
    for number in range(1, 6):
        arrival = arrival.seen(listing([photo(f"{n}.JPG") for n in range(number + 1)]), number * 40.0)
    adaptive = Terms(Quiet(30.0, adaptive=True))
    assert verdict(arrival, adaptive).look_at == 200.0 + 160.0
    assert verdict(arrival, Terms(Quiet(30.0))).look_at == 230.0
    assert Quiet(30.0, adaptive=True).of((1000.0,)) == 600.0
    assert Quiet(30.0, adaptive=True).of((0.2,) * 99 + (50.0,)) == 30.0, "a rare long pause is not the rule"
    assert Quiet(30.0, adaptive=True).of(()) == 30.0


def test_why_it_waits_names_what_moves() -> None:
    """The message has the latest photo, the amount so far, and the remaining quiet time."""
    arrival = seen((0, listing([photo(size=31_000_000)])), (5, listing([photo(size=48_000_000)])))
    assert verdict(arrival).reason == (
        "1 photo(s), 48 MB so far; IMG_0001.JPG changed last (48 MB); will be sent after 60 s without changes"
    )


def test_a_sync_client_that_is_busy_is_waited_for() -> None:
    """While the sync client has files to bring, the shoot waits with the client's own message."""
    busy = seen((0, listing([photo()])), (600, listing([photo()]))).asked(
        Client(False, "Dropbox has 12 files to bring")
    )
    result = verdict(busy)
    assert (result.settled, result.reason) == (False, "Dropbox has 12 files to bring")
    ready = listing([photo(), photo(".ready", kind=FileClass.READY)])
    assert not verdict(seen((0, ready)).asked(Client(False, "busy"))).settled, "a .ready may come before what it is of"


def test_a_sync_client_that_is_done_shortens_the_wait() -> None:
    """When the client reports completion, half a minute or four times the shoot's pauses is enough."""
    auto, done = Terms(Quiet(90.0, adaptive=True)), Client(True, "Syncthing has downloaded all", foresees=True)
    found = listing([photo()])
    assert verdict(seen((0, found)).asked(done), auto).look_at == 30.0
    result = verdict(seen((0, found), (30, found)).asked(done), auto)
    assert (result.settled, result.reason) == (True, "Syncthing has downloaded all; unchanged for 30 s")
    assert verdict(seen((0, found)).asked(done), Terms(Quiet(90.0))).look_at == 90.0, "a person's own time stays"
    paused = seen((0, found), (12, listing([photo(), photo("2.JPG")]))).asked(done)
    assert verdict(paused, auto).look_at == 12 + 48


def test_a_sync_client_that_cannot_foresee_shortens_nothing() -> None:
    """Dropbox reports completion between two photos of a slow sender, so that does not shorten the wait."""
    arrival = seen((0, listing([photo()]))).asked(Client(True, "Dropbox has downloaded all"))
    assert verdict(arrival, Terms(Quiet(90.0, adaptive=True))).look_at == 90.0


def test_photos_that_come_after_the_ready_file_are_waited_for() -> None:
    """A .ready file applies to earlier photos only; after another photo it must be written again."""
    ready = photo(".ready", kind=FileClass.READY)
    arrival = seen((0, listing([photo(), photo("2.JPG", problem="is empty")])), (9, listing([photo(), ready])))
    assert verdict(arrival).settled
    more = arrival.seen(listing([photo(), ready, photo("2.JPG")]), 20)
    assert verdict(more).look_at == 20 + QUIET
    newer = File(".ready", 10, 2, 1, FileClass.READY)
    assert verdict(more.seen(listing([photo(), newer, photo("2.JPG")]), 30)).settled


def test_the_ready_file_of_an_order_says_nothing_of_what_comes_late() -> None:
    """Late photos wait for the quiet period, even if the .ready file of the first order remains."""
    ready = photo(".ready", kind=FileClass.READY)
    arrival = Arrival.first(Listing(), 0, late=True).seen(listing([photo(), ready]), 1)
    assert verdict(arrival).look_at == 1 + QUIET


def test_what_waits_long_is_looked_at_rarely() -> None:
    """A shoot that waits for something other than time is scanned every half minute, after hours every five minutes."""
    found = listing([photo(), photo("IMG_0002.JPG.part", kind=FileClass.IN_FLIGHT)])
    assert verdict(seen((0, found), (60, found))).look_at == 60 + 30
    assert verdict(seen((0, found), (3600, found))).look_at == 3600 + 180
    assert verdict(seen((0, found), (86400, found))).look_at == 86400 + 300


def test_the_longer_nothing_changed_the_rarer_it_is_looked_at() -> None:
    """The interval is a twentieth of the unchanged time, within bounds; a clock set back adds no wait."""
    assert look_every(43200.0, least=0.0, most=3600.0) == 2160.0
    assert look_every(60.0, least=30.0, most=300.0) == 30.0
    assert look_every(1e6, least=0.0, most=3600.0) == 3600.0
    assert look_every(-1e6, least=0.0, most=3600.0) == 0.0


@pytest.mark.parametrize(("problem", "asks"), [(None, True), ("is empty (0 bytes)", False)])
def test_the_sync_client_is_asked_where_it_can_help(problem: str | None, *, asks: bool) -> None:
    """While a shoot changes its client is asked; a shoot with an empty photo waits for a person."""
    found = listing([photo(problem=problem)])
    assert verdict(seen((0, found), (59 if asks else 61, found))).ask is asks


def test_a_sync_client_that_does_not_answer_degrades_to_waiting() -> None:
    """A client that does not answer delays nothing, and the message says so."""
    silent = Client(None, "Syncthing does not answer")
    assert "(Syncthing does not answer)" in verdict(seen((0, listing([photo()]))).asked(silent)).reason
    assert verdict(seen((0, listing([photo()])), (60, listing([photo()]))).asked(silent)).settled


def test_photos_are_looked_into_before_a_shoot_is_settled() -> None:
    """Before a shoot settles, each photo is checked once, and again after a change."""
    a, b = photo("A.JPG"), photo("B.JPG")
    arrival = seen((0, listing([a, b])), (60, listing([a, b])))
    result = judge(arrival, TERMS)
    assert (result.settled, result.examine, arrival.unexamined) == (False, True, (a, b))
    arrival = arrival.examine({a: None, b: "ends after 31 of 48 MB"})
    assert arrival.unexamined == ()
    changed = arrival.seen(listing([a, photo("B.JPG", size=48)]), 70)
    assert (changed.faults, [file.path for file in changed.unexamined]) == ({}, ["B.JPG"])


def test_a_photo_that_is_not_whole_holds_the_shoot_back() -> None:
    """A photo's fault is shown. After ten minutes the photo counts as damaged, and ``leave_out`` leaves it out."""
    a, b = photo("A.JPG"), photo("B.JPG")
    found = listing([a, b])
    fault = {a: None, b: "ends after 31 of 48 MB"}
    for_now = seen((0, found), (60, found)).examine(fault)
    result = judge(for_now, TERMS)
    assert (result.settled, result.look_at) == (False, 90)
    assert result.reason.startswith("B.JPG ends after 31 of 48 MB. Replace it, or run `bracketd submit`")
    for_good = for_now.seen(found, 60 + DAMAGED)
    assert "nothing has changed for 11 min" in judge(for_good, TERMS).reason
    without = judge(for_good, Terms(Quiet(QUIET), leave_out=True))
    assert (without.settled, without.reason) == (True, "unchanged for 60 s; leaves out 1 photo(s)")
    assert not judge(for_now, Terms(Quiet(QUIET), leave_out=True)).settled
    all_bad = seen((0, found), (700, found)).examine({a: "is cut off", b: "is cut off"})
    assert not judge(all_bad, Terms(Quiet(QUIET), leave_out=True)).settled, "nothing would be left"


WORDS = "the bracket set starting with IMG_0413.CR3 has 3 photos; the other 7 sets have 5"


def lacking(until: float, found: Listing) -> Arrival:
    """A shoot unchanged since 0, with an incomplete set."""
    arrival = seen((0, found), (60, found))
    return arrival.examine(dict.fromkeys(arrival.unexamined)).sets_checked(WORDS).seen(found, until)


def test_bracket_sets_are_looked_at_before_a_shoot_is_settled() -> None:
    """A shoot settles only after its sets were checked, and again after each change, unless the check is impossible."""
    a, b = photo("A.JPG"), photo("B.JPG")
    arrival = seen((0, listing([a, b])), (60, listing([a, b]))).examine({a: None, b: None})
    result = judge(arrival, TERMS)
    assert (result.settled, result.examine, arrival.unexamined) == (False, True, ())
    settled = judge(arrival.sets_checked(""), TERMS)
    assert settled == Verdict(settled=True, reason="unchanged for 60 s", gates=settled.gates)
    fewer = arrival.sets_checked("").seen(listing([a]), 70).seen(listing([a]), 130)
    assert judge(fewer, TERMS).examine, "one of them was deleted since"
    damaged = seen((0, listing([a, b])), (700, listing([a, b]))).examine({a: None, b: "is cut off"})
    assert judge(damaged, Terms(Quiet(QUIET), leave_out=True)).settled


def test_a_set_that_lacks_photos_is_waited_for_and_then_goes() -> None:
    """The shoot waits five minutes beyond the quiet period with a message, then continues and reports the gap."""
    found = listing([photo()])
    result = judge(lacking(60, found), TERMS)
    why = f"{WORDS}; waiting up to 5 min for the rest"
    assert result == Verdict(settled=False, reason=why, gates=result.gates, look_at=60 + DANGLING)
    assert not judge(lacking(60 + DANGLING - 1, found), TERMS).settled
    result = judge(lacking(60 + DANGLING, found), TERMS)
    assert result == Verdict(
        settled=True, reason=f"unchanged for 60 s; {WORDS}; sent without the rest", gates=result.gates
    )
    assert gates(lacking(60 + DANGLING, found), TERMS)[-1].why in result.reason


def test_a_change_ends_the_wait_for_a_set() -> None:
    """A new file restarts the quiet period and discards the result of the check for incomplete sets."""
    arrival = lacking(100, listing([photo()])).seen(listing([photo(), photo("2.JPG")]), 110)
    assert (arrival.dangling, judge(arrival, TERMS).look_at) == (None, 170)


def test_a_ready_file_skips_the_wait_for_a_set() -> None:
    """With a .ready file incomplete sets are neither checked nor waited for."""
    ready = listing([photo(), photo(".ready", kind=FileClass.READY)])
    assert judge(lacking(60, ready), TERMS).settled
    assert judge(seen((0, ready)).examine({photo(): None}), TERMS).settled


NAMES = ["bounds", "names", "placeholders", "photos", "sync client", "stillness", "structure", "sets"]


def test_every_gate_says_something() -> None:
    """A settled shoot has passed all gates, and each gives its reason."""
    results = verdict(seen((0, listing([photo()])), (60, listing([photo()])))).gates
    assert [result.gate for result in results] == NAMES
    assert {result.state for result in results} == {GateState.PASSED}
    assert all(result.why for result in results)


def still(*photos: File) -> Arrival:
    """A shoot that has not changed during its quiet period, and whose photos are not checked yet."""
    found = listing(photos)
    return seen((0, found), (60, found))


COPYING = photo("2.JPG", kind=FileClass.IN_FLIGHT)


@pytest.mark.parametrize(
    ("arrival", "gate", "why"),
    [
        (seen((0, listing([photo()], bound=Bound.TOO_MANY))), "bounds", "contains more files"),
        (seen((0, listing([photo(), COPYING]))), "names", "2.JPG is still being copied or synced"),
        (seen((0, listing([photo(kind=FileClass.PLACEHOLDER)]))), "placeholders", "is online-only"),
        (seen((0, listing([]))), "photos", "no photos"),
        (seen((0, listing([photo()]))).asked(Client(False, "1 file is missing")), "sync client", "1 file is missing"),
        (seen((0, listing([photo()]))), "stillness", "will be sent after 60 s without changes"),
        (still(photo()), "structure", "checking its photos"),
        (still(photo(problem="is empty")), "structure", "is empty"),
        (still(photo()).examine({photo(): None}), "sets", "checking its bracket sets"),
        (lacking(60, listing([photo()])), "sets", "waiting up to 5 min for the rest"),
    ],
)  # fmt: skip
def test_the_gates_after_the_one_that_a_shoot_waits_at_are_not_reached(arrival: Arrival, gate: str, why: str) -> None:
    """A shoot waits at one gate. It has passed those before it and has not reached those after it."""
    results = {result.gate: result for result in judge(arrival, TERMS).gates}
    at = NAMES.index(gate)
    states = [results[name].state for name in NAMES]
    assert states == [GateState.PASSED] * at + [GateState.WAITS] + [GateState.NOT_REACHED] * (len(NAMES) - at - 1)
    assert why in results[gate].why
    assert all(bool(results[name].why) is (name in NAMES[: at + 1]) for name in NAMES)


def test_a_gate_says_what_it_did_not_check() -> None:
    """With a .ready file, or without damaged photos, the sets are not checked, and the gate says so."""
    ready = listing([photo(), photo(".ready", kind=FileClass.READY)])
    assert judge(seen((0, ready)).examine({photo(): None}), TERMS).gates[-1].why == READY
    a, b = photo("A.JPG"), photo("B.JPG")
    both = listing([a, b])
    damaged = seen((0, both), (700, both)).examine({a: None, b: "is cut off"})
    *_, whole, sets = judge(damaged, Terms(Quiet(QUIET), leave_out=True)).gates
    assert whole.why == "leaves out B.JPG is cut off"
    assert sets.why == "not checked, because photos are left out"
