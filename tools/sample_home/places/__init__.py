"""Places to photograph: rooms, what stands in them and what is outside."""
