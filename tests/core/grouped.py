"""Builds orders whose images were grouped by the service, for the tests of the comparison with the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from daemon.order import Order, Phase, facts
from daemon.order.planned import PlannedImage
from daemon.order.preset import FlowName
from daemon.shoot.sets import Confidence
from tests.core.orders import after, order, sent

SURE, LIKELY = Confidence.CERTAIN, Confidence.LIKELY
Sets = Sequence[Sequence[int]]


def planned(plan: Sets, *, confidence: Confidence = SURE, flow: FlowName = "brackets", **preset: Any) -> Order:
    """A merged order with these planned sets, whose images are not there yet."""
    count = sum(map(len, plan))
    start = order(count, flow)
    images = tuple(PlannedImage(tuple(numbers), confidence) for numbers in plan)
    start = replace(start, plan=images, preset=replace(start.preset, **preset))
    happened = [fact for number in range(count) for fact in sent(number)]
    made = (facts.Created(),) if flow == "brackets" else ()
    return after(start, *made, *happened, facts.Confirmed(()), facts.MergeIntended(), facts.Merged())


def shown(of: Order, made: Sets, *, names: Sequence[int | None] = (), failed: Sequence[int] = ()) -> facts.Polled:
    """The service shows images of these brackets. ``names`` are the brackets that they are named after."""
    images = []
    for index, numbers in enumerate(made):
        named = names[index] if index < len(names) else None
        name = f"picture {index}" if named is None else of.bracket_name(named)
        images.append(facts.PolledImage(f"i{index}", name, index not in failed, brackets=tuple(numbers), again=False))
    return facts.Polled(merging=False, processing=False, images=tuple(images))


def grouped(plan: Sets, made: Sets, **options: Any) -> Order:
    """An order with these planned sets after the service has shown images of the brackets ``made``."""
    seen = {name: options.pop(name) for name in ("names", "failed") if name in options}
    of = planned(plan, **options)
    done = after(of, shown(of, made, **seen))
    assert done.phase in (Phase.DOWNLOADING, Phase.HELD)
    return done
