"""Trade of all countries in 30 codes of critical minerals in 2022, as CEPII reconciled it."""
