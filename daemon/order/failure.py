"""The facts about a step that was not completed: it failed, or it was interrupted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from daemon.errors import Mismatch
from daemon.order.steps import Step


class Failure(StrEnum):
    """Kinds of failure, each with its own rule (see ``trouble.failed``)."""

    PASSING = "passing"
    NOT_READY = "not ready"
    MISMATCH = "mismatch"
    ACCOUNT = "account"
    REQUEST = "request"
    FILE = "file"
    UNREADABLE = "unreadable"
    GONE = "gone"
    OUTPUT = "output"
    BUG = "bug"


@dataclass(frozen=True, slots=True)
class Failed:
    """A step failed. ``why`` is for a person; ``detail`` (a traceback) is only for the journal.

    ``unsent``: the service has certainly not carried out the request; ``offline``: no connection could be made.
    ``step`` is None if the failure was in handling a step's result. ``bracket`` is the bracket whose file is at fault,
    if any. ``disk_fails``: no other photo of the shoot can be read either. ``cause`` is the same for all refusals of
    the account that have the same reason, for any request. ``mismatch`` is how an answer did not match the request
    (``Failure.MISMATCH``).
    """

    step: Step | None
    kind: Failure
    why: str
    unsent: bool = False
    retry_after: float | None = None
    detail: str | None = None
    offline: bool = False
    bracket: int | None = None
    disk_fails: bool = False
    cause: str = ""
    mismatch: Mismatch | None = None


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A step was interrupted because the daemon stops. It has no known effect."""

    step: Step
