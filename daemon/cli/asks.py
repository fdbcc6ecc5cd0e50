"""``submit``, ``retry``, ``approve`` and ``cancel``: a person's word, left for the daemon in the state file."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import click

from daemon.cli.find import going
from daemon.cli.words import ENDED, day, printable
from daemon.config import load, locate_state
from daemon.files.scan import scan
from daemon.host.lock import running_pid
from daemon.order import HeldFor, Order
from daemon.shoot import FileClass
from daemon.store.reader import Reader, ask

UNDER_WAY = ("settled", "uploading", "uploaded", "merging", "processing", "downloading")
UNPAID = ("skipped", "cancelled")
HELD_FOR_UNKNOWN = HeldFor.UNKNOWN_ORDER.value


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--again", is_flag=True, help="Also a shoot whose photos were sent before: all of it is paid for again.")
@click.pass_obj
def submit(config: Path | None, folder: Path, again: bool) -> None:
    """Send the shoot in FOLDER now, as it lies there: one that still waits, was skipped, or is held.

    Of a shoot that was sent before only photos that came since are sent, as a supplement; --again sends all of it.
    """
    settings = load(config, os.environ)
    absolute = Path(os.path.abspath(folder))
    watched = [settings_folder.watch for settings_folder in settings.folders]
    parent = next((watch for watch in watched if _same(absolute.parent, watch)), None)
    if parent is None:
        roots = ", ".join(str(watch) for watch in watched)
        raise click.ClickException(
            f"{absolute} is not directly in a watched folder ({roots}). Move or copy it into one of them."
        )
    target = os.path.join(parent, _name_on_disk(absolute))
    with Reader(settings.state_dir) as reader:
        verb, what = _submitting(reader, target, again=again)
    _require_photos(target)
    ask(settings.state_dir, verb, target, time.time())
    click.echo(f"{printable(absolute.name)}: {what} will be sent.{_when(settings.state_dir)}")


@click.command()
@click.argument("shoot")
@click.pass_obj
def retry(config: Path | None, shoot: str) -> None:
    """Let a held order go on, or a waiting one try again now.

    SHOOT is its name, its folder, or the beginning of its order id.
    """
    state_dir, order = _going(config, shoot, "there is nothing to try again")
    if order["held_for"] == HELD_FOR_UNKNOWN:
        raise click.ClickException(
            f"{printable(order['shoot'])} is not tried again: {printable(order['messages'][0])}."
        )
    _leave(state_dir, "retry", order, "is tried again")


@click.command()
@click.argument("shoot")
@click.pass_obj
def approve(config: Path | None, shoot: str) -> None:
    """Let an order buy its pictures whatever the limits say, or send what is held because it may have been sent before.

    An order that is still under way is approved beforehand.

    SHOOT is its name, its folder, or the beginning of its order id.
    """
    state_dir, order = _going(config, shoot, "there is nothing to approve")
    released = order["held_for"] is not None
    _leave(state_dir, "approve", order, "goes on" if released else "is approved: it will not be held for a limit")


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
    name = printable(order["shoot"])
    if order["phase"] == "skipped":
        submit_it = "bracketd submit --again" if order["same_as"] else "bracketd submit"
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
    if newest["held_for"] == HELD_FOR_UNKNOWN:
        raise click.ClickException(
            f"{name} may have been delivered: {printable(newest['messages'][0])}. "
            "`bracketd submit --again` sends and buys it all the same."
        )
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
    """The verb for a shoot that was skipped for its photos, if they were not bought elsewhere."""
    other = next(iter(reader.find(skipped["same_as"])), None)
    if other is not None and other["phase"] in UNPAID:
        return "submit again"
    raise click.ClickException(
        f"{printable(skipped['shoot'])} has the same photos as {_told(other)}. "
        "`bracketd submit --again` sends and buys them again."
    )


def _told(order: dict[str, Any] | None) -> str:
    if order is None:
        return "an order that is not known any more"
    state = "which is held" if order["phase"] == "held" else f"sent {day(order['created_at'])}"
    return f"“{printable(order['shoot'])}”, {state}"


def _name_on_disk(folder: Path) -> str:
    """The folder's name as its disk spells it: some take other case or another Unicode form for the same."""
    with os.scandir(folder.parent) as entries:
        names = [entry.name for entry in entries]
    if folder.name in names:
        return folder.name
    return next((name for name in names if _same(folder.parent / name, folder)), folder.name)


def _same(one_path: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one_path, other)
    except OSError:
        return False


def _when(state_dir: Path) -> str:
    return "" if running_pid(state_dir) else " The daemon is not running: it will be done when it is (`bracketd run`)."
