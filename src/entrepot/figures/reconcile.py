"""Reconcile the reports of a source in the lake, and keep the result there as `reconciled`."""

from __future__ import annotations

import math
import shutil
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw

from entrepot import engine
from entrepot.errors import NoEvidenceError, OutsideError, RequestError
from entrepot.figures.availability import not_loaded
from entrepot.figures.card import fragment, table_html
from entrepot.figures.editions import links_loaded
from entrepot.figures.made_from import made_from
from entrepot.files import drafted, require_target, target_of_link
from entrepot.goods import goods_selection, select
from entrepot.goods.links import steps
from entrepot.lake import Lake, distinct, relation
from entrepot.lake.system_errors import guarded
from entrepot.model.areas import area
from entrepot.model.display import agreed, folded
from entrepot.model.period import Period
from entrepot.model.product import EDITIONS, NO_CODES, harmonized, known_codes
from entrepot.model.table_files import frame_of
from entrepot.reconciliation import (
    PANELS,
    By,
    Panel,
    bundled_odds,
    panel,
    reconcile,
    reporters_of,
    withheld,
)
from entrepot.reconciliation.combine import PART
from entrepot.sources import bring_in
from entrepot.sources.parquet import read_parquet

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import duckdb

    from entrepot.goods import Links
    from entrepot.model.table_files import FrameKind

    Reached = Mapping[str, frozenset[str]]
    from collections.abc import Mapping

    from entrepot.reconciliation import Reconciled

SOURCE = "reconciled"
RELEASE = "computed"
OFFICIAL = "baci"
BY: tuple[By, ...] = ("all", "year", "chapter")
Weights = Literal["official", "variances", "fixed_point"]
WEIGHTS: tuple[Weights, ...] = ("official", "variances", "fixed_point")
Freight = Literal["keep", "remove"]
FREIGHT: tuple[Freight, ...] = ("keep", "remove")
_BUNDLED = "what BACI of 2022 implies, as it ships with the package"
_BY_HEADING = (
    "The tables between editions are not in the lake: codes that one edition lacks were sought "
    "under their heading. Add them: entrepot data get concordance."
)
COUNTRIES = ("country", "territory")
_COLUMNS = (
    *("period", "freq", "exporter", "importer", "product", "nomenclature"),
    *("value_usd", "low_usd", "high_usd"),
    *("weight_exporter", "value_exporter_usd", "value_importer_usd", "valuation", "mass_kg"),
    *("reported_by", "is_reexport", "is_estimated", "suppressed_in"),
)


