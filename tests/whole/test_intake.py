from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from daemon.order.again import REPLACED
from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.books import note_of
from tests.whole.program import Bracketd, until


def test_dropped_while_the_daemon_was_down(program: Bracketd) -> None:
    """A shoot that is dropped between two runs is found at the second start."""
    program.start()
    assert program.stop() == 0
    program.drop("12 Oak St", shoot(1))
    program.start()
    program.reach("12 Oak St", "downloaded")


def test_what_was_there_before_is_skipped_and_named(program: Bracketd) -> None:
    """The first sight of a watched folder sends nothing. Log and status name the skipped shoots and the remedy."""
    program.drop("1 Elm St", shoot(1))
    program.drop("2 Elm St", shoot(1))
    program.start()
    (found,) = program.logged("existing shoots skipped")
    assert found["shoots"] == 2
    assert "bracketd submit FOLDER" in found["remedy"]
    orders = program.status()["orders"]
    assert sorted((order["shoot"], order["phase"], order["health"]) for order in orders) == [
        ("1 Elm St", "skipped", "ok"),
        ("2 Elm St", "skipped", "ok"),
    ]
    assert all("bracketd submit" in order["messages"][0] for order in orders)
    table = program.run("status").stdout
    assert "1 Elm St" in table
    assert "bracketd submit FOLDER" in " ".join(table.split()), "it may be broken into lines"
    program.drop("3 Elm St", shoot(1))
    program.reach("3 Elm St", "downloaded")
    assert {order["phase"] for order in program.peek()["orders"]} == {"skipped", "downloaded"}


def test_a_tidied_archive_is_not_bought(program: Bracketd) -> None:
    """A skipped shoot that is moved into a folder is not sent and says why. ``submit`` of that folder sends it."""
    program.drop("Old A", shoot(1))
    program.start()
    (program.watched / "2025").mkdir()
    (program.watched / "Old A").rename(program.watched / "2025" / "Old A")
    year = program.reach("2025", "skipped")
    assert "its photos are those of “Old A”, which was skipped and never bought" in year["messages"][0]
    sent = program.run("submit", year["folder"])
    assert (sent.returncode, sent.stderr) == (0, "")
    program.reach("2025", "downloaded")


def test_a_watched_folder_that_is_made_later(program: Bracketd) -> None:
    """``check`` and ``status`` say that a missing watched folder must be created. If it appears full, it is skipped."""
    program.watched.rmdir()
    program.write_config()
    words = f"the watched folder {program.watched} does not exist yet: create it first, then drop shoots into it."
    assert words in program.run("check").stdout
    program.start()
    assert any(message.startswith(words) for message in program.status()["daemon"]["messages"])
    cards = program.home / "cards"
    for name in ("1 Elm St", "2 Elm St"):
        (cards / name).mkdir(parents=True)
        for file, data in shoot(1).items():
            (cards / name / file).write_bytes(data)
    shutil.copytree(cards, program.watched)
    found = until(lambda: [one for one in program.peek()["attention"] if one["count"] == 2])
    assert found[0]["kind"] == "first sight"
    assert "`bracketd submit FOLDER` sends one" in program.run("status").stdout.replace("\n", " ")
    assert {order["phase"] for order in program.peek()["orders"]} == {"skipped"}


def test_a_skipped_shoot_can_be_submitted(program: Bracketd) -> None:
    """``submit`` sends one skipped shoot and no other, even if the daemon is down at that moment."""
    for name in ("1 Elm St", "2 Elm St", "3 Elm St"):
        program.drop(name, shoot(1))
    program.start()
    done = program.run("submit", str(program.watched / "1 Elm St"))
    assert (done.returncode, done.stderr) == (0, "")
    assert program.reach("1 Elm St", "downloaded")["messages"] == []
    program.stop()
    done = program.run("submit", str(program.watched / "2 Elm St"))
    assert "not running" in done.stdout
    program.start()
    program.reach("2 Elm St", "downloaded")
    assert (program.order("3 Elm St") or {})["phase"] == "skipped"
    found = program.status()["orders"]
    assert sum(REPLACED in order["messages"] for order in found) == 2, "the skipped orders"
    shown = program.run("status").stdout
    assert [shown.count(f"\n{name} ") for name in ("1 Elm St", "2 Elm St", "3 Elm St")] == [1, 1, 1]


def test_the_same_photos_are_not_bought_twice(program: Bracketd) -> None:
    """A copy of a sent shoot with renamed files is skipped with the reason. ``submit --again`` sends it."""
    program.start()
    shutil.copytree(program.drop("12 Oak St", shoot(1)), program.home / "copy")
    for photo in (program.home / "copy").iterdir():
        photo.rename(photo.with_name(f"kitchen {photo.name}"))
        os.utime(photo.with_name(f"kitchen {photo.name}"))
    program.reach("12 Oak St", "downloaded")
    (program.home / "copy").rename(program.watched / "12 Oak St copy")
    order = program.reach("12 Oak St copy", "skipped")
    assert "same photos as “12 Oak St”" in order["messages"][0]
    refused = program.asks("submit", order["folder"])
    assert (refused.returncode, "Use --again to send and buy them again." in refused.stderr) == (1, True)
    assert program.run("submit", "--again", order["folder"]).returncode == 0
    program.reach("12 Oak St copy", "downloaded")


