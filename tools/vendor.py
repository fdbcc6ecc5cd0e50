"""Renews the files that come unchanged from npm packages. The ``VENDORED.toml`` beside them lists them. Needs npm."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FOLDERS = (
    ROOT / "daemon" / "page" / "static" / "vendor",
    ROOT / "tests" / "whole" / "page" / "vendor",
)
"""The folders with such files: the front end of the page, and what its tests run in a browser."""

LIST = "VENDORED.toml"


def entries(folder: Path) -> list[dict[str, Any]]:
    """The files that the list of a folder names."""
    listed: list[dict[str, Any]] = tomllib.loads((folder / LIST).read_text(encoding="utf-8"))["file"]
    return listed


def licence_name(entry: dict[str, Any]) -> str:
    """The name under which the licence of a file is kept: ``htmx.min.js`` has ``htmx.LICENSE``."""
    return f"{entry['name'].split('.')[0]}.LICENSE"


def renew(vendor: Path) -> None:
    """Download the newest release of each package's major version, and write its file, licence, version and hash."""
    text = (vendor / LIST).read_text(encoding="utf-8")
    for entry in entries(vendor):
        with tempfile.TemporaryDirectory() as folder:
            words = ("npm", "pack", "--silent", f"{entry['package']}@{entry['major']}")
            subprocess.run(  # noqa: S603 - names from our own list
                words, cwd=folder, check=True, stdout=subprocess.DEVNULL
            )
            (packed,) = Path(folder).iterdir()
            with tarfile.open(packed) as archive:
                content, licence = (_member(archive, entry[part]) for part in ("source", "licence_file"))
                version = str(json.loads(_member(archive, "package.json"))["version"])
        (vendor / entry["name"]).write_bytes(content)
        (vendor / licence_name(entry)).write_bytes(licence)
        text = _rewritten(text, entry["name"], version, hashlib.sha256(content).hexdigest())
        print(f"{entry['name']}: {entry['package']} {version}")  # noqa: T201 - it is a command
    (vendor / LIST).write_text(text, encoding="utf-8")


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(f"package/{name}")
    assert file is not None, f"the package has no file {name}"
    return file.read()


def _rewritten(text: str, name: str, version: str, digest: str) -> str:
    """The list with the version and the hash of one file replaced."""
    before, begin, rest = text.partition(f'name = "{name}"')
    block, end, after = rest.partition("[[file]]")
    block = re.sub(r'^version = ".*"$', f'version = "{version}"', block, count=1, flags=re.MULTILINE)
    block = re.sub(r'^sha256 = ".*"$', f'sha256 = "{digest}"', block, count=1, flags=re.MULTILINE)
    return before + begin + block + end + after


if __name__ == "__main__":
    for one in FOLDERS:
        renew(one)
