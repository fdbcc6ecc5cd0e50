from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.order import Bracket, ImageState, MergeState, Order, Phase, Preset, fingerprint, next_steps, steps
from daemon.recovery.atservice import AtService
from daemon.recovery.stranger import NOT_THERE, Shoot, files_of, guessed_name, may_be_of, order_of, rebuilt
from daemon.service import BracketReport, ImageReport, ImageStatus, OrderReport
from daemon.shoot import File
from tests.core.orders import NOW, order
from tests.core.shots import CANON, at

IDLE = OrderReport(merging=False, processing=False, images=())
FILES = tuple(File(f"DCIM/IMG_{n + 431:04}.JPG", 1000 + n, 5, 70 + n) for n in range(3))
OAK = Shoot("12 Oak St", "/in/12 Oak St", "/out/12 Oak St", Preset(per_image=3), FILES)


def there(of: Order, shown: OrderReport = IDLE, *, ids: bool = True, name: str = "") -> AtService:
    """An order at the service, without any other record."""
    brackets = tuple(
        BracketReport(f"s{n}" if ids else None, of.bracket_name(n), uploaded=True, image_id=None) for n in of.sent
    )
    return AtService(of.id, name, NOW - 60, shown, brackets)


def images(of: Order, *paid: bool, status: ImageStatus = ImageStatus.PROCESSED) -> OrderReport:
    """Images named after the first brackets, paid for or not."""
    return OrderReport(
        merging=False,
        processing=False,
        images=tuple(ImageReport(f"i{n}", of.bracket_name(n), status, None, downloaded=p) for n, p in enumerate(paid)),
    )


@pytest.mark.parametrize("ids", [True, False])
def test_the_brackets_are_found_in_the_shoot(ids: bool) -> None:
    """If the shoot is in a watched folder, the rebuilt order has its brackets, so its photos are known."""
    made = order_of(there(order(), ids=ids), OAK, "images", NOW)
    assert [bracket.path for bracket in made.brackets] == [file.path for file in FILES]
    assert [bracket.service_id for bracket in made.brackets] == ([f"s{n}" for n in range(3)] if ids else [None] * 3)
    assert made.fingerprint == fingerprint(order().brackets)
    assert (made.shoot, made.folder, made.output) == ("12 Oak St", "/in/12 Oak St", "/out/12 Oak St")
    assert (made.preset, made.created_at) == (Preset(per_image=3), NOW - 60)
    assert made.bracket_name(1) == order().bracket_name(1)


def test_the_brackets_know_their_frames_again() -> None:
    """The rebuilt order has its photos' metadata, so other files of those frames are known."""
    shots = {file.path: at(CANON, number) for number, file in enumerate(FILES, 1)}
    made = order_of(there(order()), replace(OAK, shots=shots), "images", NOW)
    assert [bracket.shot for bracket in made.brackets] == list(shots.values())


def test_files_of_one_name_are_distinguished() -> None:
    """Two files of one name in two folders are separate brackets, even if another file was added."""
    files = tuple(File(path, 1, 2, 3) for path in ("A/IMG_1.JPG", "B/IMG_1.JPG", "B/IMG_2.JPG"))
    of = replace(order(), brackets=tuple(Bracket(file.path, 1, 2, 3) for file in files))
    assert files_of(there(of), replace(OAK, files=files)) == dict(enumerate(files))
    more = (File("A/IMG_0.JPG", 1, 2, 3), *files)
    assert [file.path for file in files_of(there(of), replace(OAK, files=more)).values()] == [f.path for f in files]
    second = replace(of, brackets=(replace(of.brackets[0], left_out="is broken"), *of.brackets[1:]))
    assert files_of(there(second), replace(OAK, files=files)) == {1: files[1], 2: files[2]}


def test_a_bracket_that_the_service_lacks_is_left_out() -> None:
    """A number without a name at the service is a photo that was left out."""
    of = replace(
        order(), brackets=(order().brackets[0], replace(order().brackets[1], left_out="bad"), order().brackets[2])
    )
    made = order_of(there(of), OAK, "images", NOW)
    assert [bracket.left_out for bracket in made.brackets] == [None, NOT_THERE, None]
    assert made.sent == (0, 2)


