"""``submit``, ``retry``, ``approve``, ``cancel``, ``dismiss``, ``regroup`` and ``split``: the verbs that store an ask.

``daemon.order.allowed`` decides which verbs an order allows. The verbs check it first, and the daemon checks it again.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from daemon.cli.answered import leave
from daemon.cli.find import folder_of, going, waiting_for
from daemon.cli.state import look
from daemon.cli.target import ShootPath, shoot_folder
from daemon.config import load, locate_state
from daemon.files.scan import scan
from daemon.host.lock import running_pid
from daemon.order import Ended, Order, Refusal, Verb, meant_by, refusal, submitted_order
from daemon.order.picking import pick
from daemon.orders import answers
from daemon.reports.status import ENDED
from daemon.shoot import BOUNDS, FileClass
from daemon.store.reading import Reader
from daemon.store.waiting import Waiting
from daemon.text import printable


@click.command()
@click.argument("folder", type=ShootPath())
@click.option("--again", is_flag=True, help="Send all photos, even those sent before. You pay for all of them again.")
@click.pass_obj
def submit(config: Path | None, folder: Path, again: bool) -> None:
    """Send the shoot in FOLDER now, without waiting until it has settled. The shoot may also be skipped or held.

    If some of its photos were sent before, from this folder or another, only the others are sent, as a supplement. Use
    --again to send all of it.
    """
    settings = load(config, os.environ)
    target = shoot_folder(folder, settings.folders)
    verb = Verb.SUBMIT_AGAIN if again else Verb.SUBMIT
    with look(settings.state_dir) as reader:
        order = submitted_order(_orders_of(reader, target))
    if order is not None:
        _require_allowed(settings.state_dir, order, verb)
    _require_photos(target)
    leave(settings.state_dir, verb, target, os.path.basename(target))


@click.command()
@click.argument("shoot")
@click.pass_obj
def retry(config: Path | None, shoot: str) -> None:
    """Resume a held order, retry a waiting order now, or have failed images processed again.

    An order that waits for your decision needs `approve` or `cancel` instead.

    SHOOT is the shoot's name, its folder, its output folder, or the first characters of its order ID.
    """
    _ask(config, Verb.RETRY, shoot)


@click.command()
@click.argument("shoot")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--only", is_flag=True, help="Buy only the images with these names or numbers.")
@click.pass_obj
def approve(config: Path | None, shoot: str, names: tuple[str, ...], only: bool) -> None:
    """Approve an order that exceeds a limit, or that waits for your decision.

    Such an order may have been sent before, came late, or may contain photos twice. Its message gives every reason, and
    one approval answers them all. You can also approve an order in advance, while it is still in progress.

    With --only, an order that is held before it buys its images buys only those with these names. The others can be
    bought later with the same command, while the service keeps them. NAME is the name of an image's first photo, with
    or without its extension, or the image's number in `bracketd show SHOOT`. If a photo has that number as its name,
    write image:4 for image number 4.

    SHOOT is the shoot's name, its folder, its output folder, or the first characters of its order ID.
    """
    if only != bool(names):
        raise click.UsageError("Write --only and the names of images together, such as: approve SHOOT --only IMG_0001")
    _ask(config, Verb.APPROVE_ONLY if only else Verb.APPROVE, shoot, names)


@click.command()
@click.argument("shoot")
@click.pass_obj
def cancel(config: Path | None, shoot: str) -> None:
    """Cancel an order before its merge, or skip a shoot that is still waiting. Nothing is bought.

    SHOOT is the shoot's name, its folder, its output folder, or the first characters of its order ID.
    """
    state_dir = locate_state(config, os.environ)
    with look(state_dir) as reader:
        skipped = None if _is_going(reader, shoot) else _the_one(waiting_for(reader, shoot), shoot)
    if skipped is None:
        _ask(config, Verb.CANCEL, shoot)
    else:
        leave(state_dir, Verb.SKIP, skipped.folder, skipped.shoot)


@click.command()
@click.argument("shoot")
@click.pass_obj
def dismiss(config: Path | None, shoot: str) -> None:
    """End an order that is held or waiting for the next day, without buying any more of its images.

    Pictures that were already bought are still delivered.

    SHOOT is the shoot's name, its folder, its output folder, or the first characters of its order ID.
    """
    _ask(config, Verb.DISMISS, shoot)


@click.command()
@click.argument("shoot")
@click.pass_obj
def regroup(config: Path | None, shoot: str) -> None:
    """Send only the scenes again that the service grouped wrongly, as a new order with the planned sets.

    The order must be held because its images differ from the planned ones. Its other images are bought, the wrong ones
    are not. The new order uses the brackets flow, whatever `api.flow` says, and the same output folder.

    SHOOT is the shoot's name, its folder, its output folder, or the first characters of its order ID.
    """
    _ask(config, Verb.REGROUP, shoot)


@click.command()
@click.argument("shoot")
@click.pass_obj
def split(config: Path | None, shoot: str) -> None:
    """Make an order of each property of a shoot that has photos of several, as `bracketd plan` shows them.

    The shoot may be held, waiting, skipped or cancelled, or its order may be in progress, until the merge. Each order
    has its own name and output folder, such as "12 Oak St (1 of 2)".

    SHOOT is the shoot's name, its folder, or the first characters of its order ID.
    """
    settings = load(config, os.environ)
    with look(settings.state_dir) as reader:
        folder = _folder_of(reader, shoot)
        orders = _orders_of(reader, folder)
    if (order := meant_by(Verb.SPLIT, orders)) is not None:
        _require_allowed(settings.state_dir, order, Verb.SPLIT)
    target = shoot_folder(Path(folder), settings.folders)
    _require_photos(target)
    leave(settings.state_dir, Verb.SPLIT, target, os.path.basename(target))


def _folder_of(reader: Reader, shoot: str) -> str:
    """The folder of the shoot that ``shoot`` refers to, which need not have an order."""
    waiting = None if _is_going(reader, shoot) else _the_one(waiting_for(reader, shoot), shoot)
    if waiting is not None:
        return waiting.folder
    if os.sep in shoot and not reader.find(shoot) and os.path.isdir(shoot):
        return os.path.abspath(shoot)
    return folder_of(reader, shoot)


def _ask(config: Path | None, verb: Verb, shoot: str, names: Sequence[str] = ()) -> None:
    """Store an ask for the order that ``shoot`` identifies. ``names`` are the images that it is about."""
    state_dir = locate_state(config, os.environ)
    with look(state_dir) as reader:
        order = _meant(reader, verb, shoot)
    _require_allowed(state_dir, order, verb)
    if (picked := pick(order, names)).mistakes:
        raise click.ClickException(printable(answers.not_picked(order, picked)))
    leave(state_dir, verb, order.id, order.source.shoot, names=names)


def _meant(reader: Reader, verb: Verb, shoot: str) -> Order:
    """The order that ``shoot`` identifies, also a delivered one with failed images to retry, or with images to pick."""
    order = reader.order(going(reader, shoot)["id"])
    if verb not in (Verb.RETRY, Verb.APPROVE_ONLY) or refusal(order, verb) is None:
        return order
    others = [other for other in _orders_of(reader, order.source.folder) if refusal(other, verb) is None]
    if len(others) > 1:
        listed = "".join(f"\n  {other.id[:8]}  {other.phase.value}" for other in others)
        raise click.ClickException(f"{shoot!r} matches several orders. Specify the order ID:{listed}")
    return others[0] if others else order


def _require_allowed(state_dir: Path, order: Order, verb: Verb) -> None:
    """Raise ClickException if a verb is not allowed for an order.

    A running daemon may still accept a retry of a healthy order: only the daemon knows if the account is refused.
    """
    why = refusal(order, verb)
    if why is None or (why is Refusal.HEALTHY and running_pid(state_dir)):
        return
    with look(state_dir) as reader:
        original = _by_id(reader, order.source.same_as)
    raise click.ClickException(printable(answers.refused(order, verb, why, original)))


def _orders_of(reader: Reader, folder: str) -> list[Order]:
    """The orders of a shoot's folder, the newest first, without those that bracketd itself cancelled."""
    orders = [reader.order(row["id"]) for row in reader.find(folder) if row["folder"] == folder]
    return [order for order in orders if order.standing is not Ended.CANCELLED_BY_RULE]


