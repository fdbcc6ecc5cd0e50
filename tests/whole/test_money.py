from __future__ import annotations

import csv
import json
import shutil

from PIL import Image

from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.books import of_order
from tests.whole.program import Bracketd, Json

OAK, ELM = "12 Oak St", "1 Elm St"


def costs(program: Bracketd) -> Json:
    """The output of ``bracketd costs --json``."""
    report: Json = json.loads(program.run("costs", "--json").stdout)
    return report


def test_a_limit_holds_until_a_person_approves(program: Bracketd) -> None:
    """A shoot that would exceed a limit is processed, held, and bought only after a person approves."""
    program.settings["limits"] = {"images_per_order": 1}
    program.settings["price_per_image"] = "0.75"
    program.start()
    program.drop(OAK, shoot(2))
    order = program.reach(OAK, "held")
    assert "limits.images_per_order is 1" in order["messages"][0]
    assert costs(program)["images"] == 0
    done = program.run("cancel", OAK)
    assert (done.returncode, "Nothing more is bought while it is held" in done.stderr) == (1, True)
    assert program.run("approve", OAK).returncode == 0
    program.reach(OAK, "downloaded")
    report = costs(program)
    assert (report["images"], report["price"]) == (2, "1.50")
    (line,) = report["months"][0]["shoots"]
    assert (line["shoot"], line["order_id"]) == (OAK, order["order_id"])
    rows = list(csv.DictReader(program.run("costs", "--csv").stdout.splitlines()))
    assert sorted(row["file"] for row in rows) == ["IMG_0001.jpg", "IMG_0004.jpg"]


def test_what_is_approved_beforehand_is_not_held(program: Bracketd, sandbox: Sandbox) -> None:
    """An order that is approved in advance is not held for a limit."""
    sandbox.faults(["merge slow-grouping seconds=2"])
    program.settings["limits"] = {"images_per_day": 1}
    program.start()
    program.drop(OAK, shoot(2))
    program.reach(OAK, "merging", "processing")
    assert program.run("approve", OAK).returncode == 0
    order = program.reach(OAK, "held", "downloaded")
    assert order["phase"] == "downloaded"
    assert "approved" in program.run("show", OAK).stdout


def test_what_is_cancelled_stays_so(program: Bracketd, sandbox: Sandbox) -> None:
    """A cancelled order is not merged, and its shoot is not sent again until a person submits it."""
    sandbox.faults(["upload 503 next=99"])
    program.start()
    program.drop(OAK, shoot(1))
    program.when(OAK, lambda order: order["health"] == "retrying")
    assert program.run("cancel", OAK).returncode == 0
    program.reach(OAK, "cancelled")
    sandbox.faults([])
    program.drop(ELM, shoot(1))
    program.reach(ELM, "downloaded")
    assert [order["phase"] for order in program.status()["orders"] if order["shoot"] == OAK] == ["cancelled"]
    assert program.run("submit", str(program.watched / OAK)).returncode == 0
    program.reach(OAK, "downloaded")


def test_a_shoot_is_bought_again_on_that_word(program: Bracketd) -> None:
    """``submit --again`` sends and buys a delivered shoot, and a copy that was skipped because of its photos."""
    program.start()
    folder = program.drop(OAK, shoot(1))
    first = program.reach(OAK, "downloaded")
    shutil.copytree(folder, program.home / "copy").rename(program.watched / ELM)
    skipped = program.reach(ELM, "skipped")
    done = program.asks("submit", str(program.watched / ELM))
    assert done.returncode == 1
    assert "Not sent: the same photos were sent on " in done.stderr
    assert f" as “{OAK}”. Use --again to send and buy them again." in done.stderr
    assert program.run("submit", "--again", str(program.watched / ELM)).returncode == 0
    second = program.reach(ELM, "downloaded")
    assert len({first["order_id"], skipped["order_id"], second["order_id"]}) == 3
    assert costs(program)["images"] == 2


def test_pictures_of_other_orders_are_not_bought(program: Bracketd, sandbox: Sandbox) -> None:
    """While the service mixes up orders nothing is bought. In the end the shoot has its own pictures, paid once."""
    program.start()
    program.drop(ELM, shoot(1))
    program.reach(ELM, "downloaded")
    sandbox.faults(["show_order foreign-images", "show_order repeated-image", "download trailer rate=1"])
    program.drop(OAK, shoot(2))
    order = program.reach(OAK, "downloaded")
    assert (order["health"], order["messages"]) == ("ok", [])
    assert sorted(path.name for path in (program.output / OAK).glob("*.jpg")) == ["IMG_0001.jpg", "IMG_0004.jpg"]
    assert [fault["happened"] for fault in sandbox.report()["faults"]] == [1, 1, 4], "two previews, two pictures"
    assert costs(program)["images"] == 3


def test_a_refused_merge_is_not_repeated(program: Bracketd, sandbox: Sandbox) -> None:
    """``retry`` finds a merge that was refused but carried out, and does not request another one."""
    sandbox.faults(["merge_order 404 after=true"])
    program.start()
    program.drop(OAK, shoot(1))
    held = program.reach(OAK, "held")
    assert "404" in held["messages"][0]
    assert program.run("retry", OAK).returncode == 0
    order = program.reach(OAK, "downloaded")
    assert len(of_order(sandbox, order)["merges"]) == 1


def test_a_preview_is_not_delivered(program: Bracketd, sandbox: Sandbox) -> None:
    """A tiny picture instead of the full size is downloaded again and paid once."""
    sandbox.faults(["download small next=2"])
    program.start()
    program.drop(OAK, shoot(1))
    program.reach(OAK, "downloaded")
    (picture,) = (program.output / OAK).glob("*.jpg")
    with Image.open(picture) as shown:
        assert max(shown.size) == 240
    assert costs(program)["images"] == 1