def reconcile_lake(
    lake: Lake | str | os.PathLike[str] | None = None,
    *,
    source: str = "comtrade",
    period: str | int | None = None,
    goods: str = "all",
    reexports: bool = True,
    panel: Panel = "as_reported",
    weights: Weights = "official",
    by: By = "all",
    freight: Freight = "keep",
    out: Path | str | None = None,
    keep: bool = True,
) -> Reconciliation:
    """Reconcile exporters' and importers' reports into one value with an interval.

    It writes to the lake, as the command of this name does; with ``keep=False`` it does not. The
    methods are those of Gaulier and Zignago (2010); `docs/explanation/reconciliation.md` has them.

    Parameters
    ----------
    lake
        A lake or its folder; by default the one that the settings name.
    source, period, goods
        Whose reports; None takes every loaded period.
    reexports
        Whether re-exports count as exports of the reporter. BACI leaves out those of Hong Kong,
        which many of Russia's chips pass.
    panel
        Where some reporters are late in some months: ``as_reported``, ``fixed`` (those that report
        every month) or ``carried`` (the same month a year before, flagged as estimated).
    weights
        ``official``: what BACI's own values imply, from BACI in the lake where it has the same
        cells, else from what ships with the package; ``variances``: from the gaps between the
        reports; ``fixed_point``: the Growth Lab's scores.
    by
        Whether error variances are estimated over ``all`` trade, or for each ``year`` or
        ``chapter``.
    freight
        ``remove`` brings importers' values to the exporter's border by estimated freight; ``keep``
        leaves them as reported.
    out
        File to write, ``.parquet`` or ``.csv``.
    keep
        Whether the result is stored in the lake as source `reconciled`, in place of earlier rows of
        the same periods.

    Returns
    -------
    Reconciliation
        ``to_frame()`` has the rows, where they were kept or written.

    Raises
    ------
    NoEvidenceError
        If there are no such reports in US dollars, or nothing is reported twice.
    RequestError
        For unknown weights, parts or panels, and for rows that are reconciled already.
    """
    options = {"weights": (weights, WEIGHTS), "by": (by, BY), "panel": (panel, PANELS)}
    _require_known(source, options | {"freight": (freight, FREIGHT)})
    out = None if out is None else Path(out)
    if out is not None:
        _require_writable(out)
    remove_freight = freight == "remove"
    opened = lake if isinstance(lake, Lake) else Lake.open(lake)
    with tempfile.TemporaryDirectory() as folder:
        # Through a file: the lake takes delivered bytes, from which a rebuild starts again.
        kept = Path(folder, f"{SOURCE}.parquet")
        with opened.reading():
            reported = reports(opened, source, period, goods, panel, reexports)
            origin = made_from(opened, source, reported.periods)
            # Counted before the new rows take the place of these.
            before = len(_stored(opened, reported.periods)) if opened.holds(SOURCE) else 0
            if remove_freight:
                remove_freight = _has_freight(reported)
            official, words = _official(opened, weights, reported.periods)
            with reconcile(
                opened.connection,
                reported.rows,
                reporters=reported.reporters,
                kept=reported.kept,
                moves=reported.moves,
                distances=_distances(opened) if remove_freight else None,
                official=official,
                odds=bundled_odds() if weights == "official" else None,
                remove_freight=remove_freight,
                scores="fixed_point" if weights == "fixed_point" else "variances",
                by=by,
            ) as result:
                table = result.rows.project(", ".join(_COLUMNS))
                table.write_parquet(str(kept), compression="zstd")
                # A file of the lake that was damaged has to
                # be found before its result is written out.
                opened.require_unchanged()
                if out is not None:
                    _write(table, kept, out)
        # `result.rows` ended with its block; the file has the same rows.
        made = opened.connection.sql(f"FROM {read_parquet(kept)}")
        unspecified, suppressed_in = _unspecified(made), _kept_back(made)
        if keep:
            opened.add(SOURCE, [kept], replace=True, vintage=RELEASE, mapping=origin)
    # BACI is loaded for the year, but too few of its cells lie between two reports of this source.
    if official is not None and not result.learnt:
        words = _BUNDLED
    notes = [*reported.notes, *of_parts(by, weights, reported.periods, result)]
    if result.moved[0] and links_loaded(opened) is None:
        notes.append(_BY_HEADING)
    return Reconciliation(
        source,
        reported.periods,
        words,
        result,
        unspecified,
        suppressed_in,
        before,
        tuple(notes),
        opened,
        kept=keep,
        out=out,
    )


def _require_known(source: str, options: dict[str, tuple[str, Sequence[str]]]) -> None:
    for name, (word, known) in options.items():
        if word not in known:
            raise RequestError(f"unknown {name} {word!r}", hint=f"one of: {', '.join(known)}")
    if source in (SOURCE, OFFICIAL):
        raise RequestError(
            "these rows are reconciled already", hint="name the source of the reports: comtrade"
        )


def _has_freight(reported: Reports) -> bool:
    # Rows without a valuation are null here and do not count as CIF.
    if reported.rows.filter("reported_by = 'importer' AND valuation <> 'FOB'").limit(1).fetchall():
        return True
    reported.notes.append(
        "--freight remove has no effect: all importers report at the exporter's border."
    )
    return False


