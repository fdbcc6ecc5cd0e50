"""Wrong groupings: the sets of an order after a fault at ``merge``.

Everything made from the sets later agrees with them: the images, the brackets' ``image_id``, the pictures.
"""

from __future__ import annotations

from collections.abc import Sequence

from daemon.sandbox.grouping import Shot

Sets = list[list[Shot]]


def misgrouped(sets: Sequence[list[Shot]], kind: str, at: int) -> Sets:
    """The sets with one fault of ``kinds.MERGE_KINDS``.

    It happens at the ``at``-th set, counted from 1, or at the first later set where it is possible. If it is possible
    nowhere, or if its kind does not change sets, the sets stay as they are.
    """
    if kind == "no-images":
        return []
    wrong = (_wrong(list(sets), kind, index) for index in range(max(at, 1) - 1, len(sets)))
    return next((changed for changed in wrong if changed is not None), list(sets))


def _wrong(sets: Sets, kind: str, index: int) -> Sets | None:
    """The sets with the fault at the set ``index``; None if it is not possible there."""
    before, here, after = sets[:index], sets[index], sets[index + 1 :]
    match kind, here, after:
        case "stray", [_, *_, lost], _:
            return [*before, here[:-1], [lost], *after]
        case "left-out", [_, *_, _], _:
            return [*before, here[:-1], *after]
        case "split", [_, *_, _], _:
            half = (len(here) + 1) // 2
            return [*before, here[:half], here[half:], *after]
        case "misgroup", [_, *_, moved], [[*others], *rest]:
            return [*before, here[:-1], [moved, *others], *rest]
        case "misgroup", [moved, _, *_], [] if before:
            return [*before[:-1], [*before[-1], moved], here[1:]]
        case "join", _, [[*others], *rest]:
            return [*before, [*here, *others], *rest]
        case "swap", [*kept, last], [[first, *others], *rest] if kept or others:
            return [*before, [*kept, first], [last, *others], *rest]
        case _:
            return None
