"""A scenario, or several side by side, for readers: tables, a ladder of losses, a map, files."""
