"""Maps an error in a step to the fact that the step failed."""

from __future__ import annotations

from daemon import errors, originals
from daemon.order import Order, facts, steps
from daemon.order.trouble import bug


def failure(order: Order, step: steps.Step, error: Exception) -> facts.Failed:
    """The failure for an error. An error that is not in our error tree is a bug in bracketd."""
    why, kind = str(error), facts.Failure
    match error:
        case errors.TooSlow():
            return facts.Failed(step, kind.PASSING, f"{_subject(order, step)}{why}")
        case errors.Unreachable(sent=False) | errors.TooManyRequests():
            offline = isinstance(error, errors.Unreachable)
            return facts.Failed(step, kind.PASSING, why, unsent=True, retry_after=error.retry_after, offline=offline)
        case errors.NotReady():
            return facts.Failed(step, kind.NOT_READY, why, retry_after=error.retry_after)
        case errors.Mismatched():
            return facts.Failed(step, kind.MISMATCH, why, retry_after=error.retry_after, mismatch=error.mismatch)
        case errors.Passing():
            return facts.Failed(step, kind.PASSING, why, retry_after=error.retry_after)
        case errors.AccountRefused():
            return facts.Failed(step, kind.ACCOUNT, why, unsent=True, cause=error.cause)
        case errors.ServiceError():
            return facts.Failed(step, kind.REQUEST, why, unsent=True)
        case errors.FileGone():
            return _gone(order, step, error)
        case errors.FileUnreadable(may_pass=True):
            number = originals.number_of(order, error.path)
            disk_fails = not originals.can_read_another(order, error.path)
            return facts.Failed(step, kind.UNREADABLE, why, unsent=True, bracket=number, disk_fails=disk_fails)
        case errors.FileError():
            return facts.Failed(step, kind.FILE, why, bracket=_whose(step))
        case errors.OutputError():
            return facts.Failed(step, kind.OUTPUT, why)
        case _:
            return bug(step, error)


def _gone(order: Order, step: steps.Step, error: errors.FileGone) -> facts.Failed:
    """The failure for a missing file. With ``bad_files: leave_out`` it first counts as unreadable.

    So it is left out only after it has been missing for a long time: files may be missing for a while when a mount
    returns or a sync client replaces them.
    """
    kind, why = originals.gone(order, error)
    if kind is not facts.Failure.FILE or order.preset.bad_files == "hold":
        return facts.Failed(step, kind, why, bracket=_whose(step))
    disk_fails = not originals.can_read_another(order, error.path)
    number, why = originals.number_of(order, error.path), f"{error.path} is gone"
    return facts.Failed(step, facts.Failure.UNREADABLE, why, unsent=True, bracket=number, disk_fails=disk_fails)


def _subject(order: Order, step: steps.Step) -> str:
    """The prefix of a message with a step's file or picture; empty if the step concerns the whole order."""
    match step:
        case steps.Register(number) | steps.Upload(number):
            return f"{order.brackets[number].path}: "
        case steps.Fetch(image_id):
            return next((f"{image.name}: " for image in order.images if image.id == image_id), "")
        case _:
            return ""


def _whose(step: steps.Step) -> int | None:
    return step.bracket if isinstance(step, steps.Register | steps.Upload) else None
