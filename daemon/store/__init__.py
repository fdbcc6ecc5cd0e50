"""The local state: SQL, schema, migrations; orders in and out as values.

``store.Store`` is the daemon's one writer, ``reader.Reader`` a read-only look from any program, ``reader.ask`` a wish
left for the daemon. They are imported from their modules, so that a look does not load what only the daemon needs.
"""
