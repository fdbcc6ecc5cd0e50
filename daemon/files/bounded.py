"""Disk calls with a timeout. A call on a dead network mount may never return."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class _Question(Generic[T]):
    """A call in progress, and its result."""

    call: Callable[[], T]
    ended: threading.Event = field(default_factory=threading.Event)
    answer: T | None = None
    error: BaseException | None = None

    def run(self) -> None:
        """Make the call."""
        try:
            self.answer = self.call()
        except BaseException as error:  # noqa: BLE001 - raised again in the callers
            self.error = error
        finally:
            self.ended.set()


class Bounded(Generic[T]):
    """Runs each call in its own thread and waits ``seconds`` for it. Thread-safe."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._open: dict[str, _Question[T]] = {}

    def ask(self, key: str, call: Callable[[], T]) -> T | None:
        """Run the call and return its result, None if it takes too long. Raises the call's errors.

        Callers with the same key share a call in progress, so that a disk that hangs blocks only one thread.
        """
        with self._lock:
            question = self._open.get(key)
            if question is None or question.ended.is_set():
                question = self._open[key] = _Question(call)
                threading.Thread(target=question.run, name="disk", daemon=True).start()
        if not question.ended.wait(self._seconds):
            return None
        with self._lock:
            if self._open.get(key) is question:
                del self._open[key]
        if question.error is not None:
            raise question.error
        return question.answer
