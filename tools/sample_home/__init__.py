"""Renders the demo's sample home: ``python -m tools.sample_home`` writes the pictures that ``daemon/demo`` ships.

``places`` furnishes the rooms, ``raytrace`` lights and renders them. Needs what the ``sandbox`` extra installs.
"""
