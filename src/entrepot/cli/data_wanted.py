"""From the words of `entrepot data get` to what is wanted: areas and goods become codes."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, cast, get_args

from entrepot.errors import RequestError

if TYPE_CHECKING:
    from entrepot.model.period import Period
    from entrepot.sources.get.plan import Wanted

__all__ = ["wanted_of"]


def wanted_of(
    period: str | None,
    freq: str,
    reporter: str,
    partner: str,
    goods: str,
    nomenclature: str,
    vintage: str,
) -> Wanted:
    """Return what is wanted, in codes.

    Raises
    ------
    RequestError
        For a word that is no period, frequency, area, list or code.
    """
    from entrepot.model.period import Period
    from entrepot.sources.get.plan import Freq, Wanted

    when = Period.parse(period) if period else None
    if freq not in get_args(Freq):
        raise RequestError(f"not a frequency: {freq!r}", hint="write A, Q or M")
    return Wanted(
        period=when,
        freq=cast("Freq", freq),
        reporters=_areas(reporter, when),
        partners=_areas(partner, when),
        codes=_codes(goods, when),
        nomenclature=nomenclature,
        vintage=vintage,
    )


def _areas(text: str, when: Period | None) -> tuple[str, ...]:
    from entrepot.model.areas import area_set

    return tuple(sorted(area_set(text, when.end if when else date.today()))) if text else ()


def _codes(goods: str, when: Period | None) -> tuple[str, ...]:
    """Return every six-digit code that the goods have in an edition in use in the period.

    A country may change editions years after the others, so codes of the edition before are
    asked for as well, where the goods can be followed into it: a code too many brings no row.
    """
    from entrepot.model.product import EDITIONS

    if goods in ("", "all"):
        return ()
    end = when.end if when else date.today()
    start = when.start if when else end
    used = [one for one in EDITIONS if one.in_force <= end]
    begun = [place for place, one in enumerate(used) if one.in_force <= start]
    newest = begun[-1] if begun else 0
    found = {code for one in used[newest:] for code in _in_edition(goods, one.id)}
    for older in used[max(0, newest - 1) : newest]:
        with suppress(RequestError):
            found |= _in_edition(goods, older.id)
    return tuple(sorted(found))


def _in_edition(goods: str, nomenclature: str) -> set[str]:
    from entrepot.goods import goods_selection
    from entrepot.goods.editions import known_codes

    chosen = goods_selection(goods, nomenclature=nomenclature)
    heads = tuple(chosen.prefixes)
    inside = {
        code
        for code, editions in known_codes().items()
        if heads and nomenclature in editions and code.startswith(heads)
    }
    return inside | set(chosen.codes or ())
