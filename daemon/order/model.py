"""The data of an order: a shoot that is sent to the service, with its brackets and images.

All classes are frozen values. Times are seconds since 1970 (UTC) as floats; sizes are bytes; paths of brackets are
relative to the shoot's folder, paths of pictures to the order's output folder.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from daemon.errors import Mismatch
from daemon.order.hold import Hold
from daemon.order.naming import LONGEST_NAME, brief, name_at_service, names_of
from daemon.order.problem import Code, Problem, Trouble
from daemon.shoot import LeftOut, Shot
from daemon.shoot.leftout import in_one
from daemon.shoot.shot import UNKNOWN
from daemon.template import DEFAULT

FlowName = Literal["images", "brackets"]
BadFiles = Literal["hold", "leave_out"]


class Phase(StrEnum):
    """The phase of an order. The first seven follow each other."""

    SETTLED = "settled"
    UPLOADING = "uploading"
    UPLOADED = "uploaded"
    MERGING = "merging"
    PROCESSING = "processing"
    DOWNLOADING = "downloading"
    DOWNLOADED = "downloaded"
    HELD = "held"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


LINE = (
    Phase.SETTLED,
    Phase.UPLOADING,
    Phase.UPLOADED,
    Phase.MERGING,
    Phase.PROCESSING,
    Phase.DOWNLOADING,
    Phase.DOWNLOADED,
)
"""The phases of an undisturbed order, in their order."""

RESTING = frozenset({Phase.DOWNLOADED, Phase.HELD, Phase.SKIPPED, Phase.CANCELLED})
"""Phases in which nothing happens until a person asks for it."""

RETRY_FAILED = "`bracketd retry` has the failed images processed again, for free, and buys only those"
"""What a person can do about the failed images of a delivered order."""


class Health(StrEnum):
    """How an order is doing in its phase."""

    OK = "ok"
    RETRYING = "retrying"
    ATTENTION = "attention"


class MergeState(StrEnum):
    """What is known about the order's only merge. ASKED means that its answer was lost or has not arrived yet."""

    NOT_ASKED = "not asked"
    ASKED = "asked"
    ANSWERED = "answered"
    SEEN = "seen"


class ImageState(StrEnum):
    """The state of an image: pending at the service, processed, fetched (bought), placed under its name, or failed.

    AGAIN: it failed and is about to be reprocessed. DISMISSED: a person decided not to buy it.
    """

    PENDING = "pending"
    AGAIN = "again"
    PROCESSED = "processed"
    FETCHED = "fetched"
    PLACED = "placed"
    FAILED = "failed"
    DISMISSED = "dismissed"


REREADS = 3
"""How often a bracket is read again if only its ctime changed: some file systems report another ctime each time."""


@dataclass(frozen=True, slots=True)
class Bracket:
    """A file to upload: one exposure of a set, with its registration at the service once it has one.

    ``attempt`` counts its registrations that were replaced. Each registration has its own id, which is known before the
    request. ``service_id`` and ``url`` are the service's answer; the URL grants write access and is never logged.
    ``mark`` distinguishes its content from other files' (``daemon.files.content``), ``sha256`` is the hash of the sent
    bytes. ``left_out`` is why the order does not include it. ``ctime_ns`` is the file's ctime at the lock, or just
    before its bytes were sent; ``rereads`` counts how often it was read again because only its ctime changed.
    ``refusals`` counts the refusals in a row by the service or storage, ``refused`` is the last answer.
    ``unreadable_since`` is when the file first could not be read while others could; None if it can be read.
    ``shot`` has the file's metadata about its frame.
    """

    path: str
    size: int
    mtime_ns: int
    inode: int
    attempt: int = 0
    service_id: str | None = None
    url: str | None = None
    content_type: str | None = None
    stored_at: float | None = None
    failures: int = 0
    mark: str = ""
    sha256: str | None = None
    left_out: str | None = None
    unreadable_since: float | None = None
    refusals: int = 0
    refused: str | None = None
    ctime_ns: int | None = None
    rereads: int = 0
    shot: Shot = UNKNOWN

    @property
    def stored(self) -> bool:
        """True if the service has the bytes."""
        return self.stored_at is not None

    @property
    def registered(self) -> bool:
        """True if there is a URL to send the bytes to."""
        return self.url is not None

    def may_be_another(self, ctime_ns: int | None) -> bool:
        """True if the file, with the same size and mtime, may have other content, because its ctime changed."""
        known = self.ctime_ns is not None and ctime_ns is not None
        return known and self.ctime_ns != ctime_ns and self.rereads < REREADS


