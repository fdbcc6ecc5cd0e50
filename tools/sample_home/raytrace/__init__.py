"""A small ray tracer: renders rooms with their lights, in cd/m²."""
