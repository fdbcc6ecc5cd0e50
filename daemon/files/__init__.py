"""The disk: scanning shoots, streaming brackets out, writing pictures in. Knows nothing of the service."""
