"""Screening of a list of shipments against dated lists."""

from entrepot.figures.screening.read import Shipments, read_bytes_of, read_file, read_text
from entrepot.figures.screening.statuses import COLUMNS, LEGAL, SIGNS, Screening, screen

__all__ = [
    "COLUMNS",
    "LEGAL",
    "SIGNS",
    "Screening",
    "Shipments",
    "read_bytes_of",
    "read_file",
    "read_text",
    "screen",
]
