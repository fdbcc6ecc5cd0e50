"""A simulated service, disk and ledger for the tests of the rules.

It carries out steps and returns facts, as ``daemon.steps`` and the runner would. Forbidden requests are noted in
``wrong``. Times are epoch seconds.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from daemon.order import RESTING, ImageState, Order, Phase, facts, steps
from daemon.order.facts import Failure
from daemon.order.merging import UNHEARD
from daemon.order.plan import images_planned
from daemon.order.policy import Limits
from daemon.order.preview import LooksLike, PreviewState
from daemon.order.problem import Code

Outcome = Literal["good", "gone", "error", "limited", "expired", "refused"]
Script = tuple[Outcome, ...]

Faulty = Literal["cannot be opened", "cannot be read", "gone at last"]
"""What is wrong with a file: found before it is registered, when it is sent, or by the last look before the merge."""

SHOWN = 30.0
"""Seconds for which an image that is processed again still shows its old error."""

WORK = 20.0
"""Seconds that an image is worked on."""


@dataclass
class Output:
    """An image at the service. ``script`` has the result of each processing; the last one is repeated.

    gone: processed, but not available for download · refused: an error that the service will not reprocess.
    """

    script: Script
    begun: list[float] = field(default_factory=list)

    def shown(self, now: float) -> Outcome | None:
        """The result that the service shows; None while it processes the image."""
        tries, since = len(self.begun) - 1, now - self.begun[-1]
        if tries and since < SHOWN:
            return self._came_to(tries - 1)
        return None if since < (SHOWN + WORK if tries else WORK) else self._came_to(tries)

    def before_last(self) -> Outcome:
        """The result before the last requested reprocessing."""
        return self._came_to(len(self.begun) - 2)

    def _came_to(self, tries: int) -> Outcome:
        return self.script[min(tries, len(self.script) - 1)]


@dataclass
class World:
    """The contents of the service, the disk and the ledger."""

    scripts: tuple[Script, ...]
    limits: Limits
    bad: dict[int, Faulty]
    """Brackets whose files are faulty, and how."""
    swapped: bool = False
    """The first two images show each other's set, although their brackets are right."""
    hides: bool = False
    """No preview can be fetched."""
    compared: bool = False
    """The previews were compared, and the result was recorded."""
    registered: dict[str, bool] = field(default_factory=dict)
    """Registrations, and whether they have bytes."""
    deleted: set[str] = field(default_factory=set)
    merges: list[float] = field(default_factory=list)
    outputs: dict[str, Output] = field(default_factory=dict)
    made_of: dict[str, tuple[int, ...]] = field(default_factory=dict)
    mended: Counter[str] = field(default_factory=Counter)
    """How often each image was processed again after an error of its own."""
    heard: set[str] = field(default_factory=set)
    """Images whose reprocessing after such an error was recorded as accepted."""
    cut: Counter[str] = field(default_factory=Counter)
    """How often a kill prevented the request for an image's reprocessing after its intent was recorded."""
    today: int = 0
    month: int = 0
    """What other orders bought."""
    allowed: bool | None = None
    """What the ledger said last; None: it was not asked."""
    approved: bool = False
    chosen: bool = False
    """A person chose which images are bought."""
    accepted: bool = False
    """A person saw that the images are not the planned ones."""
    paid: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    """Images whose bytes were whole on disk at some time."""
    on_disk: set[str] = field(default_factory=set)
    safe: set[str] = field(default_factory=set)
    """Images that are recorded as fetched."""
    placed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def hears(self, of: Order, fact: facts.Fact) -> None:
        """Record a fact. A person's approval lifts the limits of an order under way or held at a limit."""
        match fact:
            case facts.Approved():
                self.accepted |= of.is_in(Code.MISGROUPED)
                self.chosen |= of.is_in(Code.MISGROUPED) or of.is_in(Code.WAITS_FOR_CHOICE)
                self.approved |= of.phase not in RESTING or (of.phase is Phase.HELD and "limits." in (of.trouble or ""))
            case facts.Reprocessed(image) if self.outputs[image].before_last() == "error":
                self.heard.add(image)
            case facts.Fetched(image):
                self.safe.add(image)
            case facts.FetchLost(image):
                self.safe.discard(image)
            case facts.Inspected(looks=looks) if of.stage is Phase.DOWNLOADING:
                self.compared |= len(looks) > 1

    def never_does(self, step: steps.Step) -> None:
        """Record a step's intent, then lose power before the request."""
        if isinstance(step, steps.Reprocess):
            self.cut[step.image] += 1

    def do(self, of: Order, step: steps.Step, now: float, *, broken: bool = False) -> facts.Fact:
        """Carry out a step; ``broken``: the connection breaks during the answer."""
        match step:
            case steps.Create():
                return facts.Created()
            case steps.Register(n):
                return self._register(of, n, step)
            case steps.Upload(n):
                return self._upload(of, n, step)
            case steps.Discard(registration):
                return self._discard(of, registration)
            case steps.Confirm():
                return self._confirm(of)
            case steps.Merge():
                return self._merge(of, now)
            case _:
                return self._after_merge(of, step, now, broken=broken)

    def _after_merge(self, of: Order, step: steps.Step, now: float, *, broken: bool) -> facts.Fact:
        match step:
            case steps.Poll():
                return self._look(now)
            case steps.Reprocess(image):
                return self._reprocess(image, now)
            case steps.Preview(image):
                if self.outputs[image].shown(now) not in ("good", "gone"):
                    self.wrong.append("previewed what was not processed")
                return facts.PreviewFailed(image, "no preview") if self.hides else facts.Previewed(image)
            case steps.Inspect():
                return self._inspect(of)
            case steps.Reckon():
                self.allowed = self._within(of)
                return facts.Reckoned(self.today, self.month)
            case steps.Fetch(image):
                return self._fetch(of, image, now, broken=broken)
            case steps.PlacePicture(image):
                return self._place(image)
            case _:
                if any(image.state not in (ImageState.PLACED, ImageState.FAILED) for image in of.images):
                    self.wrong.append("delivered with an image open")
                return facts.Delivered()

    def _inspect(self, of: Order) -> facts.Fact:
        """Each image looks like its set, and the first two like each other's if the service confused them."""
        sets = list(range(len(images_planned(of))))
        if self.swapped:
            sets[:2] = sets[1::-1]
        shown = [image.id for image in of.images if image.preview is PreviewState.FETCHED]
        looks = tuple(LooksLike(image, sets[n], 0.9, 0.5) for n, image in enumerate(self.members) if image in shown)
        return facts.Inspected(tuple(sorted(sets)), looks)

    @property
    def members(self) -> dict[str, tuple[int, ...]]:
        """The brackets of each image, if the service says so."""
        return self.made_of if len(self.made_of) == len(self.outputs) else {}

    def _register(self, of: Order, number: int, step: steps.Step) -> facts.Fact:
        if self.bad.get(number) == "cannot be opened":
            return facts.Failed(step, Failure.FILE, "cannot be opened", bracket=number)
        most = self.limits.images_per_order
        if most is not None and len(of.sent) > most * (of.preset.per_image or 9) and not self._free_of_limits(of):
            self.wrong.append("sent what cannot keep within the limit")
        wanted, attempt = of.registration(number), of.brackets[number].attempt
        if of.flow == "brackets":  # the service chooses the id, and one whose answer was lost is left without bytes
            wanted = f"bracket {len(self.registered)}"
        if wanted in self.registered:
            return facts.SlotLost(number, attempt, "the service already had this registration")
        if wanted in self.deleted:
            self.wrong.append("a deleted id was used again")
        self.registered[wanted] = False
        return facts.Registered(number, attempt, wanted, "https://storage", "image/jpeg")

    def _upload(self, of: Order, number: int, step: steps.Step) -> facts.Fact:
        bracket = of.brackets[number]
        assert bracket.service_id is not None
        if self.bad.get(number, "gone at last") != "gone at last":
            return facts.Failed(step, Failure.FILE, "cannot be read", bracket=number)
        self.registered[bracket.service_id] = True
        return facts.Stored(number, bracket.attempt)

    def _discard(self, of: Order, registration: str) -> facts.Fact:
        if of.flow == "images":
            self.registered.pop(registration, None)
            self.deleted.add(registration)
        return facts.Discarded(registration)

    def _confirm(self, of: Order) -> facts.Fact:
        bad = next((n for n in of.sent if n in self.bad), None)
        if bad is not None:
            return facts.Failed(steps.Confirm(), Failure.FILE, "gone", bracket=bad)
        if of.flow == "images":
            return facts.Confirmed(())
        if self._strays(of):
            return facts.Failed(steps.Confirm(), Failure.REQUEST, "a bracket too many", unsent=True)
        lacking = (n for n in range(len(of.brackets)) if not self.registered.get(of.brackets[n].service_id or ""))
        return facts.Confirmed(tuple(lacking))

    def _strays(self, of: Order) -> set[str]:
        """Registrations that would become part of an image but are not brackets of the order.

        The images flow shows each as an image; in the brackets flow those without bytes are not shown.
        """
        ours = {of.brackets[n].service_id for n in of.sent}
        return {i for i, stored in self.registered.items() if stored or of.flow == "images"} - ours

    def _merge(self, of: Order, now: float) -> facts.Fact:
        self.merges.append(now)
        if not of.sent or not all(self.registered.get(of.brackets[n].service_id or "") for n in of.sent):
            self.wrong.append("merged before every bracket was stored")
        if self._strays(of):
            self.wrong.append("merged with a registration that is none of the order's brackets")
        for number, script in enumerate(self.scripts):
            self.outputs[f"image {number}"] = Output(script, [now + 60 + 20 * number])
        parts = [one.brackets for one in images_planned(of)] if of.flow == "brackets" else []
        self.made_of = {f"image {number}": part for number, part in enumerate(parts)}
        return facts.Merged()

    def _look(self, now: float) -> facts.Fact:
        age = now - self.merges[0] if self.merges else -1.0
        if age < 60:
            return facts.Polled(merging=age >= 20, processing=False, images=())
        images = tuple(self._shown(image, output.shown(now)) for image, output in self.outputs.items())
        return facts.Polled(merging=False, processing=any(image.ended is None for image in images), images=images)

    def _shown(self, image: str, outcome: Outcome | None) -> facts.PolledImage:
        if outcome is None:
            return facts.PolledImage(image, image, ended=None)
        made_of = self.members.get(image, ())
        good, limited = outcome in ("good", "gone"), outcome == "limited"
        reason = None if good else outcome
        return facts.PolledImage(image, image, good, reason, made_of, again=outcome != "expired", limited=limited)

    def _reprocess(self, image: str, now: float) -> facts.Fact:
        output = self.outputs[image]
        outcome = output.shown(now)
        if outcome not in ("error", "limited", "refused"):
            self.wrong.append(f"processed again what came to {outcome}")
        if outcome == "error":
            self.mended[image] += 1
            if image in self.heard or self.mended[image] > UNHEARD:
                self.wrong.append("an image that failed was processed again more than once")
        self.heard.discard(image)
        if outcome == "refused":
            return facts.ImageLost(image, "the service refuses")
        output.begun.append(now)
        return facts.Reprocessed(image)

    def _free_of_limits(self, of: Order) -> bool:
        return self.approved or of.preset.dev_mode

    def _within(self, of: Order) -> bool:
        new = sum(image.state is ImageState.PROCESSED for image in of.images)
        tops = self.limits.images_per_order, self.limits.images_per_day, self.limits.images_per_month
        sums = new + len(self.paid), self.today + new, self.month + new
        return all(top is None or count <= top for top, count in zip(tops, sums, strict=True))

    def _fetch(self, of: Order, image: str, now: float, *, broken: bool) -> facts.Fact:
        if not self._free_of_limits(of) and not self.allowed:
            when = "before it was reckoned" if self.allowed is None else "beyond a limit that was not lifted"
            self.wrong.append(f"bought {when}")
        planned = len(images_planned(of))
        if planned not in (0, len(self.outputs)) and not (self.accepted or of.preset.dev_mode):
            self.wrong.append("bought images that differ from the plan")
        if self.swapped and self.compared and not (self.accepted or of.preset.dev_mode):
            self.wrong.append("bought images that look like other sets")
        if of.preset.buy == "ask" and not (self.chosen or of.preset.dev_mode):
            self.wrong.append("bought what nobody chose")
        if image in self.safe and (image in self.on_disk or image in self.placed):
            self.wrong.append("fetched again what was fetched")
        match self.outputs[image].shown(now):
            case "gone":
                return facts.ImageLost(image, "no such image")
            case "good":
                self.paid |= set() if of.preset.dev_mode else {image}
            case outcome:
                self.wrong.append(f"fetched what came to {outcome}")
        if not broken:
            self.on_disk.add(image)
            self.written.add(image)
        return facts.Fetched(image, 3, "ab", "jpg")

    def _place(self, image: str) -> facts.Fact:
        if image not in self.on_disk and image not in self.placed:
            return facts.FetchLost(image)
        self.on_disk.discard(image)
        self.placed += [] if image in self.placed else [image]
        return facts.PicturePlaced(image, f"{image}.jpg")
