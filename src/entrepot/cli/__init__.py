"""The command line: one file a noun, and what all of them share."""
