"""Reads Syncthing's own settings: how to reach its REST API, and which folders it syncs.

Syncthing writes ``config.xml`` whenever something changes (docs.syncthing.net, "Syncthing Configuration"), so it can be
used even when Syncthing is not running. Only its owner can read it. It is in ``$STCONFDIR`` or ``$STHOMEDIR``;
``~/.local/state/syncthing``, or ``~/.config/syncthing`` if an older version created it; on macOS
``~/Library/Application Support/Syncthing`` (Syncthing's ``lib/locations``); on Synology in the package's ``var``
(SynoCommunity's ``service-setup.sh``).
"""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from daemon.regular import read_regular
from daemon.syncing.paths import bases, home

_PACKAGES: Final = ("/var/packages/syncthing/var", "/var/packages/syncthing/target/var")
_ANY_ADDRESS: Final = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "localhost"}  # noqa: S104 - not listened on
_MOST: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach a Syncthing: the ``url`` of its web page, and its API ``key``, which repr hides.

    ``certificate`` is the file with the only certificate to accept; without it, https is verified as usual.
    ``socket`` is the path of a Unix socket to connect to.
    """

    url: str
    key: str = field(repr=False)
    certificate: str | None = None
    socket: str | None = None

    @property
    def where(self) -> str:
        """The address for messages."""
        return self.socket or self.url.partition("://")[2].rstrip("/")


@dataclass(frozen=True, slots=True)
class Kept:
    """A folder that Syncthing syncs: its local ``path``, its type ``kind``, and the ``devices`` that share it."""

    id: str
    label: str
    path: str
    kind: str
    devices: frozenset[str]

    @property
    def name(self) -> str:
        """The name for messages."""
        return self.label or os.path.basename(self.path.rstrip("/")) or self.id


@dataclass(frozen=True, slots=True)
class Configuration:
    """One ``config.xml``. ``access`` is None if the web page, and with it the API, is disabled."""

    access: Access | None
    folders: tuple[Kept, ...]


def configurations(environ: Mapping[str, str]) -> Iterator[Configuration]:
    """Every readable ``config.xml`` in the known places."""
    for directory in _places(environ):
        try:
            yield read(os.path.join(directory, "config.xml"), home(environ))
        except (OSError, ValueError):
            continue


def read(file: str, home_directory: str) -> Configuration:
    """Read a ``config.xml``. Raises ``OSError``, and ``ValueError`` if it is not XML."""
    text = read_regular(file, _MOST)
    try:
        root = ET.fromstring(text)  # noqa: S314 - the user's own settings, and expat limits entities
    except (ET.ParseError, LookupError) as error:
        raise ValueError(f"{file} is not XML: {error}") from error
    folders = tuple(_kept(folder, home_directory) for folder in root.findall("folder"))
    gui = root.find("gui")
    if gui is None or gui.get("enabled") == "false":
        return Configuration(None, folders)
    access = _access(
        (gui.findtext("address") or "").strip(),
        tls=gui.get("tls") == "true",
        key=(gui.findtext("apikey") or "").strip(),
        certificate=os.path.join(os.path.dirname(file), "https-cert.pem"),
    )
    return Configuration(access, folders)


def _places(environ: Mapping[str, str]) -> Iterator[str]:
    for variable in ("STCONFDIR", "STHOMEDIR"):
        if environ.get(variable):
            yield environ[variable]
    for base in bases(environ, "XDG_CONFIG_HOME", ".config"):
        yield os.path.join(base, "syncthing")
    for base in bases(environ, "XDG_STATE_HOME", ".local/state"):
        yield os.path.join(base, "syncthing")
    yield os.path.join(home(environ), "Library/Application Support/Syncthing")
    yield from _PACKAGES


def _kept(folder: ET.Element, home_directory: str) -> Kept:
    path = folder.get("path", "")
    if path == "~" or path.startswith("~/"):
        path = home_directory + path[1:]
    return Kept(
        id=folder.get("id", ""),
        label=folder.get("label", ""),
        path=path,
        kind=folder.get("type", ""),
        devices=frozenset(device.get("id", "") for device in folder.findall("device")),
    )


def _access(address: str, *, tls: bool, key: str, certificate: str) -> Access:
    """Access from ``gui/address``: ``HOST:PORT`` or the path of a Unix socket, either with a scheme or without.

    An empty or unspecified host means every address of this machine, so bracketd uses loopback.
    """
    scheme, separator, rest = address.rpartition("://")
    path = rest if scheme == "unix" or (not separator and rest.startswith("/")) else None
    if path is not None:
        return Access("http://localhost", key, socket=path)
    secure = tls or scheme == "https"
    host, _, port = rest.rstrip("/").rpartition(":")
    url = f"{'https' if secure else 'http'}://{_ANY_ADDRESS.get(host, host)}:{port}"
    return Access(url, key, certificate=certificate if secure else None)
