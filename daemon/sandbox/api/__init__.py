"""The API's routes, a module for each noun in its paths, and the sandbox's own under ``/_sandbox/``."""
