"""The API's routes, one module for each noun in its paths, and the sandbox's own routes under ``/_sandbox/``."""
