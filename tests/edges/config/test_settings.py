from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from daemon.config import load
from daemon.config.policy import preset_of
from daemon.config.price import locate_price
from daemon.errors import ConfigError

from .conftest import Load, Problems, Write, folder


def test_only_watch_and_output_have_to_be_given(loaded: Load) -> None:
    """A file with one folder is enough; everything else has the documented default."""
    settings = loaded(folder())
    one = settings.folders[0]
    assert (one.quiet_period, one.existing, one.observer, one.poll_interval) == ("auto", "skip", "auto", 30.0)
    assert (one.grouping, one.enhance_wire()) == ("automatic", {})
    assert (one.late_files, one.bad_files, one.names) == ("supplement", "hold", "{stem}")
    assert (one.download.format, one.download.quality, one.download.max_width) == ("jpeg", 90, None)
    assert (settings.api.base_url, settings.api.flow) == ("https://api.autoenhance.ai", "images")
    assert (settings.api.dev_mode, settings.api.poll_every) == (False, 5.0)
    assert (settings.transfers.uploads, settings.transfers.downloads) == (4, 2)
    assert (settings.log.level, settings.log.format) == ("info", "auto")
    assert settings.limits.model_dump() == dict.fromkeys(("images_per_order", "images_per_day", "images_per_month"))
    assert settings.price_per_image is None
    assert settings.warnings == ()


def test_every_setting_is_read(loaded: Load, tmp_path: Path) -> None:
    """The settings have the values from the file."""
    settings = loaded(
        folder(
            "quiet_period: 2m\nexisting: process\nobserver: polling\npoll_interval: 5\ngrouping: 5\n"
            "late_files: ignore\nbad_files: leave_out\nnames: '{seq:02}-{stem}'\n"
            "download: {format: webp, quality: 80, max_width: 4000}"
        )
        + "api: {base_url: 'http://127.0.0.1:8080/', flow: brackets, dev_mode: yes, poll_every: 1s}\n"
        "transfers: {uploads: 64, downloads: 1}\nstate_dir: state\nlog: {level: debug, format: json}\n"
        "limits: {images_per_order: 60, images_per_day: 1, images_per_month: 1500}\nprice_per_image: 0.75\n"
    )
    one = settings.folders[0]
    assert (one.quiet_period, one.existing, one.observer, one.poll_interval) == (120.0, "process", "polling", 5.0)
    assert (one.grouping, one.download.model_dump()) == (5, {"format": "webp", "quality": 80, "max_width": 4000})
    assert settings.api.model_dump(include={"base_url", "flow", "dev_mode", "poll_every"}) == {
        "base_url": "http://127.0.0.1:8080",
        "flow": "brackets",
        "dev_mode": True,
        "poll_every": 1.0,
    }
    assert (one.late_files, one.bad_files, one.names) == ("ignore", "leave_out", "{seq:02}-{stem}")
    assert preset_of(one, dev_mode=False).names == "{seq:02}-{stem}"
    assert (settings.transfers.uploads, settings.transfers.downloads) == (64, 1)
    assert tuple(settings.limits.model_dump().values()) == (60, 1, 1500)
    assert settings.price_per_image == Decimal("0.75")
    assert settings.state_dir == tmp_path / "state"
    assert (settings.log.level, settings.log.format) == ("debug", "json")


def test_settings_cannot_be_changed(loaded: Load) -> None:
    """Settings are frozen."""
    with pytest.raises(ValidationError, match="frozen"):
        loaded(folder()).folders[0].quiet_period = 1.0


def test_a_group_left_blank_is_a_group_of_defaults(loaded: Load) -> None:
    """A group whose lines are all commented out is valid."""
    assert loaded(folder("enhance:\ndownload:") + "api:\ntransfers:\nlimits:\nlog:\n").log.level == "info"


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("90s", 90),
        ("2m", 120),
        ("1h30m", 5400),
        ("1h 30m 5s", 5405),
        ("1.5h", 5400),
        ("90", 90),
        ("0.25", 0.25),
        ("'45'", 45),
        ("2M", 120),
        ("24h", 86400),
    ],
)
def test_durations_are_written_as_people_do(loaded: Load, written: str, seconds: float) -> None:
    """Hours, minutes and seconds, or a bare number of seconds."""
    assert loaded(folder(f"quiet_period: {written}")).folders[0].quiet_period == seconds


@pytest.mark.parametrize("written", ["0", "-5", "0s", "''", "soon", "90x", "25h", ".inf", ".nan", "yes", "[90]", "h"])
def test_invalid_durations_are_refused(problems: Problems, written: str) -> None:
    """Zero, negative times, more than a day and other words are not durations."""
    (problem,) = problems(folder(f"quiet_period: {written}"))
    assert problem.where.endswith("config.yaml:4: folders[0].quiet_period")
    assert "a time such as" in problem.remedy


@pytest.mark.parametrize("written", ["0", "10", "true", "2.0", "auto", "'3'", "-1"])
def test_grouping_is_automatic_or_one_to_nine(problems: Problems, written: str) -> None:
    """Anything but ``automatic`` and 1 to 9 is refused."""
    (problem,) = problems(folder(f"grouping: {written}"))
    assert "1 to 9" in problem.remedy


@pytest.mark.parametrize("written", ["0", "-1", "2.5", "'60'", "true", "many", "[1]", ""])
@pytest.mark.parametrize("limit", ["images_per_order", "images_per_day", "images_per_month"])
def test_a_limit_is_a_whole_number(problems: Problems, limit: str, written: str) -> None:
    """Anything but 1 or more is rejected, and so is a blank limit, which would silently mean no limit."""
    (problem,) = problems(folder() + f"limits:\n  {limit}: {written}\n")
    assert problem.where.endswith(f"config.yaml:5: limits.{limit}")
    assert problem.what.endswith("is not a whole number, 1 or more")
    assert problem.remedy == "Change it, or remove the line."


