"""The demo as a person starts it."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.whole.program import COMMAND, PATIENCE, environment, until

LINK = re.compile(r"http://127\.0\.0\.1:\d+/open\?token=\S+")


@contextmanager
def demo(home: Path, *words: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """The running demo with one scene, and the file with its output. It is killed at the end if it still runs."""
    output = home / "output"
    with output.open("wb") as file:
        command = (COMMAND, "demo", "--scenes", "1", "--dir", str(home / "demo"), *words)
        program = subprocess.Popen(command, stdout=file, stderr=file, env=environment(home), start_new_session=True)
    try:
        yield program, output
    finally:
        if program.poll() is None:
            program.kill()
            program.wait()


def links(output: Path, number: int) -> list[str]:
    """Wait until so many links were printed. Returns them."""
    return until(lambda: found if len(found := LINK.findall(output.read_text())) >= number else None)


def test_the_demo_has_a_page(tmp_path: Path) -> None:
    """The demo prints a link to its page. With ``--keep`` the page stays until Ctrl-C, and all files stay after it."""
    with demo(tmp_path, "--keep") as (program, output):
        _, link = links(output, 2)
        with httpx.Client(follow_redirects=True) as browser:
            browser.get(link)
            assert "12 Oak Street" in browser.get(link.partition("/open")[0]).text
        program.send_signal(signal.SIGINT)
        assert program.wait(PATIENCE) == 0, output.read_text()
    assert "1 finished picture(s) from 5 brackets" in output.read_text()
    assert (tmp_path / "demo" / "config.yaml").exists()
    assert (tmp_path / "demo" / "finished" / "12 Oak Street" / "contact-sheet.jpg").exists()


def test_the_demo_cleans_up(tmp_path: Path) -> None:
    """Without ``--keep`` the demo ends by itself. Only the finished pictures stay."""
    with demo(tmp_path) as (program, output):
        assert program.wait(PATIENCE) == 0, output.read_text()
    assert len(links(output, 1)) == 1
    assert [path.name for path in (tmp_path / "demo").iterdir()] == ["finished"]
