"""A state that is outdated, or one of two: orders that it does not have are not sent or paid for again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.conftest import prompt_sandbox
from tests.whole.program import Bracketd, Json, until

ELM, OAK = "1 Elm St", "12 Oak St"
RECOVER = "`bracketd doctor --recover`"


@pytest.fixture
def service() -> Iterator[Sandbox]:
    """A sandbox for one test, because a recovery imports every order of the account."""
    with prompt_sandbox(200) as sandbox:
        yield sandbox


def deliver(program: Bracketd, name: str) -> Json:
    """Drop a shoot and wait until it is delivered."""
    program.drop(name, shoot(1))
    return program.reach(name, "downloaded")


def keep(program: Bracketd) -> Path:
    """Copy the whole state directory while no process writes to it."""
    kept = program.home / "kept"
    shutil.copytree(program.state, kept)
    return kept


def restore(program: Bracketd, kept: Path) -> None:
    """Restore the whole state directory from its copy."""
    shutil.rmtree(program.state)
    kept.rename(program.state)


def older_state(program: Bracketd) -> Json:
    """Restore the state to before the last delivery. Returns the order of that delivery."""
    program.start()
    deliver(program, ELM)
    assert program.stop() == 0
    kept = keep(program)
    program.start()
    delivered = deliver(program, OAK)
    assert program.stop() == 0
    restore(program, kept)
    assert program.order(OAK) is None
    return delivered


def charged(sandbox: Sandbox, *orders: Json) -> list[int]:
    """The number of charges for each image of some orders."""
    report = sandbox.report()["orders"]
    return [image["charged"] for order in orders for image in report[order["order_id"]]["images"]]


def pictures(program: Bracketd, name: str = OAK) -> list[str]:
    """The names in a shoot's output folder."""
    return sorted(path.name for path in (program.output / name).iterdir())


def test_a_delivery_that_an_older_state_does_not_know_is_taken_up(program: Bracketd, sandbox: Sandbox) -> None:
    """The shoot is held, every verb shows why and what to do, and a recovery makes it delivered."""
    delivered = older_state(program)
    before = sandbox.report()["orders"].keys()
    looked = program.run("doctor")
    assert looked.returncode == 1
    assert f"{program.output}/{OAK}/order.json: delivery note(s) of orders that are not in the state" in looked.stderr
    assert RECOVER in looked.stderr
    program.start()
    held = program.reach(OAK, "held")
    (why,) = held["messages"]
    assert why.startswith(f"{program.output}/{OAK}/order.json says that this shoot was delivered")
    assert all(word in why for word in (RECOVER, "`bracketd approve`", "`bracketd cancel`", "Nothing was sent"))
    until(lambda: any(RECOVER in message for message in program.peek()["daemon"]["messages"]))
    assert program.logged("orders missing from the state")
    checked = program.run("check")
    assert checked.returncode == 1
    assert "delivery note(s) of orders that are not in the state" in checked.stderr
    assert "no problems found" not in checked.stdout
    for verb in ("submit", "retry"):
        refused = program.run(verb, str(program.watched / OAK))
        assert refused.returncode == 1, verb
        assert "says that this shoot was delivered" in refused.stderr
    assert program.stop() == 0
    recovered = program.run("doctor", "--recover")
    assert recovered.returncode == 0, recovered.stderr
    assert "which the recovery restored" in recovered.stdout
    program.start()
    until(lambda: program.logged("delivery notes checked")[2:])
    order = program.order(OAK) or {}
    assert (order["order_id"], order["phase"]) == (delivered["order_id"], "downloaded")
    assert program.run("doctor").returncode == 0
    assert not program.peek()["daemon"]["messages"]
    assert program.stop() == 0
    assert sandbox.report()["orders"].keys() == before, "nothing was sent again"
    assert charged(sandbox, delivered) == [1]
    assert pictures(program) == ["IMG_0001.jpg", "order.json"]


