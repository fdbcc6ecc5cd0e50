"""The composition root: builds every part, starts them in order, stops them in reverse."""

from daemon.app.app import App

__all__ = ["App"]
