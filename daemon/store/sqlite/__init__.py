"""The state in an SQLite file: schema, migrations, statements, copies, and what can be read of a damaged file."""
