"""Stand-ins for the commands of sync clients: small Python scripts that print what a test specifies.

Like Dropbox's command, they also write a progress bar to standard error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

_SCRIPT = """#!{python} -SE
import json, os, pathlib, sys
beside = pathlib.Path(__file__).parent
with (beside / "calls").open("a") as calls:
    calls.write(json.dumps([sys.argv[1:], dict(os.environ)]) + "\\n")
output = json.loads((beside / (pathlib.Path(__file__).name + ".json")).read_text())[sys.argv[1]]
sys.stderr.write("\\r[.  ]\\r")
sys.stdout.write(output.replace("PATH", sys.argv[-1]))
sys.exit({status})
"""


class StandIn:
    """A command in ``directory``: its output by first argument, in which ``PATH`` stands for the last argument."""

    def __init__(self, directory: Path, name: str, replies: Mapping[str, str], *, status: int = 0) -> None:
        self._beside = directory
        directory.mkdir(exist_ok=True)
        (directory / f"{name}.json").write_text(json.dumps(replies))
        script = directory / name
        script.write_text(_SCRIPT.format(python=sys.executable, status=status))
        script.chmod(0o755)

    def calls(self) -> list[tuple[list[str], dict[str, str]]]:
        """The arguments and the environment of each call."""
        try:
            lines = (self._beside / "calls").read_text().splitlines()
        except FileNotFoundError:
            return []
        return [(arguments, environ) for arguments, environ in map(json.loads, lines)]
