"""What `bracketd demo` shows: a sample shoot to work on, and a sheet of what became of it."""
