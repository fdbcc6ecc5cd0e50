from __future__ import annotations

from pathlib import Path

import platformdirs

from daemon.host import paths


def test_systemd_has_the_first_word() -> None:
    """The directories from systemd have precedence; of several, the first is used."""
    environ = {
        "CONFIGURATION_DIRECTORY": "/etc/bracketd",
        "STATE_DIRECTORY": "/var/lib/bracketd:/var/lib/other",
        "XDG_CONFIG_HOME": "/x/config",
        "XDG_STATE_HOME": "/x/state",
    }
    assert paths.config_file(environ) == Path("/etc/bracketd/config.yaml")
    assert paths.state_dir(environ) == Path("/var/lib/bracketd")


def test_xdg_variables_count_when_absolute() -> None:
    """The XDG base directories are used and relative ones ignored, as their specification requires."""
    assert paths.config_file({"XDG_CONFIG_HOME": "/x/config"}) == Path("/x/config/bracketd/config.yaml")
    assert paths.state_dir({"XDG_STATE_HOME": "/x/state"}) == Path("/x/state/bracketd")
    assert paths.state_dir({"XDG_STATE_HOME": "relative"}) == paths.state_dir({})


def test_the_platform_has_the_last_word() -> None:
    """Without any variable, the platform's default is used, and nothing is created."""
    assert paths.config_file({}) == platformdirs.user_config_path("bracketd", appauthor=False) / "config.yaml"
    assert paths.state_dir({}) == platformdirs.user_state_path("bracketd", appauthor=False)
