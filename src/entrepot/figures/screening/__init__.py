"""Screening of a list of shipments against dated lists."""

from entrepot.figures.screening.read import (
    Shipments,
    read_bytes_of,
    read_file,
    read_text,
    read_workbook,
)
from entrepot.figures.screening.signs import hubs_in
from entrepot.figures.screening.statuses import COLUMNS, LEGAL, SIGNS, Screening, screen

__all__ = [
    "COLUMNS",
    "LEGAL",
    "SIGNS",
    "Screening",
    "Shipments",
    "hubs_in",
    "read_bytes_of",
    "read_file",
    "read_text",
    "read_workbook",
    "screen",
]
