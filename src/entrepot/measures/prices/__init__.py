"""Unit values, price indices, splits of a change, and the premium that one buyer pays."""
