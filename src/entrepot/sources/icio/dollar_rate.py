"""What one unit of a table's currency was worth, as the user gives it.

Apart from the reading of tables, which every question imports: few give a rate, and the library
that checks it takes a tenth of a short command.
"""

from __future__ import annotations

from pydantic import Field

from entrepot.model.closed_yaml import Closed, parse_closed


class _UserMetadata(Closed):
    """What the user says of a table, as the text of a mapping."""

    rate: float = Field(gt=0, allow_inf_nan=False)
    """US dollars for one unit of the table's currency."""


def dollar_rate(mapping: str) -> float:
    """Return the rate in the text of a mapping.

    Raises
    ------
    BadFileError
        If there is none, or something else.
    """
    return parse_closed(mapping, _UserMetadata, name="mapping").rate
