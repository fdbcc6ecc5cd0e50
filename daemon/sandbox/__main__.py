"""``python -m daemon.sandbox``: runs the command ``bracketd sandbox``."""

from daemon.sandbox.command import sandbox

sandbox(prog_name="python -m daemon.sandbox")
