"""``submit``, ``retry``, ``approve`` and ``cancel``: a person's word, left for the daemon in the state file."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import click

from daemon.cli.find import going
from daemon.cli.target import ShootPath, shoot_folder
from daemon.cli.words import ENDED, day, printable
from daemon.config import load, locate_state
from daemon.files.scan import scan
from daemon.host.lock import running_pid
from daemon.order import Hold, Order
from daemon.shoot import BOUNDS, FileClass
from daemon.store.reader import Reader, ask

UNDER_WAY = ("settled", "uploading", "uploaded", "merging", "processing", "downloading")
UNPAID = ("skipped", "cancelled")


@click.command()
@click.argument("folder", type=ShootPath())
@click.option("--again", is_flag=True, help="Also a shoot whose photos were sent before: all of it is paid for again.")
@click.pass_obj
def submit(config: Path | None, folder: Path, again: bool) -> None:
    """Send the shoot in FOLDER now, as it lies there: one that still waits, was skipped, or is held.

    Of a shoot that was sent before only photos that came since are sent, as a supplement; --again sends all of it.
    """
    settings = load(config, os.environ)
    target = shoot_folder(folder, settings.folders)
    with Reader(settings.state_dir) as reader:
        verb, what = _submitting(reader, target, again=again)
    _require_photos(target)
    ask(settings.state_dir, verb, target, time.time())
    click.echo(f"{printable(os.path.basename(target))}: {what} will be sent.{_when(settings.state_dir)}")


@click.command()
@click.argument("shoot")
@click.pass_obj
def retry(config: Path | None, shoot: str) -> None:
    """Let a held order go on, or a waiting one try again now.

    SHOOT is its name, its folder, or the beginning of its order id.
    """
    state_dir, order = _going(config, shoot, "there is nothing to try again")
    if order["hold"] == Hold.SKIPPED_BEFORE:
        raise click.ClickException(
            f"{printable(order['shoot'])} is held since its photos may be those of a skipped shoot, and only you can "
            "tell. `bracketd approve` sends it, `bracketd cancel` skips it."
        )
    _leave(state_dir, "retry", order, "is tried again")


@click.command()
@click.argument("shoot")
@click.pass_obj
def approve(config: Path | None, shoot: str) -> None:
    """Let an order buy its pictures whatever the limits say, or send a supplement that is held.

    An order that is still under way is approved beforehand.

    SHOOT is its name, its folder, or the beginning of its order id.
    """
    state_dir, order = _going(config, shoot, "there is nothing to approve")
    _leave(state_dir, "approve", order, "is approved: it will not be held for a limit")


@click.command()
@click.argument("shoot")
@click.pass_obj
def cancel(config: Path | None, shoot: str) -> None:
    """End an order before its merge; nothing of it is bought.

    SHOOT is its name, its folder, or the beginning of its order id.
    """
    state_dir, order = _going(config, shoot, "there is nothing to cancel")
    if order["merge"] != "not asked":
        held = order["phase"] == "held"
        goes_on = "it will be finished, and its pictures bought and delivered"
        then = "nothing more is bought while it is held" if held else goes_on
        raise click.ClickException(f"{printable(order['shoot'])} was merged already; {then}.")
    _leave(state_dir, "cancel", order, "will be cancelled, unless its merge comes first")


def _going(config: Path | None, shoot: str, nothing: str) -> tuple[Path, dict[str, Any]]:
    """The state directory and the order that is meant; ClickException with ``nothing`` if it has ended."""
    state_dir = locate_state(config, os.environ)
    with Reader(state_dir) as reader:
        order = going(reader, shoot)
        bought = _bought_as(reader, order) if order["phase"] == "skipped" and order["same_as"] else order
    name = printable(order["shoot"])
    if order["phase"] == "skipped":
        unpaid = bought is not None and bought["phase"] in UNPAID
        submit_it = "bracketd submit" if unpaid else "bracketd submit --again"
        raise click.ClickException(f"{name} was skipped. `{submit_it}` sends it: {printable(order['folder'])}")
    if order["phase"] == "downloaded":
        where = printable(order["output"])
        raise click.ClickException(f"{name} is delivered already, its pictures are in {where}; {nothing}.")
    if order["phase"] in ENDED:
        raise click.ClickException(f"{name} is {order['phase']}; {nothing}.")
    return state_dir, order


def _leave(state_dir: Path, verb: str, order: dict[str, Any], done: str) -> None:
    ask(state_dir, verb, order["id"], time.time())
    click.echo(f"{printable(order['shoot'])} {done}.{_when(state_dir)}")


def _submitting(reader: Reader, folder: str, *, again: bool) -> tuple[str, str]:
    """The verb that sends a folder's shoot, and what will be sent. ClickException if a person must say more."""
    orders = [order for order in reader.find(folder) if order["phase"] != "cancelled"]
    verb = "submit again" if again else "submit"
    if not orders:
        return verb, "the shoot"
    newest, name = orders[0], printable(orders[0]["shoot"])
    if newest["phase"] in UNDER_WAY:
        raise click.ClickException(f"{name} is under way already ({newest['phase']}).")
    if newest["phase"] == "held" and newest["merge"] != "not asked":
        raise click.ClickException(f"{name} was merged already. `bracketd retry` lets it go on.")
    if again:
        return verb, "the whole shoot"
    if newest["phase"] == "held" and newest["supplement_of"]:
        return verb, "its supplement"
    if newest["phase"] == "downloaded":
        if _has_new(folder, [reader.order(order["id"]) for order in orders]):
            return verb, "what is new in it"
        raise click.ClickException(
            f"{name} was sent already; its pictures are in {printable(newest['output'])}. "
            "`bracketd submit --again` sends and buys it again."
        )
    return (_despite(reader, newest) if newest["same_as"] else verb), "the shoot"


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


def _has_new(folder: str, orders: list[Order]) -> bool:
    """Whether a folder has photos of which none of its orders knows; the daemon looks closer."""
    known = {path for order in orders for path in (*(b.path for b in order.brackets), *order.left_out)}
    return any(photo.path not in known for photo in scan(folder).photos)


def _despite(reader: Reader, skipped: dict[str, Any]) -> str:
    """The verb for a shoot that was skipped for its photos. ClickException if they were bought elsewhere."""
    other = _bought_as(reader, skipped)
    if other is not None and other["phase"] in UNPAID:
        return "submit"
    raise click.ClickException(
        f"{printable(skipped['shoot'])} has the same photos as {_told(other)}. "
        "`bracketd submit --again` sends and buys them again."
    )


def _bought_as(reader: Reader, skipped: dict[str, Any]) -> dict[str, Any] | None:
    """The order whose photos a skipped shoot has, or the one that took its place; None if nobody knows it."""
    other = next(iter(reader.find(skipped["same_as"])), None)
    if other is None or other["phase"] not in UNPAID:
        return other
    later = (row for row in reader.find(other["folder"]) if row["folder"] == other["folder"])
    return next((row for row in later if row["phase"] not in UNPAID), other)


def _told(order: dict[str, Any] | None) -> str:
    if order is None:
        return "an order that is not known any more"
    state = "which is held" if order["phase"] == "held" else f"sent {day(order['created_at'])}"
    return f"“{printable(order['shoot'])}”, {state}"


def _when(state_dir: Path) -> str:
    return "" if running_pid(state_dir) else " The daemon is not running: it will be done when it is (`bracketd run`)."
