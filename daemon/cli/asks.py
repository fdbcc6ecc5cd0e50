"""``submit``, ``retry``, ``approve``, ``cancel`` and ``dismiss``: what a person asks of the daemon.

What may be asked is decided by ``daemon.order.allowed`` alone, here as in the daemon, and the daemon has the last word.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from daemon.cli.answered import leave
from daemon.cli.find import going, waiting_for
from daemon.cli.target import ShootPath, shoot_folder
from daemon.cli.words import ENDED, printable
from daemon.config import load, locate_state
from daemon.files.scan import scan
from daemon.host.lock import running_pid
from daemon.order import Order, Phase, Refusal, Verb, refusal, submitted_order
from daemon.orders import answers
from daemon.shoot import BOUNDS, FileClass
from daemon.store.reader import Reader
from daemon.store.waiting import Waiting


@click.command()
@click.argument("folder", type=ShootPath())
@click.option("--again", is_flag=True, help="Also a shoot whose photos were sent before: all of it is paid for again.")
@click.pass_obj
def submit(config: Path | None, folder: Path, again: bool) -> None:
    """Send the shoot in FOLDER now, as it lies there: one that still waits, was skipped, or is held.

    Of a shoot with photos that were sent before, from this folder or another, only the others are sent, as a
    supplement; --again sends all of it.
    """
    settings = load(config, os.environ)
    target = shoot_folder(folder, settings.folders)
    verb = Verb.SUBMIT_AGAIN if again else Verb.SUBMIT
    with Reader(settings.state_dir) as reader:
        order = submitted_order(_orders_of(reader, target))
    if order is not None:
        _require_allowed(settings.state_dir, order, verb)
    _require_photos(target)
    leave(settings.state_dir, verb, target, os.path.basename(target))


@click.command()
@click.argument("shoot")
@click.pass_obj
def retry(config: Path | None, shoot: str) -> None:
    """Let a held order go on, a waiting one try again now, or have failed images processed again.

    SHOOT is its name, its folder, or the beginning of its order id.
    """
    _ask(config, Verb.RETRY, shoot)


@click.command()
@click.argument("shoot")
@click.pass_obj
def approve(config: Path | None, shoot: str) -> None:
    """Let an order buy its pictures whatever the limits say, or send what is held because it may have been sent before.

    An order that is still under way is approved beforehand.

    SHOOT is its name, its folder, or the beginning of its order id.
    """
    _ask(config, Verb.APPROVE, shoot)


@click.command()
@click.argument("shoot")
@click.pass_obj
def cancel(config: Path | None, shoot: str) -> None:
    """End an order before its merge, or skip a shoot that still waits; nothing of it is bought.

    SHOOT is its name, its folder, or the beginning of its order id.
    """
    state_dir = locate_state(config, os.environ)
    with Reader(state_dir) as reader:
        skipped = None if _is_going(reader, shoot) else _the_one(waiting_for(reader, shoot), shoot)
    if skipped is None:
        _ask(config, Verb.CANCEL, shoot)
    else:
        leave(state_dir, Verb.SKIP, skipped.folder, skipped.shoot)


@click.command()
@click.argument("shoot")
@click.pass_obj
def dismiss(config: Path | None, shoot: str) -> None:
    """End an order that is held, or that waits for the next day: none of its images is bought any more.

    Pictures that were bought before are delivered.

    SHOOT is its name, its folder, or the beginning of its order id.
    """
    _ask(config, Verb.DISMISS, shoot)


def _ask(config: Path | None, verb: Verb, shoot: str) -> None:
    """Ask something of the order that a person means."""
    state_dir = locate_state(config, os.environ)
    with Reader(state_dir) as reader:
        order = _meant(reader, verb, shoot)
    _require_allowed(state_dir, order, verb)
    leave(state_dir, verb, order.id, order.shoot)


def _meant(reader: Reader, verb: Verb, shoot: str) -> Order:
    """The order that a person means: to retry also one that was delivered with failed images."""
    order = reader.order(going(reader, shoot)["id"])
    if verb is not Verb.RETRY or refusal(order, verb) is None:
        return order
    others = [other for other in _orders_of(reader, order.folder) if refusal(other, verb) is None]
    if len(others) > 1:
        listed = "".join(f"\n  {other.id[:8]}  {other.phase.value}" for other in others)
        raise click.ClickException(f"{shoot!r} could be any of these; say the id:{listed}")
    return others[0] if others else order


def _require_allowed(state_dir: Path, order: Order, verb: Verb) -> None:
    """ClickException if a verb is not allowed for an order. Whether its account is well only a running daemon knows."""
    why = refusal(order, verb)
    if why is None or (why is Refusal.HEALTHY and running_pid(state_dir)):
        return
    with Reader(state_dir) as reader:
        original = _by_id(reader, order.same_as)
    raise click.ClickException(printable(answers.refused(order, verb, why, original)))


def _orders_of(reader: Reader, folder: str) -> list[Order]:
    """The orders of a shoot's folder that count, the newest first: one that was replaced, or gone, does not."""
    orders = [reader.order(row["id"]) for row in reader.find(folder) if row["folder"] == folder]
    return [order for order in orders if order.phase is not Phase.CANCELLED or order.by_person]


def _by_id(reader: Reader, order_id: str | None) -> Order | None:
    try:
        return reader.order(order_id) if order_id is not None else None
    except KeyError:
        return None


def _is_going(reader: Reader, shoot: str) -> bool:
    return any(row["phase"] not in ENDED for row in reader.find(shoot))


def _the_one(waits: Sequence[Waiting], shoot: str) -> Waiting | None:
    """The waiting shoot that a person means, None if there is none. ClickException if there are several."""
    if len(waits) > 1:
        listed = "".join(f"\n  {printable(one.folder)}" for one in waits)
        raise click.ClickException(f"{shoot!r} could be any of these; say the folder:{listed}")
    return waits[0] if waits else None


def _require_photos(folder: str) -> None:
    """ClickException if there is nothing in a folder that could be sent, now or when it has come."""
    found = scan(folder)
    if found.bound is not None:
        raise click.ClickException(printable(f"{folder} {BOUNDS[found.bound]}."))
    if any(found.of(kind) for kind in (FileClass.PHOTO, FileClass.PLACEHOLDER, FileClass.IN_FLIGHT)):
        return
    why = f" ({found.problems[0]})" if found.problems else ""
    raise click.ClickException(
        printable(f"{folder} has no photos{why}; there is nothing to send. Put them into it, and submit it then.")
    )
