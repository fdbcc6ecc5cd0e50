"""What happened to an order: the facts.

A bracket is named by its number, an image by the service's id. Facts go to the journal without ``secret`` fields.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from daemon.errors import Mismatch
from daemon.order.found import FoundDelivered, FoundElsewhere, FoundMerged
from daemon.order.model import Bracket, Preset
from daemon.order.problem import Code
from daemon.order.steps import Step
from daemon.shoot import Doubt, LeftOut


@dataclass(frozen=True, slots=True)
class Locked:
    """The shoot was found complete, or a person sent it: these are its brackets, and the files it goes without.

    ``left_out_why`` says why of each of those files; ``doubt`` is why a person must decide before anything is sent.
    """

    brackets: tuple[Bracket, ...]
    left_out: tuple[str, ...] = ()
    why: str = ""
    left_out_why: tuple[LeftOut, ...] = ()
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True)
class Created:
    """The order exists at the service."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A bracket has a place; ``attempt`` says which registration this answers."""

    bracket: int
    attempt: int
    service_id: str
    url: str = field(repr=False, metadata={"secret": True})
    content_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Stored:
    """The service has a bracket's bytes; ``sha256`` is theirs, ``ctime_ns`` the file's just before it was read."""

    bracket: int
    attempt: int
    sha256: str | None = None
    ctime_ns: int | None = None


class Lost(StrEnum):
    """Why a registration cannot be used.

    UNHEARD: its answer was lost · TAKEN: the service says that it has this id already · REFUSED: storage refused the
    upload to it.
    """

    UNHEARD = "unheard"
    TAKEN = "taken"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class SlotLost:
    """A registration cannot be used; the bracket is registered again.

    ``said`` is what the service or storage said. ``mismatch``: its answer did not match what was asked.
    """

    bracket: int
    attempt: int
    why: str
    cause: Lost = Lost.UNHEARD
    said: str = ""
    mismatch: Mismatch | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """A bracket's file is not the one recorded in this attempt; these are its new size, mtime, inode and ctime."""

    bracket: int
    attempt: int
    size: int
    mtime_ns: int
    inode: int
    ctime_ns: int | None = None


@dataclass(frozen=True, slots=True)
class SameContent:
    """Files that were touched after they were sent still have the content that was sent.

    ``seen`` is, for each, the bracket's number, how often it had been read again before, and its ctime now. Found by a
    merge, it says that the merge was not asked for.
    """

    seen: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Discarded:
    """A registration is gone from the service."""

    registration: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The files are those that were locked, and the service lacks these brackets; none if it has every one."""

    missing: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MergeIntended:
    """The merge is about to be asked for."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The service accepted the merge."""


@dataclass(frozen=True, slots=True)
class SeenImage:
    """An output image as the service shows it. ``ended``: None while it is worked on, else whether it succeeded.

    Of a failed image, ``again`` says whether to process it once more; ``limited``: only the daily limit stopped it.
    """

    id: str
    name: str
    ended: bool | None
    reason: str | None = None
    brackets: tuple[int, ...] = ()
    again: bool = True
    limited: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at the order showed; ``images`` are output images only, never registered brackets."""

    merging: bool
    processing: bool
    images: tuple[SeenImage, ...]


@dataclass(frozen=True, slots=True)
class ReprocessIntended:
    """An image is about to be processed once more."""

    image: str


@dataclass(frozen=True, slots=True)
class Reprocessed:
    """The service took on to process an image once more."""

    image: str


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What other orders have bought, or were allowed to buy, today and this month, in images.

    ``tomorrow`` is when the next day begins, in epoch seconds; None if that is not known.
    """

    today: int
    month: int
    tomorrow: float | None = None


@dataclass(frozen=True, slots=True)
class Approved:
    """A person allows the order whatever it buys, or sends a supplement that was held."""


@dataclass(frozen=True, slots=True)
class Reopened:
    """A person asked to have these failed images, by their ids, processed again."""

    images: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dismissed:
    """A person does not want the images of a merged order that are not bought yet."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An image was bought; its bytes are on disk, flushed, under a hidden name."""

    image: str
    size: int
    sha256: str
    extension: str


@dataclass(frozen=True, slots=True)
class FetchLost:
    """Fetched bytes are no longer where they were put."""

    image: str


@dataclass(frozen=True, slots=True)
class Placed:
    """An image lies in the output folder under this name."""

    image: str
    file: str


@dataclass(frozen=True, slots=True)
class ImageLost:
    """The service does not give this image out, or refuses to process it once more."""

    image: str
    why: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """``order.json`` is written. ``late`` are photos that came into the shoot after it was locked."""

    late: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CameLate:
    """These photos lie in the shoot and no order has them, or they changed after they were merged; none: no more."""

    files: tuple[str, ...]
    altered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundAgain:
    """These photos lie in the shoot and show, or are made from, what was sent; ``left_out_why`` says it of each."""

    files: tuple[str, ...]
    left_out_why: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """The shoot was renamed or moved while its order was under way."""

    shoot: str
    folder: str


@dataclass(frozen=True, slots=True)
class OutputRenamed:
    """The disk does not take the name of the output folder, and nothing lies in it; pictures go to this one."""

    output: str


class Kind(StrEnum):
    """Kinds of failure, each with its own answer (see ``trouble.failed``)."""

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
    """A step did not succeed. ``why`` is for a person; ``detail`` (a traceback) only for the journal.

    ``unsent``: the service has certainly not carried it out; ``offline``: not even a connection could be made. ``step``
    is None when it was no step that failed, but what we made of one. ``bracket`` is whose file is at fault, if one is;
    of a file that cannot be read at present, ``disk_fails`` says that no other one of the shoot can.
    ``cause`` is the same for all refusals of the account that have one reason, whatever was asked.
    ``mismatch`` is how an answer did not match what was asked (``Kind.MISMATCH``).
    """

    step: Step | None
    kind: Kind
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
    """A step was broken off because the daemon stops; nothing is known to have changed."""

    step: Step


@dataclass(frozen=True, slots=True)
class Retried:
    """A person asked to try again now; ``preset`` is what the watched folder is set to by now, if it still is one."""

    preset: Preset | None = None


@dataclass(frozen=True, slots=True)
class Resumed:
    """What the account was refused for may be asked again: it was accepted elsewhere, or the daemon started."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """The state was rebuilt, and this order with it: ``source`` is what it is known from, ``why`` what was found."""

    source: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The order ends here, before its merge. ``by_person``: because a person wants it to. ``code`` says why."""

    why: str
    by_person: bool = False
    code: Code = Code.CANCELLED


Fact = (
    Locked
    | Created
    | Registered
    | Stored
    | SlotLost
    | Changed
    | SameContent
    | Discarded
    | Confirmed
    | MergeIntended
    | Merged
    | Seen
    | ReprocessIntended
    | Reprocessed
    | Reckoned
    | Approved
    | Reopened
    | Dismissed
    | Fetched
    | FetchLost
    | Placed
    | ImageLost
    | Delivered
    | CameLate
    | FoundAgain
    | Moved
    | OutputRenamed
    | FoundDelivered
    | FoundMerged
    | FoundElsewhere
    | Failed
    | Interrupted
    | Retried
    | Resumed
    | Recovered
    | Cancelled
)
