"""The command ``bracketd sandbox``. Heavy modules are imported only when it runs."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from daemon.sandbox import listing
from daemon.sandbox.faults import Rule, rule_of_words
from daemon.sandbox.settings import MADE_UP_KEY, Settings, Switches

if TYPE_CHECKING:
    from daemon.sandbox.service import Hosts

_Wanted = TypeVar("_Wanted")
_Got = TypeVar("_Got")
_PORT = click.IntRange(0, 65535)


def _list_faults(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(listing.faults())
        context.exit()


def _list_switches(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(listing.switches())
        context.exit()


def _rules(_context: click.Context, _parameter: click.Parameter, words: Iterable[str]) -> list[Rule]:
    return [_or_usage(rule_of_words, text) for text in words]


def _switches(_context: click.Context, _parameter: click.Parameter, words: Iterable[str]) -> Switches:
    return _or_usage(Switches().with_words, words)


def _or_usage(read: Callable[[_Wanted], _Got], wanted: _Wanted) -> _Got:
    try:
        return read(wanted)
    except ValueError as problem:
        raise click.BadParameter(str(problem)) from None


@click.command(epilog="It listens on loopback only, and stops on Ctrl-C or SIGTERM.")
@click.option("--port", default=0, type=_PORT, help="Port of the API; 0 picks a free port.")
@click.option("--storage-port", default=0, type=_PORT, help="Port of the storage host; 0 picks a free port.")
@click.option("--assets-port", default=0, type=_PORT, help="Port of the asset host; 0 picks a free port.")
@click.option(
    "--key",
    "keys",
    multiple=True,
    default=[MADE_UP_KEY],
    show_default=True,
    help="An API key to accept. Each key is a separate account. Repeatable.",
)
@click.option(
    "--dir",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for stored files. Default: a temporary folder that is removed on exit.",
)
@click.option("--seed", default=0, show_default=True, help="Seed of random faults; the same seed repeats them.")
@click.option(
    "--speed",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0),
    help="Factor for all simulated delays: 0.1 is a tenth, 0 is no delay.",
)
@click.option(
    "--poll-floor",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0),
    help="Polling a merged order again within this many seconds (times --speed) is a violation.",
)
@click.option(
    "--long-side",
    default=2400,
    show_default=True,
    type=click.IntRange(64),
    help="Merged pictures have at most this many pixels on their longer side.",
)
@click.option(
    "--fault",
    "rules",
    multiple=True,
    metavar="'WHERE KIND [NAME=VALUE]...'",
    callback=_rules,
    help="Inject a fault, such as 'upload reset-after next=2' or '* 503 rate=0.05'. Repeatable.",
)
@click.option(
    "--set",
    "switches",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_switches,
    help="Set undocumented behaviour of the service, or how long things take. Repeatable.",
)
@click.option("--json", "as_json", is_flag=True, help="When ready, print one line of JSON and nothing else.")
@click.option(
    "--list-faults",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_faults,
    help="List the faults and exit.",
)
@click.option(
    "--list-switches",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_switches,
    help="List the switches for --set and exit.",
)
def sandbox(  # noqa: PLR0913 - click passes every option as an argument
    *,
    port: int,
    storage_port: int,
    assets_port: int,
    keys: tuple[str, ...],
    directory: Path | None,
    seed: int,
    speed: float,
    poll_floor: float,
    long_side: int,
    rules: list[Rule],
    switches: Switches,
    as_json: bool,
) -> None:
    """Run a local stand-in for the Autoenhance API that really merges, charges nothing, and fails on demand.

    Any client of the API can use it. Use the printed address in place of https://api.autoenhance.ai and send the
    printed key in x-api-key, for example: curl -H "x-api-key: KEY" ADDRESS/v3/orders/

    ADDRESS/openapi.json describes this API, for the version in x-api-version or ?version=.

    GET ADDRESS/_sandbox/report lists what was registered, stored, merged, charged and downloaded, and which rules
    the client broke. To set faults at run time, POST a list to ADDRESS/_sandbox/faults, for example:
    curl -d '["upload 503 next=2"]' ADDRESS/_sandbox/faults

    It is based on the vendor's documentation and SDKs and was never compared with the live service. Grouping and
    enhancement are simplified, there are no webhooks, and exact texts and limits may differ. The last group of
    --list-switches selects undocumented behaviour.
    """
    with _folder(directory) as kept:
        settings = Settings(
            directory=kept,
            keys=keys,
            port=port,
            storage_port=storage_port,
            assets_port=assets_port,
            seed=seed,
            speed=speed,
            poll_floor=poll_floor,
            long_side=long_side,
            switches=switches,
        )
        try:
            from daemon.sandbox.serve import serve  # noqa: PLC0415 - heavy: web server and image libraries
        except ImportError as missing:
            raise click.ClickException(
                f"The sandbox needs {missing.name}. Install it in a checkout with: pip install '.[sandbox]'"
            ) from None
        try:
            asyncio.run(serve(settings, rules, lambda hosts: _tell(settings, hosts, as_json=as_json)))
        except OSError as problem:
            raise click.ClickException(f"The sandbox cannot listen: {problem}. Choose other ports.") from None


@contextmanager
def _folder(chosen: Path | None) -> Iterator[Path]:
    if chosen is not None:
        yield chosen.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="bracketd-sandbox-") as made:
        yield Path(made)


def _tell(settings: Settings, hosts: Hosts, *, as_json: bool) -> None:
    place = str(settings.directory)
    if as_json:
        addresses = {"api": hosts.api, "storage": hosts.storage, "assets": hosts.assets}
        click.echo(json.dumps(addresses | {"key": settings.keys[0], "pid": os.getpid(), "dir": place}))
        return
    click.echo(f"The sandbox is running.\n  API      {hosts.api}\n  storage  {hosts.storage}")
    click.echo(f"  assets   {hosts.assets}\n  key      {settings.keys[0]}")
    click.echo(f"  files    {place}\n  report   {hosts.api}/_sandbox/report")
