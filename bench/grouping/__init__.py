"""Judges the rule of ``daemon.grouping`` on simulated shoots: ``make bench ARGS="--only grouping"``.

The simulation knows cameras and photographers, not the rule. Each shoot follows from the name of its kind and a seed.
Seeds for tuning the rule and seeds for judging it are apart, and a third of the kinds is never used for tuning.

===================  ===============================================================
``exposure``         shutter, aperture and ISO in thirds of a stop
``camera``           what a camera model can do and writes; ``makers`` has the models
``bracketing``       size, step and order of a set
``body``             a body in use: names, numbers, clock, marks, buffer
``photographer``     walks, waits, takes sets and other frames; ``begin`` draws one
``shoot``, ``roll``  the frames and the truth
``altering``         what happens to files later: deleted, renamed, copied, stripped
``kinds``            the kinds of shoots
``rules``            simple rules for comparison
``judge``, ``gate``  compare a grouping with the truth
``totals``           runs a rule over many shoots
``measuring``        the rows of the table
===================  ===============================================================
"""
