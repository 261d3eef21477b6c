"""Any table of trade flows, read with a mapping that says what each of its columns is."""
