"""``python -m daemon.sandbox``: the command on its own."""

from daemon.sandbox.command import sandbox

sandbox(prog_name="python -m daemon.sandbox")
