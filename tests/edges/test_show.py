from __future__ import annotations

import asyncio
from pathlib import Path

from click.testing import CliRunner

from daemon.cli import cli
from daemon.order import facts
from daemon.store.store import Store
from tests.core.orders import NOW, after, order


def test_a_traceback_is_shown_whole(tmp_path: Path) -> None:
    """What a bug left is shown to its last line, each on a line of its own and unable to steer the terminal."""
    lines = [f"line {number} of the traceback" for number in range(40)]
    bug = facts.Failed(None, facts.Kind.BUG, "a bug", detail="\n".join([*lines, "Error: \x1b[2J"]))
    start = order()

    async def work() -> None:
        store = Store.open(tmp_path)
        await store.add(start, facts.Locked(start.brackets))
        await store.record(start, bug, after(start, bug), NOW)
        store.close()

    asyncio.run(work())
    config = tmp_path / "bracketd.yaml"
    config.write_text(f"state_dir: {tmp_path}\n")
    shown = CliRunner().invoke(cli, ["--config", str(config), "show", start.id])
    assert shown.exit_code == 0, shown.output
    assert [line.strip() for line in shown.output.splitlines() if "of the traceback" in line] == lines
    assert shown.output.splitlines()[-1].strip() == "Error: \N{REPLACEMENT CHARACTER}[2J"
