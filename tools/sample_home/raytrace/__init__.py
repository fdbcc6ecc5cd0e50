"""A small ray tracer: what a room looks like in its own light, in cd/m²."""
