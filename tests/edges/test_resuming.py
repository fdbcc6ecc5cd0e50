"""The check before an order of an earlier run continues."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
import time
import uuid
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.delivery import delivery_note
from daemon.errors import OutputError, Unavailable
from daemon.files import incoming
from daemon.files.fitting import is_absent
from daemon.files.roots import Roots
from daemon.notes import looking
from daemon.order import Image, ImageState, MergeState, Order, Phase, facts, steps
from daemon.order.found import FoundDelivered, FoundMerged
from daemon.resuming import Resuming
from daemon.root import RootState
from daemon.service import Endpoint, Service
from daemon.steps import Run, Steps
from tests.changed import changed
from tests.core.orders import NOW, after, merged, order, uploaded
from tests.edges.service.hosts import Exchange, Host

PICTURE = b"\xff\xd8\xff" + b"finished" * 50 + b"\xff\xd9"
CONFIRM = steps.Confirm()
SHORT = 0.05


class Memory(dict[str, RootState]):
    """The last known state of roots."""

    def state_of(self, root: str) -> RootState | None:
        """The last known state of a root."""
        return self.get(root)

    def remember(self, root: str, state: RootState) -> None:
        """Store the state of a root."""
        self[root] = state

    def known(self, root: str, shoots: Collection[str]) -> int:
        """No shoot has an order."""
        del root, shoots
        return 0


@pytest.fixture
def host() -> Iterator[Host]:
    """A service that knows no order."""
    with Host(lambda exchange: exchange.answer(404, {"message": "no such order", "detail": {}})) as started:
        yield started


@pytest.fixture
def service(host: Host) -> Iterator[Service]:
    """The account at that service."""
    made = Service(Endpoint(host.url, "k3y", "test"), flow="images", dev_mode=False)
    with closing(made):
        yield made


def let_go(hangs: threading.Event) -> None:
    """Let the disk respond, and wait until its readers have ended."""
    hangs.set()
    for thread in threading.enumerate():
        if thread.name == "disk":
            thread.join(60.0)


def look(of: Order, service: Service, resuming: Resuming, step: steps.Step = CONFIRM) -> facts.Fact | None:
    """One check, with an existing output folder."""
    return resuming.look(of, step, service, Roots(Memory()), lambda: None)


def deliver(of: Order, output: Path, name: str = "order.json") -> Order:
    """Write an order's picture and note to its output folder. Returns the order as in the state."""
    output.mkdir(exist_ok=True)
    (output / "IMG_1.jpg").write_bytes(PICTURE)
    placed = Image("i0", "n", (), ImageState.PLACED, None, len(PICTURE), hashlib.sha256(PICTURE).hexdigest())
    done = changed(of, phase=Phase.DOWNLOADED, images=(replace(placed, file="IMG_1.jpg", extension="jpg"),))
    incoming.write_json(str(output), name, delivery_note(done, (), now=NOW))
    return changed(of, output=str(output))


@pytest.mark.parametrize("name", ["order.json", f"order-{order().id[:8]}.json"])
def test_its_own_note_is_found(tmp_path: Path, service: Service, name: str) -> None:
    """An order with its note and pictures in its output folder was delivered, even beside another order's note."""
    of = deliver(uploaded(), tmp_path / "out", name)
    if name != "order.json":
        deliver(replace(order(), id="7f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11"), tmp_path / "out")
    found = look(of, service, Resuming([of.id]))
    assert isinstance(found, FoundDelivered)
    assert (found.note, found.missing) == (str(tmp_path / "out" / name), ())
    (tmp_path / "out" / "IMG_1.jpg").write_bytes(PICTURE[::-1])
    changed = look(of, service, Resuming([of.id]))
    assert isinstance(changed, FoundDelivered)
    assert changed.missing == ("IMG_1.jpg",)
    assert look(of, service, Resuming([])) is None, "an order of this run"
    assert look(of, service, Resuming([of.id]), steps.Deliver()) is None, "its note is written over"