@pytest.mark.parametrize("words", [("submit", "--again"), ("approve",)])
def test_a_person_sends_it_all_the_same(program: Bracketd, sandbox: Sandbox, words: tuple[str, ...]) -> None:
    """A shoot that is held for an older delivery is sent on approval, with a separate output folder."""
    delivered = older_state(program)
    program.start()
    held = program.reach(OAK, "held")
    assert held["order_id"] not in sandbox.report()["orders"]
    assert program.run(*words, str(program.watched / OAK)).returncode == 0
    again = program.reach(OAK, "downloaded")
    assert again["output"] == f"{program.output}/{OAK}-2"
    assert charged(sandbox, delivered, again) == [1, 1]
    assert pictures(program) == ["IMG_0001.jpg", "order.json"]
    assert program.stop() == 0
    program.start()
    assert (program.order(OAK) or {})["order_id"] == again["order_id"], "no further approval is needed"


def test_a_shoot_that_was_renamed_since_is_known_by_its_photos(program: Bracketd, sandbox: Sandbox) -> None:
    """A delivery that is not in the state is recognised under another folder name."""
    older_state(program)
    (program.watched / OAK).rename(program.watched / "Oak Street 12")
    before = sandbox.report()["orders"].keys()
    program.start()
    held = program.reach("Oak Street 12", "held")
    assert f"{program.output}/{OAK}/order.json says" in held["messages"][0]
    assert sandbox.report()["orders"].keys() == before


def test_two_state_directories_on_one_share(program: Bracketd, sandbox: Sandbox) -> None:
    """A daemon does not send what another one delivered. If both send a shoot at once, only the first one buys it."""
    other = Bracketd(program.home / "other", api=sandbox.api, key=sandbox.key)
    other.watched, other.output = program.watched, program.output
    other.folder.update(watch=str(program.watched), output=str(program.output))
    other.start()
    assert other.stop() == 0
    program.start()
    delivered = deliver(program, OAK)
    other.start()
    try:
        held = other.reach(OAK, "held")
        assert delivered["order_id"][:8] in held["messages"][0]
        assert other.run("cancel", OAK).returncode == 0
        other.reach(OAK, "cancelled")
        sandbox.faults(["merge slow-grouping next=1 seconds=4"])
        program.drop(ELM, shoot(1))
        both = {phase: order for order in until(lambda: ended(program, other)) for phase in (order["phase"],)}
        assert "Nothing was bought" in both["held"]["messages"][0]
    finally:
        other.close()
    assert charged(sandbox, delivered, both["downloaded"], both["held"]) == [1, 1, 0]


def ended(*programs: Bracketd) -> list[Json] | None:
    """Two daemons' orders of one shoot, once one is delivered and the other waits."""
    orders = [order for order in (program.order(ELM) for program in programs) if order is not None]
    return orders if sorted(order["phase"] for order in orders) == ["downloaded", "held"] else None


def test_an_order_that_was_delivered_meanwhile_is_not_bought_again(program: Bracketd, sandbox: Sandbox) -> None:
    """An order that is unfinished in the older state becomes delivered if its note and pictures show it."""
    sandbox.faults(["merge slow-grouping seconds=3"])
    program.start()
    program.drop(OAK, shoot(1))
    order = program.reach(OAK, "merging", "processing")
    until(lambda: sandbox.report()["orders"][order["order_id"]]["merges"])  # a kill before that waits for minutes
    program.kill()
    kept = keep(program)
    program.start()
    program.reach(OAK, "downloaded")
    assert program.stop() == 0
    restore(program, kept)
    program.start()
    again = program.reach(OAK, "downloaded")
    assert again["order_id"] == order["order_id"]
    assert [fact["fact"] for fact in program.journal(again["order_id"])][-1] == "FoundDelivered"
    assert charged(sandbox, order) == [1]
    (image,) = sandbox.report()["orders"][order["order_id"]]["images"]
    assert image["downloads"]["full"] == 1
    assert pictures(program) == ["IMG_0001.jpg", "order.json"]
    assert program.stop() == 0