def _official(
    lake: Lake, weights: str, periods: tuple[str, ...]
) -> tuple[duckdb.DuckDBPyRelation | None, str]:
    """Return official values that weights can be learnt from, and in words where they come from."""
    if weights == "variances":
        return None, "error variances from the gaps between the reports"
    if weights == "fixed_point":
        return None, "the Growth Lab's scores from the gaps between the reports"
    if lake.holds(OFFICIAL):
        rows = lake.flows(OFFICIAL).filter(nw.col("freq") == "A", nw.col("reported_by") == "both")
        years = sorted({str(day)[:4] for (day,) in distinct(rows, "period")})
        # Months of a reconciled source have names such as
        # 2022-03, so that yearly BACI is not used there.
        if shared := [year for year in years if year in periods]:
            wanted = ("period", "freq", "exporter", "importer", "product", "nomenclature")
            return (
                relation(rows.select(*wanted, "value_usd"), lake),
                f"what BACI in the lake implies for {', '.join(shared)}",
            )
    return None, _BUNDLED


def _unspecified(table: duckdb.DuckDBPyRelation) -> tuple[int, float]:
    cells, total = 0, 0.0
    for side in ("exporter", "importer"):
        counted = table.aggregate(f"{side}, count(*), sum(value_usd)", side).fetchall()
        for name, count, value in counted:
            # One side of a report is the country that
            # reports, so that no cell counts on both sides.
            if area(name).kind not in COUNTRIES:
                cells, total = cells + count, total + value
    return cells, total


def _stored(lake: Lake, periods: Iterable[str]) -> duckdb.DuckDBPyRelation:
    """Return the reconciled rows of some years or months that the lake has."""
    names = ", ".join(f"'{name}'" for name in periods)
    written = "strftime(period, '%Y-%m')[:CASE freq WHEN 'A' THEN 4 ELSE 7 END]"
    return relation(lake.flows(SOURCE), lake).filter(f"{written} IN ({names})")


def _kept_back(table: duckdb.DuckDBPyRelation) -> dict[str, tuple[int, float]]:
    counted = table.filter("suppressed_in IS NOT NULL").aggregate(
        "suppressed_in, count(*), sum(value_usd)", "suppressed_in"
    )
    return {how: (cells, value) for how, cells, value in sorted(counted.fetchall())}


def _distances(lake: Lake) -> duckdb.DuckDBPyRelation:
    if not lake.holds("geodist"):
        distances = ("distances between countries", bring_in("geodist"))
        raise not_loaded([distances], otherwise="leave out --freight remove")
    found: duckdb.DuckDBPyRelation = lake.table("distances").to_native()
    return found


def _require_writable(out: Path) -> None:
    """Refuse before the work what cannot be written after it."""
    if out.suffix.lower() not in (".parquet", ".csv"):
        raise RequestError(
            f"cannot write {out.suffix or 'a file without a suffix'}",
            where=str(out),
            hint="name it .parquet or .csv",
        )
    require_target(out)
    if not out.absolute().parent.is_dir():
        raise OutsideError("no such folder", where=str(out.absolute().parent), hint="make it first")


def _write(table: duckdb.DuckDBPyRelation, kept: Path, out: Path) -> None:
    """Write the rows as Parquet or CSV, whole or not at all."""
    target = target_of_link(out)
    place = target.absolute().parent
    written = partial(str, f"{out.name} was not written")
    with (
        guarded(place, written, elsewhere="choose another one with --out"),
        drafted(target) as draft,
    ):
        if out.suffix.lower() == ".parquet":
            shutil.copyfile(kept, draft)
        else:
            table.write_csv(str(draft))
        draft.replace(target)


# Reports of a source in the lake, with what is known of all goods before some are chosen.


_NOBODY_LATE = {
    "fixed": "every reporter reports in every period",
    "carried": "no country is late that reported a year before",
}


@dataclass(frozen=True)
class Reports:
    """Reports to reconcile.

    Attributes
    ----------
    rows
        Those of the goods asked for.
    reporters, kept
        Who tells anything at all, and what they keep back, seen on all goods.
    moves
        Where goods are in another edition; None if all are in one.
    periods
        Years or months covered.
    notes
        Options that had no effect.
    """

    rows: duckdb.DuckDBPyRelation
    reporters: duckdb.DuckDBPyRelation
    kept: duckdb.DuckDBPyRelation
    moves: duckdb.DuckDBPyRelation | None
    periods: tuple[str, ...]
    notes: list[str]