@pytest.mark.parametrize(
    ("written", "price"),
    [("0.75", "0.75"), ("'0.75'", "0.75"), ("0.29", "0.29"), ("'0.10'", "0.10"), ("1", "1"), ("0", "0"), ("", None)],
)
def test_a_price_is_kept_as_it_is_written(config: Write, written: str, price: str | None) -> None:
    """A price is a number or a text and is exact. ``locate_price`` and ``load`` agree."""
    file = config(folder() + f"price_per_image: {written}\n")
    for found in (load(file, {}).price_per_image, locate_price(file, {})):
        assert (found if found is None else str(found)) == price


@pytest.mark.parametrize(
    "written",
    ["-0.75", "0,75", "$0.75", "0.75 USD", ".nan", ".inf", "true", "[1]", "1e3", "''", "1234567890", "'0.1_0'"],
)
def test_invalid_prices_are_refused(problems: Problems, tmp_path: Path, written: str) -> None:
    """Currencies, commas, negative numbers and other words are not a price, for ``locate_price`` and ``load``."""
    (problem,) = problems(folder() + f"price_per_image: {written}\n")
    assert problem.where.endswith("config.yaml:4: price_per_image")
    assert problem.what == "This is not a price such as 0.75, zero or more"
    with pytest.raises(ConfigError) as caught:
        locate_price(tmp_path / "config.yaml", {})
    assert caught.value.problems == (problem,)


def test_a_price_is_found_in_settings_that_are_being_edited(config: Write) -> None:
    """Mistakes in other settings do not hide the price."""
    assert locate_price(config("price_per_image: 0.29\nfolders: 5\n"), {}) == Decimal("0.29")


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("https://api.example.com/", "https://api.example.com"),
        ("https://api.example.com/base//", "https://api.example.com/base"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.9.9.9:1/", "http://127.9.9.9:1"),
        ("'http://[::1]:80'", "http://[::1]:80"),
    ],
)
def test_base_url_loses_its_last_slash(loaded: Load, written: str, normal: str) -> None:
    """An address is https anywhere or http on this machine, without a slash at its end."""
    assert loaded(folder() + f"api: {{base_url: {written}}}").api.base_url == normal


@pytest.mark.parametrize(
    "written",
    [
        "http://api.example.com",
        "http://localhost.example.com",
        "http://192.168.0.4",
        "ftp://localhost",
        "api.example.com",
        "https://",
        "'https://host:port'",
        "'https://host?x=1'",
        "'http://[::1'",
        "''",
        "5",
    ],
)
def test_base_url_must_be_https_or_loopback(problems: Problems, written: str) -> None:
    """The key and the photos never cross a network unencrypted."""
    (problem,) = problems(folder() + f"api: {{base_url: {written}}}")
    assert problem.where.endswith("config.yaml:4: api.base_url")


def test_base_url_holds_no_credentials_and_does_not_repeat_them(problems: Problems) -> None:
    """A password in the address is rejected and not shown."""
    (problem,) = problems(folder() + "api: {base_url: 'https://me:hunter2@api.example.com'}")
    assert "password" in problem.what
    assert "hunter2" not in str(problem)


def test_preferences_pass_as_they_are_given(loaded: Load) -> None:
    """Known and newer preferences are sent as written. Blank or missing ones are not sent."""
    settings = loaded(
        folder(
            'enhance: {ai_version: "9.9-beta", sky_replacement: false, cloud_type: HIGH_CLOUD, privacy: null, '
            "restage: {style: [a, 1, 2.5, null, true]}, brightness: LOW, preset_id: 7}"
        )
    )
    assert settings.folders[0].enhance_wire() == {
        "ai_version": "9.9-beta",
        "sky_replacement": False,
        "cloud_type": "HIGH_CLOUD",
        "restage": {"style": ["a", 1, 2.5, None, True]},
        "brightness": "LOW",
        "preset_id": 7,
    }


def test_paths_expand(config: Write, tmp_path: Path) -> None:
    """``~``, ``$VAR``, ``${VAR}`` and ``$$`` expand; a relative path starts at the file's folder."""
    file = config(
        "folders:\n"
        "  - {watch: ~/in, output: $DISK/out}\n"
        "  - {watch: '${DISK}s/in', output: ../up}\n"
        "  - {watch: other, output: a$$b}\n"
        "state_dir: here\n"
    )
    settings = load(file, {"HOME": "/h/me", "DISK": "/disk"})
    assert [str(f.watch) for f in settings.folders[:2]] == ["/h/me/in", "/disks/in"]
    assert [str(f.output) for f in settings.folders] == ["/disk/out", str(tmp_path.parent / "up"), f"{tmp_path}/a$b"]
    assert str(settings.state_dir) == f"{tmp_path}/here"


def test_settings_can_be_shared_with_an_alias(loaded: Load) -> None:
    """YAML's anchors and merges work, and a folder's own line takes precedence."""
    settings = loaded(
        "folders:\n"
        "  - &day\n"
        "    watch: day\n"
        "    output: out\n"
        "    quiet_period: 5m\n"
        "  - watch: dusk\n"
        "    <<: *day\n"
        "    existing: process\n"
    )
    assert [f.watch.name for f in settings.folders] == ["day", "dusk"]
    assert [f.quiet_period for f in settings.folders] == [300, 300]
    assert [f.existing for f in settings.folders] == ["skip", "process"]
