"""Reads the photos of a shoot, each once, and plans what is sent."""

from daemon.photos.contents import Contents

__all__ = ["Contents"]
