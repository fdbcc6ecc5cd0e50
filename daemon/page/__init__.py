"""The page in the browser: every shoot, before and after, and what a person can do about it.

It reads the state as the commands do, and writes only asks. This package imports nothing, so that `bracketd open` can
use ``links`` and ``address`` without loading a web server.
"""
