"""A scripted Syncthing: a ``config.xml``, and responses like those of version 1.19.2."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import quoteattr

from tests.edges.service.hosts import Exchange, Host

KEY = "k3y-that-must-stay-home"
SENDER = "H67F2WG-U25L35J-JUH22EI-I66EBSF-XA2I3PG-KKVBFYU-BWJED7D-4ZH43QZ"
MYSELF = "CUHYJOY-ARY4LGG-WDFJC3G-5QWMACI-6MCFEVY-BI5D4HP-7VDQNC2-4YODJAF"
LONG_AGO = "2020-01-01T00:00:00Z"


def write_config(
    home: Path, address: str, *folders: Path, kind: str = "sendreceive", tls: bool = False, enabled: bool = True
) -> None:
    """Write a ``config.xml`` in ``home`` that shares ``folders`` with ``SENDER``. The first one's ID is ``shoots``."""
    home.mkdir(parents=True, exist_ok=True)
    shared = "".join(
        f"<folder id={quoteattr('shoots' if at == 0 else f'other-{at}')} label={quoteattr(folder.name)} "
        f'path={quoteattr(str(folder))} type="{kind}"><device id="{MYSELF}"/><device id="{SENDER}"/></folder>'
        for at, folder in enumerate(folders)
    )
    page = f'<gui enabled="{str(enabled).lower()}" tls="{str(tls).lower()}">'
    text = f"{page}<address>{address}</address><apikey>{KEY}</apikey></gui>"
    (home / "config.xml").write_text(f'<configuration version="36">{shared}{text}</configuration>', encoding="utf-8")


def environ(shoot: Path, host: Host | str, **settings: object) -> dict[str, str]:
    """An environment that leads to Syncthing's settings, with its web page at ``host``."""
    where = host if isinstance(host, str) else host.url.partition("://")[2]
    home = shoot.parents[2] / "home"
    write_config(home, where, shoot.parents[1], **settings)  # type: ignore[arg-type]
    return {"HOME": str(home), "STCONFDIR": str(home)}


def status(
    state: str = "idle", *, files: int = 0, size: int = 0, deletes: int = 0, **more: object
) -> dict[str, object]:
    """A response of ``/rest/db/status``."""
    counts = {"state": state, "needFiles": files, "needDirectories": 0, "needSymlinks": 0, "needDeletes": deletes}
    return {**counts, "needBytes": size, "pullErrors": 0, **more}


def item(name: str, size: int = 1000, **more: object) -> dict[str, object]:
    """One entry of ``/rest/db/need``."""
    return {"name": name, "size": size, "type": "FILE_INFO_TYPE_FILE", "deleted": False, **more}


def connected(since: str = LONG_AGO) -> dict[str, object]:
    """A response of ``/rest/system/connections`` while the sender is connected."""
    mine = {"connected": False, "startedAt": "0001-01-01T00:00:00Z"}
    return {"connections": {MYSELF: mine, SENDER: {"connected": True, "startedAt": since}}, "total": {}}


@dataclass
class Answers:
    """A script for a ``Host``. It finds responses by their path and returns ``need`` in pages."""

    replies: Mapping[str, object] = field(default_factory=dict)
    need: tuple[dict[str, object], ...] = ()
    key: str = KEY

    def __call__(self, exchange: Exchange) -> None:
        """Respond to one request if it has the key."""
        asked = urlsplit(exchange.target)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        usual: dict[str, object] = {
            "/rest/db/status": status(),
            "/rest/system/connections": connected(),
            "/rest/db/completion": {"completion": 100, "needItems": 0},
        }
        replies = {**usual, **self.replies}
        if exchange.method != "GET" or exchange.headers.get("x-api-key") != self.key:
            exchange.answer(403, "CSRF Error")
        elif asked.path in replies:
            exchange.answer(200, json.dumps(replies[asked.path]))
        elif asked.path == "/rest/db/need" and query["folder"] == "shoots":
            page, per_page = int(query["page"]), int(query["perpage"])
            items = self.need[(page - 1) * per_page : page * per_page]
            exchange.answer(200, {"progress": None, "queued": [], "rest": items, "page": page, "perpage": per_page})
        else:
            exchange.answer(404, "no such folder")
