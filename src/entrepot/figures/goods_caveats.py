"""What a reader must know of the goods behind a value: what a list leaves out, or takes in part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures.caveats import caveat
from entrepot.figures.questions import of as question
from entrepot.figures.row_facts import amounts_by_code
from entrepot.model.display import first_of
from entrepot.model.product import POOLED
from entrepot.sources import split_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from entrepot.figures.definition import Definition
    from entrepot.figures.evidence import Caveat
    from entrepot.figures.rows import Goods, SourceRows
    from entrepot.goods import Selection


def for_goods(selection: Selection, traded: frozenset[str] | None = None) -> list[Caveat]:
    """Return what the list of goods leaves out or changes in this edition.

    `traded` are the codes that have rows, where others have no part in the value.
    """
    found: list[Caveat] = []
    if selection.missing:
        count = len(selection.missing)
        found.append(
            caveat(
                "missing-codes",
                f"{count} code{'s' * (count > 1)} of the list cannot be converted to "
                f"{selection.nomenclature} and {'are' if count > 1 else 'is'} left out: "
                f"{_named(code for code, _ in selection.missing)}.",
            )
        )
    if selection.partial:
        count = len(selection.partial)
        found.append(
            caveat(
                "ex-codes",
                f"The list covers a part only of {count} code{'s' * (count > 1)} that count"
                f"{'s' * (count == 1)} whole here, so the value is an upper bound for them: "
                f"{_named(sorted(selection.partial))}.",
            )
        )
    if selection.possible:
        found.append(
            caveat(
                "list-day",
                f"{len(selection.possible)} codes may have been on the list on that day and are "
                f"left out, for no text that was read settles it: "
                f"{_named(sorted(selection.possible))}.",
            )
        )
    if selection.fragments:
        found.append(
            caveat(
                "list-fragment",
                f"Only some codes of {' and '.join(selection.fragments)} could be read, so this "
                "is less than the list, by an unknown amount.",
            )
        )
    if selection.outrun:
        found.append(
            caveat(
                "list-day",
                f"Read until: {', '.join(selection.outrun)}. What changed after is not known.",
            )
        )
    moved = selection.edition_sensitive
    if moved := moved if traded is None else moved & traded:
        codes = ", ".join(sorted(moved))
        found.append(
            caveat(
                "edition-break",
                f"{codes} changed content with HS2022, so a change from 2021 to 2022 can come "
                "from that alone.",
            )
        )
    return found


def traded_codes(cells: SourceRows, asked: Definition, goods: Goods) -> frozenset[str] | None:
    """Return the codes of a list that a flow has rows of; None where others' rows count, too."""
    if question(asked.measure).trade != "flow":
        return None
    lines = amounts_by_code(cells, asked, goods)
    return frozenset(code[:6] for _, code, *_ in lines if code) or None


def uncertain_code_shares(shares: dict[str, float] | None) -> list[Caveat]:
    """Return how much of a value lies on codes that one should know about."""
    words = {
        "split": "codes whose family over the editions has goods that are not listed",
        "new": "codes that stand for a listed code of another number",
        "ex": "codes of which the list covers a part",
        "uncertain": "codes whose listing text was not read itself, or whose day was inferred",
    }
    parts = [
        # Whole per cent from ten on, one digit below.
        f"{100 * share:.{0 if share >= 0.1 else 1}f} % lies on {words[kind]}"
        for kind, share in (shares or {}).items()
        if share >= _NOTABLE
    ]
    if not parts:
        return []
    return [caveat("list-codes", f"Of the value {'; '.join(parts)}.")]


_NOTABLE = 0.0005
"""Share of a value below which nobody need be told of it."""


def _named(codes: Iterable[str]) -> str:
    return first_of(list(codes), 8)


def pooled(source: str, goods: Sequence[Selection]) -> list[Caveat]:
    """Return that a source keeps all petroleum oils together, where single ones are asked for."""
    parts = [one for one in goods if one.lists or POOLED not in (one.codes or ())]
    oils = {
        code
        for one in parts
        for code in one.codes or ()
        if code.startswith(POOLED[:4]) and code != POOLED
    }
    if not oils or split_address(source)[0] != "baci":
        return []
    are = "are" if len(oils) > 1 else "is"
    text = f"BACI keeps all petroleum oils under {POOLED}, so {_named(sorted(oils))}"
    if any(one.lists for one in parts):
        text += f" of the list {are} left out; the upper end of the range has all oils in."
    else:
        text += f" {are} left out; {POOLED} has all oils."
    return [caveat("missing-codes", text)]


def bundled_extract() -> Caveat:
    """Return what the rows that ship with the program are an extract of."""
    return caveat(
        "bundled-minerals",
        "The bundled data are 30 codes of BACI for 2022, and their file does not name the HS "
        "edition. Other codes and years need BACI: entrepot data add baci FILE",
    )


def not_delivered(source: str, codes: frozenset[str], when: str) -> Caveat:
    """Return that some goods are in no row of the source at a time, of which others may be."""
    plural, are = ("", "is") if len(codes) == 1 else ("s", "are")
    return caveat(
        "not-delivered",
        (
            f"{source} is loaded for some goods only; {len(codes)} code{plural} asked for "
            f"{are} in no row of it in {when}: {_named(sorted(codes))}. They are missing, not zero."
        ),
    )
