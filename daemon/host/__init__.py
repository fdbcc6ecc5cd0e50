"""What the machine gives: clock, paths, file-system types, the instance lock, systemd's ear, the log.

Nothing here knows orders, shoots or settings. The modules are imported one by one, so that a quick command such
as ``status`` pays only for what it uses (``logs`` alone, with structlog, costs a tenth of a second).
"""
