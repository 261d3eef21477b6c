"""The specification curve: one question under every combination of defensible choices."""
