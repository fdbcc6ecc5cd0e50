"""Waits for valid settings, or for space on the state's disk, instead of exiting.

systemd can be configured not to restart a service that exited with status 78. launchd cannot (launchd.plist(5),
KeepAlive) and would restart bracketd in a loop.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn, TypeVar

import click

from daemon.errors import ConfigError, Problem, StateFull

T = TypeVar("T")

ROOM_EVERY = 5.0
"""Seconds between two checks for disk space."""

EVERY = 2.0
"""Seconds between two checks of the settings. A check takes a millisecond."""


def until_valid(read: Callable[[], T], every: float = EVERY) -> T:
    """Call ``read`` every ``every`` seconds until it does not raise ConfigError, and return its result.

    Prints the problems whenever they change. SIGTERM and Ctrl-C end the program with status 0 meanwhile.
    """
    printed: tuple[Problem, ...] = ()
    with _ending_on_signals():
        while True:
            try:
                return read()
            except ConfigError as error:
                if error.problems != printed:
                    printed = error.problems
                    _print(printed)
            time.sleep(every)


def until_room(begin: Callable[[], T], every: float = ROOM_EVERY) -> T:
    """Call ``begin`` every ``every`` seconds until it does not raise StateFull, and return its result.

    Prints the first error. SIGTERM and Ctrl-C end the program with status 0 meanwhile.
    """
    printed = False
    with _ending_on_signals():
        while True:
            try:
                return begin()
            except StateFull as error:
                if not printed:
                    click.echo(f"bracketd: {error} bracketd then starts automatically", err=True)
                printed = True
            time.sleep(every)


def _print(problems: tuple[Problem, ...]) -> None:
    for problem in problems:
        click.echo(f"bracketd: {problem}", err=True)
    click.echo("bracketd: nothing is watched until the settings are fixed; it then starts automatically", err=True)


@contextmanager
def _ending_on_signals() -> Iterator[None]:
    before = {number: signal.signal(number, _end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)
