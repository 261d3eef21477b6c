"""Figures that others published, and our own results, as facts with their origin."""
