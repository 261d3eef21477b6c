"""How a measure is asked of the rows of a source: which trade, which sides, which columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args

import narwhals as nw

from entrepot.measures import measure_metadata
from entrepot.measures.grouped import aggregate
from entrepot.model.areas import areas

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from entrepot.figures.definition import Definition, Side

    Frame = nw.LazyFrame[Any]
    Run = Callable[..., Any]

Trade = Literal[
    "flow", "market", "sales", "both", "purchases", "world", "own", "beside", "panel", "chain"
]  # fmt: skip
"""The flow itself; everything the importer buys; everything the exporter sells; both of these;
everything that either buys; all trade of the goods; everything the importer buys and sells, its
members with each other too; everything the importer and the controls buy; what they buy from the
exporter; what hubs buy, and what exporter and hubs sell to importer, controls and hubs."""


ChoiceKind = Literal["tiers", "territory", "quantity", "partners", "total", "window"]
"""A list down to each tier; China without and with Hong Kong and Macao; value or mass; partners
that are no country; what a total is of; the period, or an average over a longer time."""


CHANGES = frozenset({"growth", "value_change", "growth_contribution", "real_growth"})
"""Measures of a flow's amounts at two times, of which neither may be what nobody recorded."""
REST = "XREST"
"""Partner of what a reporter's own total has beyond the partners in the data."""
REIMPORTS = "XREIMPORTS"
"""Partner of what a country reports of trade with itself."""


@dataclass(frozen=True, slots=True)
class Question:
    """How a measure is asked.

    Attributes
    ----------
    trade
        Which rows it is made of.
    names
        Sides on which somebody has to be named.
    reads
        Keys beyond the common ones that it reads: ``exporter``, ``base``, ``k``, ``sigma`` ...;
        ``names`` where its partners can be names of a register (``by``: sender, brand ...).
    needs
        Those of them that have to be given, for there is no default for them.
    columns
        Columns it needs beside the amount.
    run
        From rows, definition and column of the amount to a frame of one row, or to an object with
        ``to_dict``. With a curve also from columns to answer by, to a row for each.
    choices
        What can defensibly be chosen otherwise in it, beside source, report and how a list is
        followed; see `ChoiceKind`. None: it has no specification curve.
    keeps_products
        Whether it needs goods apart, not only what is traded of all of them.
    has_interval
        Whether the errors of reconciled rows go through it; see `intervals`.
    is_part
        Whether it is a part of a total, which silent partners leave too small.
    divides
        Whether it divides by all trade of a side, which the reporter's own total has.
    adds_partners
        Whether it adds up all partners that are not asked about, so that they need no names.
    bounds_rest
        Whether partners that are not in the data leave it open, so that it is handed whether there
        may be some (``has_rest``).
    head
        Columns of the table that a screen shows side by side, where a row has more than it holds;
        the others are told row by row. None: all of them.
    in_dollars
        Whether columns of it are dollars by name.
    table
        From the same to a frame with a row for each product or partner, the main ones first.
    by_product
        Whether it compares products of the period with the same of the base.
    elastic
        Whether it needs the elasticity of each product; with one for all goods (``sigma``) not.
    both_reports
        Whether it is handed the reports of both sides, where the source has some, and chooses.
    other_goods
        Whether it sets the goods beside all others on the same ways.
    listed
        Whether it needs the days on which goods were listed.
    unit
        Of the answer, where it is not that of its sheet.
    value
        Column of the answer, where it is not the first of its sheet.
    whose
        Column that names the partner whose number the answer is, where the rows decide on it.
    span
        What spans the interval that the measure itself gives, in words.
    span_given
        The same where one elasticity is given for all (``sigma``), if that changes it.
    point
        How the value inside that interval is chosen, where the interval is the answer, in words.
    cause
        What leaves that interval open, in a word: a ``sample``, or ``assumptions``.
    years
        How many years it looks at, the last of which is the period; 0 where any period will do.
    months
        How many months it looks at, at most, the last of which are the period.
    levels
        Whether columns of it are amounts, so that the currency has to be that of the rows.
    compares
        Whether it compares with the base even where none is given: then with a year earlier.
    notes
        Caveats that belong to every answer: kind and words.
    notes_given
        Those in their place where one elasticity is given for all, if that changes them.
    title
        The Figure in words, with ``{buyer}``, ``{seller}``, ``{buyers}`` (possessive) and so on.
    """

    trade: Trade
    names: tuple[Side, ...]
    reads: tuple[str, ...]
    run: Run
    title: str
    columns: tuple[str, ...] = ()
    table: Run | None = None
    by_product: bool = False
    elastic: bool = False
    both_reports: bool = False
    other_goods: bool = False
    listed: bool = False
    needs: tuple[str, ...] = ()
    value: str = ""
    whose: str = ""
    span: str = ""
    span_given: str = ""
    point: str = ""
    cause: Literal["sample", "assumptions"] = "sample"
    years: int = 0
    months: int = 0
    levels: bool = False
    compares: bool = True
    notes: tuple[tuple[str, str], ...] = ()
    notes_given: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    choices: frozenset[ChoiceKind] = frozenset()
    keeps_products: bool = False
    has_interval: bool = False
    is_part: bool = False
    divides: bool = False
    adds_partners: bool = False
    bounds_rest: bool = False
    head: tuple[str, ...] = ()
    in_dollars: bool = False

    def unit_of(self, asked: Definition) -> str:
        """Return the unit of the answer: a currency, ``kg`` or ``items`` where it is an amount."""
        unit = self.unit or measure_metadata(asked.measure).unit
        # Sheets of measures say USD for any amount; the unit is that of the rows.
        if unit != "USD" or self.in_dollars:
            return unit
        return asked.amount_unit

    @property
    def is_model(self) -> bool:
        """Whether it answers by assumptions or by what others did, and not by the rows alone."""
        is_assumed = self.cause == "assumptions" or self.elastic
        return is_assumed or self.trade in ("beside", "panel", "chain")

    @property
    def has_curve(self) -> bool:
        """Whether it has a specification curve."""
        return bool(self.choices)

    @property
    def is_series(self) -> bool:
        """Whether it compares steps of time with each other, so that part of a year is no less."""
        return bool(self.months) or self.listed

    @property
    def has_base(self) -> bool:
        """Whether it compares with a base."""
        return "base" in self.reads

    @property
    def has_masses(self) -> bool:
        """Whether it compares values with masses, so that neither is what is counted."""
        return "mass_kg" in self.columns

    @property
    def is_bill(self) -> bool:
        """Whether it is a part of a bill, which has no other quantity than value."""
        return self.elastic and "quantity" not in self.choices