def test_a_retried_order_is_not_ended_by_its_first_note(tmp_path: Path, service: Service) -> None:
    """A note from before a retry changes nothing. A note with a picture that the state lacks changes the order."""
    of = changed(deliver(uploaded(), tmp_path / "out"), phase=Phase.PROCESSING, reopened_at=NOW)
    failed = Image("i1", "m", (), ImageState.PENDING)
    first = replace(of, images=(Image("i0", "n", (), ImageState.PLACED), failed))
    assert look(first, service, Resuming([of.id])) is None
    older = replace(of, images=(Image("i0", "n", (), ImageState.PENDING), failed))
    assert isinstance(look(older, service, Resuming([of.id])), FoundDelivered)


@pytest.mark.parametrize("refused", [errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ])
def test_a_name_that_the_disk_does_not_take_is_absent(refused: int) -> None:
    """An output folder whose name the disk rejects has no notes; after any other error this is unknown."""
    assert is_absent(OSError(refused, os.strerror(refused)))
    assert not is_absent(OSError(errno.EIO, os.strerror(errno.EIO)))


def test_no_note_lies_under_a_name_that_is_too_long(tmp_path: Path, service: Service) -> None:
    """An order whose output folder's name is too long for the disk continues to the step that shortens it."""
    of = changed(uploaded(), output=str(tmp_path / ("x" * 300)))
    assert looking.read_in(of.source.output) == []
    assert look(of, service, Resuming([of.id])) is None


@pytest.mark.parametrize("step", [CONFIRM, steps.Merge()])
def test_an_approval_hides_the_note_and_not_the_merge(
    tmp_path: Path, host: Host, service: Service, step: steps.Step
) -> None:
    """After an approval the note is not checked again. The service still is, so that nothing is merged twice."""
    of = changed(deliver(uploaded(), tmp_path / "out"), unknown_order=uploaded().id)
    resuming = Resuming([of.id])
    assert look(of, service, resuming, step) is None
    host.script = lambda exchange: exchange.answer(200, {"order_id": of.id, "is_processing": True, "images": []})
    assert look(of, service, resuming, steps.Merge()) == FoundMerged(merging=False)
    assert look(of, service, Resuming([of.id]), step) == FoundMerged(merging=False)


def test_an_order_waits_while_its_output_hangs(tmp_path: Path, host: Host, service: Service) -> None:
    """A hung disk delays a step only briefly; the order continues when the disk responds."""
    of, answers = deliver(uploaded(), tmp_path / "out"), threading.Event()

    def mount_of(_path: str) -> None:
        answers.wait()

    roots, resuming = Roots(Memory(), mount_of, patience=SHORT), Resuming([of.id])
    for _ in range(2):
        with pytest.raises(OutputError, match="does not respond, so the order waits"):
            resuming.look(of, CONFIRM, service, roots, lambda: None)
    assert host.seen == []
    let_go(answers)
    assert isinstance(resuming.look(of, CONFIRM, service, roots, lambda: None), FoundDelivered)


def test_pictures_that_take_long_to_read_are_read_once(tmp_path: Path, service: Service) -> None:
    """A check that takes longer than a step may wait continues in the background, and the next step gets its result."""
    of, answers, reads = deliver(uploaded(), tmp_path / "out"), threading.Event(), []

    def go_on() -> None:
        reads.append(1)
        answers.wait()

    resuming = Resuming([of.id], patience=SHORT)
    roots = Roots(Memory())
    for _ in range(2):
        with pytest.raises(OutputError, match="are not read yet, so the order waits"):
            resuming.look(of, CONFIRM, service, roots, go_on)
    let_go(answers)
    assert isinstance(resuming.look(of, CONFIRM, service, roots, go_on), FoundDelivered)
    assert len(reads) == 1


def test_orders_of_a_hung_output_free_their_lanes_together(tmp_path: Path, service: Service) -> None:
    """Several orders with pictures on a hung disk wait for it together, not one after the other."""
    answers = threading.Event()

    def mount_of(_path: str) -> None:
        answers.wait()

    roots = Roots(Memory(), mount_of, patience=0.5)
    ids = [str(uuid.UUID(int=number)) for number in range(20)]
    performing = Steps(service, roots, Run(lambda: None, lambda: NOW), resuming=Resuming(ids))
    begun = time.monotonic()
    for one in ids:
        fact = performing.perform(changed(uploaded(), id=one, output=str(tmp_path / one)), steps.Merge())
        assert isinstance(fact, facts.Failed)
        assert (fact.kind, fact.unsent) == (facts.Failure.OUTPUT, True)
        assert f"the disk of the output folder {tmp_path} does not respond" in fact.why
    assert time.monotonic() - begun < 5.0
    let_go(answers)


