"""``bracketd demo``: a shoot from drop to pictures, on this machine, with the real daemon and the sandbox."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click

from daemon.demo import page

SHOOT = "12 Oak Street"
PAGE_PATIENCE = 10.0
"""Seconds that the demo waits for the page."""

PATIENCE = 600.0
"""Seconds that the demo waits for its pictures. A large RAW shoot takes long to merge."""


@click.command()
@click.option("--shoot", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Use your own shoot.")
@click.option(
    "--dir", "folder", type=click.Path(file_okay=False, path_type=Path), help="Working folder; created if missing."
)
@click.option("--flow", type=click.Choice(["images", "brackets"]), default="images", show_default=True)
@click.option("--scenes", type=click.IntRange(1, 4), default=4, show_default=True, help="Number of sample scenes.")
@click.option("--keep", is_flag=True, help="Keep all files, and the page until Ctrl-C.")
def demo(shoot: Path | None, folder: Path | None, flow: str, scenes: int, keep: bool) -> None:
    """Turn a sample shoot into finished HDR pictures. No key, no network: nothing leaves this machine.

    Creates a sample shoot (or copies yours), starts the sandbox and the daemon, drops the shoot into the watched
    folder, and prints the paths of the finished pictures. Meanwhile the page shows it; with a desktop it opens.
    """
    try:
        import cv2 as _cv2  # noqa: F401, PLC0415 - to report a missing package early
        import starlette as _starlette  # noqa: F401, PLC0415
    except ImportError as error:
        raise click.ClickException(f"{error}. Install the demo in a checkout: pip install '.[sandbox]'") from error
    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix="bracketd-demo-"))
    folder = folder.resolve()
    stage = Stage(folder, flow)
    stage.prepare()
    source = _sample(stage.card, scenes) if shoot is None else shoot.resolve()
    with stage.sandbox() as api, stage.daemon(api):
        stage.open_page()
        click.echo(f"Dropping “{source.name}” into {stage.watched}")
        stage.drop(source)
        order = stage.watch_until_done()
        _show_result(order)
        if keep:
            stage.stay()
    if not keep:
        stage.clear()


class Stage:
    """The demo's folders and programs."""

    def __init__(self, folder: Path, flow: str) -> None:
        self.folder, self.flow = folder, flow
        self.card, self.watched, self.output = folder / "card", folder / "shoots", folder / "finished"
        self.state, self.config = folder / "state", folder / "config.yaml"

    def prepare(self) -> None:
        """Create the folders. Raises ClickException if they are not empty."""
        for made in (self.watched, self.output, self.state):
            if made.exists() and any(made.iterdir()):
                raise click.ClickException(f"{made} is not empty. Choose another folder with --dir.")
            made.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def sandbox(self) -> Iterator[dict[str, Any]]:
        """Run the sandbox. Yields its JSON line: its addresses and its key."""
        storage = self.folder / "sandbox"
        storage.mkdir()
        arguments = ["-m", "daemon.sandbox", "--json", "--dir", str(storage)]
        with (self.folder / "sandbox.log").open("wb") as log:
            program = subprocess.Popen(  # noqa: S603 - our own program, no shell
                [sys.executable, *arguments], stdout=subprocess.PIPE, stderr=log, text=True
            )
            with _ended(program):
                assert program.stdout is not None
                line = program.stdout.readline()
                if not line:
                    raise click.ClickException(f"The sandbox did not start. See {self.folder / 'sandbox.log'}")
                yield json.loads(line)

    @contextmanager
    def daemon(self, api: dict[str, Any]) -> Iterator[None]:
        """Run the daemon. Yields once it watches."""
        settings = {
            "api": {"key": api["key"], "base_url": api["api"], "flow": self.flow, "poll_every": "1s"},
            "folders": [{"watch": str(self.watched), "output": str(self.output), "quiet_period": "2s"}],
            "page": {"listen": "127.0.0.1:0"},
            "state_dir": str(self.state),
            "log": {"format": "json"},
        }
        self.config.write_text(json.dumps(settings, indent=2))
        self.config.chmod(0o600)
        command = [sys.executable, "-m", "daemon", "--config", str(self.config), "run"]
        with (self.folder / "daemon.log").open("wb") as log:
            program = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 - our own program, no shell
            with _ended(program):
                self._wait(lambda: self._report()["daemon"]["watching"], 30.0, program)
                yield

    def open_page(self) -> None:
        """Print the address of the page, and open it if there is a desktop."""
        self._wait(lambda: page.link(self.state) is not None, PAGE_PATIENCE)
        if (link := page.link(self.state)) is None:
            click.echo(f"The page is off. See {self.folder / 'daemon.log'}")
            return
        click.echo(f"The page (this link works once, within a minute):\n  {link}")
        page.show(link)

    def stay(self) -> None:
        """Keep the daemon, and with it the page, until Ctrl-C."""
        click.echo(f"All other files are in {self.folder}. Try `bracketd --config {self.config} status`")
        click.echo(f"The page stays until Ctrl-C. A new link, valid for a minute:\n  {page.link(self.state) or 'none'}")
        with suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)

    def clear(self) -> None:
        """Remove everything except the finished pictures."""
        for leftover in (self.card, self.watched, self.state, self.folder / "sandbox"):
            shutil.rmtree(leftover, ignore_errors=True)
        for name in ("config.yaml", "sandbox.log", "daemon.log"):
            (self.folder / name).unlink(missing_ok=True)

    def drop(self, source: Path) -> None:
        """Copy the shoot into the watched folder, as a card reader or a sync client would."""
        shutil.copytree(source, self.watched / source.name)

    def watch_until_done(self) -> dict[str, Any]:
        """Show the order's progress until it ends. Returns the order as in ``status --json``."""
        order: dict[str, Any] = {}

        def done() -> bool:
            nonlocal order
            order = next(iter(self._report()["orders"]), {})
            return order.get("phase") in ("downloaded", "held", "cancelled", "skipped")

        if sys.stdout.isatty():
            self._watch_live(done)
        else:
            self._watch_lines(done, lambda: order)
        if order.get("phase") != "downloaded":
            why = "; ".join(order.get("messages", [])) or "it timed out"
            raise click.ClickException(f"The order did not finish: {why}. All files are in {self.folder}")
        return order

    def _watch_live(self, done: Callable[[], bool]) -> None:
        from rich.live import Live  # noqa: PLC0415 - only for a terminal

        from daemon.cli.table import StatusView  # noqa: PLC0415

        with Live(refresh_per_second=8) as live:

            def shown() -> bool:
                ended = done()
                live.update(StatusView(self._report(), hidden=0, now=time.time()))
                return ended

            self._wait(shown, PATIENCE)

    def _watch_lines(self, done: Callable[[], bool], order: Callable[[], dict[str, Any]]) -> None:
        shown = ""

        def show() -> bool:
            nonlocal shown
            ended, now = done(), order()
            if now:
                sent, got = now["brackets"], now["images"]
                line = f"{now['phase']:<12} {sent['uploaded']}/{sent['total']} brackets uploaded"
                line += f", {got['downloaded']}/{got['total']} pictures" if got["total"] else ""
                if line != shown:
                    click.echo(f"  {line}")
                    shown = line
            return ended

        self._wait(show, PATIENCE)

    def _report(self) -> dict[str, Any]:
        from daemon.cli.state import look  # noqa: PLC0415
        from daemon.host.lock import running_pid  # noqa: PLC0415
        from daemon.reports.status import document  # noqa: PLC0415

        with look(self.state) as reader:
            return document(reader, self.state, running_pid(self.state))

    def _wait(
        self, condition: Callable[[], bool], patience: float, program: subprocess.Popen[bytes] | None = None
    ) -> None:
        end = time.monotonic() + patience
        while not condition() and time.monotonic() < end:
            if program is not None and program.poll() is not None:
                raise click.ClickException(f"The daemon did not start. See {self.folder / 'daemon.log'}")
            time.sleep(0.15)


