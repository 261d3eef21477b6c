"""ProTEE: elasticities of trade by product, of CEPII."""
