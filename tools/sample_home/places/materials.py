"""The materials of furniture."""

from __future__ import annotations

from tools.sample_home.places.paints import dented, grained, leafy, woven
from tools.sample_home.raytrace.surfaces import Surface, glowing, plain
from tools.sample_home.raytrace.vectors import Bundle, vector

OAK_LIGHT, OAK_DARK = vector(0.44, 0.29, 0.16), vector(0.26, 0.155, 0.075)
OAK = Surface(vector(0.36, 0.23, 0.12), paint=grained(OAK_LIGHT, OAK_DARK), sheen=0.03, rough=0.2)
OAK_UPRIGHT = Surface(vector(0.36, 0.23, 0.12), paint=grained(OAK_LIGHT, OAK_DARK, axis=2), sheen=0.03, rough=0.2)
WALNUT_PAINT = grained(vector(0.19, 0.11, 0.06), vector(0.085, 0.047, 0.027))
WALNUT = Surface(vector(0.13, 0.075, 0.042), paint=WALNUT_PAINT, sheen=0.035, rough=0.16)
STEEL = plain(0.035, 0.035, 0.037, sheen=0.04, rough=0.25)
BLACK_FRAME = plain(0.045, 0.047, 0.05)
BRASS = plain(0.45, 0.30, 0.10, sheen=0.25, rough=0.2)
WHITE = plain(0.78, 0.77, 0.745)
GLASS_BLACK = plain(0.015, 0.015, 0.017, sheen=0.05, rough=0.05)
GAP = plain(0.02, 0.02, 0.02)
"""The dark gap between cabinet doors."""
PORCELAIN = plain(0.72, 0.71, 0.68, sheen=0.04, rough=0.08)
PAPER_LIT = glowing(420, 310, 185)
PAPER = plain(0.72, 0.69, 0.62)
SHADE_LIT = glowing(430, 290, 155)
BULB = glowing(900, 700, 430)
LEAF = Surface(
    vector(0.06, 0.13, 0.035),
    paint=leafy(vector(0.11, 0.21, 0.055), vector(0.035, 0.085, 0.022)),
    sheen=0.03,
    rough=0.25,
)

TERRACOTTA, OCHRE, CREAM = vector(0.55, 0.22, 0.09), vector(0.56, 0.36, 0.09), vector(0.62, 0.58, 0.50)
PETROL, SAGE, PLUM = vector(0.10, 0.19, 0.23), vector(0.24, 0.30, 0.22), vector(0.26, 0.10, 0.13)
SAND, PAPER_TONE = vector(0.70, 0.62, 0.52), vector(0.66, 0.60, 0.52)


def cloth(colour: Bundle, *, dents: float = 0.12) -> Surface:
    """Upholstery."""
    return Surface(colour, paint=woven(colour), relief=dented(dents))


def glazed(colour: Bundle) -> Surface:
    """Pottery."""
    return Surface(colour, sheen=0.04, rough=0.1)
