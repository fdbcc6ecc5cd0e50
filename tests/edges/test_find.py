"""Which order a SHOOT argument refers to."""

from __future__ import annotations

import os
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from daemon.order import ShootPart
from tests.changed import changed
from tests.edges.test_asks import OAK, Asking

CAFE = "Café Müller"


@pytest.fixture
def asking(tmp_path: Path) -> Asking:
    """A watched folder and a state file, while no daemon is running."""
    return Asking(tmp_path)


def shows(asking: Asking, words: str) -> str | None:
    """The ID of the order that ``show`` shows; None if it lists several or finds none."""
    done = asking.says("show", words)
    lines = [line.split() for line in done.stdout.splitlines()]
    return next((line[1] for line in lines if line[:1] == ["order"]), None)


@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
@pytest.mark.parametrize("name", [CAFE, CAFE.upper(), "{folder}", "{folder}/", "{output}"])
@pytest.mark.parametrize("verb", ["show", "retry"])
def test_accents_in_whatever_form(
    asking: Asking, on_disk: Literal["NFC", "NFD"], typed: Literal["NFC", "NFD"], name: str, verb: str
) -> None:
    """A name or path with accents matches whether it is composed or decomposed, on disk and as typed."""
    one = asking.made("held", shoot=unicodedata.normalize(on_disk, CAFE))
    asking.has(one)
    words = unicodedata.normalize(typed, name.format(folder=one.source.folder, output=one.source.output))
    assert asking.says(verb, words).exit_code == 0
    if verb == "show":
        assert shows(asking, words) == one.id