def reports(
    lake: Lake,
    source: str,
    period: str | int | None,
    goods: str,
    kind: Panel,
    reexports: bool,
) -> Reports:
    """Return the reports to reconcile; see `reconcile_lake` for the parameters.

    Raises
    ------
    NoEvidenceError
        If the lake has no such reports.
    """
    if not lake.holds(source):
        raise NoEvidenceError(f"{source} is not loaded", hint=f"entrepot data add {source} FILE")
    notes: list[str] = []
    native = _balanced(lake, source, period, kind, notes)
    # Before goods are chosen: who reports anything, and under which
    # heading it keeps a line back, can be seen on all goods only.
    reporters, kept = reporters_of(native), withheld(native)
    links = links_loaded(lake)
    if goods != "all":
        native = _chosen(native, goods, links)
    spans = native.select("period", "freq", "reported_by", "nomenclature").distinct().fetchall()
    if not spans:
        raise NoEvidenceError(
            f"{source} has no reports by product of these goods and periods",
            why="reports are reconciled product by product; totals over all goods are left out",
            hint=f"see what it has: entrepot data show {source}",
        )
    names = {str(day)[:7] if freq != "A" else str(day)[:4] for day, freq, *_ in spans}
    _note_currencies(native, source, notes)
    if not reexports:
        native = _without_reexports(native, notes)
    return Reports(native, reporters, kept, _moves(lake, spans, links), tuple(sorted(names)), notes)


def _note_currencies(rows: duckdb.DuckDBPyRelation, source: str, notes: list[str]) -> None:
    """Say how many reports are in another currency than dollars; refuse where all of them are."""
    counted = rows.aggregate(
        "currency, count(*) FILTER (value_usd IS NULL), count(value_usd)", "currency"
    ).fetchall()
    others = {
        currency: count for currency, count, _ in sorted(counted, key=str) if currency and count
    }
    if not others:
        return
    words = ", ".join(f"{count:,} in {currency}" for currency, count in others.items())
    if not sum(dollars for *_, dollars in counted):
        raise NoEvidenceError(
            f"no report of {source} is in US dollars",
            where=f"reports: {words}",
            why="weights and intervals are estimated in dollars, and no exchange rate is assumed",
            hint="convert the values in your file at a rate that you can name, map them as "
            "currency: USD, and add the file again",
        )
    notes.append(
        f"Reports that are not in US dollars are left out: {words}. No exchange rate is assumed."
    )


def _balanced(
    lake: Lake, source: str, period: str | int | None, kind: Panel, notes: list[str]
) -> duckdb.DuckDBPyRelation:
    """Return the reports of a period, by the same reporters throughout if that is asked for."""
    rows = lake.flows(source).filter(nw.col("nomenclature") != NO_CODES)
    within = "true"
    if period is not None:
        span = Period.parse(period)
        within = f"period BETWEEN DATE '{span.start}' AND DATE '{span.end}'"
        # A carried month is taken from a year earlier,
        # which has to be read, too (True counts as 1).
        first = span.start.replace(year=span.start.year - (kind == "carried"))
        rows = rows.filter(nw.col("period") >= first, nw.col("period") <= span.end)
    reported = relation(rows, lake)
    found = panel(reported, kind).filter(within)
    if kind != "as_reported":
        before, now = (
            len(reporters_of(one).fetchall()) for one in (reported.filter(within), found)
        )
        if before == now:
            notes.append(f"--panel {kind} has no effect: {_NOBODY_LATE[kind]}.")
    return found


def _chosen(
    rows: duckdb.DuckDBPyRelation, goods: str, links: Links | None
) -> duckdb.DuckDBPyRelation:
    editions = sorted(name for (name,) in rows.select("nomenclature").distinct().fetchall())
    known = tuple(dict.fromkeys(harmonized(name).id for name in editions))
    return select(
        rows,
        [
            goods_selection(goods, nomenclature=name, links=links, editions=known)
            for name in editions
        ],
    )


