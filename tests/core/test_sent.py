"""Tests of looking up other files of the frames that an order has sent."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from daemon.order import Again, Bracket, Order, Phase, changed_since, compare, facts, known_again
from daemon.order.sent import Sent, lies_as_sent, with_shots
from daemon.shoot import Doubt, LeftOut, Shot, Why
from daemon.shoot.shot import UNKNOWN
from tests.changed import changed
from tests.core.orders import after, order
from tests.core.shots import CANON, NOON, SONY, at, card, shoot

HERE, ELSEWHERE = "/in/12 Oak St", "/in/9 Elm St"


def photos(shots: dict[str, Shot], *, read: bool = True) -> tuple[Bracket, ...]:
    """Photos as they are read when a shoot is locked, each with its own content."""
    return tuple(
        Bracket(path, 1000 + n, 5, n, mark=f"{path:>32}" if read else "", shot=shot if read else UNKNOWN)
        for n, (path, shot) in enumerate(sorted(shots.items()))
    )


def delivered(shots: dict[str, Shot], left_out: tuple[LeftOut, ...] = ()) -> Order:
    """A delivered order of these photos."""
    paths = tuple(one.path for one in left_out)
    brackets = tuple(replace(photo, sha256=f"{photo.path:>64}") for photo in photos(shots))
    made = changed(order(), folder=HERE, phase=Phase.DOWNLOADED, brackets=brackets, due=None)
    return changed(made, left_out=paths, left_out_why=left_out)


RAWS, JPEGS = card("Card1/DSC{:05}.ARW", shoot(SONY)), card("Card2/DSC{:05}.JPG", shoot(SONY))
SENT = delivered(JPEGS)


@pytest.mark.parametrize("folder", [HERE, ELSEWHERE])
def test_other_files_of_the_frames_that_were_sent_are_the_same_shoot(folder: str) -> None:
    """A card of RAWs whose JPEGs were sent is the same shoot, in any folder."""
    judged = compare(folder, photos(RAWS), (SENT,))
    assert (judged.again, judged.before, judged.known, judged.by_frame) == (Again.SAME, SENT, 6, 6)
    assert compare(folder, photos(JPEGS), (SENT,)).by_frame == 0


def test_a_card_with_more_frames_brings_those_alone() -> None:
    """Only the unsent frames of a card are new."""
    more = photos(card("Card1/DSC{:05}.ARW", shoot(SONY, 9)))
    judged = compare(HERE, more, (SENT,))
    assert (judged.again, [photo.path[-5:] for photo in judged.new]) == (Again.MORE, ["7.ARW", "8.ARW", "9.ARW"])
    assert judged.unsent == judged.new


def test_another_cameras_photos_of_the_same_names_are_new() -> None:
    """Photos of another camera under the paths of sent ones are another shoot."""
    others = [replace(photo, mark="of another") for photo in photos(card("Card2/DSC{:05}.JPG", shoot(CANON, 6)))]
    assert compare(HERE, others, (SENT,)).again is Again.NEW
    late, _changed = changed_since((SENT,), photos(card("Card2/DSC{:05}.CR3", shoot(CANON, 6))))
    assert len(late) == 6


def test_what_is_known_by_its_name_in_its_folder() -> None:
    """A file without metadata beside a sent or left-out file is not new; in another folder it is."""
    silent = {"Card2/DSC00001.ARW": UNKNOWN, "Card1/DSC00001.TIF": UNKNOWN, "web/DSC00001.jpg": UNKNOWN}
    known = delivered(JPEGS, (LeftOut("Card1/DSC00001.ARW", Why.VARIANT, "Card2/DSC00001.JPG"),))
    assert changed_since((known,), photos(silent))[0] == ("web/DSC00001.jpg",)
    judged = compare(HERE, (*photos(JPEGS), *photos(silent)), (known,))
    assert ([photo.path for photo in judged.new], judged.unread) == (["web/DSC00001.jpg"], ("web/DSC00001.jpg",))


def test_a_left_out_file_covers_its_own_frame_only() -> None:
    """Another camera's file with the name of one that was left out is a new photo."""
    known = delivered(JPEGS, (LeftOut("Card1/DSC00001.ARW", Why.VARIANT, "Card2/DSC00001.JPG"),))
    other = photos({"Card1/DSC00001.JPG": at(CANON, 1, begins=NOON + 3600)})
    assert changed_since((known,), other)[0] == ("Card1/DSC00001.JPG",)


def test_exports_in_another_shoot_are_named() -> None:
    """If a shoot has a few exports of another one's frames, those are listed and the rest is new."""
    new = card("DSC{:05}.JPG", shoot(SONY, 6, begins=NOON + 86400))
    small = replace(at(SONY, 2), pixels=(1500, 1000))
    judged = compare(ELSEWHERE, photos({**new, "before.jpg": small, "plan.jpg": UNKNOWN}), (SENT,))
    assert judged.again is Again.NEW
    assert judged.made == (LeftOut("before.jpg", Why.DERIVED, "Card2/DSC00002.JPG", SENT.source.shoot),)


def test_an_equal_photo_in_another_shoot_is_sent() -> None:
    """A photo without signs of an export is sent even if it equals a sent frame: a clock may have been set back."""
    new = {**card("DSC{:05}.JPG", shoot(SONY, 6, begins=NOON + 86400)), "A/DSC00002.JPG": at(SONY, 2)}
    assert compare(ELSEWHERE, photos(new), (SENT,)).made == ()


