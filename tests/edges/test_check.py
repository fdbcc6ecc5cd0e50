from __future__ import annotations

import asyncio
import errno
import json
import os
import socket
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from daemon.cli import cli
from daemon.files.roots import Roots
from daemon.host.lock import InstanceLock
from daemon.order import facts
from daemon.store.attention import Attention, Heed
from daemon.store.notes import Attentions
from daemon.store.place import FILE
from daemon.store.sqlite import copies
from daemon.store.sqlite.store import SqliteStore
from tests.core.orders import order
from tests.edges.service.hosts import Host, always
from tests.mirror import Mirror

NO_KEY = "api.key"


@dataclass
class Checking:
    """Settings, and the state that a daemon with these settings left."""

    top: Path
    more: str = ""
    grouping: str = "automatic"

    @property
    def watched(self) -> Path:
        """The watched folder."""
        return self.top / "in"

    @property
    def output(self) -> Path:
        """The output folder."""
        return self.top / "out"

    @property
    def state(self) -> Path:
        """The state directory."""
        return self.top / "state"

    def ran(self) -> None:
        """Store a state as if the daemon saw both folders, with a shoot in each, and had an order."""
        for folder in (self.watched, self.output):
            (folder / "12 Oak St").mkdir(parents=True, exist_ok=True)

        async def work() -> None:
            store = SqliteStore.open(self.state)
            roots = Roots(store.root_states(lambda: 0.0))
            await asyncio.to_thread(lambda: roots.remember(str(self.watched), roots.check(str(self.watched))))
            assert await asyncio.to_thread(roots.output_away, str(self.output)) is None
            await store.add(order(), facts.Locked(order().brackets))
            store.close()

        asyncio.run(work())

    def says(self, verb: str, *words: str) -> Result:
        """Run the program and return its result."""
        config = self.top / "bracketd.yaml"
        folders = f"folders: [{{watch: {self.watched}, output: {self.output}, grouping: {self.grouping}}}]"
        config.write_text(f"{folders}\nstate_dir: {self.state}\n{self.more}")
        config.chmod(0o600)
        return CliRunner().invoke(cli, ["--config", str(config), verb, *words])

    def problems(self, verb: str) -> list[str]:
        """The problems that ``check`` or ``doctor`` lists, without the missing key."""
        done = self.says(verb)
        assert done.exit_code in (0, 1), done.output
        named = [line.removeprefix("problem").strip() for line in done.stderr.splitlines()]
        return [line for line in named if not line.startswith(NO_KEY) and "API key" not in line]


@pytest.fixture
def checking(tmp_path: Path) -> Checking:
    """Settings and state for a check."""
    return Checking(tmp_path)


def test_folders_that_never_existed_are_not_a_problem(checking: Checking) -> None:
    """Neither folder has to exist at first: the watched one is noted, and the output folder is created later."""
    assert checking.problems("check") == []
    assert (
        f"{checking.watched} does not exist yet: create it first, then drop shoots into it."
        in checking.says("check").stdout
    )
    assert checking.problems("doctor") == []


@pytest.mark.parametrize("verb", ["check", "doctor"])
def test_an_output_folder_that_is_away(checking: Checking, verb: str) -> None:
    """An output folder that the daemon saw and that no longer exists is a problem, with the fix."""
    checking.ran()
    assert checking.problems(verb) == []
    checking.output.rename(checking.top / "elsewhere")
    (problem,) = checking.problems(verb)
    assert problem.startswith(f"the output folder {checking.output} is not there")
    assert "Is its disk mounted?" in problem
    assert "`bracketd adopt FOLDER`" in problem
    assert checking.says(verb).exit_code == 1
    (checking.top / "elsewhere").rename(checking.output)
    assert checking.problems(verb) == [], "a check changes nothing that the daemon remembers"


def test_a_watched_folder_that_is_away(checking: Checking) -> None:
    """A watched folder that the daemon saw and that no longer exists is a problem, not a note."""
    checking.ran()
    checking.watched.rename(checking.top / "elsewhere")
    (problem,) = checking.problems("check")
    assert problem.startswith(f"the watched folder {checking.watched} is not there")
    assert "does not exist yet" not in checking.says("check").stdout