@dataclass(frozen=True, slots=True)
class Image:
    """A merged, enhanced result. ``file`` is its name in the output folder once it is placed.

    ``brackets`` are the numbers of the brackets it was made of, if the service says so. ``fetched_at`` is when it was
    bought: the time of its first download. ``reprocessed_at`` is when its reprocessing was last requested,
    ``reprocess_heard`` is True if the service accepted that. ``failures`` counts requests for reprocessing without an
    answer, and later failed downloads.
    """

    id: str
    name: str
    brackets: tuple[int, ...] = ()
    state: ImageState = ImageState.PENDING
    reason: str | None = None
    size: int | None = None
    sha256: str | None = None
    extension: str | None = None
    file: str | None = None
    fetched_at: float | None = None
    failures: int = 0
    reprocessed_at: float | None = None
    reprocess_heard: bool = False

    @property
    def called(self) -> str:
        """The image's name for a message."""
        return brief(self.name, LONGEST_NAME)

    @property
    def why_failed(self) -> str:
        """The service's reason for the failure, for a message."""
        return brief(self.reason or "the service gives no reason")

    @property
    def ended(self) -> bool:
        """True if the service has finished processing the image, with or without success."""
        return self.state not in (ImageState.PENDING, ImageState.AGAIN)


@dataclass(frozen=True, slots=True)
class Preset:
    """The order settings of a watched folder, copied into each order when the shoot is locked.

    ``per_image`` is a fixed number of brackets per image; None lets the service group them. ``enhance`` are the
    preferences of the vendor's API, as they are sent. ``format`` is jpeg, png or webp; ``quality`` 1-90; ``max_width``
    is in pixels. ``dev_mode`` requests free pictures with a watermark. ``bad_files`` says whether an unreadable photo
    holds the order or is left out. ``names`` is the template of the pictures' names (``daemon.template``).
    """

    per_image: int | None = None
    enhance: Mapping[str, object] = field(default_factory=dict)
    format: str = "jpeg"
    quality: int | None = None
    max_width: int | None = None
    dev_mode: bool = False
    bad_files: BadFiles = "hold"
    names: str = DEFAULT


