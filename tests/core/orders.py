"""Builds orders for the tests of the rules."""

from __future__ import annotations

from daemon.order import Bracket, FlowName, Order, Phase, Policy, evolve, facts
from daemon.order.problem import Code, Trouble
from tests.changed import made

POLICY = Policy()
NOW = 1_000_000.0


def order(brackets: int = 3, flow: FlowName = "images", phase: Phase = Phase.SETTLED) -> Order:
    """A shoot that was just locked."""
    return made(
        id="6f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11",
        flow=flow,
        shoot="12 Oak St",
        folder="/in/12 Oak St",
        output="/out/12 Oak St",
        created_at=NOW,
        updated_at=NOW,
        phase=phase,
        brackets=tuple(Bracket(f"DCIM/IMG_{n + 431:04}.JPG", 1000 + n, 5, 70 + n) for n in range(brackets)),
        due=NOW,
    )


def in_trouble(text: str, code: Code = Code.OTHER) -> tuple[Trouble, ...]:
    """An order with one trouble."""
    return (Trouble(code, text),)


def after(start: Order, *happened: facts.Fact, now: float = NOW, policy: Policy = POLICY) -> Order:
    """The order after these facts."""
    for fact in happened:
        start = evolve(start, fact, now=now, policy=policy)
    return start


def sent(number: int, attempt: int = 0) -> tuple[facts.Fact, ...]:
    """The facts of a bracket that is uploaded without trouble."""
    name = f"s{number}.{attempt}"
    registered = facts.Registered(number, attempt, name, f"https://storage/{name}", "image/jpeg")
    return registered, facts.Stored(number, attempt)


def uploaded(brackets: int = 3, flow: FlowName = "images") -> Order:
    """An order whose brackets are all at the service."""
    start = order(brackets, flow)
    if flow == "brackets":
        start = after(start, facts.Created())
    for number in range(brackets):
        start = after(start, *sent(number))
    return after(start, facts.Confirmed(()))


def merged(brackets: int = 3) -> Order:
    """An order whose merge was answered."""
    return after(uploaded(brackets), facts.MergeIntended(), facts.Merged())


def processed(*ended: bool) -> Order:
    """An order with one image for each of ``ended``: True if it succeeded, False if it failed for good."""
    shown = enumerate(ended or (True,))
    images = tuple(facts.PolledImage(f"i{n}", f"picture {n}", good, again=False) for n, good in shown)
    return after(merged(), facts.Polled(merging=False, processing=False, images=images))


def reckoned(*ended: bool) -> Order:
    """A processed order whose images may be bought."""
    return after(processed(*ended), facts.Reckoned(0, 0))
