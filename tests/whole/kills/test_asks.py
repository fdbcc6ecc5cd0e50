"""An ask is neither lost nor carried out twice, at whatever moment the daemon is killed."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from daemon.store.sqlite.reader import SqliteReader
from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.books import audit, of_order
from tests.whole.kills.mortal import Mortal
from tests.whole.program import Json, until
from tests.whole.test_split import FIRST, LATER, SECOND, house

OAK = "12 Oak St"
LIVES = 60


class Wish(NamedTuple):
    """A verb, the fact that carries it out, the preparation of its order, and the check of the result."""

    verb: str
    fact: str
    before: Callable[[Mortal, Sandbox], object]
    after: Callable[[Mortal, Sandbox], object]


def folder(program: Mortal) -> str:
    """The shoot's folder."""
    return str(program.watched / OAK)


def orders(program: Mortal, phase: str) -> list[Json]:
    """The shoot's orders in a phase."""
    return [order for order in program.peek()["orders"] if order["phase"] == phase]


def charges(sandbox: Sandbox, order: Json) -> int:
    """The number of an order's images that the service has charged."""
    return sum(image["charged"] for image in of_order(sandbox, order)["images"])


def a_held_supplement(program: Mortal, _sandbox: Sandbox) -> None:
    """Prepare a delivered shoot with a late photo that is held."""
    program.folder.update(late_files="hold", observer="polling", poll_interval="0.5s")
    program.start()
    program.drop(OAK, shoot(1))
    program.reach(OAK, "downloaded")
    program.drop(OAK, {"late.JPG": shoot(2)["IMG_0004.JPG"]})
    program.reach(OAK, "held")


def it_is_sent(program: Mortal, sandbox: Sandbox) -> None:
    """Assert that both orders are delivered, and each image is bought once."""
    until(lambda: len(orders(program, "downloaded")) == 2)
    assert [charges(sandbox, order) for order in orders(program, "downloaded")] == [1, 1]


def an_order_that_asks(program: Mortal, sandbox: Sandbox) -> None:
    """Prepare an order whose images wait for a person's choice."""
    program.folder["buy"] = "ask"
    program.start()
    program.drop(OAK, shoot(2))
    assert charges(sandbox, program.reach(OAK, "held")) == 0


def it_is_bought_once(program: Mortal, sandbox: Sandbox) -> None:
    """Assert that the order is delivered, and each image is bought once."""
    order = program.reach(OAK, "downloaded")
    assert (charges(sandbox, order), order["images"]["downloaded"]) == (2, 2)


def an_order_at_a_limit(program: Mortal, _sandbox: Sandbox) -> None:
    """Prepare an order of two images with a limit of one image."""
    program.settings["limits"] = {"images_per_order": 1}
    program.start()
    program.drop(OAK, shoot(2))
    program.reach(OAK, "held")


def it_ends_unbought(program: Mortal, sandbox: Sandbox) -> None:
    """Assert that the order has ended, and none of its images is bought."""
    (order,) = orders(program, "cancelled")
    assert charges(sandbox, order) == 0


def a_failed_image(program: Mortal, sandbox: Sandbox) -> None:
    """Prepare a delivered order of two images. One of them failed twice."""
    sandbox.faults(["image error match=IMG_0004 next=2"])
    program.start()
    program.drop(OAK, shoot(2))
    assert program.reach(OAK, "downloaded")["images"]["failed"] == 1


def it_is_bought(program: Mortal, sandbox: Sandbox) -> None:
    """Assert that the failed image is bought once, and the other one is not bought again."""
    order = program.when(OAK, lambda order: order["phase"] == "downloaded" and order["images"]["downloaded"] == 2)
    assert charges(sandbox, order) == 2


def a_skipped_shoot(program: Mortal, _sandbox: Sandbox) -> None:
    """Prepare a shoot that existed before its folder was watched."""
    program.folder["existing"] = "skip"
    program.drop(OAK, shoot(1))
    program.start()
    program.reach(OAK, "skipped")


def it_is_sent_once(program: Mortal, sandbox: Sandbox) -> None:
    """Assert that one order was created and delivered."""
    order = program.reach(OAK, "downloaded")
    assert (len(orders(program, "downloaded")), charges(sandbox, order)) == (1, 1)


def a_held_shoot_of_two_properties(program: Mortal, _sandbox: Sandbox) -> None:
    """Prepare a shoot that is held because it looks like two properties."""
    program.folder["split"] = "ask"
    program.start()
    program.drop(OAK, house(timedelta(), 1) | house(LATER, 13))
    program.reach(OAK, "held")


def each_is_sent_once(program: Mortal, sandbox: Sandbox) -> None:
    """Assert that there are two orders, both delivered, and each image is bought once."""
    until(lambda: len(orders(program, "downloaded")) == 2)
    assert [order["shoot"] for order in orders(program, "cancelled")] == [OAK]
    assert {order["shoot"]: charges(sandbox, order) for order in orders(program, "downloaded")} == {FIRST: 4, SECOND: 4}
    assert len(program.peek()["orders"]) == 3


WISHES = {
    "submit of a held supplement": Wish("submit", "Approved", a_held_supplement, it_is_sent),
    "dismiss": Wish("dismiss", "Dismissed", an_order_at_a_limit, it_ends_unbought),
    "approve of a choice": Wish("approve", "Approved", an_order_that_asks, it_is_bought_once),
    "retry of a failed image": Wish("retry", "Reopened", a_failed_image, it_is_bought),
    "split of a held shoot": Wish("split", "Cancelled", a_held_shoot_of_two_properties, each_is_sent_once),
    "submit of a skipped shoot": Wish("submit", "Locked", a_skipped_shoot, it_is_sent_once),
}


@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES)
def test_an_ask_outlives_every_kill(tmp_path: Path, sandbox: Sandbox, wish: Wish) -> None:
    """After a kill before or after its fact is stored, an ask is either open, or carried out and answered."""
    deaths = tmp_path / "deaths"
    with closing(Mortal(tmp_path / "home", sandbox, "images")) as program:
        wish.before(program, sandbox)
        assert program.stop() == 0
        assert program.run(wish.verb, folder(program) if wish.verb == "submit" else OAK).returncode == 0
        before = recorded(program, wish.fact)

        program.die_once_at_each_moment(deaths, "orders", 1)
        for _ in range(LIVES):
            program.launch()
            until(lambda: program.is_dead() or is_answered(program))
            if not program.is_dead():
                program.signal(signal.SIGKILL)
            assert program.bury() == -signal.SIGKILL
            done = recorded(program, wish.fact) - before
            assert done == (1 if is_answered(program) else 0), "the ask is either open or carried out once"
            if is_answered(program):
                break
        died = deaths.read_text().splitlines()
        assert {f"{wish.fact}: written", f"{wish.fact}: committed"} <= set(died)

        program.start()
        wish.after(program, sandbox)
        assert program.stop() == 0
        assert recorded(program, wish.fact) - before == 1
        audit(program, sandbox)


def is_answered(program: Mortal) -> bool:
    """True if no ask is open."""
    with SqliteReader(program.state) as reader:
        return not reader.asked()


def recorded(program: Mortal, fact: str) -> int:
    """The number of times a fact is in the journals of all orders."""
    with SqliteReader(program.state) as reader:
        journals = [reader.journal(row["id"]) for row in reader.orders()]
    return sum(entry["fact"] == fact for journal in journals for entry in journal)
