"""Tests of which photos of a settled shoot are sent, and what a person must decide first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from daemon.config.shoot import NAME
from daemon.errors import ConfigError
from daemon.files.scan import scan
from daemon.grouping import Confidence
from daemon.order import Preset
from daemon.order.planned import PlannedImage
from daemon.photos import Contents
from daemon.photos.choosing import choose
from daemon.photos.own import Own, read_own
from daemon.photos.sending import Sending, planned, sending, settings_of
from daemon.shoot import LeftOut, Why, usable
from tests.edges.exif.taken import Camera

CAMERA = Camera()
SETS = CAMERA.card("DSC{:05}.JPG")
"""Two sets of three frames."""
FIRST, SECOND = tuple(SETS)[:3], tuple(SETS)[3:]
STRAY = "DSC00011.JPG"
SINGLE = {STRAY: CAMERA.later(hours=1).take(STRAY, 1)}
BY_SETS = Preset(grouping="sets")


@dataclass
class Card:
    """A shoot's folder."""

    folder: Path
    own: Own | ConfigError | None = field(default=None, init=False)

    def put(self, files: Mapping[str, bytes]) -> None:
        """Write photos."""
        for path, data in files.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_bytes(data)

    def sets(self, text: str) -> None:
        """Write the shoot's own file."""
        (self.folder / NAME).write_text(text)
        try:
            self.own = read_own(str(self.folder))
        except ConfigError as error:
            self.own = error

    def sent(self, preset: Preset = BY_SETS, *, without: tuple[str, ...] = ()) -> Sending:
        """What is sent of the shoot with these settings of its watched folder. ``without`` are known not to be sent."""
        if isinstance(self.own, Own):
            preset = preset.with_own(self.own.fields(settings_of(preset).mode))
        good, bad = usable(scan(str(self.folder)))
        _, chosen = asyncio.run(choose(Contents(_at_once), str(self.folder), good, preset.prefer))
        brackets = [bracket for bracket in chosen.brackets if bracket.path not in without]
        return sending(chosen, brackets, (*bad, *chosen.left_out), preset, self.own)


async def _at_once(function: Callable[..., Any], *values: Any) -> Any:
    return function(*values)


@pytest.fixture
def card(tmp_path: Path) -> Card:
    """A shoot with two sets."""
    card = Card(tmp_path)
    card.put(SETS)
    return card


def paths(sent: Sending) -> list[str]:
    """The photos that are sent."""
    return [bracket.path for bracket in sent.brackets]


def images(sent: Sending) -> list[tuple[str, ...]]:
    """The photos of each image."""
    return [photos for photos, _ in sent.images]


def why(sent: Sending, part: tuple[str, ...] | None = None, *, submitted: bool = False) -> str:
    """What a person must decide. Empty if nothing."""
    doubt = sent.doubt(part, submitted=submitted)
    return "" if doubt is None else doubt.why


def test_complete_sets_are_sent(card: Card) -> None:
    """A shoot of sure sets is sent without a question, and its images are its sets in shooting order."""
    sent = card.sent()
    assert (paths(sent), images(sent), sent.left_out) == ([*FIRST, *SECOND], [FIRST, SECOND], ())
    assert why(sent) == ""


def test_a_single_photo_beside_sets_is_asked_about(card: Card) -> None:
    """A stray photo is planned as an image, but a person decides, and can leave it out in the shoot's own file."""
    card.put(SINGLE)
    sent = card.sent()
    assert images(sent) == [FIRST, SECOND, (STRAY,)]
    assert why(sent).startswith(f"1 photo(s) belong to no set and would each become a picture: {STRAY}")
    for words in ("`bracketd approve`", "`skip` in bracketd.yaml", "`bracketd submit`"):
        assert words in why(sent)
    doubt = sent.doubt()
    assert doubt is not None
    assert doubt.files == (STRAY,)


@pytest.mark.parametrize(
    ("singles", "images_sent", "asked"), [("send", 3, False), ("ask", 3, True), ("leave_out", 2, False)]
)
def test_what_happens_to_single_photos(card: Card, singles: Any, images_sent: int, asked: bool) -> None:
    """The setting sends single photos, asks, or leaves them out with a reason."""
    card.put(SINGLE)
    sent = card.sent(Preset(grouping="sets", singles=singles))
    assert (len(sent.images), bool(why(sent))) == (images_sent, asked)
    assert (LeftOut(STRAY, Why.SKIPPED) in sent.left_out) is (singles == "leave_out")
    assert (STRAY in paths(sent)) is (singles != "leave_out")


def test_a_shoot_of_single_photos_is_sent(tmp_path: Path) -> None:
    """Without the setting, a shoot that has no sets is sent as it is."""
    card = Card(tmp_path)
    card.put({f"DSC{n:05}.JPG": CAMERA.later(minutes=n).take("a.jpg", 1) for n in range(1, 5)})
    sent = card.sent()
    assert ([len(photos) for photos in images(sent)], why(sent)) == ([1, 1, 1, 1], "")
    assert why(card.sent(Preset(grouping="sets", singles="ask"))) != ""


