"""Which columns a file of Comtrade has, under whichever spelling, and what each of them is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from entrepot.errors import BadFileError, nearest

__all__ = ["CODES", "END", "NAMELESS", "Layout", "layout_of"]

CODES = ("customs", "mot", "partner2")
"""Roles of the codes that tell a total from its parts."""
NAMELESS = "(unnamed 0)"
"""Name given to a column without one: row numbers, as pandas writes them."""
END = "(end)"
"""Name given to the cell after a comma at the end of every row."""

# Role of each column; names are compared without case, blanks and signs, so that "Trade Value
# (US$)", "Trade.Value..US.." and "primary_value" of other programs are found too.
_V1 = {
    "typecode": "type",
    "freqcode": "freq",
    "period": "period",
    "reportercode": "reporter",
    "flowcode": "flow",
    "partnercode": "partner",
    "partner2code": "partner2",
    "classificationcode": "edition",
    "isoriginalclassification": "original",
    "cmdcode": "product",
    "customscode": "customs",
    "motcode": "mot",
    "qtyunitcode": "unit",
    "qty": "quantity",
    "isqtyestimated": "quantity_estimated",
    "netwgt": "mass",
    "isnetwgtestimated": "mass_estimated",
    "cifvalue": "cif",
    "fobvalue": "fob",
    "primaryvalue": "value",
    "legacyestimationflag": "flag",
}
_V1_IGNORED = frozenset(
    [
        "refperiodid",
        "refyear",
        "refmonth",
        "reporteriso",
        "reporterdesc",
        "flowdesc",
        "flowcategory",
        "partneriso",
        "partnerdesc",
        "partner2iso",
        "partner2desc",
        "classificationsearchcode",
        "cmddesc",
        "aggrlevel",
        "isleaf",
        "customsdesc",
        "moscode",
        "motdesc",
        "qtyunitabbr",
        "altqtyunitcode",
        "altqtyunitabbr",
        "altqty",
        "atlqty",
        "isaltqtyestimated",
        "grosswgt",
        "isgrosswgtestimated",
        "isreported",
        "isaggregate",
        "datasetcode",
    ]
)
_LEGACY = {
    "classification": "edition",
    "period": "period",
    "tradeflowcode": "flow",
    "reportercode": "reporter",
    "partnercode": "partner",
    "2ndpartnercode": "partner2",
    "customsproccode": "customs",
    "modeoftransportcode": "mot",
    "commoditycode": "product",
    "qtyunitcode": "unit",
    "qty": "quantity",
    "netweightkg": "mass",
    "tradevalueus": "value",
    "ciftradevalueus": "cif",
    "fobtradevalueus": "fob",
    "flag": "flag",
}
_LEGACY_IGNORED = frozenset(
    [
        "year",
        "perioddesc",
        "aggregatelevel",
        "isleafcode",
        "tradeflow",
        "reporter",
        "reporteriso",
        "partner",
        "partneriso",
        "2ndpartner",
        "2ndpartneriso",
        "customs",
        "modeoftransport",
        "commodity",
        "qtyunit",
        "altqtyunitcode",
        "altqtyunit",
        "altqty",
        "grossweightkg",
    ]
)
_NARROW = {
    "year": "period",
    "period": "period",
    "reporter": "reporter",
    "partner": "partner",
    "cmd": "product",
    "flow": "flow",
    "value": "value",
    "netwgt": "mass",
    "qty": "quantity",
    "qtyunit": "unit",
}
_INDEX = frozenset({"unnamed0", "unnamed1", "x1", "rownames"})  # row numbers of pandas and R


@dataclass(frozen=True, slots=True)
class Layout:
    """How one kind of file is laid out.

    Attributes
    ----------
    id
        ``v1``, ``legacy`` or ``narrow``.
    roles, ignored
        Role of each column, and columns that are not needed, by name without case and signs.
    needed
        Roles without which nothing can be read.
    """

    id: str
    roles: dict[str, str]
    ignored: frozenset[str]
    needed: frozenset[str]


_ALWAYS = frozenset({"period", "reporter", "partner", "flow", "product", "value"})
_LAYOUTS = (
    Layout("v1", _V1, _V1_IGNORED, _ALWAYS),
    Layout("legacy", _LEGACY, _LEGACY_IGNORED, _ALWAYS | {"edition"}),
    Layout("narrow", _NARROW, frozenset(), _ALWAYS),
)


def layout_of(columns: list[str], where: str) -> tuple[Layout, dict[str, str]]:
    """Return the layout of a file and the column of each role that it has.

    Raises
    ------
    BadFileError
        If columns are missing, doubled or not known: nothing is skipped that nobody has named.
    """
    plain = [_plain(name) for name in columns]
    layout = max(_LAYOUTS, key=lambda one: len(one.roles.keys() & set(plain)))
    found = {
        layout.roles[name]: column
        for name, column in zip(plain, columns, strict=True)
        if name in layout.roles
    }
    missing = sorted(
        next(name for name, role in layout.roles.items() if role == one)
        for one in layout.needed - found.keys()
    )
    known = layout.roles.keys() | layout.ignored | _INDEX | {_plain(END)}
    extra = [column for name, column in zip(plain, columns, strict=True) if name not in known]
    twice = sorted({name for name in plain if plain.count(name) > 1})
    if missing or extra or twice or len(found) < len(set(plain) & layout.roles.keys()):
        raise _refused(missing, extra, twice, where, frozenset(known))
    return layout, found


def _plain(name: str) -> str:
    """Return a name without case and signs: ``Period Desc.`` and ``period_desc`` are one."""
    return re.sub(r"[^a-z0-9]", "", name.lower()).removeprefix("x" if "2nd" in name else "")


def _refused(
    missing: list[str], extra: list[str], twice: list[str], where: str, known: frozenset[str]
) -> BadFileError:
    words = [
        f"{word} {', '.join(which[:6])}{' ...' if len(which) > 6 else ''}"
        for word, which in (("missing", missing), ("not known", extra), ("twice", twice))
        if which
    ]
    near = nearest(extra[0], known) if extra else []
    return BadFileError(
        f"not the columns of UN Comtrade: {'; '.join(words) or 'one thing in two columns'}",
        where=f"{where}, row 1",
        why="a column that nobody knows may say what the others do not: parts, units, another year",
        hint=(f"is {extra[0]} meant to be {near[0]}? " if near else "")
        + "give the file as Comtrade ships it, or any table with a mapping: data add table",
    )
