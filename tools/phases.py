"""Finds every way from one phase to another, by giving an order every fact that can happen to it.

The search starts with a settled shoot of one photo and follows each fact through ``evolve``. Orders that differ in
nothing that the rules look at are visited once.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import replace

from daemon.errors import Mismatch
from daemon.order import (
    Bracket,
    FlowName,
    Image,
    ImageState,
    Order,
    OrderSource,
    Phase,
    Policy,
    evolve,
    facts,
    next_steps,
    steps,
)
from daemon.order.found import FoundDelivered, FoundElsewhere, FoundMerged
from daemon.order.intents import intent
from daemon.order.planned import PlannedImage
from daemon.order.policy import Limits
from daemon.order.preset import Preset
from daemon.order.stored_names import stored_name
from daemon.order.times import Times
from daemon.order.wording import phrase

NOW = 1_000_000.0
LATER = 40 * 86400.0
"""Seconds between two facts: longer than every patience of the policy."""

IMPATIENT = replace(
    Policy(),
    idle_looks=1,
    refused_looks=1,
    fetch_patience=1,
    file_tries=1,
    slot_tries=1,
    mismatch_tries=1,
    limit_tries=1,
    doubted_looks=1,
)
"""Gives up at the first failure, so that a few facts lead to every phase."""

DAILY = replace(IMPATIENT, limits=Limits(images_per_day=1))

ENDS = frozenset({Phase.DOWNLOADED, Phase.HELD, Phase.SKIPPED, Phase.CANCELLED})


def transitions() -> dict[tuple[Phase, Phase], frozenset[str]]:
    """The facts that lead from a phase to another one, by (from, to)."""
    found: dict[tuple[Phase, Phase], set[str]] = defaultdict(set)
    flows: tuple[FlowName, ...] = ("images", "brackets")
    for flow in flows:
        start = _settled(flow)
        planned = replace(start, plan=(PlannedImage((0,)),), preset=Preset(on_mismatch="always"))
        starts = [
            (start, policy) for policy in (IMPATIENT, replace(IMPATIENT, limits=Limits(images_per_order=0)), DAILY)
        ]
        asked = replace(start, preset=Preset(buy="ask"))
        for begin, policy in (*starts, (planned, IMPATIENT), (asked, IMPATIENT)):
            for before, fact, after in _walk(begin, policy):
                if before.phase is not after.phase:
                    found[before.phase, after.phase].add(stored_name(type(fact)))
    return {key: frozenset(names) for key, names in found.items()}


def page() -> str:
    """The diagram as Mermaid, and the table behind it."""
    found = transitions()
    order = list(Phase)
    keys = sorted(found, key=lambda key: (order.index(key[0]), order.index(key[1])))
    lines = ["```mermaid", "stateDiagram-v2", "  [*] --> settled", "  [*] --> skipped", "  [*] --> held"]
    lines += [f"  {before.value} --> {after.value}" for before, after in keys]
    lines += [f"  {phase.value} --> [*]" for phase in (Phase.DOWNLOADED, Phase.SKIPPED, Phase.CANCELLED)]
    rows = ["```", "", "| from | to | when |", "|---|---|---|"]
    for before, after in keys:
        rows.append(f"| `{before.value}` | `{after.value}` | {'; '.join(sorted(map(phrase, found[before, after])))} |")
    return "\n".join([*lines, *rows, ""])


def _settled(flow: FlowName) -> Order:
    brackets = tuple(Bracket(f"IMG_{number}.JPG", 1000, 5, number) for number in (1,))
    return Order(
        id="6f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11",
        flow=flow,
        source=OrderSource(shoot="12 Oak St", folder="/in/12 Oak St", output="/out/12 Oak St"),
        times=Times(created_at=NOW, updated_at=NOW),
        brackets=brackets,
        due=NOW,
    )


def _walk(start: Order, policy: Policy) -> Iterator[tuple[Order, facts.Fact, Order]]:
    """Every step of the search: an order, a fact, and the order after it."""
    todo, seen = deque([(start, 0)]), {_kind(start)}
    while todo:
        order, age = todo.popleft()
        for fact in _possible(order):
            after = evolve(order, fact, now=NOW + age * LATER, policy=policy)
            yield order, fact, after
            if _kind(after) not in seen:
                seen.add(_kind(after))
                todo.append((after, age + 1))


def _kind(order: Order) -> object:
    """What the rules look at, without times and counts."""
    brackets = tuple((bracket.registered, bracket.stored) for bracket in order.brackets)
    images = tuple(sorted(image.state for image in order.images))
    state = (
        order.phase,
        order.stage,
        order.merge.state,
        order.merge.refused_at is None,
        order.purchase.within_limits,
        order.purchase.approved,
        order.purchase.accepted,
        order.hold_kind,
    )
    return (*state, min(order.tries.failures, 1), order.uploads.created, bool(order.uploads.discards), brackets, images)


def _possible(order: Order) -> Iterator[facts.Fact]:
    """Every fact that can happen to an order now."""
    for step in next_steps(order)[:2]:
        before = intent(step)
        if before is not None:
            yield before
        yield from _answers(order, step)
        for kind in facts.Failure:
            mismatch = next(iter(Mismatch)) if kind is facts.Failure.MISMATCH else None
            yield facts.Failed(step, kind, "why", unsent=True, bracket=0, mismatch=mismatch)
    yield from (facts.Approved(), facts.Retried(), facts.Resumed(), facts.Dismissed())
    yield from (facts.Cancelled("why", by_person=True), FoundElsewhere("another", "/out/order.json"))
    yield facts.Reopened(tuple(image.id for image in order.images))
    for image in order.images:
        yield from (facts.Approved((image.id,)), facts.Regrouped((image.id,), "new"), facts.Regrouped((), "new"))
    if order.phase not in ENDS:
        yield from (FoundMerged(merging=True), FoundMerged(merging=False))
        images = order.images or (Image("i0", "n"),)
        placed = tuple(replace(image, state=ImageState.PLACED, file="a.jpg") for image in images)
        yield FoundDelivered("/out/order.json", order.brackets, placed)
        yield FoundDelivered("/out/order.json", order.brackets, placed, missing=("a.jpg",))


def _answers(order: Order, step: steps.Step) -> Iterator[facts.Fact]:
    """What a step brings about when the service answers."""
    match step:
        case steps.Create():
            yield facts.Created()
        case steps.Register(number):
            attempt = order.brackets[number].attempt
            yield facts.Registered(number, attempt, f"s{number}.{attempt}", "https://s/", "image/jpeg")
        case steps.Upload(number):
            yield facts.Stored(number, order.brackets[number].attempt)
            yield facts.SlotLost(number, order.brackets[number].attempt, "why")
        case steps.Discard(registration):
            yield facts.Discarded(registration)
        case steps.Confirm():
            yield facts.Confirmed(())
            yield facts.Confirmed((0,))
            yield facts.Changed(0, order.brackets[0].attempt, 1, 1, 1)
        case steps.Merge():
            yield facts.Merged()
        case _:
            yield from _later_answers(step)


def _later_answers(step: steps.Step) -> Iterator[facts.Fact]:
    """What a step after the merge brings about."""
    match step:
        case steps.Poll():
            yield facts.Polled(merging=True, processing=False, images=())
            yield facts.Polled(merging=False, processing=False, images=())
            for ends in ((None,), (True,), (False,), (True, True)):
                shown = (facts.PolledImage(f"i{n}", "n", ended=end) for n, end in enumerate(ends))
                yield facts.Polled(merging=False, processing=None in ends, images=tuple(shown))
        case steps.Reprocess(image):
            yield facts.Reprocessed(image)
        case steps.Preview(image):
            yield facts.Previewed(image)
        case steps.Inspect():
            yield facts.Inspected()
        case steps.Reckon():
            yield facts.Reckoned(0, 0)
        case steps.Fetch(image):
            yield facts.Fetched(image, 3, "ab", "jpg")
            yield facts.ImageLost(image, "why")
        case steps.PlacePicture(image):
            yield facts.PicturePlaced(image, "a.jpg")
            yield facts.FetchLost(image)
        case steps.Deliver():
            yield facts.Delivered()