def test_without_its_shoot_an_order_still_has_names() -> None:
    """Without the shoot, the names at the service give the names of the shoot and its photos."""
    guessed = Shoot(guessed_name(there(order())), "/in/x", "/out/x", Preset())
    assert guessed.name == "12 Oak St"
    made = order_of(there(order()), guessed, "brackets", NOW)
    assert [bracket.path for bracket in made.brackets] == ["IMG_0431.JPG", "IMG_0432.JPG", "IMG_0433.JPG"]
    assert made.fingerprint == ""
    assert [made.bracket_name(n) for n in range(3)] == [order().bracket_name(n) for n in range(3)]


@pytest.mark.parametrize(
    ("name", "shoot"),
    [
        ("", "12 Oak St"),
        ("Elm St", "Elm St"),
        ("../../etc", "_.._etc"),
        ("..", "6f1d1f0e"),
        ("a/b\0", "a_b_"),
        ("Elm \ud800", "Elm ?"),
    ],
)
def test_a_guessed_name_is_never_a_way_out(name: str, shoot: str) -> None:
    """The order's name at the service becomes a single folder name, whatever characters it has."""
    assert guessed_name(there(order(), name=name)) == shoot


@pytest.mark.parametrize(
    ("shoot", "may"), [("12 Oak St", True), ("12 Oak", True), ("12 Oak Street", False), ("x", False)]
)
def test_shoots_are_chosen_by_the_names(shoot: str, may: bool) -> None:
    """Only shoots whose names match the beginning of the names at the service are read."""
    assert may_be_of(there(order()), shoot) is may


def test_other_names_are_not_ours() -> None:
    """A name counts only if it ends with the order's own tag."""
    of = AtService(order().id, "", None, IDLE)
    names = [
        "IMG_1.JPG",
        "a 6f1d1f0e-0.JPG",
        "a 6f1d1f0e-2 b.JPG",
        "a 00000000-2.JPG",
        "x6f1d1f0e-2",
        "a 6f1d1f0e-12.JPG",
    ]
    assert [of.number(name) for name in names] == [None, None, None, None, None, 11]
    assert of.number("no extension 6f1d1f0e-2") == 1


def test_an_order_under_way_is_taken_up() -> None:
    """An order that is still processed, or not paid for, is polled and then downloaded."""
    for shown, phase in (
        (OrderReport(merging=True, processing=False, images=()), Phase.MERGING),
        (OrderReport(merging=False, processing=True, images=()), Phase.PROCESSING),
        (images(order(), False), Phase.PROCESSING),
        (images(order(), True, False), Phase.PROCESSING),
    ):
        at_service = there(order(), shown)
        found = rebuilt(order_of(at_service, OAK, "images", NOW), at_service, None, NOW)
        assert (found.order.phase, found.order.merge, found.order.due) == (phase, MergeState.SEEN, NOW)
        assert next_steps(found.order) == (steps.Look(),)
        assert not found.doubtful


@pytest.mark.parametrize(
    ("pictures", "phase", "doubtful"),
    [
        (2, Phase.DOWNLOADED, False),
        (3, Phase.DOWNLOADED, False),
        (None, Phase.DOWNLOADED, True),
        (1, Phase.PROCESSING, False),
    ],
    ids=["all there", "and more", "tidied away", "some missing"],
)
def test_what_was_paid_for_is_not_bought_again(pictures: int | None, phase: Phase, doubtful: bool) -> None:
    """An order with all pictures paid for is delivered, unless its output folder lacks some."""
    at_service = there(order(), images(order(), True, True))
    found = rebuilt(order_of(at_service, OAK, "images", NOW), at_service, pictures, NOW)
    assert (found.order.phase, found.doubtful) == (phase, doubtful)
    if phase is Phase.DOWNLOADED:
        assert next_steps(found.order) == ()
        assert [image.state for image in found.order.images] == [ImageState.PLACED] * 2
        assert bool(found.order.notes) is doubtful


def test_an_order_without_any_good_image_is_looked_at() -> None:
    """If nothing was paid because every image failed, the order is restored and its failure reported."""
    at_service = there(order(), images(order(), False, status=ImageStatus.FAILED))
    assert rebuilt(order_of(at_service, OAK, "images", NOW), at_service, None, NOW).order.phase is Phase.PROCESSING
