"""CEPII BACI: world trade by year, exporter, importer and product, both sides reconciled."""
