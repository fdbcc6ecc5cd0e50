"""``python -m daemon`` is ``bracketd``."""

from daemon.cli import main

main()
