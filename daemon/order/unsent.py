"""The files of a shoot that its order does not send."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.shoot import LeftOut


@dataclass(frozen=True, slots=True)
class Unsent:
    """Files of the shoot that are not sent as they are now, by path.

    ``left_out`` are files that the order does not include. ``left_out_why`` gives the reasons; files that an earlier
    version left out have none. ``late`` are photos that arrived after the shoot was locked and are in no order,
    ``altered`` those that changed after they were merged.
    """

    left_out: tuple[str, ...] = ()
    left_out_why: tuple[LeftOut, ...] = ()
    late: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
