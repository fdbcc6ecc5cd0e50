"""The package that ``pip install`` installs: a wheel, built from this checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.whole.program import PATIENCE, bracketd, environment

TOP = Path(__file__).parents[2]
EXAMPLE = (TOP / "config.example.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the installed files of a wheel."""
    made, there = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("installed")
    words = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(made))
    subprocess.run(words, cwd=TOP, check=True, capture_output=True, timeout=PATIENCE)
    (wheel,) = made.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(there)
    return there


def test_the_installed_package_prints_the_example(installed: Path, tmp_path: Path) -> None:
    """``bracketd config example`` of an installed package prints the example without a checkout."""
    done = subprocess.run(
        (sys.executable, "-P", "-m", "daemon", "config", "example"),
        cwd=tmp_path,
        env={**environment(tmp_path), "PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stderr, done.stdout) == (0, "", EXAMPLE)


def test_a_checkout_prints_the_example(tmp_path: Path) -> None:
    """The command that a first start suggests works, also from a checkout, and its file is accepted."""
    refused = bracketd("status", home=tmp_path)
    command = refused.stderr.split("`")[1]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = environment(tmp_path) | {"PATH": path}
    subprocess.run(("sh", "-c", command), env=env, check=True, timeout=PATIENCE)
    assert (tmp_path / ".config" / "bracketd" / "config.yaml").read_text(encoding="utf-8") == EXAMPLE
    assert bracketd("status", home=tmp_path).returncode == 0


def test_the_package_has_no_strangers(installed: Path) -> None:
    """A wheel has the package, the types marker, the example, the scenes, the page and the font, but nothing else."""
    files = [path.relative_to(installed) for path in installed.rglob("*") if path.is_file()]
    assert {path.parts[0] for path in files if ".dist-info" not in path.parts[0]} == {"daemon"}
    page = (Path("daemon/page/static"), Path("daemon/page/templates"))
    of_page = {path for path in files if any(folder in path.parents for folder in page)}
    assert {path for path in map(Path, _tracked("daemon/page")) if path.suffix != ".py"} == of_page
    others = [path for path in files if path.parts[0] == "daemon" and path.suffix != ".py" and path not in of_page]
    assert {path.name for path in others} == {
        "py.typed",
        "config.example.yaml",
        "NotoSans-Regular.ttf",
        "OFL.txt",
        *(f"{name}.jp2" for name in ("living-room", "kitchen", "bedroom", "house")),
    }


def _tracked(folder: str) -> list[str]:
    """The files of the checkout in a folder, without caches."""
    found = (path for path in (TOP / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return [str(path.relative_to(TOP)) for path in found]