def _by_id(reader: Reader, order_id: str | None) -> Order | None:
    try:
        return reader.order(order_id) if order_id is not None else None
    except KeyError:
        return None


def _is_going(reader: Reader, shoot: str) -> bool:
    return any(row["phase"] not in ENDED for row in reader.find(shoot))


def _the_one(waits: Sequence[Waiting], shoot: str) -> Waiting | None:
    """The only waiting shoot; None if there is no waiting shoot. Raises ClickException if there are several."""
    if len(waits) > 1:
        listed = "".join(f"\n  {printable(one.folder)}" for one in waits)
        raise click.ClickException(f"{shoot!r} matches several shoots. Specify the folder:{listed}")
    return waits[0] if waits else None


def _require_photos(folder: str) -> None:
    """Raise ClickException if a folder has no photos, not even photos that are still arriving."""
    found = scan(folder)
    if found.bound is not None:
        raise click.ClickException(printable(f"{folder} {BOUNDS[found.bound]}."))
    if any(found.of(kind) for kind in (FileClass.PHOTO, FileClass.PLACEHOLDER, FileClass.IN_FLIGHT)):
        return
    why = f" ({found.problems[0]})" if found.problems else ""
    raise click.ClickException(
        printable(f"{folder} has no photos{why}, so there is nothing to send. Add photos, then submit it again.")
    )
