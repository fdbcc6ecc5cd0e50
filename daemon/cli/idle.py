"""Waits for settings that can be used, or for room on the state's disk, where ending would only mean another start.

systemd can be told not to restart a service that ended with status 78; launchd cannot (launchd.plist(5), KeepAlive).
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
"""Seconds between two looks for room."""

EVERY = 2.0
"""Seconds between two looks at the settings; a look takes a millisecond."""


def until_mended(read: Callable[[], T], every: float = EVERY) -> T:
    """What ``read`` returns when it no longer raises ConfigError; it is asked every so many seconds.

    Problems are told when they are others than before. SIGTERM and Ctrl-C end the program meanwhile, with status 0.
    """
    told: tuple[Problem, ...] = ()
    with _ending_on_signals():
        while True:
            try:
                return read()
            except ConfigError as error:
                if error.problems != told:
                    told = error.problems
                    _tell(told)
            time.sleep(every)


def until_room(begin: Callable[[], T], every: float = ROOM_EVERY) -> T:
    """What ``begin`` returns when it no longer raises StateFull, which is said once.

    SIGTERM and Ctrl-C end the program meanwhile, with status 0.
    """
    said = False
    with _ending_on_signals():
        while True:
            try:
                return begin()
            except StateFull as error:
                if not said:
                    click.echo(f"bracketd: {error} It starts by itself then", err=True)
                said = True
            time.sleep(every)


def _tell(problems: tuple[Problem, ...]) -> None:
    for problem in problems:
        click.echo(f"bracketd: {problem}", err=True)
    click.echo("bracketd: nothing is watched until the settings are mended; then it starts by itself", err=True)


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
