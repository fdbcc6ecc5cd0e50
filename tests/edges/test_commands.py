"""Names on the command line that there are not."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from daemon.cli import VERBS, cli


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["stauts"], "status"),
        (["STATUS", "--json"], "status"),
        (["--config", "x", "aprove", "12 Oak St"], "approve"),
        (["conifg", "example"], "config"),
        (["config", "exmaple"], "example"),
    ],
)
def test_a_slip_of_the_pen_is_answered_with_the_command(words: list[str], meant: str) -> None:
    """An unknown command is answered with the one that is most like it; nothing is done."""
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 2
    assert f"Did you mean {meant}?" in done.output


@pytest.mark.parametrize("words", [["xyzzy"], ["config", "xyzzy"], [""]])
def test_what_is_like_nothing_is_answered_with_the_help(words: list[str]) -> None:
    """Where no command is alike, the help that lists them is named, and no command is guessed."""
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 2
    assert "--help` lists the commands." in done.output
    assert "Did you mean" not in done.output


@pytest.mark.parametrize(
    ("words", "meant"), [(["status", "--jsn"], "--json"), (["--confg", "x", "status"], "--config")]
)
def test_an_option_is_suggested_likewise(words: list[str], meant: str) -> None:
    """An unknown option is answered with the one that is meant."""
    done = CliRunner().invoke(cli, words)
    assert (done.exit_code, meant in done.output) == (2, True)


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_is_found_by_its_own_name(verb: str) -> None:
    """No name of a command is taken for a slip of another one."""
    assert CliRunner().invoke(cli, [verb, "--help"]).exit_code == 0