def test_loose_photos_are_noted(checking: Checking) -> None:
    """Photos directly in the watched folder are noted with what to do, even if no daemon ever ran."""
    checking.watched.mkdir()
    for number in range(5):
        (checking.watched / f"IMG_{number}.JPG").write_bytes(b"x")
    said = checking.says("check").stdout
    assert f"5 photo(s) are directly in the watched folder {checking.watched} and are not sent: IMG_0.JPG" in said
    assert "Move them into a sub-folder, which is then a shoot" in said
    assert checking.problems("check") == []


def test_what_the_daemon_found_is_noted(checking: Checking) -> None:
    """``check`` and ``status`` show what the daemon noted of a watched folder, as text and as JSON values."""
    checking.ran()
    odd = os.fsdecode(b"\xff.insp")
    insta = Attention(Heed.OTHER_FORMATS, str(checking.watched / "360"), 4, (odd, "IMG_2.insp"))
    first = Attention(Heed.FIRST_SIGHT, str(checking.watched), 12)

    async def note() -> None:
        store = SqliteStore.open(checking.state)
        await store.note(Attentions(str(checking.watched), (first, insta)))
        store.close()

    asyncio.run(note())
    said = checking.says("check").stdout
    assert "12 shoot(s) were already in the watched folder" in said
    assert "`bracketd submit FOLDER` sends one" in said
    assert f"4 file(s) in {checking.watched / '360'} may be photos in a format that bracketd does not send" in said
    with InstanceLock(checking.state):
        attention = json.loads(checking.says("status", "--json").stdout)["attention"]
        shown = checking.says("status").stdout
    assert [(one["kind"], one["count"]) for one in attention] == [("first sight", 12), ("other formats", 4)]
    assert attention[1]["names"] == [odd, "IMG_2.insp"]
    assert attention[0]["message"] in " ".join(shown.split())
    assert json.loads(checking.says("status", "--json").stdout)["attention"] == [], "no daemon is running"


def test_a_watched_folder_that_is_another_one(checking: Checking) -> None:
    """A folder with other shoots in place of the watched one is a problem, and the message names ``adopt``."""
    checking.ran()
    checking.watched.rename(checking.top / "elsewhere")
    (checking.watched / "Old A").mkdir(parents=True)
    (problem,) = checking.problems("check")
    assert "contains different shoots than before: only 0 of the previous 1 are in it" in problem
    assert "run `bracketd adopt FOLDER`" in problem


def test_a_state_that_the_daemon_would_not_start_over(checking: Checking) -> None:
    """A damaged state file is a problem, and the message names the command that rebuilds it."""
    checking.ran()
    (checking.state / FILE).write_bytes(b"no database" * 1000)
    (problem,) = checking.problems("check")
    assert f"the state file {checking.state / FILE} is damaged" in problem
    assert "`bracketd doctor --recover` rebuilds it" in problem


@pytest.mark.parametrize("verb", ["check", "doctor"])
def test_a_state_that_is_older_than_its_copy(checking: Checking, verb: str) -> None:
    """A state file that was replaced by an older one is a problem; the daemon refuses to start with it, too."""
    checking.ran()
    older = (checking.state / FILE).read_bytes()

    async def more() -> None:
        store = SqliteStore.open(checking.state)
        await store.record(order(), facts.Resumed(), order(), 0.0)
        store.close()

    asyncio.run(more())
    copies.make(checking.state / FILE, "2026-11-03.sqlite3")
    (checking.state / FILE).write_bytes(older)
    (problem,) = checking.problems(verb)
    assert "it is older than its copy 2026-11-03.sqlite3" in problem


def test_a_recovery_beside_a_daemon(checking: Checking) -> None:
    """``doctor --recover`` refuses to run beside a daemon and says to stop it first."""
    with InstanceLock(checking.state):
        refused = checking.says("doctor", "--recover")
    assert refused.exit_code == 1
    assert str(refused.exception).endswith("Stop it first.")
    assert "state_dir" not in str(refused.exception)


