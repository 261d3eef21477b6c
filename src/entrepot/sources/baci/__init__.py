"""The baci room."""
