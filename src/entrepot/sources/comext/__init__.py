"""Eurostat Comext: the member states' trade in goods by month, at eight digits."""
