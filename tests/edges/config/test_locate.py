from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from daemon.config import load, locate_state
from daemon.errors import ConfigError

from .conftest import Write, folder


@pytest.mark.parametrize(
    "line", ["", "state_dir: here", "state_dir: ~/s", "state_dir: $DISK/s", "state_dir: ../s", "state_dir: /abs/$$"]
)
def test_it_gives_the_state_directory_that_load_gives(config: Write, line: str) -> None:
    """``locate_state`` and ``load`` agree, including expansion and the default."""
    file, environ = config(folder() + line), {"HOME": "/h", "DISK": "/disk", "XDG_STATE_HOME": "/xdg/state"}
    assert locate_state(file, environ) == load(file, environ).state_dir


def test_mistakes_in_other_settings_do_not_matter(config: Write, tmp_path: Path) -> None:
    """``status`` still works when the configuration is being edited."""
    assert locate_state(config("state_dir: s\nfolders: 5\nnonsense: [1]\n"), {}) == tmp_path / "s"


@pytest.mark.parametrize("text", ["", "state_dir: $NOPE\n", "state_dir:\n", "state_dir: [a]\n", "a: b: c\n"])
def test_an_unknown_state_directory_is_a_configuration_error(config: Write, text: str) -> None:
    """``locate_state`` reports a broken file or an invalid ``state_dir`` as ``load`` does."""
    with pytest.raises(ConfigError):
        locate_state(config(text), {})


def test_pydantic_is_not_imported(config: Write) -> None:
    """Finding the state directory does not import pydantic, structlog or httpx."""
    code = (
        "import sys; from pathlib import Path; from daemon.config import locate_state\n"
        "print(locate_state(Path(sys.argv[1]), {}))\n"
        "print({'pydantic', 'pydantic_core', 'structlog', 'httpx', 'rich'} & set(sys.modules))"
    )
    file = config("state_dir: /s\n")
    said = subprocess.run([sys.executable, "-c", code, file], capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["/s", "set()"]


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    """The package has no other lazily imported names."""
    import daemon.config  # noqa: PLC0415 - only here as a module

    with pytest.raises(AttributeError, match="nonsense"):
        daemon.config.nonsense  # noqa: B018 - the attempt is the test
