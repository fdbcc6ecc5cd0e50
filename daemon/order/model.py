"""An order: a shoot as the service knows it, and everything we remember of it.

Values only, all frozen. Times are seconds since 1970 (UTC) as floats; sizes are bytes; paths of brackets are
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

FlowName = Literal["images", "brackets"]
BadFiles = Literal["hold", "leave_out"]


class Phase(StrEnum):
    """Where an order stands. The first seven come one after the other."""

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
"""The phases of an undisturbed order, in their only direction."""

RESTING = frozenset({Phase.DOWNLOADED, Phase.HELD, Phase.SKIPPED, Phase.CANCELLED})
"""Phases in which nothing happens until a person asks."""

RETRY_FAILED = "`bracketd retry` has the service process failed images again, for free, and buys only those"
"""What a person can do about the failed images of a delivered order."""


class Health(StrEnum):
    """How an order is doing in its phase."""

    OK = "ok"
    RETRYING = "retrying"
    ATTENTION = "attention"


class MergeState(StrEnum):
    """What we know of the one merge. ASKED alone means that its answer was lost or is still to come."""

    NOT_ASKED = "not asked"
    ASKED = "asked"
    ANSWERED = "answered"
    SEEN = "seen"


class ImageState(StrEnum):
    """An image's way: worked on, processed, fetched (bought), placed under its name; or it failed.

    AGAIN: it came to an error and is to be processed once more. DISMISSED: a person does not want it bought.
    """

    PENDING = "pending"
    AGAIN = "again"
    PROCESSED = "processed"
    FETCHED = "fetched"
    PLACED = "placed"
    FAILED = "failed"
    DISMISSED = "dismissed"


REREADS = 3
"""How often a bracket is read again for a new ctime alone: some file systems show another one at every look."""


@dataclass(frozen=True, slots=True)
class Bracket:
    """A file that is uploaded: one exposure of a set, with its place at the service once it has one.

    ``attempt`` counts the times it was begun anew: each registration has an id of its own, minted before the request
    that carries it.
    ``service_id`` and ``url`` are the service's answer; the URL is a capability and stays out of logs.
    ``mark`` tells its content from other files' (``daemon.files.content``), ``sha256`` is that of the bytes sent.
    ``left_out`` is why the order goes without it. ``ctime_ns`` is the file's when it was locked, or just before its
    bytes were sent; ``rereads`` counts how often it was read again for another ctime alone. ``refusals`` counts the
    registrations in a row that the service or storage refused, and ``refused`` is what it said last.
    ``unreadable_since``: since when the disk has not given out the file while it gave out others.
    ``shot`` is what the file says of the frame that it shows.
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
        """Whether the service has the bytes."""
        return self.stored_at is not None

    @property
    def registered(self) -> bool:
        """Whether there is a URL to send the bytes to."""
        return self.url is not None

    def may_be_another(self, ctime_ns: int | None) -> bool:
        """Whether a file of this size and mtime, with this ctime, may have other content: its ctime changed."""
        known = self.ctime_ns is not None and ctime_ns is not None
        return known and self.ctime_ns != ctime_ns and self.rereads < REREADS


@dataclass(frozen=True, slots=True)
class Image:
    """A merged, enhanced result. ``file`` is its name in the output folder once it is placed.

    ``brackets`` are the numbers of the brackets it was made of, as far as the service tells. ``fetched_at`` is when it
    was bought: the time of its first download. ``reprocessed_at`` is
    when it was last asked to be processed once more, ``reprocess_heard`` whether the service took that on, and before
    the download ``failures`` how often it was asked unheard.
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
        """Its name in a message."""
        return brief(self.name, LONGEST_NAME)

    @property
    def why_failed(self) -> str:
        """The service's reason for a failed image, in a message."""
        return brief(self.reason or "the service gives no reason")

    @property
    def ended(self) -> bool:
        """Whether the service is through with it, one way or the other."""
        return self.state not in (ImageState.PENDING, ImageState.AGAIN)


@dataclass(frozen=True, slots=True)
class Preset:
    """How a watched folder wants its orders, frozen into each order when it is locked.

    ``per_image`` is a fixed number of brackets an image, None lets the service group. ``enhance`` are the
    preferences of the vendor's API, as they go on the wire. ``format`` is jpeg, png or webp; ``quality`` 1-90;
    ``max_width`` pixels. ``dev_mode`` asks for free pictures with a watermark. ``bad_files`` says whether a photo that
    cannot be read holds the order, or the order goes without it.
    """

    per_image: int | None = None
    enhance: Mapping[str, object] = field(default_factory=dict)
    format: str = "jpeg"
    quality: int | None = None
    max_width: int | None = None
    dev_mode: bool = False
    bad_files: BadFiles = "hold"


