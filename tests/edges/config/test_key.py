from __future__ import annotations

from pathlib import Path

import pytest

from daemon.access import access_of
from daemon.config import load
from daemon.errors import ConfigError

from .conftest import KEY, Load, Problems, Write, folder


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """A file that only its owner can read, with a key."""
    file = tmp_path / "key"
    file.write_text("from-key-file\n")
    file.chmod(0o600)
    return file


def test_the_first_place_with_a_key_counts(config: Write, key_file: Path, tmp_path: Path) -> None:
    """``key``, then ``key_file``, then the environment variable, then the systemd credential."""
    (tmp_path / "autoenhance_api_key").write_text("from-credential\n")
    environ = {"AUTOENHANCE_API_KEY": "from-environment", "CREDENTIALS_DIRECTORY": str(tmp_path)}
    in_file = folder() + f"api:\n  key_file: {key_file}\n"

    def key(text: str) -> str:
        return load(config(text), environ).require_api_key().text

    assert key(in_file + "  key: from-key\n") == "from-key"
    assert key(in_file) == "from-key-file"
    assert key(folder()) == "from-environment"
    environ["AUTOENHANCE_API_KEY"] = ""
    assert key(folder()) == "from-credential"


def test_a_missing_key_is_reported_when_it_is_needed(loaded: Load) -> None:
    """Settings load without a key. Requiring the key then says what to do."""
    settings = loaded(folder())
    assert settings.api.key is None
    with pytest.raises(ConfigError, match="AUTOENHANCE_API_KEY"):
        settings.require_api_key()


def test_white_space_around_a_key_is_dropped(loaded: Load) -> None:
    """A pasted line end is not part of the key."""
    assert loaded(folder(), AUTOENHANCE_API_KEY=f"  {KEY}\r\n").require_api_key().text == KEY


@pytest.mark.parametrize("bad", ["abc déf", "two words", "line\nend", "nul\0", "caf\u00e9", "\u200bx", "x" * 2000])
def test_what_cannot_be_a_key_is_refused_unseen(problems: Problems, bad: str) -> None:
    """A key that no HTTP header can carry is a problem. The message does not contain the key."""
    (problem,) = problems(folder(), AUTOENHANCE_API_KEY=bad)
    assert problem.where == "$AUTOENHANCE_API_KEY"
    assert bad not in str(problem)


BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


@pytest.mark.parametrize(
    "content",
    [
        f"{BOM}{KEY}\n".encode(),
        f"{BOM}{KEY}\r\n".encode("utf-16-le"),
        f"{BOM}{KEY}".encode("utf-16-be"),
        f"\n\n  {KEY} \t\r\n\r\n".encode(),
    ],
    ids=["byte-order mark", "UTF-16, as PowerShell writes it", "UTF-16, big end first", "blank lines around it"],
)
def test_a_key_file_as_editors_save_it(loaded: Load, key_file: Path, content: bytes) -> None:
    """A byte-order mark, UTF-16, and white space around a key do not change it."""
    key_file.write_bytes(content)
    assert loaded(folder() + f"api: {{key_file: {key_file}}}\n").require_api_key().text == KEY


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (f"{KEY}\n{KEY}\n".encode(), "has 2 lines; there must be only the key"),
        (f"AUTOENHANCE_API_KEY={KEY}\n".encode(), "starts with a variable name and `=`; there must be only the key"),
        (f'"{KEY}"\n'.encode(), "is in quotes"),
        (f"{KEY} x".encode(), "contains a space, which is not allowed in a key"),
        (
            f"{KEY}\N{NO-BREAK SPACE}x".encode(),
            "contains the character U+00A0 (NO-BREAK SPACE), which is not allowed in a key",
        ),
        (
            f"\N{ZERO WIDTH SPACE}{KEY}".encode(),
            "contains the character U+200B (ZERO WIDTH SPACE), which is not allowed in a key",
        ),
        (KEY.encode("utf-16-le"), "contains a NUL character (is the file UTF-16?), which is not allowed in a key"),
        (f"{KEY}\x1bx".encode(), "contains the character U+001B (a control character), which is not allowed in a key"),
        (("x" * 2000).encode(), "is too long"),
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n", "is empty"),
    ],
)
def test_a_key_file_that_holds_no_key_says_why(problems: Problems, key_file: Path, content: bytes, what: str) -> None:
    """The message says exactly what is wrong with a key file. It names the file and does not contain the key."""
    key_file.write_bytes(content)
    (problem,) = problems(folder() + f"api: {{key_file: {key_file}}}\n")
    assert problem.what == f"The key in {key_file} {what}"
    assert problem.remedy == "Copy the complete key again, and nothing else."
    assert KEY not in str(problem)


@pytest.mark.parametrize(
    ("content", "what"),
    [(b"caf\xe9", "is not UTF-8 text"), (b"\xff\xfea", "is not UTF-8 text"), (b"x" * 9000, "is too large")],
)
def test_another_file_gets_its_own_message(problems: Problems, key_file: Path, content: bytes, what: str) -> None:
    """A file in another encoding, or that is not a key file at all, gets its own message."""
    key_file.write_bytes(content)
    (problem,) = problems(folder() + f"api: {{key_file: {key_file}}}\n")
    assert problem.what == f"The key file {key_file} {what}"


