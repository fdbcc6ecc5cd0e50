"""The interface to the machine: clock, paths, file system types, the instance lock, systemd notifications, the log.

Nothing here knows orders, shoots or settings. Modules are imported individually, so that a quick command such as
``status`` loads only what it uses (``logs`` alone, with structlog, costs a tenth of a second).
"""
