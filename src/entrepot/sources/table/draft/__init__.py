"""A mapping drafted by looking at a file; what the file does not say becomes a question."""
