from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from daemon import errors
from daemon.order import steps
from daemon.order.facts import Kind
from daemon.steps import failure
from tests.core.orders import order

ANSWERS: dict[type[errors.BracketdError], Kind] = {
    errors.Passing: Kind.PASSING,
    errors.Unreachable: Kind.PASSING,
    errors.TooSlow: Kind.PASSING,
    errors.Unavailable: Kind.PASSING,
    errors.TooManyRequests: Kind.PASSING,
    errors.Garbled: Kind.PASSING,
    errors.Mismatched: Kind.MISMATCH,
    errors.NotReady: Kind.NOT_READY,
    errors.AccountRefused: Kind.ACCOUNT,
    errors.KeyRefused: Kind.ACCOUNT,
    errors.NoCredits: Kind.ACCOUNT,
    errors.ServiceError: Kind.REQUEST,
    errors.RequestRefused: Kind.REQUEST,
    errors.NotFound: Kind.REQUEST,
    errors.AlreadyExists: Kind.REQUEST,
    errors.SlotRefused: Kind.REQUEST,
    errors.FileError: Kind.FILE,
    errors.FileGone: Kind.FILE,
    errors.FileUnreadable: Kind.FILE,
    errors.FileChanged: Kind.FILE,
    errors.OutputError: Kind.OUTPUT,
}
ELSEWHERE = (errors.ConfigError, errors.StateError)
"""Errors of starting, which no step raises."""


def family(kind: type[errors.BracketdError]) -> Iterator[type[errors.BracketdError]]:
    """An error class and all below it."""
    yield kind
    for child in kind.__subclasses__():
        yield from family(child)


def test_every_error_has_an_answer() -> None:
    """Every class of the error tree has its own entry in this table."""
    starting = {error for kind in ELSEWHERE for error in family(kind)}
    assert set(family(errors.BracketdError)) - starting - {errors.BracketdError} == set(ANSWERS)


@pytest.mark.parametrize("kind", ANSWERS, ids=lambda kind: kind.__name__)
def test_each_error_gets_its_kind(tmp_path: Path, kind: type[errors.BracketdError]) -> None:
    """Each error becomes a failure of the kind that the table says, with its own words."""
    error = kind("IMG_1.JPG", "the words") if issubclass(kind, errors.FileError) else kind("the words")
    fact = failure(replace(order(), folder=str(tmp_path)), steps.Upload(0), error)
    subject = "DCIM/IMG_0431.JPG: " if kind is errors.TooSlow else ""
    assert (fact.kind, fact.why) == (ANSWERS[kind], f"{subject}the words")


@pytest.mark.parametrize(
    ("error", "unsent"),
    [
        (errors.Unreachable("x", sent=False), True),
        (errors.Unreachable("x", sent=True), False),
        (errors.TooManyRequests("x"), True),
        (errors.Unavailable("x"), False),
        (errors.Garbled("x"), False),
        (errors.Mismatched("x"), False),
        (errors.NoCredits("x"), True),
        (errors.RequestRefused("x"), True),
    ],
    ids=repr,
)
def test_only_what_was_certainly_refused_counts_as_unsent(error: Exception, unsent: bool) -> None:
    """After a lost or invalid answer it is unknown if the request was carried out."""
    assert failure(order(), steps.Merge(), error).unsent is unsent


def test_a_bug_keeps_its_traceback() -> None:
    """An error outside of the tree is reported as a bug, with the traceback for the journal."""
    fact = failure(order(), steps.Look(), ZeroDivisionError("division by zero"))
    assert fact.kind is Kind.BUG
    assert fact.detail is not None
    assert "ZeroDivisionError" in fact.detail


def test_a_missing_file_and_a_missing_shoot_differ(tmp_path: Path) -> None:
    """A missing file holds the order, a missing shoot ends it, and a file that is back is sent."""
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "IMG_1.JPG").touch()
    gone = errors.FileGone("IMG_1.JPG", "gone")
    folders = (tmp_path, tmp_path / "shoot", tmp_path / "there")
    kinds = [failure(replace(order(), folder=str(folder)), steps.Upload(0), gone).kind for folder in folders]
    assert kinds == [Kind.FILE, Kind.GONE, Kind.PASSING]
