"""What the codes of the Harmonized System hold, in words."""
