"""The data of an order: a shoot that is sent to the service, with its brackets and images.

All classes are frozen values. Times are seconds since 1970 (UTC) as floats; sizes are bytes; paths of brackets are
relative to the shoot's folder, paths of pictures to the order's output folder.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from daemon.order.bracket import Bracket
from daemon.order.deadline import Remaining, warned
from daemon.order.deadline import problem as deadline_problem
from daemon.order.ended import Ended
from daemon.order.hold import Hold, HoldKind
from daemon.order.image import Image, ImageState
from daemon.order.merge import Merge
from daemon.order.messages import RETRY_FAILED, altered_text, dismissed_text, late_text, not_picked_text
from daemon.order.naming import name_at_service
from daemon.order.phase import Health, Phase, Stage
from daemon.order.planned import PlannedImage
from daemon.order.preset import FlowName, Preset
from daemon.order.preview import Inspection
from daemon.order.problem import Code, Problem, Trouble
from daemon.order.purchase import Purchase
from daemon.order.several import reported
from daemon.order.source import OrderSource
from daemon.order.times import Times
from daemon.order.tries import Tries
from daemon.order.unsent import Unsent
from daemon.order.uploads import Uploads
from daemon.shoot.leftout import in_one

Standing = Stage | Hold | Ended
"""Where an order stands: in a phase of the line, held for a person, or ended."""


@dataclass(frozen=True, slots=True)
class Order:
    """One order: a shoot, its brackets and images, where it stands, and when its next step is due.

    ``plan`` has the images that the brackets should become; empty if the service decides. ``inspection`` is the result
    of inspecting the previews; None before that. ``due`` is when the next step may start, None if no step will start by
    itself. ``troubles`` say what delays the order now, why it is held, or how it ended; ``notes`` are permanent.
    """

    id: str
    flow: FlowName
    source: OrderSource
    times: Times
    preset: Preset = field(default_factory=Preset)
    standing: Standing = Phase.SETTLED
    brackets: tuple[Bracket, ...] = ()
    plan: tuple[PlannedImage, ...] = ()
    images: tuple[Image, ...] = ()
    inspection: Inspection | None = None
    unsent: Unsent = field(default_factory=Unsent)
    purchase: Purchase = field(default_factory=Purchase)
    uploads: Uploads = field(default_factory=Uploads)
    merge: Merge = field(default_factory=Merge)
    tries: Tries = field(default_factory=Tries)
    troubles: tuple[Trouble, ...] = ()
    notes: tuple[str, ...] = ()
    due: float | None = None

    @property
    def phase(self) -> Phase:
        """The order's phase."""
        match self.standing:
            case Hold():
                return Phase.HELD
            case Ended() as ended:
                return ended.phase
            case stage:
                return stage

    @property
    def hold(self) -> Hold | None:
        """Why the order is held; None if it is not."""
        return self.standing if isinstance(self.standing, Hold) else None

    @property
    def hold_kind(self) -> HoldKind | None:
        """The kind of the hold; None if the order is not held."""
        return self.standing.kind if isinstance(self.standing, Hold) else None

    @property
    def stage(self) -> Stage | None:
        """The phase in which the order is, or to which it returns when it is released; None if it ended."""
        if isinstance(self.standing, Ended):
            return None
        return self.standing.returns_to if isinstance(self.standing, Hold) else self.standing

    @property
    def health(self) -> Health:
        """OK, RETRYING during a temporary problem, ATTENTION if a person should check the order."""
        if self.phase in (Phase.SKIPPED, Phase.CANCELLED):
            return Health.ATTENTION if self.unsent.late else Health.OK
        if (
            self.phase is Phase.HELD
            or self.notes
            or self.unsent.altered
            or any(i.state is ImageState.FAILED for i in self.images)
            or warned(self) is not Remaining.FAR
        ):
            return Health.ATTENTION
        return Health.RETRYING if self.troubles else Health.OK

    @property
    def trouble(self) -> str | None:
        """The texts of all troubles, joined; None if there are none."""
        return in_one(trouble.text for trouble in self.troubles) if self.troubles else None

    def is_in(self, code: Code) -> bool:
        """True if one of the troubles has this code."""
        return any(trouble.code is code for trouble in self.troubles)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The reasons for the health, each with the command that helps."""
        found = [Problem(trouble.code, trouble.text) for trouble in self.troubles]
        if (kept := deadline_problem(self)) is not None:
            found.append(kept)
        failed = [image for image in self.images if image.state is ImageState.FAILED]
        found += [Problem(Code.IMAGE_FAILED, f"{image.called} failed: {image.why_failed}") for image in failed]
        if failed and self.phase is Phase.DOWNLOADED:
            found.append(Problem(Code.IMAGE_FAILED, RETRY_FAILED))
        dismissed = [image for image in self.images if image.state is ImageState.DISMISSED]
        if dismissed and self.phase is not Phase.CANCELLED:
            text = dismissed_text(len(dismissed), known=any(image.brackets for image in dismissed))
            found.append(Problem(Code.IMAGES_DISMISSED, text))
        not_picked = sum(image.state is ImageState.NOT_PICKED for image in self.images)
        if not_picked:
            text = not_picked_text(not_picked, self.merge.asked_at)
            found.append(Problem(Code.IMAGES_NOT_PICKED, text))
        if self.unsent.late:
            found.append(Problem(Code.LATE_PHOTOS, late_text(self.unsent.late, self.phase)))
        if self.unsent.altered:
            found.append(Problem(Code.CHANGED_PHOTOS, altered_text(self.unsent.altered)))
        if self.source.several and self.stage is not None:
            text = reported(self.source.several, merged=self.merge.requested)
            found.append(Problem(Code.SEVERAL_PROPERTIES, text))
        if self.source.output_renamed:
            text = f"the output's disk does not allow the shoot's name; the pictures go to {self.source.output}"
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
        return name_at_service(self.source.whole_shoot, self.brackets[number].path, self.tag(number))

    def tag(self, number: int) -> str:
        """The part of a bracket's name that is unique. It identifies the bracket even after the shoot was renamed."""
        return f"{self.id[:8]}-{number + 1}"
