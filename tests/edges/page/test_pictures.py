from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.types import Message, Receive, Scope, Send

from daemon.host.clock import SystemClock
from daemon.order import ImageState
from daemon.order.planned import PlannedImage
from daemon.page.views.pictures import covers
from daemon.pictures import MEANINGS, FullSize, Kind, Shown, Why
from daemon.pictures.volume import Volume
from tests.changed import changed
from tests.core.orders import order, reckoned
from tests.edges.page.browser import Browser, Site

ID = "6f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11"
PAGE = f"/shoots/{ID}"
JPEG = Shown(b"\xff\xd8 a picture", "tag-1")
ALL = ("cover", "photos/0/thumbnail", "photos/0/preview", "images/1/preview", "images/1/full")


@pytest.mark.parametrize("path", ALL)
def test_pictures_need_a_session(stranger: Browser, path: str) -> None:
    """No picture is shown without a session."""
    assert stranger.get(f"{PAGE}/{path}").status_code == 303


@pytest.mark.parametrize("path", ALL[1:4])
def test_a_picture_is_shown(site: Site, browser: Browser, path: str) -> None:
    """A picture is found by its order and number, and a browser that has it is not sent it again."""
    site.drawer.drawn = {(Kind.BRACKET, 0): JPEG, (Kind.FINISHED, 1): JPEG}
    answer = browser.get(f"{PAGE}/{path}")
    assert (answer.content, answer.headers["content-type"]) == (JPEG.jpeg, "image/jpeg")
    assert answer.headers["cache-control"].startswith("private")
    again = browser.get(f"{PAGE}/{path}", if_none_match=answer.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")


def test_a_free_preview_stands_in(site: Site, browser: Browser) -> None:
    """Before a picture is bought, its free preview is shown."""
    site.drawer.drawn = {(Kind.PREVIEW, 1): JPEG}
    assert browser.get(f"{PAGE}/images/1/preview").content == JPEG.jpeg


@pytest.mark.parametrize("why", Why)
def test_the_reason_stands_in(site: Site, browser: Browser, why: Why) -> None:
    """If there is no picture, a drawing with the reason takes its place."""
    site.drawer.why = why
    answer = browser.get(f"{PAGE}/photos/0/preview")
    assert answer.status_code == (503 if why in (Why.BUSY, Why.SLOW) else 404)
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert all(part.rstrip(".") in answer.text for part in MEANINGS[why].split(". "))


@pytest.mark.parametrize("number", ["-1", "1e3", "0x1", "..%2f..%2fetc%2fpasswd", "99999999999999999999", "\u0661", ""])
def test_a_number_is_a_number(browser: Browser, number: str) -> None:
    """Anything but a small whole number finds nothing."""
    assert browser.get(f"{PAGE}/photos/{number}/preview").status_code == 404
    assert browser.get(f"{PAGE}/images/{number}/full").status_code == 404


def full(path: Path, name: str, media_type: str) -> FullSize:
    """An open file."""
    path.write_bytes(b"a whole picture")
    return FullSize(name, media_type, 15, "tag-2", io.FileIO(path), Volume(SystemClock()))


def test_full_size(site: Site, browser: Browser, tmp_path: Path) -> None:
    """A picture in full size is streamed with its length and name, and its file is closed."""
    site.drawer.full[1] = file = full(tmp_path / "x", 'a "b"\n\udce9.jpg', "image/jpeg")
    answer = browser.get(f"{PAGE}/images/1/full")
    assert (answer.content, answer.headers["content-length"]) == (b"a whole picture", "15")
    assert answer.headers["content-disposition"] == "inline; filename*=UTF-8''a%20%22b%22%0A%3F.jpg"
    assert file._file.closed


def test_a_browser_that_left_keeps_no_file_open(site: Site, tmp_path: Path) -> None:
    """If the browser is gone before the first byte, the file is closed all the same."""
    site.drawer.full[1] = file = full(tmp_path / "x", "a.jpg", "image/jpeg")
    sent = site.app
    gone = False

    async def leaving(scope: Scope, receive: Receive, send: Send) -> None:
        async def nobody(message: Message) -> None:
            nonlocal gone
            gone = True
            raise OSError(str(message["type"]))

        await sent(scope, receive, nobody)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    site.app = leaving
    with suppress(OSError):
        Browser(site).sign_in().get(f"{PAGE}/images/1/full")
    assert (gone, file._file.closed) == (True, True)


def test_what_a_browser_might_run_is_only_saved(site: Site, browser: Browser, tmp_path: Path) -> None:
    """A file of another kind is offered to be saved, never shown in the page's origin."""
    site.drawer.full[1] = full(tmp_path / "x", "a.html", "application/octet-stream")
    assert browser.get(f"{PAGE}/images/1/full").headers["content-disposition"].startswith("attachment")


def test_the_cover_is_the_best_there_is(site: Site, browser: Browser) -> None:
    """A finished picture stands for an order, else a free preview, else the middle exposure of its first set."""
    start = reckoned(True, True)
    site.add(start)
    site.drawer.drawn = {(Kind.BRACKET, 0): JPEG}
    assert browser.get(f"{PAGE}/cover").content == JPEG.jpeg
    placed = replace(start.images[1], state=ImageState.PLACED)
    assert covers(changed(start, images=(start.images[0], placed)))[0] == (Kind.FINISHED, 2)
    assert covers(start)[0] == (Kind.PREVIEW, 1)
    assert covers(changed(order(3), plan=(PlannedImage((1, 2)),))) == [(Kind.BRACKET, 2)]
    assert covers(changed(order(0))) == []