@pytest.mark.parametrize("preset", [Preset(), Preset(3), Preset(singles="leave_out"), Preset(3, singles="ask")])
def test_nothing_is_asked_or_left_out_if_the_service_groups(card: Card, preset: Preset) -> None:
    """With ``automatic`` or a fixed number, single photos go to the service like all others."""
    card.put(SINGLE)
    sent = card.sent(preset)
    assert (paths(sent), why(sent), sent.left_out) == ([*SETS, STRAY], "", ())


def test_a_set_that_may_be_wrong_is_asked_about(card: Card) -> None:
    """If a fixed set takes photos of another set, the rest of that set is uncertain.

    A person decides, and the message names its start.
    """
    card.sets(f"sets: [[{SECOND[1]}, {SECOND[2]}, {FIRST[0]}]]\n")
    sent = card.sent()
    rest = (FIRST[1], FIRST[2])
    assert (rest, Confidence.ASK) in sent.images
    assert why(sent).startswith("1 photo(s) belong to no set")
    assert f"Also: 1 set(s) may be wrong, those starting with {rest[0]}" in why(sent)


def test_a_sub_folder_is_a_set(tmp_path: Path) -> None:
    """With ``grouping: folders`` each sub-folder becomes an image, whatever its photos show."""
    card = Card(tmp_path)
    card.put({f"{'kitchen' if n % 2 else 'hall'}/DSC{n:05}.JPG": CAMERA.take("a.jpg", n) for n in range(1, 7)})
    sent = card.sent(Preset(grouping="folders"))
    assert [{path.partition("/")[0] for path in one} for one in images(sent)] == [{"kitchen"}, {"hall"}]
    assert why(sent) == ""


def test_a_folder_that_may_not_be_a_set_is_asked_about(tmp_path: Path) -> None:
    """With ``folders``, photos in no sub-folder and folders with more photos than an image can have are asked about."""
    card = Card(tmp_path)
    card.put(CAMERA.card("hall/DSC{:05}.JPG", 10) | CAMERA.later(hours=1).card("DSC1{:04}.JPG", 3))
    sent = card.sent(Preset(grouping="folders"))
    assert [(len(one), how) for one, how in sent.images] == [(10, Confidence.ASK), (3, Confidence.ASK)]
    assert "2 set(s) may be wrong" in why(sent)


def test_a_person_lists_what_is_sent(card: Card) -> None:
    """Fixed sets, single and skipped photos are followed without a question, and skipped photos have their reason."""
    card.put(SINGLE)
    card.sets(f"sets: [[{SECOND[0]}, {FIRST[0]}, {FIRST[1]}]]\nsingle: [{STRAY}]\nskip: [{FIRST[2]}, {SECOND[1]}]\n")
    sent = card.sent(Preset())
    assert set(images(sent)[0]) == {FIRST[0], FIRST[1], SECOND[0]}
    assert {one.path for one in sent.left_out} == {FIRST[2], SECOND[1]}
    assert {one.why for one in sent.left_out} == {Why.SKIPPED}
    assert sent.fixed == {FIRST[0], FIRST[1], SECOND[0], STRAY}
    assert STRAY not in sent.ask_for
    assert SECOND[2] in sent.ask_for


def test_lists_do_not_replace_sub_folders(card: Card) -> None:
    """A file that lists a set in a folder with ``grouping: folders`` leaves the other sub-folders as they are."""
    card.put(CAMERA.later(hours=1).card("hall/DSC1{:04}.JPG", 5))
    card.sets(f"sets: [{list(FIRST)}, {list(SECOND)}]\n")
    sent = card.sent(Preset(grouping="folders"))
    assert [len(photos) for photos in images(sent)] == [3, 3, 5]
    assert why(sent) == ""


def test_skipped_photos_are_left_out_in_every_grouping(card: Card) -> None:
    """``skip`` also applies if the service groups."""
    card.sets(f"skip: [{FIRST[0]}]\n")
    for preset in (Preset(), Preset(3), BY_SETS, Preset(grouping="folders")):
        assert FIRST[0] not in paths(card.sent(preset))


def test_the_format_is_that_of_the_shoot(card: Card) -> None:
    """``prefer: raw`` in the shoot's own file sends the RAW files, also for names of their JPEGs in the lists."""
    card.put(CAMERA.card("RAW/DSC{:05}.ARW"))
    card.sets(f"prefer: raw\nskip: [{FIRST[0]}]\n")
    sent = card.sent()
    assert paths(sent) == [f"RAW/DSC{n:05}.ARW" for n in range(2, 7)]
    assert LeftOut("RAW/DSC00001.ARW", Why.SKIPPED) in sent.left_out
    assert LeftOut(FIRST[1], Why.VARIANT, "RAW/DSC00002.ARW") in sent.left_out


