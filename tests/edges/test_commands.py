"""Tests of unknown names on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from daemon.cli import VERBS, WITHOUT_SETTINGS, cli


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
    """The error for an unknown command suggests the most similar one; nothing is done."""
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 2
    assert f"Did you mean {meant}?" in done.output


@pytest.mark.parametrize("words", [["xyzzy"], ["config", "xyzzy"], [""]])
def test_what_is_like_nothing_is_answered_with_the_help(words: list[str]) -> None:
    """If no command is similar, the error names the help and suggests nothing."""
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 2
    assert "--help` lists the commands." in done.output
    assert "Did you mean" not in done.output


@pytest.mark.parametrize(
    ("words", "meant"), [(["status", "--jsn"], "--json"), (["--confg", "x", "status"], "--config")]
)
def test_an_option_is_suggested_likewise(words: list[str], meant: str) -> None:
    """The error for an unknown option suggests the most similar one."""
    done = CliRunner().invoke(cli, words)
    assert (done.exit_code, meant in done.output) == (2, True)


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_is_found_by_its_own_name(verb: str) -> None:
    """No command's name is similar enough to another one to be suggested for it."""
    assert CliRunner().invoke(cli, [verb, "--help"]).exit_code == 0


ASKS = ("submit", "retry", "approve", "cancel", "dismiss", "regroup", "split")


@pytest.mark.parametrize("verb", sorted(VERBS.keys() - WITHOUT_SETTINGS))
def test_the_configuration_file_may_be_named_after_the_verb(verb: str, tmp_path: Path) -> None:
    """``bracketd run --config x`` means the same as ``bracketd --config x run``, for every verb that reads settings."""
    missing = str(tmp_path / "missing.yaml")
    arguments = {"explain": ["f"], "show": ["s"], "adopt": ["f"], "plan": [str(tmp_path)], "costs": []}
    words = arguments.get(verb, [str(tmp_path)] if verb in ASKS else [])
    before = CliRunner().invoke(cli, ["--config", missing, verb, *words])
    after = CliRunner().invoke(cli, [verb, "--config", missing, *words])
    assert after.exit_code == before.exit_code
    assert (after.output, repr(after.exception)) == (before.output, repr(before.exception))
    assert missing in f"{after.output} {after.exception}"