@pytest.mark.parametrize(
    "words",
    [
        "{folder}/",
        "{folder}//",
        "{folder}/DCIM/IMG_0431.JPG",
        "{folder}/../12 Oak St",
        "{output}",
        "{output}/",
        "{output}/IMG_0431.jpg",
        "12 Oak St/",
        "./12 Oak St/",
    ],
)
def test_a_path_in_any_spelling(asking: Asking, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    """A shoot is found by its folder or output folder, with a slash, relative, and by a path inside."""
    one, other = asking.made("downloaded"), asking.made("downloaded", 1, shoot="1 Elm St")
    asking.has(one, other)
    monkeypatch.chdir(asking.watched)
    assert shows(asking, words.format(folder=one.source.folder, output=one.source.output)) == one.id


def test_a_path_over_a_link(asking: Asking, tmp_path: Path) -> None:
    """A path through a link to the shoot's folder finds the shoot."""
    one = asking.made("downloaded")
    asking.has(one)
    (tmp_path / "linked").symlink_to(asking.watched)
    assert shows(asking, f"{tmp_path}/linked/{OAK}/") == one.id
    assert shows(asking, f"{tmp_path}/linked/{OAK}/DCIM") == one.id
    assert shows(asking, f"{tmp_path}/linked") is None


@pytest.mark.parametrize("words", ["5 Ash", "ASH ROAD", "5 Ash R…", "  5 Ash "])
def test_a_part_of_a_name(asking: Asking, words: str) -> None:
    """Part of a name, or a cut name, shows the only order that matches."""
    one = asking.made("downloaded", shoot="5 Ash Road")
    asking.has(one, asking.made("downloaded", 1))
    assert shows(asking, words) == one.id


def test_a_part_of_two_names(asking: Asking) -> None:
    """If part of a name matches two shoots, both are listed; two orders of one shoot show the newest."""
    one, other = asking.made("downloaded", shoot="5 Ash Road"), asking.made("held", 1, shoot="15 Ash Road")
    supplement = asking.made("downloaded", 2, shoot="15 Ash Road")
    asking.has(one, other, supplement)
    done = asking.says("show", "Ash")
    assert done.exit_code == 1
    assert "matches several shoots. Specify the " in done.output
    assert f"{one.id[:8]}  {one.source.folder}" in done.output
    assert f"{other.id[:8]}  {other.source.folder}" in done.output
    assert shows(asking, "15 Ash") == supplement.id


def test_a_part_of_many_names(asking: Asking) -> None:
    """If part of a name matches very many shoots, some are listed with the number of the others."""
    orders = (asking.made("downloaded", number, shoot=f"{number} Ash") for number in range(15))
    asking.has(*(replace(one, id=f"{number:08}{one.id[-28:]}") for number, one in enumerate(orders)))
    lines = asking.says("show", "ash").output.splitlines()
    assert (len(lines), lines[-1]) == (12, "  and 5 more")


def test_three_characters_of_an_id(asking: Asking) -> None:
    """Three characters of an ID show the only order that matches; two matches are listed."""
    one, other = asking.made("downloaded", 1), asking.made("downloaded", 2, shoot="1 Elm St")
    asking.has(one, other)
    assert shows(asking, one.id[:3]) == one.id
    assert shows(asking, one.id[:3].upper()) == one.id
    assert shows(asking, one.id[:5].upper()) == one.id
    asking.has(replace(asking.made("downloaded", 3, shoot="Ash"), id=f"{one.id[:3]}0{one.id[4:]}"))
    done = asking.says("show", "1f1")
    assert (done.exit_code, "matches several shoots. Specify the " in done.output) == (1, True)


@pytest.mark.parametrize("verb", ["retry", "approve", "cancel"])
@pytest.mark.parametrize("words", ["Oak", "0f1", "12 Oak…"])
def test_a_guess_changes_nothing(asking: Asking, verb: str, words: str) -> None:
    """A partial match is not retried, approved or cancelled; the error asks for the ID."""
    one = asking.made("held")
    asking.has(one)
    done = asking.says(verb, words)
    assert done.exit_code == 1
    assert f"no order is called {words!r}. Specify the ID of one of these:" in done.output
    assert one.id[:8] in done.output
    assert asking.asked == []
    assert asking.says(verb, one.id[:8]).exit_code == 0


def test_a_whole_name_is_surer_than_a_part(asking: Asking) -> None:
    """An exact name wins over a partial match, even if that shoot is still waiting."""
    ash = asking.made("downloaded", shoot=f"{OAK} B")
    asking.has(ash, waits="2 files are not whole")
    for words in (OAK, OAK.upper(), str(asking.watched / OAK / "DCIM")):
        done = asking.says("show", words)
        assert done.exit_code == 1
        assert f"{OAK} has not been sent yet. It is waiting: 2 files are not whole" in done.output
    done = asking.says("show", "Oak")
    assert done.exit_code == 1
    assert ash.id[:8] in done.output
    assert f"waits     {asking.watched / OAK}" in done.output


@pytest.mark.parametrize("words", ["oak", "12 Oak…", "{folder}/"])
@pytest.mark.parametrize("verb", ["show", "retry"])
def test_a_shoot_that_waits_is_found_alike(asking: Asking, verb: str, words: str) -> None:
    """A waiting shoot is found by part of its name and by any path to it, too."""
    asking.has(waits="2 files are not whole")
    done = asking.says(verb, words.format(folder=asking.watched / OAK))
    assert (done.exit_code, f"{OAK} has not been sent yet" in done.output) == (1, True)


def test_a_name_as_status_shows_it(asking: Asking) -> None:
    """A name with invalid UTF-8 or control characters is found as `status` shows it."""
    one = asking.made("held", shoot=os.fsdecode(b"caf\xe9\x1b[2J"))
    asking.has(one)
    assert shows(asking, "caf\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}[2J") == one.id


def test_a_slip_of_the_pen(asking: Asking) -> None:
    """The error for a mistyped name suggests the shoot, but does not use it."""
    asking.has(asking.made("held"))
    for verb in ("show", "cancel"):
        done = asking.says(verb, "12 Oka St")
        assert done.exit_code == 1
        said = f"no order is called '12 Oka St'. Did you mean {OAK!r}? `bracketd status` lists the orders."
        assert said in done.output
    assert asking.asked == []


@pytest.mark.parametrize("words", ["", " ", "…", "/", "//", ".", "x", "0"])
def test_words_that_mean_nothing(asking: Asking, words: str) -> None:
    """A too short argument finds nothing or lists the matches, and changes nothing."""
    asking.has(asking.made("held"), asking.made("held", 1, shoot="1 Elm St"))
    for verb in ("show", "cancel"):
        done = asking.says(verb, words)
        assert done.exit_code == 1
        assert "Traceback" not in done.output
    assert asking.asked == []


def test_a_split_shoot_is_known_by_its_parts(asking: Asking) -> None:
    """The name of a split shoot lists its parts under way; a part's own name means that part."""
    folder = str(asking.watched / OAK)
    whole = asking.made("cancelled")
    parts = [
        asking.made(phase, n, shoot=f"{OAK} ({n} of 2)", part=ShootPart(n, 2))
        for n, phase in ((1, "downloaded"), (2, "held"))
    ]
    parts = [changed(part, folder=folder) for part in parts]
    asking.has(whole, *parts)
    said = asking.says("cancel", OAK).output
    assert f"{OAK!r} was split. Specify the name of a part or its ID:" in said
    assert f"{parts[1].id[:8]}  {OAK} (2 of 2)" in said
    assert "already been delivered" in asking.says("cancel", f"{OAK} (1 of 2)").output
    assert asking.says("cancel", f"{OAK} (2 of 2)").exit_code == 0
    assert "cannot be split" in asking.says("split", OAK).output