def test_an_order_whose_pictures_were_moved_meanwhile_is_asked_about(program: Bracketd, sandbox: Sandbox) -> None:
    """An unfinished order whose delivered pictures were moved away waits. When they are back, it is delivered."""
    sandbox.faults(["upload slow next=9 seconds=2"])
    program.start()
    program.drop(OAK, shoot(1))
    order = program.reach(OAK, "uploading")
    program.kill()
    kept = keep(program)
    program.start()
    program.reach(OAK, "downloaded")
    assert program.stop() == 0
    restore(program, kept)
    picture = program.output / OAK / "IMG_0001.jpg"
    picture.rename(program.home / "elsewhere.jpg")
    program.start()
    held = program.reach(OAK, "held")
    assert "pictures are missing or changed: IMG_0001.jpg" in held["messages"][0]
    assert len(sandbox.report()["orders"][order["order_id"]]["merges"]) == 1
    (program.home / "elsewhere.jpg").rename(picture)
    assert program.run("retry", OAK).returncode == 0
    program.reach(OAK, "downloaded")
    assert charged(sandbox, order) == [1]
    assert program.stop() == 0


def test_an_order_that_was_merged_meanwhile_is_only_looked_at(program: Bracketd, sandbox: Sandbox) -> None:
    """An order that the older state would continue to send is not merged a second time."""
    sandbox.faults(["upload slow next=9 seconds=2"])
    program.start()
    program.drop(OAK, shoot(1))
    order = program.when(OAK, lambda order: order["brackets"]["uploaded"] >= 1)
    program.kill()
    kept = keep(program)
    sandbox.faults(["merge slow-grouping seconds=4"])
    program.start()
    program.reach(OAK, "merging", "processing")
    until(lambda: sandbox.report()["orders"][order["order_id"]]["merges"])
    program.kill()
    restore(program, kept)
    program.start()
    program.reach(OAK, "downloaded")
    report = sandbox.report()["orders"][order["order_id"]]
    assert len(report["merges"]) == 1
    assert charged(sandbox, order) == [1]
    assert program.stop() == 0


def test_a_delivery_that_only_the_service_knows_holds_its_shoot(program: Bracketd, sandbox: Sandbox) -> None:
    """If the note was moved away, a newer order with the same photo names at the service holds the shoot."""
    delivered = older_state(program)
    (program.output / OAK).rename(program.home / "archive")
    before = sandbox.report()["orders"].keys()
    program.start()
    held = program.reach(OAK, "held")
    assert held["messages"][0].startswith("the service has an order of this shoot")
    assert delivered["order_id"][:8] in held["messages"][0]
    until(lambda: any("newer order(s)" in message for message in program.peek()["daemon"]["messages"]))
    assert "newer order(s)" in program.run("doctor").stderr
    assert sandbox.report()["orders"].keys() == before
    assert program.stop() == 0


def test_a_forged_note_delivers_nothing(program: Bracketd, sandbox: Sandbox) -> None:
    """A note without its pictures, for a shoot that was never sent, holds the shoot. Approval sends it."""
    program.start()
    delivered = deliver(program, ELM)
    assert program.stop() == 0
    folder = program.drop(OAK, shoot(1))
    forged = json.loads((program.output / ELM / "order.json").read_text())
    forged |= {"shoot": OAK, "folder": str(folder), "output": str(program.output / OAK)}
    forged["order_id"] = "99999999-6a3c-4d59-9d0a-3a3c9b8f4a11"
    (program.output / OAK).mkdir()
    (program.output / OAK / "order.json").write_text(json.dumps(forged))
    recovered = program.run("doctor", "--recover")
    assert recovered.returncode == 0, recovered.stderr
    assert f"{program.output}/{OAK}/order.json: not confirmed by its pictures or the service" in recovered.stdout
    held = program.order(OAK) or {}
    assert (held["phase"], held["images"]["total"]) == ("held", 0)
    assert "neither its pictures nor the service confirm that" in held["messages"][0]
    assert (program.order(ELM) or {})["order_id"] == delivered["order_id"]
    program.start()
    assert program.run("approve", OAK).returncode == 0
    sent = program.reach(OAK, "downloaded")
    assert charged(sandbox, delivered, sent) == [1, 1]
    assert program.stop() == 0