def test_an_archive_can_be_processed(program: Bracketd) -> None:
    """With ``existing: process`` the shoots at first sight are sent like new ones."""
    program.folder["existing"] = "process"
    program.drop("1 Elm St", shoot(1))
    program.start()
    program.reach("1 Elm St", "downloaded")


def test_a_waiting_shoot_can_be_submitted(program: Bracketd) -> None:
    """``submit`` skips the quiet period. Before it, the shoot is shown as waiting, with the reason."""
    program.folder["quiet_period"] = "1h"
    program.start()
    program.drop("12 Oak St", shoot(1))
    waiting = program.wait_for_files(3)
    assert (waiting["shoot"], "3600 s" in waiting["reason"]) == ("12 Oak St", True)
    assert "12 Oak St" in program.run("status").stdout
    program.run("submit", str(program.watched / "12 Oak St"))
    program.reach("12 Oak St", "downloaded")
    assert program.status()["waiting"] == []


def test_folders_that_are_not_shoots_are_left_alone(program: Bracketd) -> None:
    """Loose photos, empty folders and folders without photos are reported once each and never sent."""
    program.start()
    (program.watched / "IMG_0001.JPG").write_bytes(b"loose")
    program.drop("empty", {})
    program.drop("papers", {"contract.pdf": b"x", "plans/ground floor.dwg": b"x"})
    until(lambda: len(program.logged("folder without photos ignored")) == 2)
    program.drop("12 Oak St", shoot(1))
    program.reach("12 Oak St", "downloaded")
    said = [event["shoot"] for event in program.logged("folder without photos ignored")]
    assert sorted(said) == ["empty", "papers"]
    (loose,) = program.logged("photos directly in the watched folder ignored")
    assert loose["photos"] == 1
    assert [order["shoot"] for order in program.status()["orders"]] == ["12 Oak St"]
    assert program.status()["waiting"] == []


def test_a_link_to_everything(program: Bracketd) -> None:
    """With a link to ``/`` in the watched folder the next shoot is delivered, and ``status`` reports the link."""
    (program.watched / "everything").symlink_to("/", target_is_directory=True)
    program.start()
    assert "Remove the link" in program.wait_until_it_says("is a link to a folder")["reason"]
    program.drop("12 Oak St", shoot(1))
    program.reach("12 Oak St", "downloaded")
    refused = program.run("submit", str(program.watched / "everything"))
    assert (refused.returncode, "bracketd does not follow it" in refused.stderr) == (1, True)


def test_a_folder_that_fills_later_is_a_shoot(program: Bracketd) -> None:
    """An empty folder at first sight is not an archive: photos that arrive in it are sent."""
    program.drop("12 Oak St", {})
    program.start()
    program.drop("12 Oak St", {f"100CANON/{name}": data for name, data in shoot(1).items()})
    program.reach("12 Oak St", "downloaded")


def test_a_shoot_that_grows_is_waited_for(program: Bracketd) -> None:
    """Files that keep arriving, each within the quiet period of the previous one, are one order."""
    program.folder["quiet_period"] = "3s"
    program.start()
    for number, (name, data) in enumerate(shoot(2).items(), start=1):
        program.drop("12 Oak St", {name: data})
        program.wait_for_files(number)
    assert program.reach("12 Oak St", "downloaded")["brackets"]["total"] == 6


def test_photos_that_come_late_are_a_supplement(program: Bracketd, sandbox: Sandbox) -> None:
    """Photos that arrive after the lock are sent as a second order with the same output. Nothing is bought twice."""
    late = shoot(2)
    first = {name: late.pop(name) for name in ("IMG_0001.JPG", "IMG_0002.JPG", "IMG_0003.JPG")}
    program.folder.update(observer="polling", poll_interval="0.5s", quiet_period="2s")
    sandbox.faults(["merge slow-grouping seconds=2"])
    program.start()
    program.drop("12 Oak St", first)
    whole = program.reach("12 Oak St", "merging")
    program.drop("12 Oak St", late)
    new = program.when("12 Oak St", lambda order: order["supplement_of"] == whole["order_id"])
    program.when("12 Oak St", lambda order: order["order_id"] == new["order_id"] and order["phase"] == "downloaded")
    until(lambda: {order["phase"] for order in program.peek()["orders"]} == {"downloaded"})
    assert new["output"] == whole["output"]
    assert {note_of(order)["order_id"] for order in (whole, new)} == {whole["order_id"], new["order_id"]}
    assert sorted(path.name for path in Path(new["output"]).glob("*.jpg")) == ["IMG_0001.jpg", "IMG_0004.jpg"]
    costs = json.loads(program.run("costs", "--json").stdout)
    assert sum(shoot["images"] for month in costs["months"] for shoot in month["shoots"]) == 2