class AnswerRow(dict[str, Any]):
    """An answer that is no frame: columns of the one row there is, and the table behind it."""

    table: tuple[dict[str, Any], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the columns."""
        return dict(self)


BOTH: tuple[Side, Side] = ("importer", "exporter")
"""Both sides have to be named."""


PART: frozenset[ChoiceKind] = frozenset(get_args(ChoiceKind))
"""Choices of a number without a unit that is a part of all trade of a side: all of them."""
AMOUNT: frozenset[ChoiceKind] = frozenset({"territory"})
"""Choices of an amount of trade. Of a tier it is a part by construction, dollars and kilograms are
two questions, there is no total, and the average of three years is no amount of one of them."""
CHANGE: frozenset[ChoiceKind] = AMOUNT | {"tiers"}
"""Choices of the growth of an amount."""


@cache
def special() -> frozenset[str]:
    """Return areas not specified, bunkers, free zones and so on: what is no country, or no one.

    Partners that are not in the data are among them; they may be countries, and stay in a total
    of countries alone.
    """
    return frozenset(one.code for one in areas() if one.kind not in ("country", "territory"))


def is_named(code: str) -> bool:
    """Whether a partner is a country with a name, and not "areas not specified"."""
    return code not in special()


def named(rows: Frame, side: str) -> Frame:
    """Leave out areas not specified, bunkers, free zones: no partner has a place among them."""
    return rows.filter(~nw.col(side).is_in(sorted(special())))


def joined_rest(
    found: Frame,
    rows: Frame,
    column: str,
    by: Sequence[str],
    partners: str,
    some: nw.Expr | None = None,
) -> Frame:
    """Return an answer with the sum of all rows, ``__all``, and of partners not in the data.

    The latter is ``__rest``; ``__some`` is the sum of rows that fulfil `some`.
    """
    amount, nothing = nw.col(column), nw.lit(0.0)
    is_rest = nw.col(partners) == REST
    sums = aggregate(
        rows.select(
            *by,
            amount.alias("__all"),
            nw.when(is_rest).then(amount).otherwise(nothing).alias("__rest"),
            nw.when(is_rest if some is None else some)
            .then(amount)
            .otherwise(nothing)
            .alias("__some"),
        ),
        by,
        *(nw.col(name).sum() for name in ("__all", "__rest", "__some")),
    )
    # Without keys both have one row; a join needs a key, a cross join does not.
    return found.join(sums, on=list(by), how="left") if by else found.join(sums, how="cross")
