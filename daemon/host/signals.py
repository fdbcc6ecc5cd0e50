"""What signals mean to the daemon.

=====================  =====================================================================
SIGINT, SIGTERM        stop; a second one ends the process at once
SIGHUP                 with a terminal: its window was closed, so stop. It never counts as the
                       second signal: shells and kernel send several
SIGHUP                 without a terminal, as under a service manager: logged, nothing else
SIGHUP                 ignored since before the start, by nohup(1): stays ignored
SIGUSR1, SIGUSR2       logged, nothing else: by default they would end the process
=====================  =====================================================================
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from types import FrameType

import structlog

log = structlog.get_logger("bracketd")

STOPS = (signal.SIGINT, signal.SIGTERM)
MEANS_NOTHING = ("SIGUSR1", "SIGUSR2")
"""Names, since Windows has none of them."""


class Signals:
    """Calls ``stop`` once, at the first signal that means to stop. To be made at the start, while a terminal is there.

    ``terminal`` is whether the process has a controlling terminal.
    """

    def __init__(self, stop: Callable[[], None], *, terminal: bool | None = None) -> None:
        self._stop = stop
        self._terminal = has_terminal() if terminal is None else terminal
        self._shown = [descriptor for descriptor in (1, 2) if os.isatty(descriptor)]
        self._requests = 0
        self._stopping = False

    def listen(self) -> None:
        """Have the running event loop call us for every signal that means something."""
        for number in STOPS:
            self._on(number, self._asked_to_stop)
        hangup = getattr(signal, "SIGHUP", None)
        if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:
            self._on(hangup, self._hung_up)
        for name in MEANS_NOTHING:
            if hasattr(signal, name):
                self._on(getattr(signal, name), self._means_nothing)

    def _on(self, number: signal.Signals, call: Callable[[signal.Signals], None]) -> None:
        loop = asyncio.get_running_loop()
        try:
            loop.add_signal_handler(number, call, number)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(call, number))

    def _asked_to_stop(self, number: signal.Signals) -> None:
        self._requests += 1
        if self._requests > 1:
            log.warning("second signal, stopping at once")
            os._exit(128 + number)
        self._begin(number)

    def _hung_up(self, number: signal.Signals) -> None:
        if self._terminal:
            self._let_go()
            self._begin(number)
        else:
            log.warning("signal ignored", signal=number.name, remedy="restart bracketd to load new settings")

    def _means_nothing(self, number: signal.Signals) -> None:
        log.warning("signal ignored", signal=number.name)

    def _begin(self, number: signal.Signals) -> None:
        if self._stopping:
            return
        self._stopping = True
        log.info("stopping; a second signal stops at once", signal=number.name)
        self._stop()

    def _let_go(self) -> None:
        """Write to nowhere what would go to the terminal: it answers every write with an error from now on."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for descriptor in self._shown:
            os.dup2(nowhere, descriptor)
        os.close(nowhere)


def has_terminal() -> bool:
    """Whether this process has a controlling terminal (tty(4)); False where there is no such thing."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | getattr(os, "O_NOCTTY", 0)))
    except OSError:
        return False
    return True


def outlive_hangups() -> None:
    """Survive SIGHUP from here on if there is no terminal that could hang up; until ``Signals.listen`` takes over.

    A service manager takes an end by SIGHUP for a clean one, and would not start the service again.
    """
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is not None and signal.getsignal(hangup) is signal.SIG_DFL and not has_terminal():
        signal.signal(hangup, _nothing)


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """A handler of our own: what is ignored (``SIG_IGN``) would stay so in every program that bracketd starts."""