def test_a_look_that_fails_leaves_no_merge_in_doubt(tmp_path: Path, host: Host, service: Service) -> None:
    """If the check before a merge fails, the merge was certainly not requested."""
    host.script = lambda exchange: exchange.answer(503, {"message": "no"})
    of = changed(uploaded(), output=str(tmp_path / "out"))
    performing = Steps(service, Roots(Memory()), Run(lambda: None, lambda: NOW), resuming=Resuming([of.id]))
    failed = performing.perform(of, steps.Merge())
    assert isinstance(failed, facts.Failed)
    assert (failed.kind, failed.unsent) == (facts.Failure.PASSING, True)
    waits = after(of, facts.MergeIntended(), failed)
    assert (waits.merge.state, waits.phase) == (MergeState.NOT_ASKED, Phase.MERGING)


def test_another_order_s_note_is_not_its_own(tmp_path: Path, service: Service) -> None:
    """Another order's note in the same folder is ignored."""
    deliver(replace(order(), id="7f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11"), tmp_path / "out")
    of = changed(uploaded(), output=str(tmp_path / "out"))
    assert look(of, service, Resuming([of.id])) is None


def test_an_order_is_looked_up_once_and_before_its_merge(tmp_path: Path, host: Host, service: Service) -> None:
    """The service is asked once at first, and again just before the merge, so that a merged order is found."""
    of = changed(uploaded(), output=str(tmp_path / "out"))
    resuming = Resuming([of.id])
    assert [look(of, service, resuming) for _ in range(3)] == [None] * 3
    assert len(host.seen) == 1
    host.script = lambda exchange: exchange.answer(200, {"order_id": of.id, "is_merging": True, "images": []})
    assert look(of, service, resuming) is None
    asked = replace(of, merge=merged().merge)
    assert look(asked, service, resuming, steps.Merge()) == FoundMerged(merging=True)
    assert look(merged(), service, Resuming([of.id]), steps.Poll()) is None
    assert len(host.seen) == 2, "what is merged needs no look of ours"


@pytest.mark.parametrize("theirs", [True, False], ids=["a result", "registered brackets"])
def test_only_results_show_a_merge(tmp_path: Path, host: Host, service: Service, theirs: bool) -> None:
    """Brackets that the service lists as images, even from later attempts, do not make an order count as merged."""
    of = changed(uploaded(), output=str(tmp_path / "out"))
    later = replace(of, brackets=tuple(replace(bracket, attempt=3) for bracket in of.brackets))
    ids = ["a-result"] if theirs else sorted(later.registrations)
    images = [{"image_id": one, "image_name": "n", "status": "processed"} for one in ids]
    host.script = lambda exchange: exchange.answer(200, {"order_id": of.id, "images": images})
    assert look(of, service, Resuming([of.id])) == (FoundMerged(merging=False) if theirs else None)


def test_what_cannot_be_looked_at_is_looked_at_again(tmp_path: Path, host: Host, service: Service) -> None:
    """No result is stored while the output's disk is away, the note unreadable or the service unreachable."""
    (tmp_path / "disk").mkdir()
    of = deliver(uploaded(), tmp_path / "disk" / "out")
    resuming = Resuming([of.id])
    away = Roots(Memory({str(tmp_path / "disk"): RootState("/mnt/disk", "1:2", 3)}))
    assert resuming.look(of, CONFIRM, service, away, lambda: None) is None
    note = tmp_path / "disk" / "out" / "order.json"
    note.rename(tmp_path / "kept")
    note.symlink_to("order.json")  # to itself, so it cannot be followed
    with pytest.raises(OutputError, match="cannot read the delivery note"):
        look(of, service, resuming)
    note.unlink()

    def unavailable(exchange: Exchange) -> None:
        exchange.answer(503, {"message": "no"})

    host.script = unavailable
    with pytest.raises(Unavailable):
        look(of, service, resuming)
    os.rename(tmp_path / "kept", note)
    assert isinstance(look(of, service, resuming), FoundDelivered)
