from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox, running_sandbox

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
SDKS = {"1.0.7": "drive_images.py", "1.1.0": "drive_brackets.py"}
EACH_SDK = pytest.mark.parametrize("sdk", SDKS)

JPEG, PNG = "ffd8ff", "89504e47"
_LONGEST_S = 120


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two scenes of three exposures."""
    folder = tmp_path_factory.mktemp("card")
    for name, data in shoot(2).items():
        (folder / name).write_bytes(data)
    return folder


@EACH_SDK
def test_whole_order(sdk: str, folder: Path) -> None:
    """The vendor's own client takes an order through its whole life, reads every answer, and breaks no rule."""
    with running_sandbox() as sandbox:
        results = drive(sdk, "order", sandbox, folder)
        assert sandbox.violations() == []
        assert sandbox.report()["charged"] == 1
    assert results == {
        "created": True,
        "brackets": sorted(shoot(2)),
        "statuses": ["processed", "processed"],
        "unknown_keys": [],
        "order": [False, False, 2.0, True],
        "renamed": "14 Oak St",
        "listed": [2, 2, 1],
        "enhanced": JPEG,
        "original": PNG,
        "downloaded": True,
        "again": ["processing", "neutral", "processed"],
        "deleted": [None, None],
        "gone": ["NotFoundException", 404, "HTTPError"],
    }


@EACH_SDK
def test_refusals(sdk: str, folder: Path) -> None:
    """Every documented error arrives as the SDK's own exception, its body read as the SDK's own model if it has one."""
    with running_sandbox("--fault", "report_image 402", "--fault", "report_image 503") as sandbox:
        assert drive(sdk, "refusals", sandbox, folder) == {
            "400": ["BadRequestException", 400, "NoneType"],
            "401": ["UnauthorizedException", 401, "HTTPError"],
            "402": ["ApiException", 402, "NoneType"],
            "404": ["NotFoundException", 404, "HTTPError"],
            "409": ["ConflictException", 409, "NoneType"],
            "422": ["UnprocessableEntityException", 422, "ValidationError"],
            "429": ["ApiException", 429, "NoneType"],
            "503": ["ServiceException", 503, "NoneType"],
        }


@EACH_SDK
@pytest.mark.parametrize(
    ("accepted", "refusal", "broken"),
    [
        ("refused", ["ApiException", 406, "NoneType"], []),
        ("served", [], ["key-at-assets", "key-at-storage"]),
    ],
)
def test_download_as_it_comes(sdk: str, folder: Path, accepted: str, refusal: list[object], broken: list[str]) -> None:
    """Untouched, the SDK asks for pictures as JSON, which is a switch, and carries the key along to other hosts."""
    with running_sandbox("--set", f"json_accept={accepted}") as sandbox:
        assert drive(sdk, "download", sandbox, folder) == {"refusal": refusal}
        assert [item["rule"] for item in sandbox.violations()] == broken


def drive(sdk: str, what: str, sandbox: Sandbox, folder: Path) -> dict[str, Any]:
    """Run the SDK's driver in its own environment, warnings as errors; what it says."""
    python = ROOT / f".venv-sdk-{sdk}" / "bin" / "python"
    if not python.exists():
        pytest.skip(f"make test sets up the vendor's SDK {sdk}")
    command: list[str | Path] = [python, "-W", "error", HERE / SDKS[sdk], what, sandbox.api, sandbox.key, folder]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_S, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    results: dict[str, Any] = json.loads(done.stdout)
    return results
