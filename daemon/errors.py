"""Every way bracketd can fail, as one tree.

::

    BracketdError
    ├── ConfigError             settings that cannot be used; exit status 78
    ├── StateError              the state directory cannot be used
    │   ├── AlreadyRunning      another daemon holds it
    │   ├── StateFull           no room on its disk, or within the quota
    │   ├── StateTooNew         written by a newer bracketd
    │   ├── StateDamaged        not readable as a state file, gone, or older than its copy
    │   └── StateOnNetwork      SQLite's locks do not hold on a network file system
    ├── ServiceError            what the Autoenhance API, its storage or the line to them answered
    │   ├── Passing             goes by on its own: try again later
    │   │   ├── Unreachable     no answer: name, connection, TLS, time-out, answer lost
    │   │   │   └── TooSlow     cut: it moved fewer bytes a second than the settings demand
    │   │   ├── Unavailable     5xx
    │   │   ├── TooManyRequests 429, with the service's ``retry_after`` if it gave one
    │   │   ├── Garbled         an answer that is not what was promised: HTML for JSON, half an image
    │   │   ├── Mismatched      a well-formed answer that does not match what was asked
    │   │   └── NotReady        asked for before it exists
    │   ├── AccountRefused      concerns every order of the account
    │   │   ├── KeyRefused      401, 403
    │   │   └── NoCredits       402
    │   ├── RequestRefused      422 and other 4xx: the same request will be refused again
    │   ├── NotFound            404
    │   ├── AlreadyExists       409
    │   └── SlotRefused         storage refused the upload: URL expired, forged or signed otherwise
    ├── FileError               one of the photographer's files
    │   ├── FileGone            removed or renamed
    │   ├── FileUnreadable      no permission, I/O error
    │   └── FileChanged         not the file that was recorded
    └── OutputError             a finished picture cannot be written: full disk, read-only folder

A message says what is wrong and what to do about it, in one sentence each, without secrets.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BracketdError(Exception):
    """Base of everything bracketd raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in the settings: where it is, what is wrong, what to do.

    ``where`` is ``file:line: key`` as far as known.
    """

    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}. {self.remedy}" if self.where else f"{self.what}. {self.remedy}"


class ConfigError(BracketdError):
    """Settings that cannot be used, all mistakes at once."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class StateError(BracketdError):
    """The state directory cannot be used."""


class AlreadyRunning(StateError):
    """Another daemon holds the state directory; ``pid`` is its process id, if it could be read."""

    def __init__(self, state_dir: str, pid: int | None) -> None:
        self.pid = pid
        who = f"pid {pid}" if pid else "pid unknown"
        super().__init__(
            f"bracketd is already running on {state_dir} ({who}). Stop it first, or set a different state_dir."
        )


class StateFull(StateError):
    """The state cannot be written: its disk, its inodes or the quota are used up. Goes by when there is room."""


class StateTooNew(StateError):
    """The state file was written by a newer bracketd."""


class StateDamaged(StateError):
    """The state file cannot be read as one, is gone, or lacks what a copy of it has."""


class StateOnNetwork(StateError):
    """The state directory lies on a network file system."""


class ServiceError(BracketdError):
    """What the service, its storage or the line to them answered.

    ``said`` is their own words, where somebody needs them later: status, code and message.
    """

    def __init__(self, message: str, *, said: str = "") -> None:
        self.said = said
        super().__init__(message)


class Passing(ServiceError):
    """Goes by on its own; ``retry_after`` is the service's wish in seconds, if it had one."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class Unreachable(Passing):
    """No answer. ``sent`` is False when the request certainly never left this machine.

    With ``sent`` true it may or may not have been carried out: look before repeating it.
    """

    def __init__(self, message: str, *, sent: bool = True, retry_after: float | None = None) -> None:
        self.sent = sent
        super().__init__(message, retry_after=retry_after)


class TooSlow(Unreachable):
    """The transfer was cut: it moved fewer bytes a second than the settings demand."""


class Unavailable(Passing):
    """The service answered 5xx."""


class TooManyRequests(Passing):
    """The service answered 429."""


class Garbled(Passing):
    """The answer is not what was promised."""


class Mismatch(StrEnum):
    """How an answer of the service does not match what was asked."""

    ORDER = "another order"
    IMAGE = "another image"
    BRACKET = "another bracket"
    REPEATED = "one id twice"
    MORE_IMAGES = "more images than brackets"
    TOTAL = "another number of images than it states"
    TAKEN = "images that another order has"
    NOT_A_PICTURE = "not a picture"
    BROKEN_PICTURE = "a picture that is not whole"
    SMALL_PICTURE = "a picture much smaller than its brackets"
    LARGE_PICTURE = "more bytes than a picture can have"


class Mismatched(Passing):
    """A well-formed answer that does not match what was asked; ``mismatch`` says how. Nothing of it may be used.

    It can pass: a cache or proxy may have mixed up answers. If it does not pass, a person must look.
    """

    def __init__(self, message: str, *, mismatch: Mismatch = Mismatch.ORDER, retry_after: float | None = None) -> None:
        self.mismatch = mismatch
        super().__init__(message, retry_after=retry_after)


class NotReady(Passing):
    """Asked for before it exists."""


class AccountRefused(ServiceError):
    """The account cannot work at present; every order waits.

    ``cause`` tells two refusals apart, whatever was asked: the status, and where the key is from.
    """

    def __init__(self, message: str, *, cause: str = "") -> None:
        self.cause = cause
        super().__init__(message)


class KeyRefused(AccountRefused):
    """The API key was refused (401, 403)."""


class NoCredits(AccountRefused):
    """No plan or credits for this (402)."""


class RequestRefused(ServiceError):
    """The service will refuse the same request again; the message carries its own words."""


class NotFound(ServiceError):
    """The service does not know this id (404); ``answer`` is the request and what it was answered, in words."""

    def __init__(self, message: str, *, answer: str = "") -> None:
        self.answer = answer
        super().__init__(message)


class AlreadyExists(ServiceError):
    """The id is taken (409)."""


class SlotRefused(ServiceError):
    """Storage refused an upload: the URL is expired, forged or signed for another Content-Type."""


class FileError(BracketdError):
    """Something about one of the photographer's files; ``path`` names it."""

    def __init__(self, path: str, message: str) -> None:
        self.path = path
        super().__init__(message)


class FileGone(FileError):
    """The file was removed or renamed."""


class FileUnreadable(FileError):
    """The file cannot be read. ``may_pass``: the disk's error, or a refusal, may end by itself."""

    def __init__(self, path: str, message: str, *, may_pass: bool = False) -> None:
        self.may_pass = may_pass
        super().__init__(path, message)


class FileChanged(FileError):
    """The file is not the one that was recorded."""


class OutputError(BracketdError):
    """A finished picture cannot be written."""
