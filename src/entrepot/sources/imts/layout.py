"""The layouts in which the IMF hands out IMTS, told apart by their columns.

The portal (data.imf.org) gives a series a row with periods as columns, or an observation a row;
values are to be multiplied by the scale. The interface (api.imf.org) gives SDMX-CSV, an
observation a row, in whole dollars: its column SCALE says how to show values, and multiplying by
it would make a million dollars of each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.sources.strict import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FREQUENCIES", "INDICATORS", "PERIOD", "SCALES", "Layout", "layout_of"]

PERIOD = r"[12][0-9]{3}(-Q[1-4]|-M?(0[1-9]|1[0-2]))?"
INDICATORS = {"XG_FOB_USD": "FOB", "MG_CIF_USD": "CIF", "MG_FOB_USD": "FOB", "TBG_USD": ""}
"""Valuation of each indicator; TBG_USD is the balance of two others and is left out."""
FREQUENCIES = {"A": "A", "Annual": "A", "Q": "Q", "Quarterly": "Q", "M": "M", "Monthly": "M"}
SCALES = {"0": 0, "Units": 0, "3": 3, "Thousands": 3, "6": 6, "Millions": 6, "9": 9, "Billions": 9}

_KEYS = ("COUNTRY", "INDICATOR", "COUNTERPART_COUNTRY", "FREQUENCY")
_SERIES = "SERIES_CODE"  # RUS.MG_CIF_USD.CHN.A
_SETS = ("DATASET", "DATAFLOW", "STRUCTURE_ID")
_STATUS = ("OBS_STATUS", "STATUS")
# What says nothing that the columns above do not say, or what no canonical column is for.
_KNOWN = {
    "OBS_MEASURE", "STRUCTURE", "STRUCTURE[;]", "STRUCTURE_NAME", "ACTION", "TRADE_FLOW",
    "VALUATION", "UNIT", "PRECISION", "DECIMALS_DISPLAYED", "DERIVATION_TYPE", "OVERLAP",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a file has what.

    Attributes
    ----------
    columns
        Names in the header, in order.
    keys
        SQL for reporter, indicator, partner and frequency as the IMF codes them.
    dataset
        Column that names the data set.
    periods
        Columns that are periods; empty where an observation is a row.
    scale
        Column with the scale to multiply by; None where values are whole dollars.
    status
        Column with the status of an observation, if there is one.
    ignored
        Columns that nothing here reads and that were not seen before.
    """

    columns: tuple[str, ...]
    keys: tuple[str, str, str, str]
    dataset: str
    periods: tuple[str, ...]
    scale: str | None
    status: str | None
    ignored: tuple[str, ...]

    @property
    def is_wide(self) -> bool:
        """Whether periods are columns."""
        return bool(self.periods)

    def key_columns(self) -> tuple[str, ...]:
        """Return the columns that say whose trade with whom a row is."""
        if _SERIES in self.columns:
            return (_SERIES,)
        return tuple(_best(self.columns, name) or name for name in _KEYS)


def layout_of(columns: Sequence[str], where: str) -> Layout:
    """Return the layout of a file from the names in its header.

    Raises
    ------
    BadFileError
        If it is none of the layouts that are known, or a name is missing or stands twice.
    """
    dataset = next((name for name in _SETS if name in columns), None)
    periods = tuple(name for name in columns if re.fullmatch(PERIOD, name))
    long = "TIME_PERIOD" in columns and "OBS_VALUE" in columns
    has_keys = _SERIES in columns or all(_best(columns, name) for name in _KEYS)
    names = [name.casefold() for name in columns]  # SQL does not tell `Scale` from `SCALE`
    twice = sorted({name for name in columns if names.count(name.casefold()) > 1 or not name})
    if dataset is None or not has_keys or bool(periods) == long or twice:
        raise _other(where, columns, twice)
    scale = next((name for name in ("SCALE.ID", "SCALE") if name in columns), None)
    if dataset != "DATASET":
        scale = None
    elif scale is None:
        raise BadFileError(
            "the scale of the values is not said: no column SCALE or SCALE.ID",
            where=f"{where}, row 1",
            why="dollars and millions of dollars look alike",
            hint="download it again with the metadata ID and Name",
        )
    status = next((name for name in _STATUS if name in columns and long), None)
    read = {*_KEYS, *_SETS, *_STATUS, *periods, *_KNOWN, _SERIES, "SCALE"}
    read |= {"TIME_PERIOD", "OBS_VALUE"}
    ignored = tuple(name for name in columns if name.removesuffix(".ID") not in read)
    keys = _key_sql(columns)
    return Layout(tuple(columns), keys, dataset, periods, scale, status, ignored)


def _best(columns: Sequence[str], name: str) -> str | None:
    """Return the column with the codes of a dimension: beside `X.ID`, `X` holds words."""
    return next((one for one in (f"{name}.ID", name) if one in columns), None)


def _key_sql(columns: Sequence[str]) -> tuple[str, str, str, str]:
    if _SERIES in columns:  # there in every download of the portal, whatever metadata was asked
        parts = [f"split_part(trim({quoted(_SERIES)}), '.', {place})" for place in range(1, 5)]
    else:
        parts = [f"trim({quoted(_best(columns, name) or name)})" for name in _KEYS]
    return (parts[0], parts[1], parts[2], parts[3])


def _other(where: str, columns: Sequence[str], twice: Sequence[str]) -> BadFileError:
    shown = ", ".join(columns[:6])
    return BadFileError(
        f"a column stands twice or has no name: {', '.join(twice[:6])!r}"
        if twice
        else "not a file of IMTS",
        where=f"{where}, row 1",
        why=f"its columns are {shown}{' ...' if len(columns) > 6 else ''}; the IMF's have "
        "SERIES_CODE and periods, or COUNTRY, COUNTERPART_COUNTRY, TIME_PERIOD and OBS_VALUE",
        hint="download International Trade in Goods (by partner country) as CSV from data.imf.org",
    )
