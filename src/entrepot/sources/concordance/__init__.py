"""UN correlation and conversion tables between editions of the Harmonized System."""