@dataclass(frozen=True, slots=True)
class Order:
    """One row: a shoot, its brackets and images, where it stands, and when to look at it next.

    ``due`` is when the next step may start, None when none is to come by itself; ``due_set_at`` is what the clock said
    when that was set (see ``daemon.order.due``). ``troubles`` are what hinders the
    order now, or how it ended; ``notes`` stay. ``held_in`` is the phase that a held order goes back to.
    ``fingerprint`` tells the same photos again; ``late`` are photos that came after the shoot was locked and are in no
    order, ``altered`` those that changed after they were merged. ``discards`` are registrations at the service that
    must be deleted before the merge. A supplement has photos that came late for the order ``supplement_of``; a
    skipped shoot may have the photos of the order ``same_as``. ``reckoned``: its images are within the limits;
    ``over_limit``: they are not, and it is held or waits for the next day; ``approved``: a person said that they may
    pass them. ``inode`` is that of the shoot's folder, which tells another folder of the same name. ``by_person``: a
    person cancelled, dismissed or skipped it, and it is not sent again unasked. ``reopened_at``: when a person last had
    its failed images processed again. ``phase_since`` is when the order entered its phase; None for one that
    has not changed since it was made, or since a version that did not know it: ``updated_at`` says it then.
    ``hold`` says why it is held, where that decides what may be done; ``troubles`` has every reason.
    ``unknown_order`` is the id of the order, not in the state, for which it is or was held: it is never held for that
    one again.
    ``refusals`` counts the rounds of uploads in a row in which storage refused a bracket and took none; ``unseen`` how
    often the service did not show brackets that were uploaded. ``output_renamed``: the output's disk does not take the
    name that the folder of its pictures would have.

    ``mismatch`` says how the service's last answers did not match what was asked, None if the last one did;
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
        """ok, retrying while something passes, attention when a person should look."""
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
        """What hinders the order, in one text; None if nothing does."""
        return in_one(trouble.text for trouble in self.troubles) if self.troubles else None

    def is_in(self, code: Code) -> bool:
        """True if this hinders the order."""
        return any(trouble.code is code for trouble in self.troubles)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why the health is what it is, and what helps."""
        found = [Problem(trouble.code, trouble.text) for trouble in self.troubles]
        failed = [image for image in self.images if image.state is ImageState.FAILED]
        found += [Problem(Code.IMAGE_FAILED, f"{image.called} failed: {image.why_failed}") for image in failed]
        if failed and self.phase is Phase.DOWNLOADED:
            found.append(Problem(Code.IMAGE_FAILED, RETRY_FAILED))
        dismissed = sum(image.state is ImageState.DISMISSED for image in self.images)
        if dismissed and self.phase is not Phase.CANCELLED:
            text = f"{dismissed} image(s) were dismissed by a person and not bought"
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
        """The numbers of the brackets that are sent: all but those that the order goes without."""
        return tuple(number for number, bracket in enumerate(self.brackets) if bracket.left_out is None)

    def registration(self, number: int) -> str:
        """The id that bracket ``number`` is registered with in its present attempt (RFC 9562 UUIDv5).

        It follows from the order alone, so that it is known, and stored, before the request that carries it.
        """
        return self._minted(number, self.brackets[number].attempt)

    @property
    def registrations(self) -> frozenset[str]:
        """Every id that any bracket was ever registered with, or may have been: none of them is a result."""
        attempts = ((number, attempt) for number, b in enumerate(self.brackets) for attempt in range(b.attempt + 1))
        return frozenset(self._minted(number, attempt) for number, attempt in attempts)

    def _minted(self, number: int, attempt: int) -> str:
        return str(uuid.uuid5(uuid.UUID(self.id), f"{number}/{attempt}"))

    def bracket_name(self, number: int) -> str:
        """The name that bracket ``number`` bears at the service: readable in its web app, unique across orders.

        The API refuses the 31st use of one exact name in an hour, and cameras all say IMG_0001. A bracket that is
        registered again keeps its name. Names that are not UTF-8, or long, are made presentable; the file itself is
        never renamed.
        """
        return name_at_service(self.shoot, self.brackets[number].path, self.tag(number))

    def tag(self, number: int) -> str:
        """What makes a bracket's name unique, and known again whatever the shoot is called by then."""
        return f"{self.id[:8]}-{number + 1}"


def _late_text(files: tuple[str, ...], phase: Phase) -> str:
    """Photos that are in no order, and what helps. ``phase`` is that of the shoot's order."""
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
    """Photos that changed after the merge, and what helps."""
    text = f"{len(files)} photo(s) changed after they were merged: {names_of(files)}"
    return f"{text}. The pictures show them as they were; `bracketd submit --again` sends and buys the shoot again"