def test_each_known_file_says_what_it_is() -> None:
    """For copies, variants, exports and files of one name, the reason has the sent photo."""
    here = {
        **JPEGS,
        "Card1/DSC00001.ARW": at(SONY, 1),
        "Card2/DSC00002-Edit.jpg": at(SONY, 2),
        "web/1.jpg": replace(at(SONY, 3), pixels=(900, 600)),
        "Card2/DSC00004.ARW": UNKNOWN,
    }
    found = (*photos(here), replace(SENT.brackets[4], path="copy.JPG"))
    judged = compare(HERE, found, (SENT,))
    damaged = LeftOut("Card1/DSC00009.ARW", Why.UNREADABLE)
    fact = facts.Locked(found, (damaged.path,), left_out_why=(damaged,))
    assert set(known_again(fact, judged, (SENT,))) == {
        LeftOut("Card1/DSC00001.ARW", Why.VARIANT, "Card2/DSC00001.JPG"),
        LeftOut("Card2/DSC00002-Edit.jpg", Why.DERIVED, "Card2/DSC00002.JPG"),
        LeftOut("web/1.jpg", Why.DERIVED, "Card2/DSC00003.JPG"),
        LeftOut("Card2/DSC00004.ARW", Why.VARIANT, "Card2/DSC00004.JPG"),
        LeftOut("copy.JPG", Why.COPY, "Card2/DSC00005.JPG"),
        damaged,
    }


def test_what_stands_beside_a_variant_stands_beside_what_was_sent() -> None:
    """The reason has the sent file, not another left-out file."""
    heif = LeftOut("3/DSC00001.HIF", Why.VARIANT, "Card1/DSC00001.ARW")
    fact = facts.Locked(photos(RAWS), (heif.path,), left_out_why=(heif,))
    known = known_again(fact, compare(HERE, fact.brackets, (SENT,)), (SENT,))
    assert replace(heif, of="Card2/DSC00001.JPG") in known


def test_a_file_of_another_shoots_frame_says_which_shoot() -> None:
    """The reason has the other shoot if only that one has sent the frame."""
    mine = changed(delivered(card("DSC{:05}.JPG", shoot(CANON))), id="7" + SENT.id[1:], folder=ELSEWHERE)
    fact = facts.Locked(photos(RAWS))
    judged = compare(ELSEWHERE, fact.brackets, (mine, SENT))
    assert (judged.again, judged.before) == (Again.SAME, SENT)
    assert known_again(fact, judged, (mine,))[0] == LeftOut(
        "Card1/DSC00001.ARW", Why.VARIANT, "Card2/DSC00001.JPG", SENT.source.shoot
    )


def test_nothing_is_said_of_a_new_shoot_in_a_known_folder() -> None:
    """Another card in a reused folder adds nothing to the order of the first one."""
    fact = facts.Locked(photos(card("DSC{:05}.JPG", shoot(CANON))))
    assert known_again(fact, compare(HERE, fact.brackets, (SENT,)), (SENT,)) == ()


def test_a_shoot_lies_there_as_it_was_sent() -> None:
    """A folder with all brackets unchanged, and otherwise only left-out files, is as the order recorded it."""
    left_out = tuple(LeftOut(path, Why.VARIANT) for path in RAWS)
    known = delivered(JPEGS, left_out)
    there = photos({**JPEGS, **RAWS})
    jpegs = photos(JPEGS)
    assert lies_as_sent(known, jpegs)
    assert not lies_as_sent(known, jpegs[1:])
    assert not lies_as_sent(known, (*jpegs, Bracket("new.JPG", 1, 1, 1)))
    assert not lies_as_sent(known, (replace(jpegs[0], size=7), *jpegs[1:]))
    assert not lies_as_sent(replace(known, brackets=()), ())
    same = tuple(replace(photo, size=b.size) for b in known.brackets for photo in there if photo.path == b.path)
    assert lies_as_sent(known, (*same, *(photo for photo in there if photo.path in RAWS)))


def test_an_older_order_learns_its_frames_from_its_files() -> None:
    """A bracket with an unchanged file gets the file's metadata; one with a changed file does not."""
    old = replace(SENT, brackets=tuple(replace(bracket, shot=UNKNOWN) for bracket in SENT.brackets))
    there = (replace(photos(JPEGS)[0], size=1), *photos(JPEGS)[1:])
    learnt = with_shots(old, there)
    assert [bracket.shot.tells for bracket in learnt.brackets] == [False, *[True] * 5]
    assert with_shots(SENT, ()) is SENT


def test_a_doubt_holds_a_shoot_before_anything_is_sent() -> None:
    """A doubtful shoot is held with the reason, and an approval sends it."""
    start = order()
    held = after(start, facts.Locked(start.brackets, doubt=Doubt("two formats", ("a",))))
    assert (held.phase, held.stage, held.trouble, held.due) == (Phase.HELD, Phase.SETTLED, "two formats", None)
    assert after(held, facts.Approved()).phase is Phase.SETTLED


def test_a_changed_file_says_nothing_until_it_is_read() -> None:
    """A changed file loses its stored metadata, because it may be another photo."""
    start = replace(order(), brackets=photos(JPEGS))
    changed = after(start, facts.Changed(0, 0, 7, 8, 9))
    assert (changed.brackets[0].shot, changed.brackets[1].shot) == (UNKNOWN, start.brackets[1].shot)


def test_two_thousand_late_files_take_no_time() -> None:
    """A late card of 2,000 RAWs is compared with its order in less than two seconds."""
    frames = shoot(SONY, 2000)
    known, late = delivered(card("1/DSC{:05}.JPG", frames)), photos(card("2/DSC{:05}.ARW", frames))
    began = time.process_time()
    judged = compare(HERE, late, (known,))
    assert (judged.again, len(known_again(facts.Locked(late), judged, (known,)))) == (Again.SAME, 2000)
    assert Sent(known).of_frame(late[0]) is not None
    assert time.process_time() - began < 2
