"""OECD Inter-Country Input-Output tables: what each sector of each country buys from each other."""
