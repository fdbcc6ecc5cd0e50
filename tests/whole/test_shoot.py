from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from daemon.order import LINE
from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.books import of_order
from tests.whole.program import Bracketd, until

CANON_6D = Path(__file__).parents[3] / "shared" / "data" / "canon-6d"

FLOWS = pytest.mark.parametrize("flow", ["images", "brackets"])


@FLOWS
def test_a_shoot_comes_back_finished(program: Bracketd, sandbox: Sandbox, flow: str) -> None:
    """A dropped camera card becomes one finished picture per scene, named after its first bracket."""
    program.settings["api"]["flow"] = flow
    program.start()
    card = {f"DCIM/100CANON/{name}": data for name, data in shoot(2).items()}
    program.drop("12 Oak St", card | {"DCIM/MISC/AUTPRINT.MRK": b"x", "notes.txt": b"x", "Thumbs.db": b"x"})
    order = program.reach("12 Oak St", "downloaded")
    assert (order["health"], order["messages"]) == ("ok", [])
    assert order["brackets"] == {"total": 6, "uploaded": 6}
    assert order["images"] == {"total": 2, "processed": 2, "downloaded": 2, "failed": 0}
    output = program.output / "12 Oak St"
    assert {path.name for path in output.iterdir()} == {"IMG_0001.jpg", "IMG_0004.jpg", "order.json"}
    (merge,) = of_order(sandbox, order)["merges"]
    assert (merge["brackets"], merge["body"]) == (6, {})


@FLOWS
def test_order_json_is_last_and_tells_everything(program: Bracketd, flow: str) -> None:
    """``order.json`` is written after every picture, and names files, ids, settings and times."""
    program.settings["api"]["flow"] = flow
    program.start()
    program.drop("12 Oak St", shoot(2))
    order = program.reach("12 Oak St", "downloaded")
    output = Path(order["output"])
    note = json.loads((output / "order.json").read_text())
    assert (note["version"], note["order_id"], note["flow"]) == (1, order["order_id"], flow)
    assert [image["file"] for image in note["images"]] == ["IMG_0001.jpg", "IMG_0004.jpg"]
    assert [bracket["file"] for bracket in note["brackets"]] == [f"IMG_{n:04}.JPG" for n in range(1, 7)]
    assert (note["failed"], note["left_out"], note["late"]) == ([], [], [])
    assert note["locked_at"] <= note["images"][0]["bought_at"] <= note["delivered_at"]
    written = (output / "order.json").stat().st_mtime_ns
    assert all((output / image["file"]).stat().st_mtime_ns <= written for image in note["images"])
    if flow == "brackets":
        assert [len(image["brackets"]) for image in note["images"]] == [3, 3]


def test_every_phase_is_reported(program: Bracketd) -> None:
    """The log has every phase of an order, in sequence, and the journal has the facts that led there."""
    program.start()
    program.drop("12 Oak St", shoot(1))
    order = program.reach("12 Oak St", "downloaded")
    phases = [phase.value for phase in LINE]
    until(lambda: program.logged("downloaded"))
    assert [event["event"] for event in program.events() if event["event"] in phases] == phases
    facts = [entry["fact"] for entry in program.journal(order["order_id"])]
    assert facts[0] == "Locked"
    assert facts[-3:] == ["Fetched", "Placed", "Delivered"]
    assert [facts.count(once) for once in ("MergeIntended", "Merged", "Confirmed")] == [1, 1, 1]
    assert (facts.count("Registered"), facts.count("Stored")) == (3, 3)


@FLOWS
@pytest.mark.skipif(not CANON_6D.is_dir(), reason="the real brackets are not here")
def test_real_brackets_become_one_picture(program: Bracketd, flow: str) -> None:
    """Five exposures of a real camera become one HDR picture."""
    program.settings["api"]["flow"] = flow
    program.start()
    shutil.copytree(CANON_6D, program.watched / "Canon 6D")
    order = program.reach("Canon 6D", "downloaded", patience=90)
    assert order["brackets"]["total"] == 5
    assert order["images"] == {"total": 1, "processed": 1, "downloaded": 1, "failed": 0}


def test_a_watched_folder_is_a_preset(program: Bracketd, sandbox: Sandbox) -> None:
    """A folder's settings for grouping, enhancement and download are sent to the service with the merge."""
    program.folder.update(
        grouping=2,
        enhance={"sky_replacement": True, "ai_version": "4.7"},
        download={"format": "webp", "quality": 80, "max_width": 100},
    )
    program.start()
    program.drop("12 Oak St", shoot(1, stops=(-2, -1, 1, 2)))
    order = program.reach("12 Oak St", "downloaded")
    (merge,) = of_order(sandbox, order)["merges"]
    assert merge["body"] == {"number_of_brackets_per_image": 2, "sky_replacement": True, "ai_version": "4.7"}
    pictures = sorted(path.name for path in (program.output / "12 Oak St").glob("*.webp"))
    assert pictures == ["IMG_0001.webp", "IMG_0003.webp"]


def test_equal_names_get_along(program: Bracketd) -> None:
    """Shoots with the same name in two watched folders stay separate, and existing pictures are not replaced."""
    theirs = program.output / "12 Oak St" / "IMG_0001.jpg"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"the photographer's own")
    other = program.home / "more shoots"
    other.mkdir()
    program.settings["folders"].append(program.folder | {"watch": str(other)})
    program.start()
    program.drop("12 Oak St", shoot(1))
    program.reach("12 Oak St", "downloaded")
    program.drop("12 Oak St at night", shoot(1)).rename(other / "12 Oak St")
    until((program.output / "12 Oak St-2" / "order.json").exists)
    done = program.when("12 Oak St", lambda order: order["folder"].startswith(str(other)))
    assert done["output"] == str(program.output / "12 Oak St-2")
    assert theirs.read_bytes() == b"the photographer's own"
    assert (program.output / "12 Oak St" / "IMG_0001-2.jpg").exists()
