"""When the goods of a source came onto a list: the events of a study."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures.editions import links_loaded
from entrepot.figures.questions.event import Listing
from entrepot.goods import Selection, Variant, goods_list, goods_selection
from entrepot.goods.parse import parse
from entrepot.lake import distinct
from entrepot.model.product import NO_CODES, TARIFFS, TOTAL, harmonized

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from entrepot.figures.definition import Definition
    from entrepot.figures.rows import Frame
    from entrepot.lake import Lake


def listing(rows: Frame, asked: Definition, lake: Lake) -> Listing:
    """Return which goods of the rows were listed, and when.

    A list is followed into the edition of the rows on each day on which an entry begins.

    Raises
    ------
    NoEvidenceError
        If no good of the rows is on the list as a whole.
    """
    assert asked.listed is not None, "a question without it was refused"
    traded = [
        (edition, code)
        for edition, code in distinct(rows, "nomenclature", "product")
        if edition != NO_CODES and code != TOTAL
    ]
    editions = sorted({edition for edition, _ in traded})
    days: dict[str, date] = {}
    partly: set[str] = set()
    inferred: set[str] = set()
    for day in _days(asked.listed):
        for edition in editions:
            chosen = _on(asked, day, edition, editions, lake)
            if chosen is None:
                continue
            here = [code for name, code in traded if name == edition]
            complete, some = _covered(chosen, here)
            partly |= some
            # Days are in order: the first one on which a code is covered counts.
            for code in complete - days.keys():
                days[code] = day
                if code[:6] in chosen.uncertain:
                    inferred.add(code)
    days = {code: day for code, day in days.items() if code not in partly}
    if not days:
        raise NoEvidenceError(
            f"no good that is traded here is on {asked.listed} as a whole",
            hint="name goods that are, or another list; see: entrepot goods show",
        )
    return Listing(days, frozenset(partly), frozenset(inferred))


def refuse_undated(text: str) -> str:
    """Return the words for one list, or a part of one, without a day.

    Raises
    ------
    RequestError
        For anything else.
    """
    parts = parse(text)
    if len(parts) != 1 or parts[0].kind != "list" or parts[0].dated:
        raise RequestError(
            f"not one list of goods: {text!r}",
            why="each good has one day on which it was listed",
            hint="name a list, such as eu-xxiii or chpl:4.B, without a day",
        )
    return parts[0].key


def _days(text: str) -> list[date]:
    """Return the days on which something came onto a list, the first first."""
    history = goods_list(text.partition(":")[0]).history
    return sorted({entry.starts for entry in history})


def _on(
    asked: Definition, day: date, edition: str, editions: Iterable[str], lake: Lake
) -> Selection | None:
    """Return what was on the list on a day; None where nothing is known to have been."""
    try:
        return goods_selection(
            f"{asked.listed}@{day}",
            nomenclature=edition,
            variant=cast("Variant", asked.concordance),
            links=links_loaded(lake),
            editions=tuple(dict.fromkeys(harmonized(name).id for name in editions)),
        )
    except NoEvidenceError:
        return None


def _covered(chosen: Selection, traded: Iterable[str]) -> tuple[set[str], set[str]]:
    """Return the codes that a list covers, and those of which it covers a part."""
    # startswith takes a tuple, and of an empty one nothing starts.
    codes, heads = chosen.codes or frozenset(), tuple(chosen.prefixes)
    # Lists are converted to six digits; lines of a tariff (CN2023) are compared by these.
    six_only = chosen.nomenclature[:-4] in TARIFFS
    complete: set[str] = set()
    some: set[str] = set()
    for code in traded:
        key = code[:6] if six_only else code
        if key in codes or code.startswith(heads):
            (some if code[:6] in chosen.partial else complete).add(code)
        elif any(head.startswith(code) for head in heads):
            some.add(code)  # the list is finer than the data
    return complete, some