def _without_reexports(rows: duckdb.DuckDBPyRelation, notes: list[str]) -> duckdb.DuckDBPyRelation:
    if not rows.filter("reported_by = 'exporter' AND is_reexport").limit(1).fetchall():
        notes.append("--no-reexports has no effect: no exporter reports re-exports separately.")
    # IS NOT TRUE keeps null: it is not said whether they are re-exports.
    return rows.filter("reported_by <> 'exporter' OR is_reexport IS NOT TRUE")


def _moves(
    lake: Lake, spans: list[tuple[object, ...]], links: Links | None
) -> duckdb.DuckDBPyRelation | None:
    """Return where goods are in another edition, for editions that meet in a period."""
    import pyarrow as pa

    pairs = {
        (str(one[3]), str(other[3]))
        for one in spans
        for other in spans
        # Same period and frequency; the exporter's edition first, the importer's second.
        if one[:2] == other[:2] and (one[2], other[2]) == ("exporter", "importer")
    }
    found = moves(pairs, links)
    if not found:
        return None
    names = ("nomenclature", "product", "to_nomenclature", "to_product")
    columns = map(list, zip(*found, strict=True))
    return lake.connection.from_arrow(pa.table(dict(zip(names, columns, strict=True))))


# Where the goods of a code are in another edition, for two reports that are in two of them.


Move = tuple[str, str, str, str]
"""Edition and code of the exporter's report, edition and code of the importer's."""


def moves(pairs: Iterable[tuple[str, str]], links: Links | None) -> tuple[Move, ...]:
    """Return where reports of one edition go when the other side reports in another.

    Parameters
    ----------
    pairs
        Edition of the exporter's reports, and of the importer's; names that are no editions of the
        Harmonized System are left out.
    links
        Tables between editions; where one is missing, codes of one heading are taken to share
        their goods.

    Returns
    -------
    tuple of Move
        For a code that the other edition lacks: the codes that took its place and are new there,
        or else the only one that it is now a part of. For a code that both have and out of which
        new codes were cut: itself and these, where they hold nothing else.
    """
    known = {one.id for one in EDITIONS}
    found: list[Move] = []
    for own, other in sorted(set(pairs)):
        # National tariffs (CN2023, HTS2024) are in the set, but no table leads from one of them.
        if own == other or not {own, other} <= known:
            continue
        reached = _reached(own, other, links)
        goes = _by_heading(own, other) if reached is None else _by_links(own, other, *reached)
        found += [(own, code, other, target) for code, target in goes]
    return tuple(sorted(found))


def _codes(name: str) -> frozenset[str]:
    return frozenset(code for code, there in known_codes().items() if name in there)


def _by_heading(own: str, other: str) -> Iterator[tuple[str, str]]:
    here, there = _codes(own), _codes(other)
    new: dict[str, list[str]] = defaultdict(list)
    for code in there - here:
        new[code[:4]].append(code)
    for code in here - there:
        for target in new[code[:4]]:
            yield code, target


def _by_links(own: str, other: str, forward: Reached, back: Reached) -> Iterator[tuple[str, str]]:
    here, there = _codes(own), _codes(other)
    new = there - here
    for code in here - there:
        now = forward.get(code, frozenset()) & there
        # New codes first; else the only code that it is now a part of. Several older codes are no
        # answer: they have goods of their own.
        targets = now & new or (now if len(now) == 1 else frozenset())
        for target in targets:
            yield code, target
    for code in here & there:
        now = forward.get(code, frozenset())
        # Only codes that contain nothing else (240491 from 210690): one that draws on other codes
        # as well would take their goods with it.
        cut = {one for one in now & new if back[one] == {code}}
        if cut and code in now:
            for target in (code, *cut):
                yield code, target


