from __future__ import annotations

import ast
import io
import json
import logging
import sys
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal

import pytest
import structlog

from daemon.host import logs

Format = Literal["auto", "console", "json"]


class Terminal(io.StringIO):
    """A stream that claims to be a terminal."""

    def isatty(self) -> bool:
        """True."""
        return True


@pytest.fixture(autouse=True)
def quiet_again() -> Iterator[None]:
    """Restore the logging configuration after the test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def written(stream: io.StringIO) -> list[dict[str, Any]]:
    """The stream's lines as JSON."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def stream() -> io.StringIO:
    """A stream with JSON logging at level info."""
    stream = io.StringIO()
    logs.configure("info", "json", stream)
    return stream


def test_an_event_is_one_json_object(stream: io.StringIO) -> None:
    """A line has UTC time, level, logger, event and its keys; paths and objects are text."""
    structlog.get_logger("bracketd").info("uploaded", path=Path("/a b/c"), done=3, of=[1.5, None], where={"n": {7}})
    (line,) = written(stream)
    assert list(line)[:4] == ["timestamp", "level", "logger", "event"]
    at = datetime.fromisoformat(line.pop("timestamp"))
    assert abs((datetime.now(UTC) - at).total_seconds()) < 3600
    assert line == {
        "level": "info",
        "logger": "bracketd",
        "event": "uploaded",
        "path": "/a b/c",
        "done": 3,
        "of": [1.5, None],
        "where": {"n": [7]},
    }


