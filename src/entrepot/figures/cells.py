"""The rows of a source, asked by definition and selection of goods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw

from entrepot import measures
from entrepot.figures.estimate import Missing
from entrepot.figures.figure import Evidence
from entrepot.goods import goods_selection, select
from entrepot.lake import fetch

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition
    from entrepot.figures.held import Held
    from entrepot.goods import Selection
    from entrepot.lake import Lake
    from entrepot.model.period import Period

__all__ = ["Cells"]

Frame = nw.LazyFrame[Any]
Side = Literal["importer", "exporter"]
SIDES: tuple[Side, Side] = ("importer", "exporter")
WORLD = "WLD"
COLUMN = {"value": "value_usd", "mass": "mass_kg"}


@dataclass(frozen=True, slots=True)
class Cells:
    """Rows of the deliveries in `held`."""

    lake: Lake
    held: Held

    def unit(self, asked: Definition) -> str:
        """Return the unit of the measure on these rows."""
        if asked.measure == "value":
            return {"value": "USD", "mass": "kg"}[asked.quantity]
        return measures.passport(asked.measure).unit

    def measure(self, asked: Definition, goods: Selection) -> float | Missing:
        """Evaluate the measure; Missing says why there is no value."""
        match asked.measure:
            case "value":
                return self._value(asked, goods)
            case "growth":
                return self._growth(asked, goods)
            case "import_share" | "hhi" | "cr":
                return self._market(asked, goods, "exporter")
            case "export_share":
                return self._market(asked, goods, "importer")
            case "asymmetry":
                return self._asymmetry(asked, goods)
        return Missing(f"{self.held.source} has no {asked.measure}")

    def knows(self, asked: Definition) -> bool:
        """Whether every area of the definition trades somewhere in its period."""
        return not self._strangers(asked)

    def evidence(self, asked: Definition, goods: Selection) -> Evidence:
        """Return how many rows stand behind the flow, and who told them."""
        counted = self._flow(asked, goods).group_by("told_by").agg(nw.len().alias("rows"))
        told = {str(side or "not said"): int(rows) for side, rows in fetch(counted)}
        return Evidence(
            source=self.held.source,
            snapshot=self.held.snapshot,
            rows=sum(told.values()),
            told_by=dict(sorted(told.items())),
        )

    def _value(self, asked: Definition, goods: Selection) -> float | Missing:
        column = COLUMN[asked.quantity]
        rows = self._flow(asked.but(base=None), goods)
        found = _only(measures.value(rows, by=[], value=column), column)
        return self._nothing(asked) if found is None else found

    def _growth(self, asked: Definition, goods: Selection) -> float | Missing:
        if asked.base is None:
            return Missing("growth needs a base")
        table = measures.growth(
            self._flow(asked, goods),
            by=[],
            period=asked.period,
            base=asked.base,
            value=COLUMN[asked.quantity],
        )
        found = self._main(table, asked)
        if found is not None:
            return found
        return Missing(
            f"{self.held.source} records no {asked.goods} from {asked.exporter} to "
            f"{asked.importer} in {asked.base} or in {asked.period}, so there is no growth"
        )

    def _market(self, asked: Definition, goods: Selection, side: Side) -> float | Missing:
        """Evaluate a measure that needs everybody on one side of the market."""
        whole = _with(asked, side, WORLD)
        refusal = self._thin(whole, side)
        if refusal:
            return refusal
        rows, column = self._flow(whole, goods), COLUMN[asked.quantity]
        members = asked.members(side)
        match asked.measure:
            case "import_share":
                table = measures.import_share(rows, exporter=members, by=[], value=column)
            case "export_share":
                table = measures.export_share(rows, importer=members, by=[], value=column)
            case "hhi":
                table = measures.hhi(rows, by=[], value=column)
            case _:
                table = measures.concentration_ratio(rows, by=[], k=asked.k or 1, value=column)
        found = self._main(table, asked)
        if found is None:
            return self._nothing(whole)
        strangers = self._strangers(asked)
        return self._nothing(asked) if strangers else found

    def _asymmetry(self, asked: Definition, goods: Selection) -> float | Missing:
        bought, sold = asked.but(exporter=WORLD), asked.but(importer=WORLD)
        refusal = self._thin(bought, "exporter") or self._thin(sold, "importer")
        if refusal:
            return refusal
        rows = self._rows("importer", goods, asked).filter(
            _among("importer", asked) | _among("exporter", asked)
        )
        table = measures.asymmetry(
            rows,
            importer=asked.members("importer"),
            exporter=asked.members("exporter"),
            by=[],
            value=COLUMN[asked.quantity],
        )
        found = self._main(table, asked)
        return self._nothing(asked) if found is None else found

    def _main(self, table: Frame, asked: Definition) -> float | None:
        """Return the value of the measure's main column."""
        return _only(table, measures.passport(asked.measure).columns[0][0])

    def _rows(self, by: Side, goods: Selection, asked: Definition) -> Frame:
        """Return the goods in the period and base, without trade of an area with itself."""
        within = _within(asked.period) | _within(asked.base or asked.period)
        rows: Frame = select(self.lake.flows(self.held.source, by=by), goods)
        return rows.filter(within, nw.col("exporter") != nw.col("importer"))

    def _flow(self, asked: Definition, goods: Selection) -> Frame:
        """Return the cells of the flow; ``both`` adds the way back."""
        rows = self._rows("exporter" if asked.importer == WORLD else "importer", goods, asked)
        there = _among("importer", asked) & _among("exporter", asked)
        if asked.flow == "both":
            back = asked.but(importer=asked.exporter, exporter=asked.importer)
            there = there | (_among("importer", back) & _among("exporter", back))
        return rows.filter(there)

    def _strangers(self, asked: Definition) -> list[str]:
        """Return areas of the definition that trade nowhere in the period."""
        found = []
        for side in SIDES:
            members = _members(asked, side)
            if members:
                everything = goods_selection("all", nomenclature=self.held.nomenclature)
                rows = self._rows(side, everything, asked).filter(_among(side, asked))
                found += sorted(members - _names(rows, side))
        return found

    def _thin(self, whole: Definition, side: Side) -> Missing | None:
        """Refuse a total to which one area alone contributes: an extract has no total."""
        everything = goods_selection("all", nomenclature=self.held.nomenclature)
        names = _names(self._flow(whole, everything), side)
        if len(names) != 1:
            return None
        return Missing(
            f"in the lake's {self.held.source}, {next(iter(names))} is the only {side}, so there "
            f"is no total to compare with; add the whole {self.held.source}, not an extract"
        )

    def _nothing(self, asked: Definition) -> Missing:
        strangers = self._strangers(asked)
        source = self.held.source
        if strangers:
            names = ", ".join(strangers)
            return Missing(f"the lake's {source} holds nothing of {names} in {asked.period}")
        return Missing(
            f"{source} records no {asked.goods} from {asked.exporter} to {asked.importer} in "
            f"{asked.period}, which is not the same as zero"
        )


def _with(asked: Definition, side: Side, area: str) -> Definition:
    return asked.but(importer=area) if side == "importer" else asked.but(exporter=area)


def _members(asked: Definition, side: Side) -> frozenset[str]:
    text = asked.importer if side == "importer" else asked.exporter
    return frozenset() if text == WORLD else asked.members(side)


def _among(side: Side, asked: Definition) -> nw.Expr:
    members = _members(asked, side)
    return nw.col(side).is_in(sorted(members)) if members else ~nw.col(side).is_null()


def _within(span: Period) -> nw.Expr:
    return (nw.col("period") >= span.start) & (nw.col("period") <= span.end)


def _names(rows: Frame, side: Side) -> frozenset[str]:
    return frozenset(name for (name,) in fetch(rows.select(side).unique()))


def _only(frame: Frame, column: str) -> float | None:
    """Return the one value of a one-row result; None when there is no row or no value."""
    values = [value for (value,) in fetch(frame.select(column))]
    return None if not values or values[0] is None else float(values[0])