def _reached(own: str, other: str, links: Links | None) -> tuple[Reached, Reached] | None:
    """Return the codes that each code leads to, and back; None if a table is missing."""
    if links is None:
        return None
    # Tables exist between neighbouring editions only; HS2012 to HS2022 takes two.
    path = steps(own, other)
    try:
        kept = [links.kept(*step) for step in path]
    except RequestError:
        return None
    # By code of the newest edition what it was in the oldest, and the reverse.
    newer_first: Reached = {}
    older_first: Reached = {}
    for place, step in enumerate(kept):  # newest first
        down, up = defaultdict(set), defaultdict(set)
        for new, old in step:
            down[new].add(old)
            up[old].add(new)
        newer_first = _then(newer_first, down) if place else _frozen(down)
        older_first = _then(up, older_first) if place else _frozen(up)
    forward, back = newer_first, older_first
    return (forward, back) if path[0][0] == own else (back, forward)


def _then(one: Mapping[str, Iterable[str]], other: Mapping[str, Iterable[str]]) -> Reached:
    return {
        code: frozenset(end for between in one[code] for end in other.get(between, ()))
        for code in one
    }


def _frozen(links: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    return {code: frozenset(targets) for code, targets in links.items()}


# What came out of a reconciliation, and which of its options came to nothing.


KEPT_BACK = {
    "heading": "reports the heading only",
    "chapter": "reports the chapter only",
    "partner": "reports the product, partners not named",
    "goods": "reports goods not specified",
}
"""What the side that is silent of a flow tells in its place, by `reconcile.withheld`."""


@dataclass(frozen=True)
class Reconciliation:
    """What was reconciled, and how.

    Attributes
    ----------
    source, periods
        Whose reports, of when.
    weights
        Where the weights come from, in words.
    result
        Weights, variances and counts; the rows are in the lake or in the file.
    unspecified
        Number of cells, and value in US dollars, with a partner that is not a country: areas not
        specified, bunkers, free zones. They remain separate rows.
    suppressed_in
        Cells and value that one side reports, where the other reports something that may include
        them; see `KEPT_BACK`.
    before
        Rows of an earlier result in the lake that these replaced.
    notes
        Options that had no effect, and rules that stood in for better ones.
    lake
        Where the reports are, and the rows if `kept`.
    kept, out
        Whether the rows are in the lake, and the file that was written.
    """

    source: str
    periods: tuple[str, ...]
    weights: str
    result: Reconciled
    unspecified: tuple[int, float]
    suppressed_in: Mapping[str, tuple[int, float]]
    before: int
    notes: tuple[str, ...]
    lake: Lake = field(repr=False)
    kept: bool = True
    out: Path | None = None

    def to_frame(self, kind: FrameKind | None = None) -> Any:
        """Return the rows, a cell each: value, interval in US dollars, both reports, weight.

        Raises
        ------
        RequestError
            If they were neither kept nor written.
        """
        if self.kept:
            with self.lake.reading():
                rows = _stored(self.lake, self.periods)
                # What a source may leave out of its rows, the lake leaves out as a column.
                known = ", ".join(name for name in _COLUMNS if name in rows.columns)
                return frame_of(rows.project(known).to_arrow_table(), kind)
        if self.out is None:
            raise RequestError(
                "the rows were not stored",
                why="a year of the world has ten million of them",
                hint='leave out keep=False, or add out="rows.parquet"',
            )
        with engine.connect() as connection:
            how = "read_parquet" if self.out.suffix.lower() == ".parquet" else "read_csv"
            source = f"{how}('{str(self.out).replace(chr(39), chr(39) * 2)}')"
            made = connection.sql(f"SELECT {', '.join(_COLUMNS)} FROM {source}")
            return frame_of(made.to_arrow_table(), kind)

    @property
    def lines(self) -> tuple[str, ...]:
        """What to know of the rows, a sentence or two each."""
        result, tails = self.result, self.result.tails
        found = [f"Periods: {', '.join(self.periods)}. Weights: {self.weights}."]
        if freight := result.freight:
            found.append(
                f"CIF/FOB margin: typically {100 * freight.typical:.1f} % of the value, estimated "
                f"from {freight.cells:,} cells."
            )
        # Student's t with infinitely many degrees of freedom is the normal distribution.
        shape = "normal" if math.isinf(tails.freedom) else f"Student, {tails.freedom:.1f} degrees"
        found.append(
            f"Intervals: {result.level:.2f} standard deviations on either side of a single "
            f"report, less where the two reports agree (errors: {shape})."
        )
        for counted, words in (
            (self.unspecified, "have a partner that is not a country; they remain separate rows."),
            (
                result.moved,
                "are under other codes in the exporter's report, which uses another HS edition.",
            ),
        ):
            if counted[0]:
                found.append(f"{_cells(counted)} {words}")
        if self.suppressed_in:
            each = "; ".join(
                f"{KEPT_BACK[how]}: {_cells(one)}" for how, one in self.suppressed_in.items()
            )
            found.append(f"Reported by one side, while the other suppresses lines and {each}.")
        found += self.notes
        made = sum(count for count, _ in result.counts.values())
        if self.kept and self.before > made:
            found.append(
                f"{made:,} rows replaced the {self.before:,} stored before, in the same periods. "
                "To try without storing: --no-keep."
            )
        if self.kept:
            found.append(
                f"Stored in the lake. ask uses it first; --source {self.source} asks for the "
                "single reports."
            )
        return (*found, f"written: {self.out}") if self.out else tuple(found)

    @property
    def counts(self) -> tuple[list[str], list[list[str]]]:
        """Head and rows of a table: cells and value by which side reports."""
        rows = [
            [side, f"{cells:,}", f"{value / 1e9:,.1f}"]
            for side, (cells, value) in self.result.counts.items()
        ]
        return ["reported by", "cells", "USD bn"], rows

    def __str__(self) -> str:
        head, rows = self.counts
        table = "\n".join(f"{one[0]:<12} {one[1]:>12} {one[2]:>9}" for one in (head, *rows))
        return "\n".join((table, "", folded(self.lines)))

    __repr__ = __str__  # a terminal shows what `print` does, and not every field

    def _repr_html_(self) -> str:
        title = f"Reconciled reports: {self.source}"
        parts = [f'<p class="hd">{escape(title)}</p>', table_html(*self.counts)]
        return fragment(title, [*parts, *(f"<p>{escape(line)}</p>" for line in self.lines)])

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        freight, tails = self.result.freight, self.result.tails
        return {
            "source": self.source,
            "periods": list(self.periods),
            "weights": self.weights,
            "cells": _each(self.result.counts),
            "rows_before": self.before,
            "unspecified": _counted(self.unspecified),
            "other_edition": _counted(self.result.moved),
            "suppressed_in": _each(self.suppressed_in),
            "freight": None
            if freight is None
            else {
                "coefficients": list(freight.coefficients),
                "standard_errors": list(freight.errors),
                "cells": freight.cells,
                "typical": freight.typical,
            },
            "typical_variance": self.result.variances.typical,
            "interval_deviations": self.result.level,
            "tails": {
                "freedom": None if math.isinf(tails.freedom) else tails.freedom,
                "scale": tails.scale,
            },
            "notes": list(self.notes),
        }


def _cells(counted: tuple[int, float]) -> str:
    return f"{agreed(counted[0], 'cell', 'cells')} (USD {counted[1] / 1e9:,.1f} bn)"


def _counted(found: tuple[int, float]) -> dict[str, Any]:
    return {"cells": found[0], "value_usd": found[1]}


def _each(found: Mapping[str, tuple[int, float]]) -> dict[str, Any]:
    return {name: _counted(one) for name, one in found.items()}


def of_parts(by: str, weights: str, periods: tuple[str, ...], result: Reconciled) -> list[str]:
    """Return what there is to say about variances of years or chapters apart."""
    if by == "all":
        return []
    if by == "year" and len({period[:4] for period in periods}) == 1:
        return ["--by year has no effect: the reports are of one year."]
    if not result.parts:
        return [(f"--by {by} has no effect: no {by} has {PART:,} cells that both sides report.")]
    if weights == "variances":
        return []
    return [f"--by {by} changes intervals only: {weights} weights are the same in every {by}."]
