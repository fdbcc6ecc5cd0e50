"""The weights of the grouping rule: what each observation adds to a candidate's score.

The scale is that of log-odds: a gap that is clearly within a set is worth at most 2.5. A single frame has score 0, so a
candidate becomes a set if its score is positive and no other division of the frames scores more. The weights were
measured on simulated and real shoots; they are not independent, so measure again before changing one.
"""

from __future__ import annotations

# --- single frames ---

MARKED_SINGLE = -2.0
"""A frame with a bracket mark belongs to a set."""

USUAL_SINGLES, MOST_SINGLES = 2.0, 1.0
"""Multiplied by the share of single frames in the shoot, up to the second number: single photos are usual there."""

# --- the camera's marks ---

MARKED = 0.6
"""For each pair of neighbours with bracket marks."""

WHOLE_SEQUENCE, PART_OF_SEQUENCE, OTHER_LENGTH = 6.0, 1.0, -1.5
"""The camera's sequence length is met; not reached; exceeded (for each extra frame)."""

SYMMETRIC = 1.5
"""The camera's offsets contain 0 and sum to 0: a whole bracketing without exposure compensation."""

# --- the exposures ---

RUNG = 1.2
"""For each pair of neighbours in a ladder of distinct levels."""

EVEN, UNEVEN = 0.5, -2.0
"""The steps of three or more frames are equal within the tolerance; for each EV beyond the tolerance."""

TOLERANCE, MOST_TOLERANCE = 0.36, 0.8
"""EV by which steps may differ: shutter times are rounded. Learnt within these limits."""

NARROW, WIDE_ENOUGH = -1.5, 1.0
"""A span below the second number (in EV) is too small for an HDR image."""

REPEATED, REPEATED_AGAIN = -3.0, -1.0
"""A level occurs twice; for each further repeat. Such frames are bursts, focus stacks or two sets."""

GOES_ON = -2.0
"""For each side on which the next frame continues the ladder: a cut there would be within a set."""

# --- the size ---

PAIR = -0.8
"""Two frames are rarely a set."""

EVEN_SIZE = -0.5
"""Four, six or eight frames: cameras bracket odd numbers."""

# --- the pauses ---

WITHOUT_RHYTHM = -0.45
"""Multiplied by log2(1 + idle seconds), for each gap if there is no model of the pauses."""

WITHOUT_CLOCK = -0.15
"""For each gap of unknown length, and in a set bracketed by hand."""

UNKNOWN_LEVELS, UNKNOWN_ALL = 0.2, -0.6
"""For each pair of neighbours with unknown exposures, with and without a model of the pauses."""

SLOW_HAND = -0.3
"""The maximum evidence of a pause against a set that is bracketed by hand."""

# --- what the shoot does usually ---

USUAL_SIZE, ANY_SIZE = 3.0, -0.6
"""Multiplied by the share of sets of this size; and for any set, so that unusual sizes lose."""

USUAL_ORDER = 1.5
"""Multiplied by the share of sets whose exposures have this order."""

OTHER_STEP = -0.8
"""For each EV between the median step and the nearest usual one."""

USUAL_PATTERN, OTHER_PATTERN = 1.5, -1.5
"""Multiplied by the share of sets with these steps, or, if no other set has them, by the concentration above
CONCENTRATED."""

CONCENTRATED = 0.4
"""A shoot has a usual pattern if more than this share of its sets have it."""

PART = 0.8
"""The frames are a part of a usual set whose other frames are missing."""

LONELY_PAIR = -2.5
"""An unmarked pair; multiplied by the share of pairs with another step."""

LONELY, LONELY_SET = -1.2, -0.6
"""An unmarked pattern that is not more frequent than among single photos: for each pair of neighbours; at all."""

DOUBTED_PAIR = -3.0
"""An unmarked pair beside marked sets: the photographer brackets with marks."""

DOUBTED, DOUBTED_SET = -1.2, -1.2
"""An unmarked pattern that occurs once beside marked sets: for each pair of neighbours; at all."""
