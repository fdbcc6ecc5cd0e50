"""``perform(order, step) -> Fact``: one short function a step, and the only place where an error becomes a fact.

Steps are plain blocking functions; the runner calls them in threads. Each looks before it leaps: a file is compared
with what was recorded before it is registered, sent and merged; the output's disk is looked for, and the output opened,
before an image is bought.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator

import structlog

from daemon import errors
from daemon.delivery import delivery_note, late_photos, note_name, stem_of
from daemon.files import incoming, outgoing, scan
from daemon.files.roots import Roots
from daemon.order import Bracket, Order, facts
from daemon.order.trouble import bug
from daemon.resuming import Resuming
from daemon.service import ImageStatus, Service, Slot, content_type_of
from daemon.shoot import File

ENDED = {ImageStatus.PROCESSED: True, ImageStatus.FAILED: False, ImageStatus.EXPIRED: False}

MARKED = {True: "-dev", False: ""}
"""What is added to the names of pictures with a watermark, so that nobody takes one for a delivery."""

AfterMerge = facts.Look | facts.Reprocess | facts.Reckon | facts.Fetch | facts.Place | facts.Deliver

log = structlog.get_logger("bracketd.steps")


class Stopped(Exception):
    """The daemon stops; whatever is under way breaks off."""


class Steps:
    """Carries out steps through one service account.

    ``roots`` tells a disk that is away from files that are gone; ``go_on`` is called between pieces of a transfer and
    raises Stopped to break off; ``now`` is epoch seconds. ``resuming`` looks before an order of an earlier run goes on.
    """

    def __init__(
        self,
        service: Service,
        roots: Roots,
        *,
        go_on: Callable[[], None],
        now: Callable[[], float],
        resuming: Resuming | None = None,
    ) -> None:
        self._service, self._roots = service, roots
        self._go_on = go_on
        self._now = now
        self._resuming = resuming or Resuming()

    def perform(self, order: Order, step: facts.Step) -> facts.Fact:
        """Carry out a step; whatever goes wrong is a fact too, but a state file that cannot be used: StateError."""
        try:
            self._go_on()
            found = self._resuming.look(order, step, self._service, self._roots, self._go_on)
            return found if found is not None else self._carry_out(order, step)
        except Stopped:
            return facts.Interrupted(step)
        except errors.StateError:
            raise
        except Exception as error:  # noqa: BLE001 - a bug in one order must not end the others
            if self._stopped():
                return facts.Interrupted(step)
            return self._disk_is_away(order, step, error) or _renamed(order, error) or failure(order, step, error)

    def _stopped(self) -> bool:
        """Whether a failure comes from breaking off: connections are closed under transfers that would not end."""
        try:
            self._go_on()
        except Stopped:
            return True
        return False

    def _disk_is_away(self, order: Order, step: facts.Step, error: Exception) -> facts.Failed | None:
        """What a failure with files is if their whole disk is away: neither the photographer's nor the order's."""
        match error:
            case errors.FileError():
                away, kind = self._roots.watched_away(os.path.dirname(order.folder)), facts.Kind.PASSING
            case errors.OutputError():
                away, kind = self._roots.output_away(os.path.dirname(order.output)), facts.Kind.OUTPUT
            case _:
                return None
        return facts.Failed(step, kind, away, unsent=True) if away is not None else None

    def _carry_out(self, order: Order, step: facts.Step) -> facts.Fact:
        match step:
            case facts.Create():
                return self._create(order)
            case facts.Register(number):
                return self._register(order, number)
            case facts.Upload(number):
                return self._upload(order, number)
            case facts.Discard(registration):
                self._service.discard(registration)
                return facts.Discarded(registration)
            case facts.Confirm():
                return self._confirm(order)
            case facts.Merge():
                return self._merge(order)
            case _:
                return self._carry_on(order, step)

    def _carry_on(self, order: Order, step: AfterMerge) -> facts.Fact:
        """The steps after the merge."""
        if isinstance(step, facts.Fetch | facts.Place | facts.Deliver) and (
            away := self._roots.output_away(os.path.dirname(order.output))
        ):
            raise errors.OutputError(away)
        match step:
            case facts.Look():
                return self._look(order)
            case facts.Reprocess(image_id):
                return self._reprocess(image_id)
            case facts.Reckon():
                raise AssertionError("the runner asks the ledger itself")
            case facts.Fetch(image_id):
                return self._fetch(order, image_id)
            case facts.Place(image_id):
                return _place(order, image_id)
            case facts.Deliver():
                return self._deliver(order)

    def _create(self, order: Order) -> facts.Fact:
        with contextlib.suppress(errors.AlreadyExists):  # an earlier request got through, its answer was lost
            self._service.create(order.id, order.shoot)
        return facts.Created()

    def _register(self, order: Order, number: int) -> facts.Fact:
        bracket = order.brackets[number]
        try:
            outgoing.require_unchanged(order.folder, _file(bracket))
            slot = self._service.register(
                order.id, order.registration(number), order.bracket_name(number), content_type_of(bracket.path)
            )
        except errors.FileChanged:
            return _changed(order, number)
        except errors.AlreadyExists:
            return facts.SlotLost(number, bracket.attempt, "the service had this registration already")
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
        slot = Slot(bracket.service_id, bracket.url, bracket.content_type)
        try:
            digest = hashlib.sha256()
            chunks = outgoing.chunks(order.folder, _file(bracket), self._go_on)
            self._service.upload(slot, _digested(chunks, digest), bracket.size)
        except errors.FileChanged:
            return _changed(order, number)
        except errors.SlotRefused as error:
            return facts.SlotLost(number, bracket.attempt, str(error))
        return facts.Stored(number, bracket.attempt, digest.hexdigest())

    def _confirm(self, order: Order) -> facts.Fact:
        for number in order.sent:
            try:
                outgoing.require_unchanged(order.folder, _file(order.brackets[number]))
            except errors.FileChanged:
                return _changed(order, number)
            except errors.FileError as error:
                if order.preset.bad_files == "hold" or not os.path.isdir(order.folder):
                    raise
                log.debug("sent whole, and gone or unreadable since", file=error.path)
        if order.flow == "images":
            return facts.Confirmed(())
        there = {seen.id for seen in self._service.brackets(order.id) if seen.uploaded}
        if strays := there - {bracket.service_id for bracket in order.brackets}:
            raise errors.RequestRefused(
                f"The service has {len(strays)} bracket(s) too many in this order and cannot take them back; nothing "
                "was merged or paid. `bracketd submit` the shoot's folder to send it as a new order."
            )
        return facts.Confirmed(tuple(n for n in order.sent if order.brackets[n].service_id not in there))

    def _merge(self, order: Order) -> facts.Fact:
        with contextlib.suppress(errors.AlreadyExists):  # an earlier request got through, its answer was lost
            self._service.merge(order.id, per_image=order.preset.per_image, enhance=order.preset.enhance)
        return facts.Merged()

    def _look(self, order: Order) -> facts.Fact:
        seen = self._service.order(order.id)
        sent = order.registrations | {bracket.service_id for bracket in order.brackets}
        outputs = [image for image in seen.images if image.id not in sent]
        done = bool(outputs) and all(image.status in ENDED for image in outputs)
        members = self._members(order) if done and not seen.merging else {}
        images = tuple(
            facts.SeenImage(
                image.id,
                image.name,
                ENDED.get(image.status),
                image.reason,
                members.get(image.id, ()),
                again=image.status is ImageStatus.FAILED,
                limited=image.limited,
            )
            for image in outputs
        )
        return facts.Seen(seen.merging, seen.processing, images)

    def _reprocess(self, image_id: str) -> facts.Fact:
        try:
            self._service.reprocess(image_id)
        except (errors.NotFound, errors.RequestRefused) as error:
            return facts.ImageLost(image_id, str(error))
        return facts.Reprocessed(image_id)

    def _members(self, order: Order) -> dict[str, tuple[int, ...]]:
        """Which brackets each image was made of, as far as the service tells: image id → bracket numbers."""
        if order.flow == "images":
            return {}
        numbers = {bracket.service_id: number for number, bracket in enumerate(order.brackets)}
        members: dict[str, tuple[int, ...]] = {}
        for seen in self._service.brackets(order.id):
            if seen.image_id is not None and seen.id in numbers:
                members[seen.image_id] = (*members.get(seen.image_id, ()), numbers[seen.id])
        return {image_id: tuple(sorted(found)) for image_id, found in members.items()}

    def _fetch(self, order: Order, image_id: str) -> facts.Fact:
        preset, largest = order.preset, max(image.size or 0 for image in order.images)
        try:
            with (
                incoming.Part(order.output, image_id, likely=largest) as part,
                self._service.download(
                    image_id, format=preset.format, quality=preset.quality, max_width=preset.max_width
                ) as download,
            ):
                part.reserve(download.length or 0)
                written = part.write(self._while_going(download.chunks), download.length)
        except errors.NotFound as error:
            return facts.ImageLost(image_id, str(error))
        return facts.Fetched(image_id, written.size, written.sha256, written.extension)

    def _while_going(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self._go_on()
            yield chunk

    def _deliver(self, order: Order) -> facts.Fact:
        late = late_photos(order)
        name = note_name(order)
        incoming.write_json(order.output, name, delivery_note(order, late, now=self._now()))
        return facts.Delivered(late)


def failure(order: Order, step: facts.Step, error: Exception) -> facts.Failed:
    """What kind of failure an error is. Anything that is not in our error tree is a bug of ours."""
    why, kind = str(error), facts.Kind
    match error:
        case errors.Unreachable(sent=False) | errors.TooManyRequests():
            offline = isinstance(error, errors.Unreachable)
            return facts.Failed(step, kind.PASSING, why, unsent=True, retry_after=error.retry_after, offline=offline)
        case errors.NotReady():
            return facts.Failed(step, kind.NOT_READY, why, retry_after=error.retry_after)
        case errors.Passing():
            return facts.Failed(step, kind.PASSING, why, retry_after=error.retry_after)
        case errors.AccountRefused():
            return facts.Failed(step, kind.ACCOUNT, why, unsent=True)
        case errors.ServiceError():
            return facts.Failed(step, kind.REQUEST, why, unsent=True)
        case errors.FileGone():
            return facts.Failed(step, *_gone(order, error), bracket=_whose(step))
        case errors.FileError():
            return facts.Failed(step, kind.FILE, why, bracket=_whose(step))
        case errors.OutputError():
            return facts.Failed(step, kind.OUTPUT, why)
        case _:
            return bug(step, error)


def _renamed(order: Order, error: Exception) -> facts.Moved | None:
    """Where the shoot is now, if all that happened to it is another name."""
    if not isinstance(error, errors.FileGone) or os.path.isdir(order.folder):
        return None
    folder = scan.find_again(order.folder, [_file(order.brackets[number]) for number in order.sent])
    return facts.Moved(os.path.basename(folder), folder) if folder is not None else None


def _whose(step: facts.Step) -> int | None:
    return step.bracket if isinstance(step, facts.Register | facts.Upload) else None


def _gone(order: Order, error: errors.FileGone) -> tuple[facts.Kind, str]:
    """A missing file, a missing shoot and a file that is there again are three things."""
    if os.path.lexists(os.path.join(order.folder, error.path)):
        return facts.Kind.PASSING, f"{error.path} was not there for a moment"
    if os.path.isdir(order.folder):
        return facts.Kind.FILE, str(error)
    return facts.Kind.GONE, f"the shoot's folder {order.folder} was removed or renamed; nothing was merged or paid"


def _changed(order: Order, number: int) -> facts.Fact:
    path = order.brackets[number].path
    now = scan.look(order.folder, path)
    if now is None:
        raise errors.FileGone(path, f"{path} is gone. Put it back, then `bracketd retry` the shoot.")
    return facts.Changed(number, order.brackets[number].attempt, now.size, now.mtime_ns, now.inode)


def _digested(chunks: Iterable[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


def _file(bracket: Bracket) -> File:
    return File(bracket.path, bracket.size, bracket.mtime_ns, bracket.inode)


def _place(order: Order, image_id: str) -> facts.Fact:
    image = next(image for image in order.images if image.id == image_id)
    assert image.extension is not None
    assert image.sha256 is not None
    stem = stem_of(order, image) + MARKED[order.preset.dev_mode]
    name = incoming.place(order.output, image.id, stem, image.extension, image.sha256)
    return facts.Placed(image_id, name) if name is not None else facts.FetchLost(image_id)
