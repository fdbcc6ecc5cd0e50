"""The facts: what can happen to an order.

A bracket is identified by its number, an image by its id at the service. The journal stores facts without their
``secret`` fields.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from daemon.errors import Mismatch
from daemon.order.bracket import Bracket
from daemon.order.deadline import DeadlineNear as DeadlineNear  # noqa: PLC0414 - a fact
from daemon.order.failure import Failed as Failed  # noqa: PLC0414 - a fact, which is named facts.Failed like the others
from daemon.order.failure import Failure as Failure  # noqa: PLC0414 - its kinds
from daemon.order.failure import Interrupted as Interrupted  # noqa: PLC0414 - a fact
from daemon.order.found import FoundDelivered, FoundElsewhere, FoundMerged
from daemon.order.preset import Preset
from daemon.order.preview import LooksLike
from daemon.order.problem import Code
from daemon.order.several import Several
from daemon.shoot import Doubt, LeftOut


@dataclass(frozen=True, slots=True)
class Locked:
    """The shoot was found complete, or a person submitted it. Has its brackets and the files that are left out.

    ``left_out_why`` gives the reason for each of those files. ``doubt`` is why a person must decide before anything is
    sent. ``several`` is set if the shoot looks like several properties.
    """

    brackets: tuple[Bracket, ...]
    left_out: tuple[str, ...] = ()
    why: str = ""
    left_out_why: tuple[LeftOut, ...] = ()
    doubt: Doubt | None = None
    several: Several | None = None


@dataclass(frozen=True, slots=True)
class Created:
    """The order exists at the service."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A bracket has an upload URL; ``attempt`` says which registration this answers."""

    bracket: int
    attempt: int
    service_id: str
    url: str = field(repr=False, metadata={"secret": True})
    content_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Stored:
    """The service has a bracket's bytes. ``sha256`` is their hash, ``ctime_ns`` the file's ctime before the read."""

    bracket: int
    attempt: int
    sha256: str | None = None
    ctime_ns: int | None = None


class Lost(StrEnum):
    """Why a registration cannot be used.

    UNHEARD: its answer was lost · TAKEN: the service says that the id is already in use · REFUSED: storage refused the
    upload.
    """

    UNHEARD = "unheard"
    TAKEN = "taken"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class SlotLost:
    """A registration cannot be used; the bracket is registered again.

    ``said`` is the answer of the service or storage. ``mismatch``: its answer did not match the request.
    """

    bracket: int
    attempt: int
    why: str
    cause: Lost = Lost.UNHEARD
    said: str = ""
    mismatch: Mismatch | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """A bracket's file differs from the one recorded in this attempt. Has its new size, mtime, inode and ctime."""

    bracket: int
    attempt: int
    size: int
    mtime_ns: int
    inode: int
    ctime_ns: int | None = None


@dataclass(frozen=True, slots=True)
class SameContent:
    """Files whose ctime changed after they were sent still have the content that was sent.

    ``seen`` has for each file the bracket's number, its earlier number of rereads, and its ctime now. If the merge step
    returns this fact, the merge was not requested.
    """

    seen: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Discarded:
    """A registration was deleted at the service."""

    registration: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The files are unchanged since the lock. ``missing`` are the brackets that the service does not have."""

    missing: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MergeIntended:
    """The merge is about to be requested."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The service accepted the merge."""


@dataclass(frozen=True, slots=True)
class PolledImage:
    """An output image as the service shows it. ``ended``: None while it is processed, True on success, False on error.

    For a failed image, ``again`` is True if it can be reprocessed, ``limited`` if only the daily limit stopped it.
    """

    id: str
    name: str
    ended: bool | None
    reason: str | None = None
    brackets: tuple[int, ...] = ()
    again: bool = True
    limited: bool = False


@dataclass(frozen=True, slots=True)
class Polled:
    """The order's status at the service. ``images`` are output images only, never registered brackets."""

    merging: bool
    processing: bool
    images: tuple[PolledImage, ...]