@dataclass(frozen=True, slots=True)
class Order:
    """One order: a shoot, its brackets and images, its phase, and when its next step is due.

    ``due`` is when the next step may start, None if no step will start by itself; ``due_set_at`` is the clock's time
    when ``due`` was set (see ``daemon.order.due``). ``troubles`` are what hinders the order now, or how it ended;
    ``notes`` are permanent. ``held_in`` is the phase that a held order returns to.

    ``fingerprint`` identifies the set of photos. ``late`` are photos that arrived after the shoot was locked and are in
    no order, ``altered`` those that changed after they were merged. ``discards`` are registrations at the service that
    must be deleted before the merge. A supplement has photos that arrived late for the order ``supplement_of``; a
    skipped shoot may have the photos of the order ``same_as``. ``inode`` is that of the shoot's folder; it
    distinguishes folders of the same name.

    ``reckoned``: its images are within the limits; ``over_limit``: they are not, and the order is held or waits for the
    next day; ``approved``: a person allowed it to pass the limits. ``by_person``: a person cancelled, dismissed or
    skipped it, and it is not sent again unasked. ``reopened_at`` is when a person last retried its failed images.
    ``phase_since`` is when the order entered its phase; None for an order that has not changed since it was created or
    since an older version: then ``updated_at`` counts.

    ``hold`` says why it is held, where that decides which verbs are allowed; ``troubles`` has every reason.
    ``unknown_order`` is the id of the order, not in the state, because of which it is or was held. It is not held for
    that order again. ``refusals`` counts the upload rounds in a row in which storage refused a bracket and accepted
    none; ``unseen`` how often the service did not show uploaded brackets. ``output_renamed``: the output's disk does
    not allow the usual name of the order's output folder.

    ``mismatch`` says how the service's last answers did not match the requests, None if the last one did;
    ``mismatches`` counts them, and ``mismatched_at`` is when the first of them came. ``merge_refused_at`` is when the
    service refused the merge; None again once it is known that no merge was carried out.

    ``left_out`` are files of the shoot that are not sent, by path. ``left_out_why`` gives the reasons; files that an
    earlier version left out have none.
    """

    id: str
    flow: FlowName
    shoot: str
    folder: str
    output: str
    created_at: float
    updated_at: float
    preset: Preset = Preset()
    phase: Phase = Phase.SETTLED
    held_in: Phase | None = None
    created: bool = False
    brackets: tuple[Bracket, ...] = ()
    images: tuple[Image, ...] = ()
    discards: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    left_out_why: tuple[LeftOut, ...] = ()
    fingerprint: str = ""
    late: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    supplement_of: str | None = None
    same_as: str | None = None
    approved: bool = False
    by_person: bool = False
    over_limit: bool = False
    unknown_order: str | None = None
    inode: int | None = None
    hold: Hold | None = None
    reckoned: bool = False
    merge: MergeState = MergeState.NOT_ASKED
    merge_asked_at: float | None = None
    merge_refused_at: float | None = None
    mismatch: Mismatch | None = None
    mismatches: int = 0
    mismatched_at: float | None = None
    polls: int = 0
    failures: int = 0
    troubles: tuple[Trouble, ...] = ()
    notes: tuple[str, ...] = ()
    due: float | None = None
    phase_since: float | None = None
    refusals: int = 0
    unseen: int = 0
    output_renamed: bool = False
    due_set_at: float | None = None
    reopened_at: float | None = None

    @property
    def health(self) -> Health:
        """OK, RETRYING during a temporary problem, ATTENTION if a person should check the order."""
        if self.phase in (Phase.SKIPPED, Phase.CANCELLED):
            return Health.ATTENTION if self.late else Health.OK
        if (
            self.phase is Phase.HELD
            or self.notes
            or self.altered
            or any(i.state is ImageState.FAILED for i in self.images)
        ):
            return Health.ATTENTION
        return Health.RETRYING if self.troubles else Health.OK

    @property
    def trouble(self) -> str | None:
        """The texts of all troubles in one; None without any."""
        return in_one(trouble.text for trouble in self.troubles) if self.troubles else None

    def is_in(self, code: Code) -> bool:
        """True if one of the troubles has this code."""
        return any(trouble.code is code for trouble in self.troubles)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The reasons for the health, each with the command that helps."""
        found = [Problem(trouble.code, trouble.text) for trouble in self.troubles]
        failed = [image for image in self.images if image.state is ImageState.FAILED]
        found += [Problem(Code.IMAGE_FAILED, f"{image.called} failed: {image.why_failed}") for image in failed]
        if failed and self.phase is Phase.DOWNLOADED:
            found.append(Problem(Code.IMAGE_FAILED, RETRY_FAILED))
        dismissed = sum(image.state is ImageState.DISMISSED for image in self.images)
        if dismissed and self.phase is not Phase.CANCELLED:
            text = f"{dismissed} image(s) were dismissed on request and not bought"
            found.append(Problem(Code.IMAGES_DISMISSED, text))
        if self.late:
            found.append(Problem(Code.LATE_PHOTOS, _late_text(self.late, self.phase)))
        if self.altered:
            found.append(Problem(Code.CHANGED_PHOTOS, _altered_text(self.altered)))
        if self.output_renamed:
            text = f"the output's disk does not allow the shoot's name; the pictures go to {self.output}"
            found.append(Problem(Code.OUTPUT_RENAMED, text))
        return (*found, *(Problem(Code.NOTE, note) for note in self.notes))

    @property
    def messages(self) -> tuple[str, ...]:
        """The texts of the problems."""
        return tuple(problem.text for problem in self.problems)

    @property
    def sent(self) -> tuple[int, ...]:
        """The numbers of the brackets that are sent: all except those that are left out."""
        return tuple(number for number, bracket in enumerate(self.brackets) if bracket.left_out is None)

    def registration(self, number: int) -> str:
        """The id that bracket ``number`` is registered with in its current attempt (RFC 9562 UUIDv5).

        It is computed from the order alone, so it is known and stored before the request.
        """
        return self._minted(number, self.brackets[number].attempt)

    @property
    def registrations(self) -> frozenset[str]:
        """Every id that any bracket was or may have been registered with. An image with such an id is an input."""
        attempts = ((number, attempt) for number, b in enumerate(self.brackets) for attempt in range(b.attempt + 1))
        return frozenset(self._minted(number, attempt) for number, attempt in attempts)

    def _minted(self, number: int, attempt: int) -> str:
        return str(uuid.uuid5(uuid.UUID(self.id), f"{number}/{attempt}"))

    def bracket_name(self, number: int) -> str:
        """The name of bracket ``number`` at the service: readable in the web app, unique across orders.

        The API refuses the 31st use of the same name in an hour, and all cameras use names like IMG_0001. A bracket
        that is registered again keeps its name. Names that are long or not UTF-8 are changed to be readable; the file
        itself is never renamed.
        """
        return name_at_service(self.shoot, self.brackets[number].path, self.tag(number))

    def tag(self, number: int) -> str:
        """The part of a bracket's name that is unique. It identifies the bracket even after the shoot was renamed."""
        return f"{self.id[:8]}-{number + 1}"


def _late_text(files: tuple[str, ...], phase: Phase) -> str:
    """The message about photos that are in no order. ``phase`` is that of the shoot's order."""
    came = f"{len(files)} photo(s) came after the shoot was"
    match phase:
        case Phase.SKIPPED:
            text = f"{came} skipped, and are not sent: {names_of(files)}"
        case Phase.CANCELLED:
            text = f"{came} locked, and are not sent because it was cancelled: {names_of(files)}"
            whole = "`bracketd submit FOLDER` sends the whole shoot"
            return f"{text}. {whole}. Move them to a folder of their own to send them alone"
        case _:
            text = f"{came} locked and are in no order: {names_of(files)}"
    return f"{text}. Move them to a folder of their own to send them"


def _altered_text(files: tuple[str, ...]) -> str:
    """The message about photos that changed after the merge."""
    text = f"{len(files)} photo(s) changed after they were merged: {names_of(files)}"
    return f"{text}. The pictures show the old versions; `bracketd submit --again` sends and buys the shoot again"
