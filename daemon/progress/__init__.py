"""Progress of transfers by bytes: counted where they are sent and received, with speed and time left.

``board.Board`` is in the daemon. Other programs read the same figures from a small file, which exists only while
transfers run. Import everything from its own module, so that ``status`` does not load the rules of orders.
"""
