"""Questions to disks that may hang: a call on a dead network mount returns when the mount does, perhaps never."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class _Question(Generic[T]):
    """A call under way, and what came of it."""

    call: Callable[[], T]
    ended: threading.Event = field(default_factory=threading.Event)
    answer: T | None = None
    error: BaseException | None = None

    def run(self) -> None:
        """Make the call."""
        try:
            self.answer = self.call()
        except BaseException as error:  # noqa: BLE001 - raised again for those who asked
            self.error = error
        finally:
            self.ended.set()


class Bounded(Generic[T]):
    """Makes each call in a thread of its own and waits ``seconds`` for it. For many threads at once."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._open: dict[str, _Question[T]] = {}

    def ask(self, key: str, call: Callable[[], T]) -> T | None:
        """What the call returns, or raises; None if it takes longer.

        Those who ask under one key while a call is under way share it, so that a disk that hangs holds one thread.
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
