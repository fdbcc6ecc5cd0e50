"""Benchmarks of bracketd's speed and memory: ``python -m bench``, or ``make bench``.

They measure the installed program as a process, over loopback with TLS, and compare it with another tool in the same
run if there is one. Machines differ and are never idle, so nothing here passes or fails: the table shows the goal, the
measured value, and if the goal is met.

Each benchmark has a module (``uploading``, ``memory``, ``waiting``, ``idle``, ``status``, ``arriving``, ``look``), or a
package: ``grouping`` judges a rule on simulated shoots. Its ``measure(bench)`` yields rows. Add a new one to
``MEASURES`` in ``bench.measures``. The other modules:

==============  ==============================================================
``sizes``       the amounts of a full and a quick run
``table``       rows, the table, the JSON
``running``     starts and stops the daemon and the service
``listener``    shared by the service's two halves: TLS, HTTP, the log
``api``         the part of the service's API that one order needs
``storage``     the service's storage: receives brackets and discards them
``hello``       an empty page, to compare with
``photos``      shoots to send
``finished``    a state file with finished orders
``usage``       CPU time and memory of a process
``retouched``   changes of finished pictures, for ``look``
==============  ==============================================================
"""
