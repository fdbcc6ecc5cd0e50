"""The local state: SQL, schema and migrations. Orders go in and out as values.

``store.Store`` is the daemon's only writer. ``reader.Reader`` reads the state from any program. ``reader.ask`` leaves a
request for the daemon. Import them from their modules, so that a reader does not load what only the daemon needs.
"""
