"""The state in an SQLite file: schema, migrations, statements, copies, and recovery of a damaged file."""
