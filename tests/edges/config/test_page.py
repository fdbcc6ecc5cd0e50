from __future__ import annotations

from pathlib import Path

import pytest

from daemon.config.settings import PageSettings

from .conftest import Load, Problems, folder


@pytest.mark.parametrize("written", ["off", "false", "no", '"off"'])
def test_off_turns_the_page_off(loaded: Load, written: str) -> None:
    """``page: off`` turns the page off, whether YAML reads it as a word or as false."""
    assert loaded(f"{folder()}page: {written}\n").page is None


@pytest.mark.parametrize("written", ["", "page:\n", "page: on\n", 'page: "on"\n', "page: {}\n"])
def test_the_page_is_on_by_default(loaded: Load, written: str) -> None:
    """The page is on, for this machine only, unless it is turned off."""
    assert loaded(folder() + written).page == PageSettings(listen="127.0.0.1:8642")


def test_every_setting_of_the_page_is_read(loaded: Load, tmp_path: Path) -> None:
    """The page's settings have the values from the file."""
    (tmp_path / "token").write_text("0123456789abcdef0123\n")
    page = loaded(
        folder() + 'page: {listen: "[::1]:80", token_file: token, allowed_hosts: [NAS.local, "10.0.0.2"], '
        'trusted_proxy: "10.0.0.0/8", open_reading: true}\n'
    ).page
    assert page is not None
    assert page.model_dump() == {
        "listen": "[::1]:80",
        "token_file": tmp_path / "token",
        "allowed_hosts": ("nas.local", "10.0.0.2"),
        "trusted_proxy": "10.0.0.0/8",
        "open_reading": True,
    }


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("page: maybe", "The value is not off, or a group of settings"),
        ("page: {listen: 8642}", "This is not an address to listen on"),
        ('page: {listen: "8642"}', "This is not an address to listen on"),
        ('page: {listen: "nas.local:8642"}', "This is not an address to listen on"),
        ('page: {listen: "::1:8642"}', "This is not an address to listen on"),
        ('page: {listen: "127.0.0.1:70000"}', "The port to listen on is not a number from 0 to 65535"),
        ('page: {listen: "127.0.0.1:"}', "The port to listen on is not a number from 0 to 65535"),
        ('page: {allowed_hosts: ["http://nas.local"]}', "This is not a host name"),
        ('page: {allowed_hosts: ["*"]}', "This is not a host name"),
        ("page: {allowed_hosts: nas.local}", '"nas.local" is not a list of host names'),
        ("page: {trusted_proxy: nginx}", "This is not an IP address"),
        ("page: {token_file: missing}", "The token file"),
        ("page: {token_file: short}", "The token in"),
        ("page: {open_reading: 1}", "1 is not true or false"),
        ("page: {lisen: 1}", "Unknown setting lisen"),
    ],
)
def test_a_mistake_in_the_page_is_reported(problems: Problems, tmp_path: Path, written: str, what: str) -> None:
    """Each mistake under ``page`` is reported with its line and a remedy, and without the token."""
    (tmp_path / "short").write_text("sesame")
    (problem,) = problems(f"{folder()}{written}\n")
    assert problem.what.startswith(what)
    assert ":4: page" in problem.where
    assert problem.remedy
    assert "sesame" not in str(problem)


@pytest.mark.parametrize(
    ("written", "warned"),
    [
        ("", False),
        ('page: {listen: "[::1]:1"}', False),
        ("page: off", False),
        ('page: {listen: "0.0.0.0:8642"}', True),
        ('page: {listen: "192.168.1.2:8642"}', True),
        ('page: {listen: "0.0.0.0:8642", trusted_proxy: "127.0.0.1"}', False),
    ],
)
def test_an_open_page_without_encryption_is_warned_of(loaded: Load, written: str, warned: bool) -> None:
    """A page that other machines can reach without an encrypting proxy gives a warning."""
    warnings = loaded(f"{folder()}{written}\n").warnings
    assert [warning.what.startswith("The page can be reached from other machines") for warning in warnings] == (
        [True] if warned else []
    )
