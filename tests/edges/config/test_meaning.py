from __future__ import annotations

from daemon.config.policy import policy_of, preset_of
from daemon.order.policy import Limits

from .conftest import Load, folder


def test_limits_reach_the_rules(loaded: Load) -> None:
    """Each limit in the file is the rule's limit of that name. A missing limit does not limit."""
    assert policy_of(loaded(folder())).limits == Limits()
    text = folder() + "limits: {images_per_order: 60, images_per_month: 1500}\n"
    assert policy_of(loaded(text)).limits == Limits(images_per_order=60, images_per_day=None, images_per_month=1500)


def test_bad_files_reach_the_orders(loaded: Load) -> None:
    """The setting for unreadable photos is stored with each order of the folder."""
    for text, meant in (("", "hold"), ("bad_files: hold", "hold"), ("bad_files: leave_out", "leave_out")):
        assert preset_of(loaded(folder(text)).folders[0], dev_mode=False).bad_files == meant