def test_nobody_listens(checking: Checking) -> None:
    """A refused connection is reported once, with host, port and what to do."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        checking.more = f"api: {{key: sandbox-key-0123456789, base_url: 'http://127.0.0.1:{port}'}}\n"
        (problem,) = checking.problems("check")
    assert problem.startswith(f"api.base_url: 127.0.0.1:{port} cannot be reached (")
    assert problem.count("127.0.0.1") == 1
    assert problem.endswith("Check the network and this address. The daemon would wait and retry")


def test_permissions_are_tried(mirror: Mirror) -> None:
    """A folder that access(2) denies and open(2) allows is fine; an output folder without write access is a problem."""
    here = Checking(mirror.point)
    for folder in (here.watched, here.output):
        folder.mkdir()
    mirror.fails(denies=True)
    assert not os.access(here.output, os.W_OK)
    assert "cannot be" not in here.says("check").stderr
    mirror.fails(create_error=errno.EROFS)
    assert f"{here.output} cannot be written (Read-only file system)" in here.says("check").stderr


@pytest.mark.parametrize(("status", "body"), [(404, "Not Found"), (410, '{"message": "gone"}')])
def test_an_address_that_is_not_the_apis(checking: Checking, status: int, body: str) -> None:
    """A 404 names the request and the setting to check, and does not mention orders."""
    with Host(always(status, body)) as host:
        checking.more = f"api: {{key: sandbox-key-0123456789, base_url: '{host.url}'}}\n"
        (problem,) = checking.problems("check")
    words = "gone" if status == 410 else body
    assert problem == (
        f"api.base_url: {host.url} is not the Autoenhance API: GET /v3/orders/ returned {status}: {words}. "
        "Check the address of the Autoenhance API, then run `bracketd check` again"
    )


@pytest.mark.parametrize("where", ["key", "key_file", "variable"])
def test_a_key_that_is_refused(checking: Checking, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """A refused key is reported with its source, the request, what continues automatically, and the next command."""
    key = "sandbox-key-0123456789"
    (checking.top / "key").write_text(key)
    (checking.top / "key").chmod(0o600)
    monkeypatch.setenv("AUTOENHANCE_API_KEY", key)
    setting = {"key": f"key: {key}, ", "key_file": f"key_file: {checking.top}/key, ", "variable": ""}[where]
    source = {
        "key": f"`api.key` in {checking.top}/bracketd.yaml",
        "key_file": f"the key file {checking.top}/key",
        "variable": "the environment variable AUTOENHANCE_API_KEY",
    }[where]
    with Host(always(401, "Who are you?")) as host:
        checking.more = f"api: {{{setting}base_url: '{host.url}'}}\n"
        done = checking.says("check")
    assert done.exit_code == 1
    for words in (
        "GET /v3/orders/ returned 401: Who are you?",
        f"The key comes from {source}.",
        "by itself every 5 min",
    ):
        assert words in done.stderr
    assert done.stderr.endswith("tries at once. Then run `bracketd check` again.\n")
    assert key not in done.stderr


def test_an_environment_that_cannot_be_used(checking: Checking, monkeypatch: pytest.MonkeyPatch) -> None:
    """An invalid environment variable is one problem among the others and does not end the check."""
    monkeypatch.setenv("NO_PROXY", "localhost,fe80::/10")
    monkeypatch.delenv("no_proxy", raising=False)
    checking.more = "api: {key: sandbox-key-0123456789, base_url: 'https://api.example.invalid'}\n"
    (problem,) = checking.problems("check")
    assert problem.startswith("$NO_PROXY: invalid entries: fe80::/10")


@pytest.mark.parametrize(
    ("grouping", "flow", "noted"),
    [
        ("sets", "images", True),
        ("folders", "images", True),
        ("sets", "brackets", False),
        ("automatic", "images", False),
        ("5", "images", False),
    ],
)
def test_a_grouping_that_the_flow_may_not_send_is_noted(tmp_path: Path, grouping: str, flow: str, noted: bool) -> None:
    """Sets and folders need the brackets flow, so ``check`` names it. This is not a problem: the images flow works."""
    checking = Checking(tmp_path, more=f"api: {{key: x, base_url: http://127.0.0.1:1, flow: {flow}}}\n")
    checking.grouping = grouping
    done = checking.says("check")
    assert (f"note     `grouping: {grouping}` with `flow: images`" in done.stdout) is noted
    assert ("Set `flow: brackets`" in done.stdout) is noted
    assert "grouping" not in done.stderr
