"""Two real Syncthings on loopback, a sender and a receiver, with one folder shared between them.

They know each other's address and contact no other host: no discovery, relays, NAT traversal, usage or crash reports,
or upgrades. Needs the ``syncthing`` command (Debian package ``syncthing``); ``COMMAND`` is None without it.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import socket
import subprocess
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

COMMAND = shutil.which("syncthing")
FOLDER_ID = "shoots"

_START_S = 60.0
_STOP_S = 10.0

_KEPT_TO_OURSELVES = {
    "globalAnnounceEnabled": "false",
    "localAnnounceEnabled": "false",
    "relaysEnabled": "false",
    "natEnabled": "false",
    "stunKeepaliveStartS": "0",
    "announceLANAddresses": "false",
    "startBrowser": "false",
    "urAccepted": "-1",
    "crashReportingEnabled": "false",
    "autoUpgradeIntervalH": "0",
    "setLowPriority": "false",
    "limitBandwidthInLan": "true",
    "reconnectionIntervalS": "1",
}


@dataclass(frozen=True)
class Syncthing:
    """One running Syncthing: its settings, the folder that it syncs, its web page, and its process."""

    home: Path
    folder: Path
    url: str
    device: str
    pid: int
    key: str = field(repr=False)

    @property
    def environ(self) -> dict[str, str]:
        """The environment that leads to its settings."""
        return {"HOME": str(self.home), "STCONFDIR": str(self.home)}

    def get(self, path: str, **query: str) -> httpx.Response:
        """Make a GET request to its REST API."""
        return self._request("GET", path, query)

    def post(self, path: str, **query: str) -> None:
        """Make a POST request to its REST API, as its web page does."""
        self._request("POST", path, query).raise_for_status()

    def configure(self, path: str, change: dict[str, object]) -> None:
        """Change a part of its settings, as its web page does."""
        self._request("PATCH", path, {}, change).raise_for_status()

    def _request(self, method: str, path: str, query: dict[str, str], body: object = None) -> httpx.Response:
        headers = {"X-API-Key": self.key}
        return httpx.request(
            method, self.url + path, params=query, headers=headers, json=body, timeout=10, verify=False, trust_env=False
        )


@dataclass(frozen=True)
class Pair:
    """A sender and a receiver that are connected to each other."""

    sender: Syncthing
    receiver: Syncthing

    def announce(self) -> None:
        """Make the sender scan its folder and announce what is new. Returns after the scan."""
        self.sender.post("/rest/db/scan", folder=FOLDER_ID)

    @property
    def connected(self) -> bool:
        """True if the receiver is connected to the sender."""
        connections = self.receiver.get("/rest/system/connections").json()["connections"]
        return bool(connections.get(self.sender.device, {}).get("connected"))


@contextlib.contextmanager
def running_pair(
    directory: Path, *, receiver_folder: Path | None = None, kib_per_s: int = 1000, tls: bool = False
) -> Iterator[Pair]:
    """Start both, wait until they are connected, and stop them at the end.

    Only the receiver connects, and it starts after the sender responds: if both connect at once, both connections may
    be closed, and Syncthing waits a minute before it connects again.

    The sender's rate is limited to ``kib_per_s`` (after a burst of some 500 KiB). With ``tls`` the receiver's web page
    is https with a self-signed certificate. Each has its home and, unless ``receiver_folder`` is given, its folder
    below ``directory``.
    """
    assert COMMAND, "needs the syncthing command"
    homes = [directory / "sender", directory / "receiver"]
    folders = [directory / "sender folder", receiver_folder or directory / "receiver folder"]
    for home, folder in zip(homes, folders, strict=True):
        home.mkdir(parents=True)
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [COMMAND, "generate", f"--home={home}"], env=_environment(home), check=True, capture_output=True, timeout=60
        )
    devices = [_device(home) for home in homes]
    ports = _free_ports(4)
    with contextlib.ExitStack() as stack:
        running = []
        for here, there in ((0, 1), (1, 0)):
            secure = tls and here == 1
            key = _write_settings(
                homes[here],
                page=ports[here],
                tls=secure,
                listen=ports[2 + here],
                devices={devices[here]: None, devices[there]: ports[2 + there] if here == 1 else None},
                folder=folders[here],
                kib_per_s=kib_per_s if here == 0 else 0,
            )
            pid = stack.enter_context(_process(homes[here]))
            url = f"{'https' if secure else 'http'}://127.0.0.1:{ports[here]}"
            syncthing = Syncthing(homes[here], folders[here], url, devices[here], pid, key)
            _wait(functools.partial(_answers, syncthing), homes[: here + 1])
            running.append(syncthing)
        pair = Pair(*running)
        _wait(lambda: pair.connected, homes)
        yield pair


def _environment(home: Path) -> dict[str, str]:
    return {
        "HOME": str(home),
        "PATH": os.defpath,
        "STNODEFAULTFOLDER": "1",
        "STNOUPGRADE": "1",
        "STMONITORED": "yes",  # one process, which can be ended, instead of a monitor and its child
        "GOMAXPROCS": "1",
    }


def _device(home: Path) -> str:
    found = ET.parse(home / "config.xml").find("device")
    assert found is not None
    return found.attrib["id"]


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in sockets]


def _write_settings(
    home: Path, *, page: int, tls: bool, listen: int, devices: dict[str, int | None], folder: Path, kib_per_s: int
) -> str:
    """Change the settings that Syncthing created. Returns the API key that it chose."""
    tree = ET.parse(home / "config.xml")
    root = tree.getroot()
    for tag in ("device", "folder"):
        for old in root.findall(tag):
            root.remove(old)
    shared = ET.SubElement(
        root,
        "folder",
        {"id": FOLDER_ID, "label": "Shoots", "path": str(folder), "type": "sendreceive", "fsWatcherEnabled": "false"},
    )
    for device, port in devices.items():
        ET.SubElement(shared, "device", {"id": device})
        known = ET.SubElement(root, "device", {"id": device, "name": device[:7]})
        ET.SubElement(known, "address").text = f"tcp://127.0.0.1:{port}" if port else "dynamic"
    _set(root, "gui/address", f"127.0.0.1:{page}")
    gui = root.find("gui")
    assert gui is not None
    gui.set("tls", "true" if tls else "false")
    _set(root, "options/listenAddress", f"tcp://127.0.0.1:{listen}")
    _set(root, "options/maxSendKbps", str(kib_per_s))
    for name, text in _KEPT_TO_OURSELVES.items():
        _set(root, f"options/{name}", text)
    tree.write(home / "config.xml")
    return root.findtext("gui/apikey") or ""


def _set(root: ET.Element, path: str, text: str) -> None:
    found = root.find(path)
    if found is None:
        group, _, name = path.partition("/")
        above = root.find(group)
        assert above is not None
        found = ET.SubElement(above, name)
    found.text = text


@contextlib.contextmanager
def _process(home: Path) -> Iterator[int]:
    command = [COMMAND or "", "serve", f"--home={home}", "--no-browser", "--no-restart"]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            command, env=_environment(home), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # its session is its own
            process.wait()


def _answers(syncthing: Syncthing) -> bool:
    try:
        return syncthing.get("/rest/system/ping").is_success
    except httpx.TransportError:
        return False


def _wait(ready: Callable[[], bool], homes: list[Path]) -> None:
    deadline = time.monotonic() + _START_S
    while not ready():
        if time.monotonic() > deadline:
            logs = "\n".join((home / "log").read_text(errors="replace")[-2000:] for home in homes)
            raise RuntimeError(f"not up within {_START_S} s:\n{logs}")
        time.sleep(0.05)
