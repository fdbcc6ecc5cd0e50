"""The daemon's handling of signals.

=====================  =====================================================================
SIGINT, SIGTERM        stop; a second one ends the process immediately
SIGHUP                 with a terminal: its window was closed, so stop. It never counts as the
                       second signal, because shells and the kernel send several
SIGHUP                 without a terminal, as under a service manager: only logged
SIGHUP                 already ignored at the start, because of nohup(1): stays ignored
SIGUSR1, SIGUSR2       only logged; by default they would end the process
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
"""Names instead of numbers, because Windows lacks these signals."""


class Signals:
    """Calls ``stop`` once, at the first stop signal. Create it at the start, while the terminal still exists.

    ``terminal`` is True if the process has a controlling terminal; None finds out.
    """

    def __init__(self, stop: Callable[[], None], *, terminal: bool | None = None) -> None:
        self._stop = stop
        self._terminal = has_terminal() if terminal is None else terminal
        self._shown = [descriptor for descriptor in (1, 2) if os.isatty(descriptor)]
        self._requests = 0
        self._stopping = False

    def listen(self) -> None:
        """Install the handlers in the running event loop."""
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
            log.warning("second signal; stopping immediately")
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
        log.info("stopping; send a second signal to stop immediately", signal=number.name)
        self._stop()

    def _let_go(self) -> None:
        """Redirect output from the closed terminal to /dev/null, because every write to it now fails."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for descriptor in self._shown:
            os.dup2(nowhere, descriptor)
        os.close(nowhere)


def has_terminal() -> bool:
    """True if this process has a controlling terminal (tty(4)). False on systems without terminals."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | getattr(os, "O_NOCTTY", 0)))
    except OSError:
        return False
    return True


def outlive_hangups() -> None:
    """If there is no terminal, ignore SIGHUP until ``Signals.listen`` takes over.

    A service manager counts an exit by SIGHUP as clean and would not restart the service.
    """
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is not None and signal.getsignal(hangup) is signal.SIG_DFL and not has_terminal():
        signal.signal(hangup, _nothing)


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """An empty handler, because ``SIG_IGN`` would be inherited by every program that bracketd starts."""
