"""The published room."""