@pytest.mark.parametrize(("zone", "hours"), [("Etc/GMT-5", 5), ("Etc/GMT+9", -9)])
@pytest.mark.parametrize("form", ["console", "json"])
def test_people_read_the_time_of_their_clock(
    form: Format, zone: str, hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The console shows local time; JSON has UTC in any time zone."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        stream = io.StringIO()
        logs.configure("info", form, stream)
        structlog.get_logger().info("hello")
        logging.getLogger("theirs").warning("hello")
    finally:
        monkeypatch.undo()
        time.tzset()
    for line in stream.getvalue().splitlines():
        if form == "json":
            at = datetime.fromisoformat(json.loads(line)["timestamp"])
            assert at.utcoffset() == timedelta(0)
        else:
            at = datetime.strptime(line[:19], "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone(timedelta(hours=hours)))
        assert abs((datetime.now(UTC) - at).total_seconds()) < 600


def calls_of_the_log(file: Path) -> Iterator[ast.Call]:
    """The logging calls in a module, found by the names of its loggers."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        logger = node.func.value
        levels = ("debug", "info", "warning", "error", "exception", "critical")
        if isinstance(logger, ast.Name) and logger.id in ("log", "words") and node.func.attr in levels:
            yield node


def test_events_are_constant_phrases() -> None:
    """Each event is a constant phrase or comes from the table of facts; everything that varies is a key."""
    daemon = Path(logs.__file__).parents[2]
    found = {(file.name, call.lineno): call for file in daemon.rglob("*.py") for call in calls_of_the_log(file)}
    assert len(found) > 30
    for (name, number), call in found.items():
        event = call.args[0]
        constant = isinstance(event, ast.Constant) and isinstance(event.value, str)
        from_the_table = isinstance(event, ast.Call) and isinstance(event.func, ast.Name) and event.func.id == "_event"
        assert constant or from_the_table, f"{name}:{number}"


def test_the_standard_librarys_loggers_come_out_the_same(stream: io.StringIO) -> None:
    """A library's record has the same keys, with its arguments filled in."""
    logging.getLogger("some.library").warning("lost %d of %s", 3, "x")
    (line,) = written(stream)
    assert {key: line[key] for key in ("level", "logger", "event")} == {
        "level": "warning",
        "logger": "some.library",
        "event": "lost 3 of x",
    }
    assert "timestamp" in line


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_only_the_level_and_above_are_written(level: str) -> None:
    """The level applies to structlog's loggers and to the standard library's."""
    stream = io.StringIO()
    logs.configure(level, "json", stream)
    for each in ("debug", "info", "warning", "error"):
        getattr(structlog.get_logger(), each)("ours")
        getattr(logging.getLogger("theirs"), each)("theirs")
    order = ["debug", "info", "warning", "error"]
    expected = [each for each in order[order.index(level) :] for _ in range(2)]
    assert [line["level"] for line in written(stream)] == expected


def test_libraries_that_name_urls_are_quieter() -> None:
    """The line of httpx for every request, which contains its URL, is never logged; its warnings are."""
    stream = io.StringIO()
    logs.configure("debug", "json", stream)
    for name in ("httpx", "httpcore.connection"):
        logging.getLogger(name).info("HTTP Request: GET https://x/y?z")
        logging.getLogger(name).warning("heard")
    assert [line["event"] for line in written(stream)] == ["heard", "heard"]


def test_warnings_are_log_lines(stream: io.StringIO) -> None:
    """Python's warnings do not break a log of JSON lines."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logs.configure("info", "json", stream)
        warnings.warn("old ways", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(capture=False)
    (line,) = written(stream)
    assert (line["logger"], line["level"]) == ("py.warnings", "warning")
    assert "old ways" in line["event"]


def test_the_last_call_counts(stream: io.StringIO) -> None:
    """Configuring again writes to the new stream only."""
    second = io.StringIO()
    logs.configure("info", "json", second)
    structlog.get_logger().info("once")
    assert stream.getvalue() == ""
    assert len(written(second)) == 1


@pytest.mark.parametrize(
    ("stream", "form", "is_json"),
    [
        (io.StringIO(), "auto", True),
        (Terminal(), "auto", False),
        (io.StringIO(), "console", False),
        (Terminal(), "json", True),
    ],
)
def test_auto_is_console_on_a_terminal_and_json_elsewhere(stream: io.StringIO, form: Format, is_json: bool) -> None:
    """The format is the requested one; ``auto`` depends on the stream."""
    logs.configure("info", form, stream)
    structlog.get_logger().info("hello")
    assert stream.getvalue().startswith("{") == is_json


@pytest.mark.parametrize(
    ("stream", "no_color", "coloured"),
    [(Terminal(), None, True), (Terminal(), "1", False), (Terminal(), "", True), (io.StringIO(), None, False)],
)
def test_colours_need_a_terminal_and_no_no_color(
    stream: io.StringIO, no_color: str | None, coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Escape sequences go to terminals only, and not when $NO_COLOR is set (https://no-color.org)."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color is not None:
        monkeypatch.setenv("NO_COLOR", no_color)
    logs.configure("info", "console", stream)
    structlog.get_logger().warning("hello")
    assert ("\x1b[" in stream.getvalue()) == (coloured and sys.platform != "win32")


NASTY = 'IMG\n{"event": "forged"}\r\x1b[2J\x07\x85\u2028\u2029\u202egpj.exe\x7f\udcff'


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_name_cannot_break_a_line_or_steer_a_terminal(form: Format) -> None:
    """Control characters, line ends and bidirectional characters in any value or event are escaped."""
    stream = io.StringIO()
    logs.configure("info", form, stream)
    structlog.get_logger("x").info(
        f"sent {NASTY}", file=NASTY, path=Path(NASTY), many=[NASTY], deep={NASTY: (NASTY,)}, error=OSError(NASTY)
    )
    logging.getLogger("y").error("lost %s", NASTY)
    text = stream.getvalue()
    assert text.count("\n") == 2
    assert all(character.isprintable() for character in text.replace("\n", ""))
    text.encode("utf-8")


def test_json_gives_a_name_back_as_it_is(stream: io.StringIO) -> None:
    """JSON uses its own escapes, so a program reads the exact name."""
    structlog.get_logger().info("sent", file=NASTY, accents="Küche")
    (line,) = written(stream)
    assert (line["file"], line["accents"]) == (NASTY, "Küche")
    assert "Küche" in stream.getvalue()


def _open(kept: str) -> None:
    raise FileNotFoundError(f"no \x1b[31msuch\nfile, {len(kept)}")


def _fail() -> None:
    try:
        _open("in-a-" + "variable")
    except FileNotFoundError as error:
        raise RuntimeError("gave up") from error


@pytest.mark.parametrize("ours", [True, False])
def test_an_exception_is_structured_in_json(stream: io.StringIO, ours: bool) -> None:
    """An exception has type, message and frames, also of its cause, without variables."""
    try:
        _fail()
    except RuntimeError:
        (structlog.get_logger() if ours else logging.getLogger("x")).exception("failed")
    (line,) = written(stream)
    assert line["event"] == "failed"
    assert [each["exc_type"] for each in line["exception"]] == ["RuntimeError", "FileNotFoundError"]
    assert line["exception"][0]["frames"][-1]["name"] == "_fail"
    assert "in-a-variable" not in stream.getvalue()


def test_an_exception_is_a_plain_traceback_on_the_console() -> None:
    """A traceback keeps its lines, without variables and terminal control characters."""
    stream = io.StringIO()
    logs.configure("info", "console", stream)
    try:
        _fail()
    except RuntimeError:
        structlog.get_logger().exception("failed")
    text = stream.getvalue()
    assert "\nTraceback (most recent call last):\n" in text
    assert text.endswith("RuntimeError: gave up\n")
    assert "\\x1b[31msuch" in text
    assert "\x1b" not in text
    assert "in-a-variable" not in text


@pytest.mark.parametrize("form", ["json", "console"])
def test_values_of_secret_keys_are_hidden(form: Format) -> None:
    """The values of keys with secret names are hidden, at any depth."""
    stream = io.StringIO()
    logs.configure("info", form, stream)
    secret = "s3cr3t"
    structlog.get_logger().info(
        "sent",
        key=secret,
        api_key=secret,
        headers={"X-API-Key": secret, "Authorization": secret, "more": [{"access_token": secret}]},
        password=[secret],
        monkey="shown",
    )
    assert secret not in stream.getvalue()
    assert stream.getvalue().count("[redacted]") == 6
    assert "shown" in stream.getvalue()


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize("secret", ["sk-4f9a-registered", 'sk-"quoted\\back'])
def test_a_known_secret_is_hidden_wherever_it_turns_up(form: Format, secret: str) -> None:
    """A secret is hidden in the event, in any value, in an exception and in a library's message, even if escaped."""
    logs.redact(secret)
    stream = io.StringIO()
    logs.configure("info", form, stream)
    structlog.get_logger().info(f"with {secret}", value=secret, deep=[{"a": f"x{secret}y"}], name={secret: 1})
    logging.getLogger("z").error("header %r", {"x": secret})
    try:
        int(f"bad {secret}")
    except ValueError:
        structlog.get_logger().exception("failed")
    text = stream.getvalue()
    assert "registered" not in text
    assert "quoted" not in text
    assert text.count("[redacted]") >= 6


def test_an_empty_secret_hides_nothing(stream: io.StringIO) -> None:
    """An empty key is not a secret."""
    logs.redact("")
    structlog.get_logger().info("hello")
    assert written(stream)[0]["event"] == "hello"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://s3.test/a/b.jpg?X-Amz-Signature=abc&x=1", "https://s3.test/a/b.jpg?…"),
        ("https://s3.test/a?content-type=image%2Fjpeg&X-Amz-Credential=AK", "https://s3.test/a?…"),
        ("https://cdn.test/a?Expires=1&Signature=x&Key-Pair-Id=K", "https://cdn.test/a?…"),
        ("https://blob.test/a?sv=2022&sig=abc", "https://blob.test/a?…"),
        ("/slots/1?token=abc", "/slots/1?…"),
        ("https://api.test/v3/images/1/enhanced?preview=false&format=jpeg", None),
        ("ready? not yet", None),
    ],
)
@pytest.mark.parametrize("form", ["json", "console"])
def test_a_signed_url_loses_its_query(url: str, shown: str | None, form: Format) -> None:
    """A signed URL in the log cannot be used; other queries stay readable."""
    stream = io.StringIO()
    logs.configure("info", form, stream)
    structlog.get_logger().info(f"got {url}, again", url=url)
    logging.getLogger("x").error("bad %s", {"at": url})
    assert stream.getvalue().count(shown or url) == 3
    assert ("abc" in stream.getvalue()) is False
