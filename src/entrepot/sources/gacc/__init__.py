"""Chinese customs: what the online query of the statistics site exports."""
