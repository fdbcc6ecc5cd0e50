"""The kinds of shoots that judge the grouping rule, in ``KINDS``. Each module has the kinds of one subject."""

from bench.grouping.kinds import bodies, chance, disturbed, files, makers, people, places, records, without_marks
from bench.grouping.kinds.kind import JUDGING, KINDS, TUNING, Kind

__all__ = [
    "JUDGING",
    "KINDS",
    "TUNING",
    "Kind",
    "bodies",
    "chance",
    "disturbed",
    "files",
    "makers",
    "people",
    "places",
    "records",
    "without_marks",
]