@contextmanager
def _ended(program: subprocess.Popen[Any]) -> Iterator[None]:
    try:
        yield
    finally:
        if program.poll() is None:
            program.send_signal(signal.SIGTERM)
            try:
                program.wait(15)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()
        if program.stdout is not None:
            program.stdout.close()


def _sample(card: Path, scenes: int) -> Path:
    from daemon.demo.camera import make_shoot  # noqa: PLC0415 - numpy and more

    folder = card / SHOOT
    with click.progressbar(length=100, label="Photographing a sample home") as bar:
        make_shoot(folder, scenes=scenes, progress=lambda done, total: bar.update(100 * done // total - bar.pos))
    return folder


def _show_result(order: dict[str, Any]) -> None:
    """Print the paths of the finished pictures, and write a contact sheet beside them."""
    from daemon.demo.contact_sheet import ContactRow, contact_sheet  # noqa: PLC0415 - pillow

    output = Path(order["output"])
    note = json.loads((output / "order.json").read_text())
    rows = [ContactRow(tuple(brackets), picture) for picture, brackets in pairs(note)]
    sheet = output / "contact-sheet.jpg"
    contact_sheet(rows, sheet)
    click.echo(f"\n{len(rows)} finished picture(s) from {order['brackets']['total']} brackets:")
    for row in rows:
        click.echo(f"  {row.finished}")
    for failed in note["failed"]:
        click.echo(f"  failed: {failed['name']}: {failed['reason']}")
    click.echo(f"Before and after, side by side:\n  {sheet}")


def pairs(note: dict[str, Any]) -> Iterator[tuple[Path, list[Path]]]:
    """Each finished picture of an ``order.json`` with the brackets that it was made of.

    If the service does not report them, a picture's brackets are those from its name up to the next picture's name.
    """
    files = [bracket["file"] for bracket in note["brackets"]]
    stems = [Path(file).stem for file in files]

    def start(image: dict[str, Any]) -> int:
        stem = Path(image["file"]).stem
        return stems.index(stem) if stem in stems else 0

    pictures = sorted(note["images"], key=start)
    ends = [*map(start, pictures[1:]), len(files)]
    for image, end in zip(pictures, ends, strict=True):
        members = image["brackets"] or files[start(image) : end]
        yield Path(note["output"]) / image["file"], [Path(note["folder"]) / member for member in members]
