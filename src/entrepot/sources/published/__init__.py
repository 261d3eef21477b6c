"""Numbers that others printed, and our own results, as facts with their origin."""
