"""Places to photograph: rooms, their contents and their surroundings."""
