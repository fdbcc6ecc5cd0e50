"""The local state: its values, and the protocols through which others use it.

``protocol.Store`` is for the daemon, the only writer. ``reading.Reader`` is read-only, for any program. ``wreck.Wreck``
is for recovering a damaged state. ``sqlite`` implements all three. Import everything from its own module, so that a
reader does not load code that only the daemon needs.
"""
