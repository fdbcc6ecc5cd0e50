"""Programs that generate files which the project ships. They are not installed."""
