"""Imported by every Python that starts with this folder on PYTHONPATH (https://docs.python.org/3/library/site.html)."""

import os

from tests.whole.kills import moments

moments.begin(os.environ)
