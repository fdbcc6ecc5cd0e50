from __future__ import annotations

from pathlib import Path

import pytest

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
        return load(config(text), environ).require_key()

    assert key(in_file + "  key: from-key\n") == "from-key"
    assert key(in_file) == "from-key-file"
    assert key(folder()) == "from-environment"
    environ["AUTOENHANCE_API_KEY"] = ""
    assert key(folder()) == "from-credential"


def test_no_key_is_told_when_it_is_asked_for(loaded: Load) -> None:
    """Settings without a key can be loaded; asking for the key says what to do."""
    settings = loaded(folder())
    assert settings.api.key is None
    with pytest.raises(ConfigError, match="AUTOENHANCE_API_KEY"):
        settings.require_key()


def test_white_space_around_a_key_is_dropped(loaded: Load) -> None:
    """A pasted line end is not part of the key."""
    assert loaded(folder(), AUTOENHANCE_API_KEY=f"  {KEY}\r\n").require_key() == KEY


@pytest.mark.parametrize("bad", ["abc déf", "two words", "line\nend", "nul\0", "caf\u00e9", "\u200bx", "x" * 2000])
def test_what_cannot_be_a_key_is_refused_unseen(problems: Problems, bad: str) -> None:
    """A key that no header can carry is a problem, told without it."""
    (problem,) = problems(folder(), AUTOENHANCE_API_KEY=bad)
    assert problem.where == "$AUTOENHANCE_API_KEY"
    assert bad not in str(problem)


@pytest.mark.parametrize("written", ["''", "'   '"])
def test_an_empty_key_is_a_mistake(problems: Problems, written: str) -> None:
    """A key that is given and empty is told, not passed over."""
    (problem,) = problems(folder() + f"api: {{key: {written}}}")
    assert problem.what == "The key is empty"
    assert problem.where.endswith("config.yaml:4: api.key")


def test_a_missing_key_file_is_told(problems: Problems) -> None:
    """A key file that cannot be read is a problem of the setting that names it."""
    (problem,) = problems(folder() + "api:\n  key_file: nowhere/key\n")
    assert problem.where.endswith("config.yaml:5: api.key_file")
    assert "cannot be read (No such file or directory)" in problem.what


def test_a_key_file_path_that_means_nothing_is_told_once(problems: Problems) -> None:
    """An unset variable in ``key_file`` is one problem."""
    (problem,) = problems(folder() + "api: {key_file: $NOPE/key}\n")
    assert "$NOPE is not set" in problem.what


def test_a_file_that_everybody_can_read_is_warned_of(config: Write, key_file: Path) -> None:
    """A readable key file, or a readable configuration file with the key in it, is a warning with its remedy."""
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
    """Neither text, dump nor JSON of the settings holds the key."""
    settings = loaded(folder() + f"api: {{key: {KEY}}}\n")
    assert settings.require_key() == KEY
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
    """However wrong the key's line is, no message repeats what may be the key."""
    for problem in problems(folder() + api + "\n"):
        assert KEY not in repr(problem)
        assert "4815162342" not in repr(problem)
