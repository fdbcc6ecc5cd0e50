"""Leaves an ask for the daemon, waits for its answer, and says it."""

from __future__ import annotations

import time
from pathlib import Path

import click

from daemon.cli.state import ask, look
from daemon.cli.words import printable
from daemon.host.lock import running_pid
from daemon.order import Verb
from daemon.store.asks import Outcome

PATIENCE = 2.0
"""Seconds to wait for the daemon's answer; it looks for asks once a second."""

OFTEN = 0.05
"""Seconds between two looks for the answer."""

WILL = {
    Verb.SUBMIT: "will be sent, unless its photos were sent before",
    Verb.SUBMIT_AGAIN: "will be sent, also if its photos were sent before",
    Verb.SKIP: "will be skipped",
    Verb.RETRY: "will be tried again",
    Verb.APPROVE: "will be approved",
    Verb.CANCEL: "will be cancelled, unless its merge comes first",
    Verb.DISMISS: "will be dismissed as soon as nothing of it is under way",
    Verb.ADOPT: "will be taken as it is",
}
"""What is said of a shoot or folder while there is no answer."""


def leave(state_dir: Path, verb: Verb, target: str, name: str, *, patience: float = PATIENCE) -> None:
    """Ask for something, and say what came of it. Raises StateError, and ClickException if it is refused or failed.

    ``name`` is what the target is called. Where no daemon runs, or it does not answer soon, that is said instead.
    """
    seq = ask(state_dir, verb.value, target, time.time())
    if not running_pid(state_dir):
        later = "The daemon is not running: it will be done when it is (`bracketd run`)."
        click.echo(printable(f"{name} {WILL[verb]}. {later}"))
        return
    answer = _answer(state_dir, seq, time.monotonic() + patience)
    if answer is None:
        later = "The daemon has not answered yet; it does this as soon as it can (`bracketd status`)."
        click.echo(printable(f"{name} {WILL[verb]}. {later}"))
        return
    outcome, text = answer
    if outcome is not Outcome.DONE:
        raise click.ClickException(printable(text))
    click.echo(printable(text))


def _answer(state_dir: Path, seq: int, until: float) -> tuple[Outcome, str] | None:
    """What came of an ask; None if there is no answer at ``until``, by the monotonic clock."""
    with look(state_dir) as reader:
        while (answer := reader.answer(seq)) is None and time.monotonic() < until:
            time.sleep(OFTEN)
    return answer
