from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from daemon.syncing.syncthing.settings import Access, Configuration, Kept, configurations, read

from .scripted import KEY, MYSELF, SENDER, write_config


def access(tmp_path: Path, address: str, *, tls: bool = False) -> Access | None:
    """The access for this address in a ``config.xml``."""
    write_config(tmp_path, address, tls=tls)
    return read(str(tmp_path / "config.xml"), "/home/anna").access


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("127.0.0.1:8384", "http://127.0.0.1:8384"),
        ("0.0.0.0:8384", "http://127.0.0.1:8384"),
        (":8384", "http://127.0.0.1:8384"),
        ("[::]:8384", "http://localhost:8384"),
        ("[::1]:8384", "http://[::1]:8384"),
        ("nas.local:80", "http://nas.local:80"),
        ("http://127.0.0.1:8384/", "http://127.0.0.1:8384"),
    ],
)
def test_address_of_the_page(tmp_path: Path, address: str, url: str) -> None:
    """The web page is queried at its address; if it listens on all addresses, on loopback."""
    assert access(tmp_path, address) == Access(url, KEY)


def test_address_over_tls(tmp_path: Path) -> None:
    """A web page with TLS is verified with the certificate beside its settings."""
    pinned = Access("https://127.0.0.1:8384", KEY, certificate=str(tmp_path / "https-cert.pem"))
    assert access(tmp_path, "127.0.0.1:8384", tls=True) == pinned
    assert access(tmp_path, "https://127.0.0.1:8384") == pinned


@pytest.mark.parametrize("address", ["/run/syncthing.sock", "unix:///run/syncthing.sock"])
def test_address_of_a_socket(tmp_path: Path, address: str) -> None:
    """A web page on a Unix socket has the socket's path."""
    found = access(tmp_path, address)
    assert found == Access("http://localhost", KEY, socket="/run/syncthing.sock")
    assert found.where == "/run/syncthing.sock"


def test_folders(tmp_path: Path) -> None:
    """A folder's tilde is the home directory. Its name is its label, or else the last part of its path."""
    shared = f'<device id="{MYSELF}"/><device id="{SENDER}"/>'
    folders = f'<folder id="a" label="Shoots" path="~/Shoots/" type="receiveonly">{shared}</folder>'
    folders += '<folder id="b" path="/srv/Cards"/><folder id="c" label="" path="~"/>'
    templates = '<defaults><folder id="" path="~"/></defaults>'
    (tmp_path / "config.xml").write_text(f"<configuration>{folders}{templates}</configuration>")
    found = read(str(tmp_path / "config.xml"), "/home/anna")
    assert found == Configuration(
        None,
        (
            Kept("a", "Shoots", "/home/anna/Shoots/", "receiveonly", frozenset({MYSELF, SENDER})),
            Kept("b", "", "/srv/Cards", "", frozenset()),
            Kept("c", "", "/home/anna", "", frozenset()),
        ),
    )
    assert [kept.name for kept in found.folders] == ["Shoots", "Cards", "anna"]


@pytest.mark.parametrize(
    ("variable", "place"),
    [
        (None, ".config/syncthing"),
        (None, ".local/state/syncthing"),
        (None, "Library/Application Support/Syncthing"),
        ("STCONFDIR", "elsewhere"),
        ("STHOMEDIR", "elsewhere"),
        ("XDG_CONFIG_HOME", "elsewhere/syncthing"),
        ("XDG_STATE_HOME", "elsewhere/syncthing"),
    ],
)
def test_places(tmp_path: Path, variable: str | None, place: str) -> None:
    """The settings are found in all places that Syncthing uses."""
    write_config(tmp_path / place, "127.0.0.1:8384", tmp_path / "Shoots")
    named = {variable: str(tmp_path / "elsewhere")} if variable else {}
    found = list(configurations({"HOME": str(tmp_path), **named}))
    assert [kept.path for each in found for kept in each.folders if "Shoots" in kept.path] == [str(tmp_path / "Shoots")]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"no XML",
        b"<configuration>",
        b'<?xml version="1.0" encoding="bogus"?><configuration/>',
        b'<?xml version="1.0" encoding="utf-7"?><configuration/>',
        b"\xff\xfe\x00",
    ],
)
def test_settings_that_are_none(tmp_path: Path, text: bytes) -> None:
    """A damaged ``config.xml`` is skipped, and the next place is checked."""
    write_config(tmp_path / ".config" / "syncthing", "127.0.0.1:8384", tmp_path / "Shoots")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "config.xml").write_bytes(text)
    found = list(configurations({"HOME": str(tmp_path), "STCONFDIR": str(tmp_path / "damaged")}))
    assert tmp_path / "Shoots" in {Path(kept.path) for each in found for kept in each.folders}


@pytest.mark.skipif(not shutil.which("syncthing"), reason="needs the syncthing command (Debian package syncthing)")
def test_what_syncthing_itself_writes(tmp_path: Path) -> None:
    """The settings that a real Syncthing creates are read: its web page, its key, and no folder yet."""
    surroundings = {"HOME": str(tmp_path), "PATH": os.defpath, "STNODEFAULTFOLDER": "1"}
    home = tmp_path / "home"
    command = [shutil.which("syncthing") or "", "generate", f"--home={home}", "--skip-port-probing"]
    subprocess.run(command, env=surroundings, check=True, capture_output=True, timeout=60)
    (found,) = (each for each in configurations({"HOME": str(tmp_path), "STHOMEDIR": str(home)}) if each.access)
    assert found.access is not None
    assert found.access.where == "127.0.0.1:8384"
    assert len(found.access.key) == 32
    assert found.folders == ()
