"""Carries out the steps of an order: ``perform(order, step) -> Fact``. Only here do errors become facts.

Steps are plain blocking functions; the runner calls them in threads. Each step checks its conditions first: a file is
compared with its record before it is registered, sent and merged; the output folder must be available and open before
an image is bought.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

import structlog

from daemon import errors, originals
from daemon.delivery import delivery_note, fitting_output, late_photos, note_name
from daemon.files import incoming, outgoing
from daemon.files.bounded import Bounded
from daemon.files.fitting import name_limit
from daemon.files.roots import PATIENCE, Roots
from daemon.frames import shot_if_read
from daemon.gallery import Gallery
from daemon.order import Order, Phase, answers, facts, pictures, steps
from daemon.order.plan import grouping_request
from daemon.picture_names import picture_name
from daemon.progress.board import Board
from daemon.resuming import Resuming
from daemon.service import ImageStatus, Service, Slot, content_type_of
from daemon.steps.failures import failure
from daemon.steps.previewing import preview

ENDED = {ImageStatus.PROCESSED: True, ImageStatus.FAILED: False, ImageStatus.EXPIRED: False}

MARKED = {True: "-dev", False: ""}
"""The suffix for the names of watermarked pictures, so that nobody delivers one by mistake."""

OUTPUTS = Bounded[str | None](PATIENCE)
"""Calls to the disks of outputs, bounded in time. A disk that hangs must not block the upload lanes."""

AfterMerge = (
    steps.Poll
    | steps.Reprocess
    | steps.Preview
    | steps.Inspect
    | steps.Reckon
    | steps.Fetch
    | steps.PlacePicture
    | steps.Deliver
)

log = structlog.get_logger("bracketd.steps")


class Stopped(Exception):
    """The daemon stops. Running steps are interrupted."""


@dataclass(frozen=True, slots=True)
class Run:
    """The daemon's run. ``go_on`` is called between pieces of a transfer and raises Stopped to interrupt it.

    ``now`` returns epoch seconds. ``progress`` counts the bytes of transfers.
    """

    go_on: Callable[[], None]
    now: Callable[[], float]
    progress: Board = field(default_factory=Board)


class Steps:
    """Carries out steps through one service account.

    ``roots`` distinguishes an unavailable disk from missing files. ``longest_name`` returns how many bytes a name in a
    folder may have. ``resuming`` checks an order from an earlier run before it continues. Without a ``gallery`` there
    are no previews.
    """

    def __init__(
        self,
        service: Service,
        roots: Roots,
        run: Run,
        *,
        longest_name: Callable[[str], int] = name_limit,
        resuming: Resuming | None = None,
        gallery: Gallery | None = None,
    ) -> None:
        self._service, self._roots = service, roots
        self._go_on, self._now = run.go_on, run.now
        self._longest_name = longest_name
        self._resuming = resuming or Resuming()
        self._gallery = gallery
        self._progress = run.progress

    def perform(self, order: Order, step: steps.Step) -> facts.Fact:
        """Carry out a step. Errors become facts, except StateError, which is raised."""
        begun = False
        try:
            self._go_on()
            found = self._resuming.look(order, step, self._service, self._roots, self._go_on)
            if found is not None:
                return found
            begun = True
            return self._carry_out(order, step)
        except Stopped:
            return facts.Interrupted(step)
        except errors.StateError:
            raise
        except Exception as error:  # noqa: BLE001 - a bug in one order must not end the others
            if self._stopped():
                return facts.Interrupted(step)
            failed = (
                self._disk_is_away(order, step, error) or originals.renamed(order, error) or failure(order, step, error)
            )
            if isinstance(failed, facts.Failed) and not begun:  # only the check before the step failed
                return replace(failed, unsent=True)
            return failed

    def _stopped(self) -> bool:
        """True if the daemon stops. A failure may then come from closing the connections of running transfers."""
        try:
            self._go_on()
        except Stopped:
            return True
        return False

    def _disk_is_away(self, order: Order, step: steps.Step, error: Exception) -> facts.Failed | None:
        """The failure to record for a file error if the whole disk is unavailable; None for other errors."""
        match error:
            case errors.FileError():
                away, kind = self._roots.watched_away(os.path.dirname(order.source.folder)), facts.Failure.PASSING
            case errors.OutputError():
                away, kind = self._roots.output_now(os.path.dirname(order.source.output)).why, facts.Failure.OUTPUT
            case _:
                return None
        return facts.Failed(step, kind, away, unsent=True) if away is not None else None

    def _carry_out(self, order: Order, step: steps.Step) -> facts.Fact:
        early = order.phase is Phase.SETTLED and isinstance(step, steps.Create | steps.Register)
        if (early or isinstance(step, steps.Confirm)) and (output := self._other_output(order)):
            return facts.OutputRenamed(output)
        match step:
            case steps.Create():
                return self._create(order)
            case steps.Register(number):
                return self._register(order, number)
            case steps.Upload(number):
                return self._upload(order, number)
            case steps.Discard(registration):
                self._service.discard(registration)
                return facts.Discarded(registration)
            case steps.Confirm():
                return self._confirm(order)
            case steps.Merge():
                return self._merge(order)
            case _:
                return self._carry_on(order, step)

    def _carry_on(self, order: Order, step: AfterMerge) -> facts.Fact:
        """Carry out a step after the merge."""
        if isinstance(step, steps.Fetch | steps.PlacePicture | steps.Deliver) and (
            away := self._roots.output_now(os.path.dirname(order.source.output)).why
        ):
            raise errors.OutputError(away)
        if isinstance(step, steps.Fetch | steps.Deliver) and (output := self._other_output(order)):
            return facts.OutputRenamed(output)
        match step:
            case steps.Poll():
                return self._look(order)
            case steps.Reprocess(image_id):
                return self._reprocess(image_id)
            case steps.Preview(image_id):
                return preview(order, image_id, self._service, self._gallery)
            case steps.Inspect():
                return facts.Inspected() if self._gallery is None else self._gallery.inspect(order, self._go_on)
            case steps.Reckon():
                raise AssertionError("the runner checks the ledger itself")
            case steps.Fetch(image_id):
                return self._fetch(order, image_id)
            case steps.PlacePicture(image_id):
                return self._place(order, image_id)
            case steps.Deliver():
                return self._deliver(order)

    def _other_output(self, order: Order) -> str | None:
        """Another output folder if the disk does not allow the name of the order's; None if it does or hangs."""
        return OUTPUTS.ask(order.source.output, lambda: fitting_output(order, self._longest_name))

    def _create(self, order: Order) -> facts.Fact:
        try:
            self._service.create(order.id, order.source.shoot)
        except errors.AlreadyExists:
            log.debug("order exists", order=order.id)  # an earlier request succeeded, but its answer was lost
        except errors.Mismatched:
            self._require_created(order)
        return facts.Created()

    def _require_created(self, order: Order) -> None:
        """Check that our order exists after an answer with another order's id. Raises RequestRefused if not."""
        try:
            self._service.order(order.id)
        except errors.NotFound:
            raise errors.RequestRefused(
                "The service created the order under a different id than requested. "
                "Delete the empty order in the web app and set api.flow to images."
            ) from None

    def _register(self, order: Order, number: int) -> facts.Fact:
        bracket = order.brackets[number]
        try:
            outgoing.require_unchanged(order.source.folder, originals.file_of(bracket))
            slot = self._service.register(
                order.id, order.registration(number), order.bracket_name(number), content_type_of(bracket.path)
            )
            if wrong := answers.wrong_registration(order, number, slot.id, slot.name):
                raise wrong
        except errors.FileChanged:
            return originals.changed(order, number)
        except errors.Mismatched as error:
            return facts.SlotLost(number, bracket.attempt, str(error), mismatch=error.mismatch)
        except errors.AlreadyExists as error:
            why = "the service already had this registration"
            return facts.SlotLost(number, bracket.attempt, why, facts.Lost.TAKEN, error.said)
        except errors.Unreachable as error:
            if not error.sent:
                raise
            return facts.SlotLost(number, bracket.attempt, str(error))
        return facts.Registered(number, bracket.attempt, slot.id, slot.url, slot.content_type)

    def _upload(self, order: Order, number: int) -> facts.Fact:
        bracket = order.brackets[number]
        assert bracket.service_id is not None
        assert bracket.url is not None
        assert bracket.content_type is not None
        if wrong := answers.shares_place(order, number):
            return facts.SlotLost(number, bracket.attempt, str(wrong), mismatch=wrong.mismatch)
        slot = Slot(bracket.service_id, bracket.url, bracket.content_type)
        ctime_ns = originals.before_upload(order, number)
        if isinstance(ctime_ns, facts.Changed):
            return ctime_ns
        try:
            digest = hashlib.sha256()
            chunks = outgoing.chunks(order.source.folder, originals.file_of(bracket), self._go_on)
            with self._progress.uploading(order, number) as moving:
                self._service.upload(slot, moving.counted(_digested(chunks, digest)), bracket.size)
        except errors.FileChanged:
            return originals.changed(order, number)
        except errors.SlotRefused as error:
            return facts.SlotLost(number, bracket.attempt, str(error), facts.Lost.REFUSED, error.said)
        return facts.Stored(number, bracket.attempt, digest.hexdigest(), ctime_ns)

    def _confirm(self, order: Order) -> facts.Fact:
        found = originals.look_again(order, self._go_on, tolerate=lambda error: _was_sent_whole(order, error))
        if found is not None:
            return found
        if order.flow == "images":
            return facts.Confirmed(())
        there = {seen.id for seen in self._service.brackets(order.id) if seen.uploaded}
        if strays := there - {bracket.service_id for bracket in order.brackets}:
            raise errors.RequestRefused(
                f"The service has {len(strays)} extra bracket(s) in this order, which cannot be removed. Nothing "
                "was merged or paid for. `bracketd submit` the shoot's folder to send it as a new order."
            )
        return facts.Confirmed(tuple(n for n in order.sent if order.brackets[n].service_id not in there))

    def _merge(self, order: Order) -> facts.Fact:
        match originals.look_again(order, self._go_on, tolerate=lambda _error: True):
            case facts.Changed(number):
                return originals.changed_too_late(order, number)
            case facts.SameContent() as touched:
                return touched
        with contextlib.suppress(errors.AlreadyExists):  # an earlier request succeeded, but its answer was lost
            request = grouping_request(order)
            sets = None if request.sets is None else [_ids(order, numbers) for numbers in request.sets]
            self._service.merge(order.id, per_image=request.per_image, enhance=order.preset.enhance, sets=sets)
        return facts.Merged()

    def _look(self, order: Order) -> facts.Fact:
        seen = self._service.order(order.id)
        sent = order.registrations | {bracket.service_id for bracket in order.brackets}
        outputs = [image for image in seen.images if image.id not in sent]
        idle = not (seen.merging or seen.processing)
        if wrong := answers.wrong_images(
            order, outputs=len(outputs), listed=len(seen.images), total=seen.total, idle=idle
        ):
            raise wrong
        done = bool(outputs) and all(image.status in ENDED for image in outputs)
        members = self._members(order) if done and not seen.merging else {}
        images = tuple(
            facts.PolledImage(
                image.id,
                image.name,
                ENDED.get(image.status),
                image.why,
                members.get(image.id, ()),
                again=image.status is ImageStatus.FAILED,
                limited=image.limited,
            )
            for image in outputs
        )
        return facts.Polled(seen.merging, seen.processing, images)

    def _reprocess(self, image_id: str) -> facts.Fact:
        try:
            self._service.reprocess(image_id)
        except (errors.NotFound, errors.RequestRefused) as error:
            return facts.ImageLost(image_id, str(error))
        return facts.Reprocessed(image_id)

    def _members(self, order: Order) -> dict[str, tuple[int, ...]]:
        """The brackets that each image was made of, if the service says so: image id → bracket numbers."""
        if order.flow == "images":
            return {}
        numbers = {bracket.service_id: number for number, bracket in enumerate(order.brackets)}
        members: dict[str, tuple[int, ...]] = {}
        for seen in self._service.brackets(order.id):
            if seen.image_id is not None and seen.id in numbers:
                members[seen.image_id] = (*members.get(seen.image_id, ()), numbers[seen.id])
        return {image_id: tuple(sorted(found)) for image_id, found in members.items()}

    def _fetch(self, order: Order, image_id: str) -> facts.Fact:
        preset, largest, most = order.preset, max(image.size or 0 for image in order.images), pictures.most_bytes(order)
        image = next(image for image in order.images if image.id == image_id)
        try:
            with (
                incoming.Part(order.source.output, image_id, likely=largest) as part,
                self._service.download(
                    image_id, format=preset.format, quality=preset.quality, max_width=preset.max_width
                ) as download,
                self._progress.downloading(order, image_id) as moving,
            ):
                moving.expect(download.length)
                part.reserve(download.length or 0, most)
                chunks = moving.counted(self._while_going(download.chunks))
                written = part.write(chunks, download.length, most)
                if wrong := pictures.too_small(order, image, written.pixels):
                    raise wrong
        except errors.NotFound as error:
            return facts.ImageLost(image_id, str(error))
        return facts.Fetched(image_id, written.size, written.sha256, written.extension)

    def _while_going(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self._go_on()
            yield chunk

    def _place(self, order: Order, image_id: str) -> facts.Fact:
        image = next(image for image in order.images if image.id == image_id)
        assert image.extension is not None
        assert image.sha256 is not None
        output, mark, longest = (
            order.source.output,
            MARKED[order.preset.dev_mode],
            self._longest_name(order.source.output),
        )
        stem = picture_name(order, image_id, longest - len(f"{mark}.{image.extension}"))
        wanted = incoming.PictureName(stem, image.extension, mark, longest)
        name = incoming.place(output, image.id, wanted, image.sha256)
        return facts.PicturePlaced(image_id, name) if name is not None else facts.FetchLost(image_id)

    def _deliver(self, order: Order) -> facts.Fact:
        late = late_photos(order, shot_if_read)
        name = note_name(order)
        incoming.write_json(order.source.output, name, delivery_note(order, late, now=self._now()))
        return facts.Delivered(late)


def _ids(order: Order, numbers: Iterable[int]) -> list[str]:
    """The service's ids of some brackets. Before the merge all of them are stored, so they have one."""
    ids = [order.brackets[number].service_id for number in numbers]
    assert None not in ids
    return [one for one in ids if one is not None]


def _was_sent_whole(order: Order, error: errors.FileError) -> bool:
    """True if the order may continue although an uploaded file is now missing or unreadable."""
    if order.preset.bad_files == "hold" or not originals.folder_is_there(order):
        return False
    log.debug("uploaded file now missing or unreadable", file=error.path)
    return True


def _digested(chunks: Iterable[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk
