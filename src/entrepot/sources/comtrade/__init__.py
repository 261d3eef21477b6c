"""UN Comtrade: trade as each country reports it, by partner and HS code, yearly and monthly."""
