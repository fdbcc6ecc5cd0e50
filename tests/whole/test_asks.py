"""Asks of a person to the installed program, and its answers."""

from __future__ import annotations

import json
import shlex
import shutil
import sqlite3
from contextlib import closing

import pytest

from daemon.store.place import FILE
from daemon.store.sqlite.reader import SqliteReader, ask
from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.books import of_order
from tests.whole.program import Bracketd, Json, until

OAK, ELM = "12 Oak St", "1 Elm St"

NO_UTF_8 = ("env", "PYTHONUTF8=0", "PYTHONCOERCECLOCALE=0", "LC_ALL=C", "LANG=C")
"""Start the daemon in an ASCII locale."""


def charged(sandbox: Sandbox, order: Json) -> int:
    """The number of an order's images that the service has charged."""
    return sum(image["charged"] for image in of_order(sandbox, order)["images"])


def test_one_failed_image_is_retried_and_it_alone_is_bought(program: Bracketd, sandbox: Sandbox) -> None:
    """``retry`` of a delivered order with one failed image delivers that image and pays only for it."""
    sandbox.faults(["image error match=IMG_0004 next=2"])
    program.start()
    program.drop(OAK, shoot(5))
    first = program.reach(OAK, "downloaded")
    assert (first["images"]["downloaded"], first["images"]["failed"], charged(sandbox, first)) == (4, 1, 4)
    assert "`bracketd retry`" in first["messages"][1]
    done = program.asks("retry", OAK)
    said = f"{OAK}: 1 failed image will be processed again. You only pay for images that succeed.\n"
    assert (done.returncode, done.stdout) == (0, said)
    again = program.when(OAK, lambda order: order["phase"] == "downloaded" and order["images"]["downloaded"] == 5)
    assert (again["order_id"], again["messages"], charged(sandbox, again)) == (first["order_id"], [], 5)
    assert json.loads(program.run("costs", "--json").stdout)["images"] == 5
    done = program.asks("retry", OAK)
    assert (done.returncode, "has already been delivered" in done.stderr) == (1, True)


def test_an_order_without_a_picture_is_held(program: Bracketd, sandbox: Sandbox) -> None:
    """If every image fails, the order is held, not delivered. A retry delivers the images."""
    sandbox.faults(["image error next=99"])
    program.start()
    program.drop(OAK, shoot(2))
    held = program.reach(OAK, "held")
    assert held["messages"][0].startswith("nothing was delivered: the service failed on every image")
    assert not (program.output / OAK / "order.json").exists()
    sandbox.faults([])
    assert program.asks("retry", OAK).returncode == 0
    order = program.reach(OAK, "downloaded")
    assert (order["images"]["downloaded"], charged(sandbox, order)) == (2, 2)


def test_an_unwanted_order_is_dismissed(program: Bracketd, sandbox: Sandbox) -> None:
    """A dismissed order, or a copy of its photos, is never bought until a person submits it."""
    program.settings["limits"] = {"images_per_order": 1}
    program.start()
    folder = program.drop(OAK, shoot(2))
    order = program.reach(OAK, "held")
    done = program.asks("dismiss", OAK)
    said = f"{OAK} is dismissed; none of its images will be bought. To send it as a new order: "
    assert (done.returncode, done.stdout) == (0, f"{said}`bracketd submit {shlex.quote(str(folder))}`\n")
    assert program.reach(OAK, "cancelled")["health"] == "ok"
    shutil.copytree(folder, program.home / "copy").rename(program.watched / ELM)
    skipped = program.reach(ELM, "skipped")
    assert f"same photos as “{OAK}”, which was cancelled and never bought" in skipped["messages"][0]
    program.stop()
    program.settings["limits"] = {}
    program.start()
    for verb in ("retry", "approve", "dismiss"):
        assert program.asks(verb, order["order_id"]).returncode == 1
    program.drop("2 Elm St", shoot(1))
    program.reach("2 Elm St", "downloaded")
    assert charged(sandbox, order) == 0
    assert program.asks("submit", str(folder)).stdout == f"{OAK}: sending 6 photos.\n"
    assert charged(sandbox, program.reach(OAK, "downloaded")) == 2


def test_a_waiting_shoot_is_cancelled(program: Bracketd) -> None:
    """``cancel`` of a waiting shoot skips it, and other shoots continue."""
    program.folder["quiet_period"] = "20s"
    program.start()
    folder = program.drop(OAK, shoot(1))
    program.wait_for_files(3)
    done = program.asks("cancel", OAK)
    said = f"{OAK} is skipped and will not be sent. To send it after all: "
    assert (done.returncode, done.stdout) == (0, f"{said}`bracketd submit {shlex.quote(str(folder))}`\n")
    order = program.reach(OAK, "skipped")
    assert order["messages"] == ["skipped by a person before it was sent; `bracketd submit FOLDER` sends it"]
    assert program.peek()["waiting"] == []
    (folder / "late.JPG").write_bytes(shoot(1)["IMG_0001.JPG"])
    program.stop()
    program.folder["quiet_period"] = "0.3s"
    program.start()
    program.drop(ELM, shoot(1))
    program.reach(ELM, "downloaded")
    late = program.when(OAK, lambda order: bool(order["messages"][1:]))
    assert (late["order_id"], late["phase"]) == (order["order_id"], "skipped")
    assert late["messages"][1].startswith("1 photo(s) came after the shoot was skipped, and are not sent: late.JPG")
    assert program.asks("submit", str(folder)).returncode == 0
    program.reach(OAK, "downloaded")


@pytest.mark.parametrize("locale", [NO_UTF_8, ()], ids=["ASCII", "UTF-8"])
def test_no_ask_ends_the_daemon(program: Bracketd, locale: tuple[str, ...]) -> None:
    """Asks that cannot be carried out are answered. The daemon continues, and restarts, in any locale."""
    program.start()
    program.stop()
    targets = (f"{program.watched}/12 Öak St", f"{program.watched}/a\0b", "", "/nowhere/x", f"{program.watched}/..")
    asked = [ask(program.state, verb, target, 0.0) for verb in ("submit", "skip", "retry") for target in targets]
    with closing(sqlite3.connect(program.state / FILE)) as connection, connection:
        for target in (5, b"\xff\xfe"):
            values = ("unheard of", target)
            asked.append(
                int(connection.execute("INSERT INTO asks (at, verb, target) VALUES (0, ?, ?)", values).lastrowid or 0)
            )
    (program.watched / "12 Öak St").mkdir()
    (program.watched / "12 Öak St" / "IMG_0001.JPG").write_bytes(b"x")
    program.launcher = locale
    for number in range(2):
        program.start()
        program.drop(f"{number} Elm St", shoot(1))
        program.reach(f"{number} Elm St", "downloaded")
        with SqliteReader(program.state) as reader:
            until(lambda: None not in [reader.answer(seq) for seq in asked])
        assert program.stop() == 0
    with SqliteReader(program.state) as reader:
        answers = [reader.answer(seq) for seq in asked]
    assert {answer[0].value for answer in answers if answer is not None} <= {"refused", "failed", "done"}
    assert not any(answer is None for answer in answers)
