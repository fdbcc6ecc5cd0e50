"""The local state: the values that others exchange with it, and the protocols that they know it by.

``protocol.Store`` is the daemon's one writer, ``reading.Reader`` a read-only look from any program, ``wreck.Wreck``
what is left of a damaged state. ``sqlite`` implements all three. Everything is imported from its module, so that a look
does not load what only the daemon needs.
"""
