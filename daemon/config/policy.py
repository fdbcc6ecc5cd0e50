"""What the settings mean for the rules of orders and shoots."""

from __future__ import annotations

from daemon.config.settings import FolderSettings, Settings
from daemon.grouping.plan import PlanSettings
from daemon.order import Policy, Preset
from daemon.order.policy import Limits
from daemon.shoot import Quiet

QUIET_LOCAL, QUIET_SYNCED = 30.0, 90.0
"""Seconds without a change after which a shoot is settled: on a disk of this machine, and where files arrive slowly."""


def policy_of(settings: Settings) -> Policy:
    """The rules for retries and purchases that follow from the settings."""
    return Policy(
        poll_first=settings.api.poll_every,
        poll_longest=settings.api.poll_every * 6,
        reprocess_lag=settings.api.poll_every * 12,
        quiet=max(quiet_of(folder, synced=True).base for folder in settings.folders),
        limits=Limits(**settings.limits.model_dump()),
    )


def quiet_of(settings: FolderSettings, *, synced: bool) -> Quiet:
    """How long a watched folder's shoots must be unchanged. ``synced``: if a sync client or network brings them."""
    if settings.quiet_period == "auto":
        return Quiet(QUIET_SYNCED if synced else QUIET_LOCAL, adaptive=True)
    return Quiet(settings.quiet_period)


def plan_settings(settings: FolderSettings) -> PlanSettings:
    """How the photos of a watched folder's shoots become images."""
    return PlanSettings(settings.grouping, settings.prefer, settings.singles)


def preset_of(settings: FolderSettings, dev_mode: bool) -> Preset:
    """What a watched folder's settings mean for its orders."""
    download = settings.download
    return Preset(
        per_image=settings.grouping if isinstance(settings.grouping, int) else None,
        enhance=dict(settings.enhance_wire()),
        format=download.format,
        quality=download.quality,
        max_width=download.max_width,
        dev_mode=dev_mode,
        bad_files=settings.bad_files,
        names=settings.names,
        grouping="automatic" if isinstance(settings.grouping, int) else settings.grouping,
        prefer=settings.prefer,
        singles=settings.singles,
        on_mismatch=settings.on_mismatch,
        split=settings.split,
        buy=settings.buy,
    )
