"""File permissions that apply even if the tests run as root."""

from __future__ import annotations

import os
import shutil

import pytest


def without_privileges() -> tuple[str, ...]:
    """A command prefix that makes permissions apply to root; empty for others. Skips if root cannot do that."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("root reads everything, and setpriv(1) is not here to change that")
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--")