@dataclass(frozen=True, slots=True)
class ReprocessIntended:
    """Reprocessing of an image is about to be requested."""

    image: str


@dataclass(frozen=True, slots=True)
class Reprocessed:
    """The service accepted the reprocessing of an image."""

    image: str


@dataclass(frozen=True, slots=True)
class Previewed:
    """An image's free preview is in the cache, flushed to disk."""

    image: str


@dataclass(frozen=True, slots=True)
class PreviewFailed:
    """An image's free preview could not be fetched.

    ``retry_after`` is in seconds. ``offline``: no connection could be made. ``lasting``: another try is pointless.
    """

    image: str
    why: str
    retry_after: float | None = None
    offline: bool = False
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class Inspected:
    """The previews were inspected. The fields are those of ``Inspection``; empty if nothing could be compared."""

    compared: tuple[int, ...] = ()
    looks: tuple[LooksLike, ...] = ()
    sheet: bool = False


@dataclass(frozen=True, slots=True)
class Reckoned:
    """How many images other orders have bought, or were allowed to buy, today and this month.

    ``tomorrow`` is when the next day begins, in epoch seconds; None if that is not known.
    """

    today: int
    month: int
    tomorrow: float | None = None


@dataclass(frozen=True, slots=True)
class Approved:
    """A person allows the order to exceed the limits, or releases a held order.

    ``only`` are the ids of the images that are bought; empty for all.
    """

    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reopened:
    """A person asked to have failed images, given by their ids, processed again."""

    images: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dismissed:
    """A person dismissed the images of a merged order that are not bought yet."""


@dataclass(frozen=True, slots=True)
class Regrouped:
    """A person requested that the wrong scenes of an order are sent again.

    ``kept`` are the ids of the images that are still bought. ``new`` is the id of the order that has the wrong scenes.
    """

    kept: tuple[str, ...]
    new: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """An image was bought. Its bytes are flushed to disk in a hidden file."""

    image: str
    size: int
    sha256: str
    extension: str


@dataclass(frozen=True, slots=True)
class FetchLost:
    """The hidden file of a fetched image is missing."""

    image: str


@dataclass(frozen=True, slots=True)
class PicturePlaced:
    """An image has its name, ``file``, in the output folder."""

    image: str
    file: str


@dataclass(frozen=True, slots=True)
class ImageLost:
    """The service does not provide this image, or refuses to reprocess it."""

    image: str
    why: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """``order.json`` is written. ``late`` are photos that arrived in the shoot after it was locked."""

    late: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CameLate:
    """Photos in the shoot that no order has, and photos that changed after their merge. Both empty: no longer any."""

    files: tuple[str, ...]
    altered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundAgain:
    """Photos in the shoot that show, or are made from, frames already sent. ``left_out_why`` has each one's reason."""

    files: tuple[str, ...]
    left_out_why: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """The shoot's folder was renamed or moved while its order was under way."""

    shoot: str
    folder: str


@dataclass(frozen=True, slots=True)
class OutputRenamed:
    """The disk does not allow the output folder's name, and the folder does not exist. Pictures go to ``output``."""

    output: str


@dataclass(frozen=True, slots=True)
class Retried:
    """A person asked to try again now. ``preset`` has the watched folder's current settings; None without one."""

    preset: Preset | None = None


@dataclass(frozen=True, slots=True)
class Resumed:
    """Requests may be tried again: the account was accepted for another order, or the daemon started."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """The order was rebuilt by a recovery. ``source`` is where it was found, ``why`` what was found."""

    source: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The order ends before its merge. ``by_person``: a person requested it. ``code`` says why."""

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
    | Polled
    | ReprocessIntended
    | Reprocessed
    | Previewed
    | PreviewFailed
    | Inspected
    | Reckoned
    | Approved
    | Reopened
    | Dismissed
    | Regrouped
    | Fetched
    | FetchLost
    | PicturePlaced
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
    | DeadlineNear
)