@pytest.mark.parametrize(
    ("text", "said", "without"),
    [
        ("skip: [DSC00009.JPG]\n", ":1: skip[0]: DSC00009.JPG is not a photo of this shoot", "its lists of photos"),
        ("keep: [DSC00009.JPG]\n", ":1: keep[0]: DSC00009.JPG is not a photo of this shoot", "its lists of photos"),
        ("grouping: sets\nlimits: {}\n", ":2: limits: A shoot's own file cannot set limits", "these settings"),
        ("grouping: set\n", ":1: grouping", "these settings"),
    ],
)
def test_a_mistake_waits_for_a_person(card: Card, text: str, said: str, without: str) -> None:
    """A mistake in the shoot's own file holds even a submitted shoot. The message has the line and the remedy."""
    card.sets(text)
    for preset in (Preset(), BY_SETS):
        sent = card.sent(preset)
        assert f"{card.folder / NAME}{said}" in why(sent)
        assert why(sent) == why(sent, submitted=True)
        assert "`bracketd submit`" in why(sent)
        assert f"`bracketd approve` sends the photos without {without}" in why(sent)
        assert paths(sent) == list(SETS)


def test_photos_to_keep(card: Card) -> None:
    """The photos under ``keep`` are found by name, also those that are in a set or single; they change no set."""
    before = card.sent(BY_SETS)
    card.sets(f"keep: [{FIRST[0]}, {SECOND[1].lower()}]\n")
    sent = card.sent(BY_SETS)
    assert (sent.keep, sent.mistake) == ((FIRST[0], SECOND[1]), None)
    assert (sent.images, sent.left_out) == (before.images, before.left_out)


def test_a_skipped_photo_cannot_be_kept(card: Card) -> None:
    """A photo under ``skip`` and ``keep`` is a mistake, because it would be in no picture."""
    card.sets(f"skip: [{FIRST[0]}]\nkeep: [{SECOND[0]}, {FIRST[0]}]\n")
    sent = card.sent()
    assert f"{card.folder / NAME}:2: keep[1]: {FIRST[0]} is also under `skip`, so it is not sent" in why(sent)
    assert sent.keep == ()


def test_a_submitted_shoot_is_sent_as_it_is(card: Card) -> None:
    """A person who submits a shoot is not asked about single photos and uncertain sets."""
    card.put(SINGLE)
    card.sets(f"sets: [[{FIRST[0]}, {SECOND[0]}]]\n")
    assert why(card.sent()) != ""
    assert why(card.sent(), submitted=True) == ""


def test_a_part_of_the_photos_can_be_planned(card: Card) -> None:
    """If some photos are known not to be sent, the sets are made of the others."""
    sent = card.sent(without=SECOND)
    assert (paths(sent), images(sent)) == ([*FIRST], [FIRST])


def test_an_order_of_late_photos_has_only_their_images(card: Card) -> None:
    """The plan of a supplement has the images of its brackets. A set that it has only in part is uncertain."""
    card.put(SINGLE)
    sent = card.sent()
    by_path = {bracket.path: bracket for bracket in sent.brackets}
    late = [by_path[path] for path in (STRAY, *SECOND[1:])]
    assert planned(sent, late) == (PlannedImage((1, 2), Confidence.ASK), PlannedImage((0,), Confidence.CERTAIN))
    assert planned(None, late) == ()
    whole = planned(sent, [by_path[path] for path in SECOND])
    assert [one.brackets for one in whole] == [(0, 1, 2)]
    assert whole[0].confidence is not Confidence.ASK


def test_a_person_decides_only_about_late_photos(card: Card) -> None:
    """For late photos, only single photos and sets among them are asked about."""
    card.put(SINGLE)
    sent = card.sent()
    assert why(sent, SECOND) == ""
    assert STRAY in why(sent, (STRAY,))


def test_the_rest_of_a_sent_set_is_asked_about(card: Card) -> None:
    """Late photos of a set that was sent without them are never bought as a picture without a question."""
    sent = card.sent()
    assert why(sent, SECOND[1:]).startswith(
        f"2 photo(s) belong to sets that were sent without them: {SECOND[1]}, {SECOND[2]}"
    )
    assert why(sent, SECOND[1:], submitted=True) == ""


def test_a_mistake_holds_late_photos_too(card: Card) -> None:
    """A mistake in the shoot's own file concerns every photo of it."""
    card.sets("skip: [nothing.JPG]\n")
    assert "nothing.JPG is not a photo" in why(card.sent(), SECOND)


def test_held_late_photos_are_cancelled_before_a_submit(card: Card) -> None:
    """Submitting a shoot approves its held late photos, so their message says to cancel their order first."""
    card.put(SINGLE)
    card.sets("skip: [nothing.JPG]\n")
    assert why(card.sent(), (STRAY,)).count("`bracketd cancel` this order and `bracketd submit` the folder") == 2
    assert "cancel" not in why(card.sent())
