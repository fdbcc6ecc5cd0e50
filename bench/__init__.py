"""How fast and how small bracketd is: ``python -m bench``, or ``make bench``.

Everything is measured on the installed program as a process, on loopback with TLS, and against a peer in the same
run where there is one. Machines differ and are never idle, so nothing here passes or fails: a table says what the goal
is, what was measured, and whether the goal is met.

One module for each thing that is measured (``uploading``, ``memory``, ``waiting``, ``idle``, ``status``): its
``measure(bench)`` yields rows. A new one is added to ``MEASURES`` in ``bench.measures``. Around them:

==============  ==============================================================
``sizes``       how much is measured: full, quick
``table``       a row, the table, the JSON
``running``     the daemon and the service as processes, and their end
``listener``    what the service's two halves share: TLS, HTTP, the log
``api``         the service's API, as far as one order needs it
``storage``     the service's storage: takes brackets and forgets them
``photos``      shoots to send
``finished``    orders that came to their end long ago, in a state file
``usage``       what a process takes: CPU time and memory
==============  ==============================================================
"""
