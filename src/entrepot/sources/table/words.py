"""Words of few kinds: flows, yes and no, FOB and CIF, units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import RequestError, nearest
from entrepot.model.display import MONEY

if TYPE_CHECKING:
    from entrepot.sources.table.mapping import MappedColumn, Mapping

__all__ = ["FLOW_WORDS", "flow_of", "mark_of", "word_of"]

FLOW_WORDS = {
    "import": ("import", "imports", "imp", "m", "ввоз", "импорт", "им", "进口", "importation"),
    "export": ("export", "exports", "exp", "x", "вывоз", "экспорт", "эк", "出口", "exportation"),
    "reexport": ("re-export", "re-exports", "reexport", "rx", "реэкспорт", "复出口"),
    "reimport": ("re-import", "re-imports", "reimport", "rm", "реимпорт", "复进口"),
}
"""Words that mean one flow wherever they stand, where the mapping lists none."""

_WORDS = {
    "valuation": ("FOB", "CIF"),
    "partner_basis": ("destination", "origin", "consignment"),
    "reported_by": ("exporter", "importer", "both"),
}
_YES, _NO = ("true", "1", "yes", "y", "t"), ("false", "0", "no", "n", "f")


def flow_of(text: str, column: MappedColumn) -> str:
    """Return ``import``, ``export``, ``reexport`` or ``reimport``.

    Raises
    ------
    RequestError
        If the text is none of the words that the mapping lists, or, where it lists none, of
        those in common use.
    """
    listed = {
        "import": column.import_,
        "export": column.export,
        "reexport": column.reexport,
        "reimport": column.reimport,
    }
    if any(listed.values()):
        found = [flow for flow, words in listed.items() if text in words]
    else:
        found = [flow for flow, words in FLOW_WORDS.items() if text.casefold() in words]
    if len(found) != 1:
        raise RequestError(
            "neither imports nor exports" if not found else "two flows at once",
            where=text,
            why="its trade would be lost, or go the wrong way",
            hint="say in the mapping how the column writes each: "
            "{role: flow, import: M, export: X}; leave_out for balances and totals",
        )
    return found[0]


def mark_of(text: str, column: MappedColumn, mapping: Mapping) -> str | None:
    """Return ``true``, ``false``, or None for a cell that says neither.

    Raises
    ------
    RequestError
        If the text is no mark.
    """
    if text == "" or text in mapping.missing:
        return None
    said = bool(column.yes or column.no)
    yes, no = (column.yes, column.no) if said else (_YES, _NO)
    word = text if said else text.casefold()
    if word in yes or word in no:
        return "true" if word in yes else "false"
    if said and not (column.yes and column.no):  # one is said; the other is everything else
        return "false" if column.yes else "true"
    raise RequestError(
        "neither yes nor no",
        where=text,
        hint="say in the mapping how the column writes each: {yes: [E], no: [A]}",
    )


def word_of(name: str, text: str, mapping: Mapping) -> str | None:
    """Return a word as our tables have it; None for a cell that says nothing.

    Raises
    ------
    RequestError
        If it has to be one of a few and is none.
    """
    if text == "" or text in mapping.missing:
        return None
    if name == "currency":
        if text.upper() in MONEY:
            return text.upper()
        raise RequestError(
            "not a currency", where=text, hint="codes of ISO 4217, such as USD, EUR or CAD"
        )
    known = _WORDS.get(name)
    if known is None:
        return text
    for word in known:
        if word.casefold() == text.casefold():
            return word
    near = nearest(text, known)
    raise RequestError(
        f"not one of {', '.join(known)}",
        where=text,
        hint=f"did you mean {near[0]}?"
        if near
        else f"say which with own: {{{text!r}: {known[0]}}}",
    )
