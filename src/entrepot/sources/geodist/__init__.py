"""GeoDist: distances between countries, of CEPII."""
