"""The environment variables that httpx reads, each with its own problem."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from daemon import errors
from daemon.service import Endpoint, Service

Start = Callable[..., Service]

NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Create a service in this environment with no other variables of this kind. No request is made."""
    opened: list[Service] = []

    def under(base: str = "https://api.example", **environ: str) -> Service:
        for name in (*NAMES, *map(str.lower, NAMES), "SSL_CERT_FILE", "SSL_CERT_DIR"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        opened.append(Service(Endpoint(base, "k", "t"), flow="images", dev_mode=False))
        return opened[-1]

    yield under
    for service in opened:
        service.close()


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("NO_PROXY", "localhost,fe80::/10", "invalid entries: fe80::/10"),
        ("no_proxy", ".lan, [::1], 10.0.0.0/8, fd00::/8", "invalid entries: [::1], fd00::/8"),
        ("HTTP_PROXY", "ftp://anna:s3cret@proxy:21", "not a proxy address"),
        ("https_proxy", "anna:s3cret@proxy:99999", "not a proxy address"),
        ("ALL_PROXY", "http://s3cret@proxy:port", "not a proxy address"),
        ("HTTPS_PROXY", "socks5://s3cret@proxy:1080", "does not support SOCKS proxies"),
        ("SSL_CERT_FILE", "/no/such/file.pem", "/no/such/file.pem cannot be read (No such file or directory)"),
        ("SSL_CERT_FILE", "/", "/ cannot be read (Is a directory)"),
        ("SSL_CERT_FILE", __file__, "does not contain certificates"),
        ("SSL_CERT_DIR", "/no/such/folder", "/no/such/folder is not a folder"),
    ],
)
def test_the_variable_at_fault_is_named(start: Start, name: str, value: str, named: str) -> None:
    """The message names the one invalid variable and what is wrong with it, without a password."""
    with pytest.raises(errors.ConfigError) as caught:
        start(**{name: value})
    (problem,) = caught.value.problems
    assert problem.where == f"${name}"
    assert named in problem.what
    assert "s3cret" not in str(problem)


def test_every_variable_at_fault_is_named(start: Start) -> None:
    """Several problems are reported together."""
    with pytest.raises(errors.ConfigError) as caught:
        start(NO_PROXY="::1/128", HTTPS_PROXY="http://proxy:x", SSL_CERT_FILE="/none")
    assert {problem.where for problem in caught.value.problems} == {"$NO_PROXY", "$HTTPS_PROXY", "$SSL_CERT_FILE"}


@pytest.mark.parametrize(
    "environ",
    [
        {"NO_PROXY": "localhost, .lan, *.example, 10.0.0.0/8, ::1, https://api.example"},
        {"NO_PROXY": "*, fe80::/10", "HTTPS_PROXY": "nonsense://x"},
        {"NO_PROXY": "", "HTTPS_PROXY": "", "SSL_CERT_FILE": "", "SSL_CERT_DIR": ""},
        {"HTTPS_PROXY": "proxy:3128", "HTTP_PROXY": "http://anna:s3cret@[::1]:3128/"},
    ],
)
def test_what_can_be_used_is_not_complained_of(start: Start, environ: dict[str, str]) -> None:
    """Usual values are valid, and so is everything that ``NO_PROXY=*`` disables."""
    start(**environ)


@pytest.mark.parametrize("name", NAMES)
def test_on_this_machine_proxies_do_not_matter(start: Start, name: str) -> None:
    """A service on loopback never uses a proxy, so no proxy variable can prevent it from starting."""
    start("http://127.0.0.1:9", **{name: "fe80::/10"}, SSL_CERT_DIR="/no/such/folder")


def test_a_folder_of_certificates_among_others(start: Start, tmp_path: Path) -> None:
    """One of several certificate folders must exist."""
    start(SSL_CERT_DIR=f"/no/such/folder:{tmp_path}")
