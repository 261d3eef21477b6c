"""Customs registers: declarations line by line, each register with a layout of its own."""
