"""The delays of bracketd: from settled to the first byte, and from processed at the service to picture on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from bench.listener import Exchange
from bench.photos import make_shoot
from bench.running import Past, running_daemon, running_service
from bench.sizes import Bench
from bench.table import Row
from daemon.order import Phase, Policy
from daemon.order.policy import poll_wait

FIRST_BYTE_GOAL = 0.5
IN_PLACE_GOAL = 1.0


@dataclass(frozen=True)
class Way:
    """One shoot's seconds: settled to first byte, processed to picture on disk, and the largest allowed value of that.

    ``after_look`` is the time since the response that showed it as processed.
    """

    first_byte: float
    in_place: float
    allowed: float
    after_look: float


def measure(bench: Bench) -> Iterator[Row]:
    """The slowest of several shoots, sent one after the other."""
    ways = _ways(bench)
    slowest = max(way.first_byte for way in ways)
    note = f"slowest of {len(ways)}, median {median(way.first_byte for way in ways):.3f} s"
    yield Row("waiting.first_byte", "settled to the first byte", slowest, "s", FIRST_BYTE_GOAL, note)
    worst = max(ways, key=lambda way: way.in_place / way.allowed)
    note = (
        f"slowest of {len(ways)}: {worst.in_place:.2f} s, allowed {worst.allowed:.2f} s (poll interval and transfer); "
        f"{median(way.after_look for way in ways):.2f} s after the poll that showed it as processed"
    )
    figure = worst.in_place / worst.allowed
    what = "processed at the service to picture on disk"
    yield Row("waiting.in_place", what, figure, "x allowed", IN_PLACE_GOAL, note)


def _ways(bench: Bench) -> list[Way]:
    sizes = bench.sizes
    policy = Policy(poll_first=sizes.poll_every_s, poll_longest=sizes.poll_every_s * 6)
    ways = []
    with (
        running_service(
            bench.folder / "service", processed_after_s=sizes.processed_after_s, image_mb=sizes.image_mb
        ) as service,
        running_daemon(bench.folder, service, poll_every_s=sizes.poll_every_s) as daemon,
    ):
        for number in range(sizes.shoots):
            shoot = make_shoot(bench.folder / f"shoot {number + 1}", photos=5, size_mb=1)
            daemon.drop(shoot)
            past = daemon.reached(shoot.name, Phase.DOWNLOADED)
            ways.append(_way(past, service.seen(), sizes.processed_after_s, policy))
    return ways


def _way(past: Past, seen: Sequence[Exchange], processed_after_s: float, policy: Policy) -> Way:
    ours = [exchange for exchange in seen if exchange.order_id == past.order_id]
    merge = next(exchange for exchange in ours if exchange.path.endswith("/merge"))
    fetch = next(exchange for exchange in ours if "/enhanced" in exchange.path)
    looks = [exchange for exchange in ours if exchange.method == "GET" and exchange is not fetch]
    ready = merge.began + processed_after_s
    placed = past.moment("Placed")
    before = sum(look.began < ready for look in looks)
    transfer = fetch.ended - fetch.began
    return Way(
        first_byte=min(exchange.began for exchange in ours) - past.moment("Locked"),
        in_place=placed - ready,
        allowed=poll_wait(policy, past.order_id, before) + transfer,
        after_look=placed - looks[-1].ended,
    )
