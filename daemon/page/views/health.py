"""The view of the daemon's health: itself, its folders and their disks, the service, and the copies of the state."""

from __future__ import annotations

import asyncio
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from daemon.config import FolderSettings
from daemon.host.disk import Disk
from daemon.host.filesystem import filesystem_type, is_network
from daemon.order import Verb
from daemon.page.guard import form
from daemon.page.verbs import ADOPTING
from daemon.page.views.common import Common, key_of, said
from daemon.reports.status import document
from daemon.store.notes import Noted, Subject
from daemon.store.reading import Reader

OFTEN_ENOUGH = 30.0
"""Seconds for which an answer about a disk is shown again."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A watched or output folder that is not available. ``key`` stands for it in an address."""

    key: str
    message: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A watched folder and its output. ``free`` has bytes, None if the disk does not respond."""

    watch: str
    output: str
    kind: str | None
    how: str
    free: int | None
    missed: int
    troubles: tuple[Trouble, ...]


class HealthView:
    """``/health``. ``disk`` asks disks, each with a timeout."""

    def __init__(self, common: Common, disk: Disk) -> None:
        self._common, self._disk = common, disk
        self._known: tuple[float, list[tuple[str | None, bool, int | None]]] | None = None
        self._asking = asyncio.Lock()

    def routes(self) -> list[Route]:
        """The route of the view."""
        return [
            Route("/health", self._health, methods=["GET"]),
            Route("/folders/{key}/ask", self._ask, methods=["POST"]),
        ]

    async def _health(self, request: Request) -> Response:
        settings = self._common.settings

        def read(reader: Reader) -> dict[str, Any]:
            report = document(reader, settings.state_dir, os.getpid(), ended=0)
            return {"report": report, "noted": reader.notes(), "said": said(reader, request)}

        values = await self._common.state.read(read)
        noted: Noted = values["noted"]
        disks = await self._disks()
        folders = [_folder(folder, *disk, noted) for folder, disk in zip(settings.folders, disks, strict=True)]
        return self._common.templates.page(
            request,
            "health.html",
            report=values["report"],
            said=values["said"],
            adopting=ADOPTING,
            folders=folders,
            service=settings.api,
            refused=noted.alerts.get(Subject.ACCOUNT),
            copies=await self._common.state.copies(),
            copies_trouble=noted.alerts.get(Subject.COPIES),
            limits=settings.limits,
            page=settings.page,
            warnings=settings.warnings,
            config_file=str(settings.config_file),
        )

    async def _ask(self, request: Request) -> Response:
        """Ask to accept a folder as it is."""
        key, verb = str(request.path_params["key"]), form(await request.body()).get("verb", [""])[0]
        folders = (str(path) for one in self._common.settings.folders for path in (one.watch, one.output))
        folder = next((one for one in folders if key_of(one) == key), None)
        if folder is None:
            raise HTTPException(404)
        if verb != Verb.ADOPT.value:
            raise HTTPException(400, "There is no such button.")
        seq = await self._common.state.ask(Verb.ADOPT, folder)
        return RedirectResponse(f"/health?ask={seq}", 303)

    async def _disks(self) -> list[tuple[str | None, bool, int | None]]:
        """What is known of the disk of each folder. Asked at most every half minute, by one request at a time."""
        async with self._asking:
            now = self._common.now()
            if self._known is None or not 0 <= now - self._known[0] < OFTEN_ENOUGH:
                asked = [await self._asked(folder) for folder in self._common.settings.folders]
                self._known = (now, asked)
            return self._known[1]

    async def _asked(self, folder: FolderSettings) -> tuple[str | None, bool, int | None]:
        try:
            asked: tuple[str | None, bool, int | None] = await self._disk(_look, folder.watch, folder.output)
        except OSError:
            return None, False, None
        return asked


def _look(watch: Path, output: Path) -> tuple[str | None, bool, int | None]:
    """The file system of a watched folder, whether it is on a network, and the free bytes of the output's disk."""
    there = output
    while not there.exists() and there != there.parent:
        there = there.parent
    return filesystem_type(watch), is_network(watch), shutil.disk_usage(there).free


def _folder(folder: FolderSettings, kind: str | None, network: bool, free: int | None, noted: Noted) -> Folder:
    polled = folder.observer == "polling" or (folder.observer == "auto" and network)
    watch, output = str(folder.watch), str(folder.output)
    how = f"scanned every {folder.poll_interval:.0f} s" if polled else "watched for events"
    troubles = tuple(Trouble(key_of(one), noted.missing[one]) for one in (watch, output) if one in noted.missing)
    return Folder(watch, output, kind, how, free, noted.missed.get(watch, 0), troubles)
