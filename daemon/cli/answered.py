"""Stores an ask for the daemon, waits for the answer, and prints it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import click

from daemon.cli.state import ask, look
from daemon.host.lock import running_pid
from daemon.order import Verb
from daemon.store.asks import Outcome
from daemon.text import printable

PATIENCE = 2.0
"""Seconds to wait for the daemon's answer. The daemon checks for new asks every second."""

OFTEN = 0.05
"""Seconds between two checks for the answer."""

WILL = {
    Verb.SUBMIT: "will be sent unless its photos were sent before",
    Verb.SUBMIT_AGAIN: "will be sent even if its photos were sent before",
    Verb.SKIP: "will be skipped",
    Verb.RETRY: "will be retried",
    Verb.APPROVE: "will be approved",
    Verb.APPROVE_ONLY: "will buy only these images once its current steps have finished",
    Verb.CANCEL: "will be cancelled unless it is merged first",
    Verb.DISMISS: "will be dismissed once its current steps have finished",
    Verb.REGROUP: "will have its wrong scenes sent again",
    Verb.SPLIT: "will be split into its properties unless it is merged first",
    Verb.ADOPT: "will be accepted as it is",
}
"""What will happen to the shoot or folder; printed if there is no answer yet."""


def leave(
    state_dir: Path, verb: Verb, target: str, name: str, *, names: Sequence[str] = (), patience: float = PATIENCE
) -> None:
    """Store an ask and print the answer. Raises StateError, and ClickException if the ask was refused or failed.

    ``name`` is the target's name as shown, ``names`` are the images that the ask is about. If no daemon is running, or
    it does not answer within ``patience`` seconds, the output says so and what will happen.
    """
    seq = ask(state_dir, verb.value, target, time.time(), names)
    if not running_pid(state_dir):
        later = "The daemon is not running; it will do this when it starts (`bracketd run`)."
        click.echo(printable(f"{name} {WILL[verb]}. {later}"))
        return
    answer = _answer(state_dir, seq, time.monotonic() + patience)
    if answer is None:
        later = "The daemon has not answered yet; it will do this as soon as it can (`bracketd status`)."
        click.echo(printable(f"{name} {WILL[verb]}. {later}"))
        return
    outcome, text = answer
    if outcome is not Outcome.DONE:
        raise click.ClickException(printable(text))
    click.echo(printable(text))


def _answer(state_dir: Path, seq: int, until: float) -> tuple[Outcome, str] | None:
    """Wait for the answer to an ask; None if there is none at ``until``, in seconds of the monotonic clock."""
    with look(state_dir) as reader:
        while (answer := reader.answer(seq)) is None and time.monotonic() < until:
            time.sleep(OFTEN)
    return answer