@pytest.mark.parametrize("key", ["ABCD====", "QUJD=", "a.b-c_d~e+f/g==", "ABC=="])
def test_every_sign_may_be_in_a_key(loaded: Load, key: str) -> None:
    """A key that looks a little like an assignment, as Base64 and Base32 can, is valid."""
    assert loaded(folder(), AUTOENHANCE_API_KEY=key).require_api_key().text == key


def test_a_key_knows_where_it_is_from(config: Write, key_file: Path, tmp_path: Path) -> None:
    """The place where a key was found is kept for the message about a refused key."""
    (tmp_path / "autoenhance_api_key").write_text("from-credential\n")
    environ = {"AUTOENHANCE_API_KEY": "from-environment", "CREDENTIALS_DIRECTORY": str(tmp_path)}
    in_file = folder() + f"api:\n  key_file: {key_file}\n"

    def source(text: str) -> str:
        return load(config(text), environ).require_api_key().source

    assert source(in_file + "  key: from-key\n") == f"`api.key` in {tmp_path}/config.yaml"
    assert source(in_file) == f"the key file {key_file}"
    assert source(folder()) == "the environment variable AUTOENHANCE_API_KEY"
    del environ["AUTOENHANCE_API_KEY"]
    assert source(folder()) == "the systemd credential autoenhance_api_key"


@pytest.mark.parametrize("content", [f"{BOM}sync-key\n".encode(), f"{BOM}sync-key".encode("utf-16-le")])
def test_syncthings_key_file_is_read_alike(config: Write, key_file: Path, content: bytes) -> None:
    """The file with Syncthing's key may have a byte-order mark too. A message about it does not contain the key."""
    text = folder() + f"syncthing: {{address: 'http://127.0.0.1:8384', key_file: {key_file}}}\n"
    settings = load(config(text), {}).syncthing
    key_file.write_bytes(content)
    access = access_of(settings)
    assert access is not None
    assert access.key == "sync-key"
    key_file.write_bytes(content + content)
    with pytest.raises(ConfigError, match=r"syncthing\.key_file: The key in .* (contains|has) ") as caught:
        access_of(settings)
    assert "sync-key" not in str(caught.value)


@pytest.mark.parametrize("written", ["''", "'   '"])
def test_an_empty_key_is_a_mistake(problems: Problems, written: str) -> None:
    """An empty key is a problem and is not ignored."""
    (problem,) = problems(folder() + f"api: {{key: {written}}}")
    assert problem.what == "The key is empty"
    assert problem.where.endswith("config.yaml:4: api.key")


def test_a_missing_key_file_is_reported(problems: Problems) -> None:
    """A key file that cannot be read is a problem of the setting that names it."""
    (problem,) = problems(folder() + "api:\n  key_file: nowhere/key\n")
    assert problem.where.endswith("config.yaml:5: api.key_file")
    assert "cannot be read (No such file or directory)" in problem.what


def test_a_key_file_path_that_means_nothing_is_reported_once(problems: Problems) -> None:
    """An unset variable in ``key_file`` is one problem."""
    (problem,) = problems(folder() + "api: {key_file: $NOPE/key}\n")
    assert "$NOPE is not set" in problem.what


def test_a_file_that_everybody_can_read_is_warned_of(config: Write, key_file: Path) -> None:
    """A key file, or a configuration file with a key, that everybody can read gives a warning with its remedy."""
    by_file, by_key = folder() + f"api: {{key_file: {key_file}}}\n", folder() + f"api: {{key: {KEY}}}\n"
    assert load(config(by_file), {}).warnings == ()
    key_file.chmod(0o644)
    (warning,) = load(config(by_file), {}).warnings
    assert f"chmod 600 '{key_file}'" in warning.remedy
    file = config(by_key)
    file.chmod(0o604)
    (warning,) = load(file, {}).warnings
    assert warning.where == f"{file}:4: api.key"
    file.chmod(0o600)
    assert load(file, {}).warnings == ()


def test_settings_never_show_the_key(loaded: Load) -> None:
    """The text, the dump and the JSON of the settings do not contain the key."""
    settings = loaded(folder() + f"api: {{key: {KEY}}}\n")
    assert settings.require_api_key().text == KEY
    for shown in (repr(settings), str(settings), repr(settings.model_dump()), settings.model_dump_json()):
        assert KEY not in shown


@pytest.mark.parametrize(
    "api",
    [
        f"api: {KEY}",
        f"api: {{key: [{KEY}]}}",
        f"api: {{key: {{a: {KEY}}}}}",
        "api: {key: 4815162342}",
        f"api: {{keey: {KEY}}}",
        f"api: {{key: *{KEY}}}",
        f"api: {{key: !{KEY}}}",
        f"api: {{key: !{KEY}!x y}}",
        f"api: {{key: '{KEY}",
        f"api: {{key: {KEY}, key: 1}}",
        f"api: {{key: '{KEY} {KEY}'}}",
        f"api:\n  key: {KEY}\n    flow: images",
        f"{{api: {{key: {KEY}",
    ],
)
def test_no_message_shows_the_key(problems: Problems, api: str) -> None:
    """No message contains a possible key, whatever is wrong with its line."""
    for problem in problems(folder() + api + "\n"):
        assert KEY not in repr(problem)
        assert "4815162342" not in repr(problem)
