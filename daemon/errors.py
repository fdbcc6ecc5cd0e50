"""All errors of bracketd, as one tree.

::

    BracketdError
    ├── ConfigError             invalid settings; exit status 78
    ├── StateError              the state directory cannot be used
    │   ├── AlreadyRunning      another daemon uses it
    │   ├── StateFull           its disk is full, or the quota is used up
    │   ├── StateTooNew         written by a newer version of bracketd
    │   ├── StateDamaged        not a valid state file, missing, or older than its copy
    │   └── StateOnNetwork      SQLite's locks do not work on a network file system
    ├── ServiceError            the Autoenhance API, its storage or the connection failed
    │   ├── Passing             temporary: retry later
    │   │   ├── Unreachable     no response: name, connection, TLS, timeout, response lost
    │   │   │   └── TooSlow     aborted: slower than the least rate in the settings
    │   │   ├── Unavailable     5xx
    │   │   ├── TooManyRequests 429, with the service's ``retry_after`` if it sent one
    │   │   ├── Garbled         an invalid response: HTML instead of JSON, half an image
    │   │   ├── Mismatched      a well-formed response that does not match the request
    │   │   └── NotReady        the requested object does not exist yet
    │   ├── AccountRefused      concerns every order of the account
    │   │   ├── KeyRefused      401, 403
    │   │   └── NoCredits       402
    │   ├── RequestRefused      422 and other 4xx: the same request would be refused again
    │   ├── NotFound            404
    │   ├── AlreadyExists       409
    │   └── SlotRefused         storage refused the upload: URL expired, forged or signed otherwise
    ├── FileError               one of the photographer's files
    │   ├── FileGone            removed or renamed
    │   ├── FileUnreadable      no permission, I/O error
    │   └── FileChanged         not the file that was recorded
    └── OutputError             a finished picture cannot be written: full disk, read-only folder

A message says what is wrong and how to fix it, in one sentence each, without secrets.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BracketdError(Exception):
    """The base class of bracketd's errors."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in the settings: where it is, what is wrong, and how to fix it.

    ``where`` is ``file:line: key``, without the parts that are unknown.
    """

    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}. {self.remedy}" if self.where else f"{self.what}. {self.remedy}"


class ConfigError(BracketdError):
    """Invalid settings, with all mistakes at once."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class StateError(BracketdError):
    """The state directory cannot be used."""


class AlreadyRunning(StateError):
    """Another daemon uses the state directory. ``pid`` is its process ID, None if unknown."""

    def __init__(self, state_dir: str, pid: int | None) -> None:
        self.pid = pid
        who = f"pid {pid}" if pid else "pid unknown"
        super().__init__(
            f"bracketd is already running on {state_dir} ({who}). Stop it first, or set a different state_dir."
        )


class StateFull(StateError):
    """The state cannot be written: its disk, its inodes or the quota are used up. Ends when there is space again."""


class StateTooNew(StateError):
    """The state file was written by a newer version of bracketd."""


class StateDamaged(StateError):
    """The state file is invalid, missing, or older than a copy of it."""


class StateOnNetwork(StateError):
    """The state directory is on a network file system."""


class ServiceError(BracketdError):
    """The service, its storage or the connection to them failed.

    ``said`` is the response's status, code and message, for errors whose handlers need them.
    """

    def __init__(self, message: str, *, said: str = "") -> None:
        self.said = said
        super().__init__(message)


class Passing(ServiceError):
    """A temporary error. ``retry_after`` is the delay in seconds that the service asked for, if any."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class Unreachable(Passing):
    """No response. ``sent`` is False if the request certainly never left this machine.

    If ``sent`` is True, the request may have been carried out, so check before you repeat it.
    """

    def __init__(self, message: str, *, sent: bool = True, retry_after: float | None = None) -> None:
        self.sent = sent
        super().__init__(message, retry_after=retry_after)


class TooSlow(Unreachable):
    """The transfer was aborted because it was slower than the least rate in the settings."""


class Unavailable(Passing):
    """The service returned 5xx."""


class TooManyRequests(Passing):
    """The service returned 429."""


class Garbled(Passing):
    """The response is invalid or incomplete."""


class Mismatch(StrEnum):
    """How a response of the service does not match the request. The values are stored in the state."""

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
    """A well-formed response that does not match the request; ``mismatch`` says how. No part of it may be used.

    It can be temporary, because a cache or proxy may have mixed up responses. If it lasts, a person must check.
    """

    def __init__(self, message: str, *, mismatch: Mismatch = Mismatch.ORDER, retry_after: float | None = None) -> None:
        self.mismatch = mismatch
        super().__init__(message, retry_after=retry_after)


class NotReady(Passing):
    """The requested object does not exist yet."""


class AccountRefused(ServiceError):
    """The account cannot be used at present, so every order waits.

    ``cause`` identifies the refusal, whatever the request was: the status, and where the key was found.
    """

    def __init__(self, message: str, *, cause: str = "") -> None:
        self.cause = cause
        super().__init__(message)


class KeyRefused(AccountRefused):
    """The API key was refused (401, 403)."""


class NoCredits(AccountRefused):
    """No plan, or not enough credits (402)."""


class RequestRefused(ServiceError):
    """The service would refuse the same request again. The message contains the service's reason."""


class NotFound(ServiceError):
    """The service does not know this ID (404). ``answer`` describes the request and the response."""

    def __init__(self, message: str, *, answer: str = "") -> None:
        self.answer = answer
        super().__init__(message)


class AlreadyExists(ServiceError):
    """The ID is already in use (409)."""


class SlotRefused(ServiceError):
    """Storage refused an upload: the URL is expired, forged or signed for another Content-Type."""


class FileError(BracketdError):
    """A problem with one of the photographer's files. ``path`` is its path."""

    def __init__(self, path: str, message: str) -> None:
        self.path = path
        super().__init__(message)


class FileGone(FileError):
    """The file was removed or renamed."""


class FileUnreadable(FileError):
    """The file cannot be read. ``may_pass`` is True if the error may be temporary."""

    def __init__(self, path: str, message: str, *, may_pass: bool = False) -> None:
        self.may_pass = may_pass
        super().__init__(path, message)


class FileChanged(FileError):
    """The file is not the one that was recorded."""


class OutputError(BracketdError):
    """A finished picture cannot be written."""
