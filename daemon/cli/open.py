"""``bracketd open``: opens the page in the browser, signed in."""

from __future__ import annotations

import os
import sys
import time
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from daemon.config import load
from daemon.errors import StateError
from daemon.host.lock import running_pid
from daemon.page import address, links

if TYPE_CHECKING:
    from daemon.config import Settings


@click.command()
@click.option("--print", "only_print", is_flag=True, help="Only print the link; do not open a browser.")
@click.option("--qr", is_flag=True, help="Also print a QR code, to open the page on a phone in the same network.")
@click.pass_obj
def open(  # noqa: A001 - the name of the verb
    config: Path | None, *, only_print: bool, qr: bool
) -> None:
    """Open the page in the browser. The printed link signs in one browser, once, within the next minute."""
    settings = load(config, os.environ)
    host, port = _address(settings)
    base = _outside(settings, host, port) if qr else address.url(host, port)
    try:
        token = links.create(settings.state_dir, time.time())
    except OSError as error:
        why = f"cannot write to {settings.state_dir} ({error.strerror}), so there is no link to sign in with"
        raise StateError(f"{why}. Run this as the user who runs the daemon.") from None
    link = f"{base}/open?token={token}"
    click.echo(link)
    if qr:
        _print_code(link)
    elif not only_print and _has_desktop(os.environ, sys.platform):
        webbrowser.open(link)


def _has_desktop(environ: Mapping[str, str], platform: str) -> bool:
    """True if a browser can have a window here. Elsewhere Python might start one in the terminal."""
    return platform == "darwin" or any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def _address(settings: Settings) -> tuple[str, int]:
    """Where the page is served. Raises ClickException if it is not."""
    if settings.page is None:
        raise click.ClickException(f"the page is off. Remove `page: off` from {settings.config_file}, and restart.")
    if not running_pid(settings.state_dir):
        raise click.ClickException("the daemon is not running, so there is no page. Start it with `bracketd run`.")
    found = address.published(settings.state_dir)
    if found is None:
        raise click.ClickException("the daemon does not serve the page now. `bracketd status` says why.")
    return found


def _outside(settings: Settings, host: str, port: int) -> str:
    """The URL for another machine: the proxy's first name, or this machine's address. Raises ClickException."""
    assert settings.page is not None
    if settings.page.trusted_proxy is not None and settings.page.allowed_hosts:
        return f"https://{settings.page.allowed_hosts[0]}"
    base = address.url_outside(host, port)
    if base is None:
        raise click.ClickException(
            f"a phone cannot reach the page, because it listens only on {settings.page.listen}. Set `listen` under "
            "`page`, for example to 0.0.0.0:8642, and restart the daemon. docs/page.md explains what is safe."
        )
    return base


def _print_code(link: str) -> None:
    import segno  # noqa: PLC0415 - only a code needs it

    segno.make(link, micro=False).terminal(compact=True)
