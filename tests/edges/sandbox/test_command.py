from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import pytest
from click.testing import CliRunner

from daemon.sandbox.command import sandbox
from daemon.sandbox.faults import rule_of_words
from daemon.sandbox.kinds import MOMENTS, ROUTES, kinds_at
from daemon.sandbox.settings import Switches
from tests import plain_http
from tests.sandbox_process import Sandbox, running_sandbox

COMMAND = [sys.executable, "-m", "daemon.sandbox"]


def test_one_line_of_json() -> None:
    """With --json, standard output is one line with all addresses, the key and the folder."""
    with subprocess.Popen([*COMMAND, "--json"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        output = json.loads(process.stdout.readline())
        assert Path(output["dir"]).is_dir()
        process.terminate()
        assert process.stdout.read() == b""
    assert set(output) == {"api", "storage", "assets", "key", "pid", "dir"}
    assert output["pid"] == process.pid


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_stops_cleanly(name: signal.Signals) -> None:
    """SIGTERM and Ctrl-C end it with status 0, even with a connected client, and remove its temporary folder."""
    with subprocess.Popen([*COMMAND, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        output = json.loads(process.stdout.readline())
        with httpx.Client(verify=plain_http.NO_CERTIFICATES) as client:
            client.get(f"{output['api']}/_sandbox/report")
            process.send_signal(name)
            assert process.wait(20) == 0
        assert process.stderr.read() == b""
    assert not Path(output["dir"]).exists()


def test_chosen_folder_stays(tmp_path: Path) -> None:
    """A folder given by --dir keeps its files."""
    with running_sandbox("--dir", str(tmp_path / "kept")) as running:
        assert running.directory == tmp_path / "kept"
    assert (tmp_path / "kept" / "uploads").is_dir()


def test_loopback_only(shared: Sandbox) -> None:
    """It listens on loopback and nowhere else."""
    listening = [item for item in psutil.Process(shared.pid).net_connections("tcp") if item.status == "LISTEN"]
    assert len(listening) == 3
    assert all(item.laddr.ip.startswith("127.") for item in listening)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux answers on all of 127.0.0.0/8")
def test_three_addresses(shared: Sandbox) -> None:
    """On Linux, API, storage and assets are three different hosts."""
    assert len({urlsplit(url).hostname for url in (shared.api, shared.storage, shared.assets)}) == 3


def test_chosen_port() -> None:
    """A port can be chosen. A port in use is reported with a remedy and without a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run([*COMMAND, "--port", port], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "Choose other ports" in done.stderr
    assert "Traceback" not in done.stderr
    with running_sandbox("--port", port) as running:
        assert running.api == f"http://127.0.0.1:{port}"


def test_text_for_people() -> None:
    """Without --json it prints the address, the key and the report's URL."""
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        output = "".join(process.stdout.readline() for _ in range(7))
        process.terminate()
    for word in ("http://127.0.0.1:", "sandbox-key", "/_sandbox/report"):
        assert word in output


def test_help() -> None:
    """The help says how to use it from a client, and what is not known."""
    output = " ".join(CliRunner().invoke(sandbox, ["--help"]).output.split())
    for words in (
        "in place of https://api.autoenhance.ai",
        "x-api-key",
        "/openapi.json",
        "never compared with the live",
    ):
        assert words in output


def test_the_documentation_shows_what_there_is() -> None:
    """Every option, fault and switch on the sandbox's documentation page exists."""
    section = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text(encoding="utf-8")
    output = CliRunner().invoke(sandbox, ["--help"]).output
    assert set(re.findall(r"--[a-z][a-z-]*", section)) <= set(re.findall(r"--[a-z][a-z-]*", output))
    assert [rule_of_words(words).where for words in re.findall(r"--fault '([^']+)'", section)]
    assert Switches().with_words(re.findall(r"--set ([a-z_]+=[\w-]+)", section)) != Switches()
    assert [rule_of_words(words).where for line in re.findall(r"-d '(\[.*\])'", section) for words in json.loads(line)]


def test_lists() -> None:
    """The lists show every place and kind of fault, and every switch."""
    faults = CliRunner().invoke(sandbox, ["--list-faults"]).output
    switches = CliRunner().invoke(sandbox, ["--list-switches"]).output
    words = set(faults.replace(":", " ").split())
    assert words >= {*ROUTES, *MOMENTS, *(kind for where in (*ROUTES, *MOMENTS) for kind in kinds_at(where))}
    assert all(f"  {name}=" in switches for name in Switches.__slots__)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--fault", "nowhere 503"),
        ("--set", "colour=red"),
        ("--set", "images_appear=never"),
        ("--set", "not_ready=x"),
        ("--set", "not_ready=200"),
    ],
)
def test_wrong_options(option: str, value: str) -> None:
    """A mistake in an option is reported with the option's name."""
    result = CliRunner().invoke(sandbox, [option, value])
    assert result.exit_code == 2
    assert option in result.output


def test_light_import() -> None:
    """Importing the command loads neither the web server nor the image libraries."""
    code = (
        "import sys, daemon.sandbox.command; print({'cv2', 'numpy', 'starlette', 'uvicorn', 'PIL'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "set()"
