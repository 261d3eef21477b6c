"""How often intervals of nowcasts have the value that was reported later, and how far off they are.

    python benchmarks/nowcast.py [--write]

Not about speed. At every month of the past, what was known then is nowcast and compared with what
came later: generated flows with known truth, and the monthly data that are in `../shared/data`
(each set is left out where its file is absent). A cell of the result is a set and a number of
months that are reported of twelve; its rivals are last year's value, last year's value times the
growth of the reported months, and the partner's reports as they stand.

Constants were chosen on generated flows of other seeds, and on every other flow of the real sets
(the even rows); the summary gives the other half apart. Lists of one generated world err together,
so that their coverage is a mean over many worlds. Concentration, and sums and unit values from
joint errors, have a table of their own.

What intervals of each class contained goes into `tested.csv` of the program, which refuses classes
more than six points off, and classes tested in fewer than five windows that do not overlap. What
is then left is measured on flows that did not decide: classes of the even rows decide for the odd
ones, and the other way round; and on later months, for which the earlier ones decide.

How many classes of size would be more than six points off by chance is simulated twice. Of exact
intervals, with errors that flows have in common and windows that overlap; and of intervals that are
right on average, in years as different as those of the set, by blocks of its months drawn anew.

`--write` puts the tables into NOWCAST.md, and the classes into `tested.csv`.
"""

from __future__ import annotations

import argparse
import csv
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple, replace
from multiprocessing import get_context
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
from made_flows import made_flows, made_lists

from entrepot.measures.nowcast import (
    STATISTICS,
    Window,
    backtest,
    joint_backtest,
    largest,
    tested,
)
from entrepot.measures.nowcast.intervals import common_part
from entrepot.measures.nowcast.tested import ALL, COLUMNS, OFF, SIZES, Kind, Tested, failed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from entrepot.measures.nowcast import Backtest

    Floats = NDArray[np.float64]

DATA = Path(__file__).parents[2] / "shared" / "data"
TEST_SEED = 11
"""A generated world on which nothing was chosen."""
WORLDS = range(500, 516)
"""Generated worlds for lists, as different as years are."""
WINDOWS = [Window(12, ahead) for ahead in range(11, 0, -1)]
WINDOWS += [Window(1, ahead) for ahead in (1, 3, 6, 12)]
SOME = [Window(12, ahead) for ahead in (11, 9, 6, 3, 1)]
"""Windows of joint errors."""
SHARE_WINDOWS = [*SOME, Window(1, 1)]
MEASURES = {"hhi": "hhi", "cr3": "cr", "unit value": "unit_value"}
"""Joint measures that the program has, by name of the test."""


def table_of(frame: pl.DataFrame, keys: list[str], month: str, value: str) -> Floats:
    """Return amounts by flow and month, all months from the first to the last; none is zero."""
    months = sorted(frame[month].unique().to_list())
    first, last = (int(one[:4]) * 12 + int(one[5:7]) - 1 for one in (months[0], months[-1]))
    sums = frame.group_by([*keys, month]).agg(pl.col(value).sum()).sort([*keys, month])
    flows = {key: at for at, key in enumerate(sums.select(keys).unique(maintain_order=True).rows())}
    found = np.zeros((len(flows), last - first + 1))
    for *key, when, amount in sums.rows():
        found[flows[tuple(key)], int(when[:4]) * 12 + int(when[5:7]) - 1 - first] = amount or 0
    return found


def real() -> Iterator[tuple[str, Floats]]:
    """Yield the monthly data at hand: flows with trade in two months of five or more."""
    for name, read in READERS.items():
        try:
            found = read()
        except FileNotFoundError:
            continue
        yield name, found[(found > 0).mean(axis=1) >= 0.4]


def minerals() -> pl.DataFrame:
    """Return the rows of China's exports of minerals, 2017 to 2024."""
    path = DATA / "china_minerals_monthly" / "deep_dive_hs6_monthly.csv"
    frame = pl.read_csv(path, schema_overrides={"hs6": pl.String})
    return frame.with_columns(pl.col("period_dt").str.slice(0, 7))


def china() -> Floats:
    """Return China's exports of minerals by partner and code."""
    return table_of(minerals(), ["partner_name", "hs6"], "period_dt", "val")


def eu_chapters() -> Floats:
    """Return exports of EU members to seven countries by chapter, 2020-01 to 2022-11."""
    path = DATA / "eurostat_eu_to_rus_neighbours" / "eu_exports_sanctioned_cn8_monthly.parquet"
    frame = pl.read_parquet(path).filter(pl.col("code").str.len_chars() == 8)
    frame = frame.with_columns(pl.col("code").str.slice(0, 2).alias("chapter"))
    return table_of(frame, ["reporter", "partner", "chapter"], "month", "value_eur")


def eu_totals() -> Floats:
    """Return exports of EU members to six countries, all goods, 2019-01 to 2024."""
    frame = pl.read_csv(DATA / "eu_kyrgyz_mirror" / "eurostat_totals_long.csv")
    short = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    numbers = {name: f"{at:02d}" for at, name in enumerate(short, 1)}
    when = pl.col("PERIOD").str
    frame = frame.filter(when.contains(r"^\w{3}\.? \d{4}$")).with_columns(
        (when.tail(4) + "-" + when.head(3).replace_strict(numbers)).alias("month")
    )
    return table_of(frame, ["REPORTER", "PARTNER", "FLOW"], "month", "VALUE_IN_EUR")


def armenia() -> Floats:
    """Return Armenia's exports and imports by partner, 2015 to 2024."""
    frame = pl.read_csv(DATA / "armenia_georgia_vehicles" / "arm_trade_country.csv")
    frame = frame.filter(pl.col("year") >= 2015).with_columns(pl.col("date").str.slice(0, 7))
    frame = frame.unpivot(
        index=["country", "date"], on=["export", "import_origin", "import_consignment"]
    )
    return table_of(frame, ["country", "variable"], "date", "value")


def registers() -> Floats:
    """Return imports by origin of three customs registers, the last five years of each."""
    found = []
    for name in (
        "peru/peru_import_283525_283526_310430_2013_2022.csv",
        "argentina/argentina_import_283525_283526_310430_2017_2022.csv",
        "extra_ecuador/ecuador_import_2018_2022_layoutB.csv",
    ):
        frame = pl.read_csv(DATA / "shipments" / name, infer_schema_length=0)
        [origin] = [one for one in frame.columns if one.startswith("Pa") and "Origen" in one]
        frame = frame.with_columns(
            pl.col("Fecha").str.slice(0, 7), pl.col("U$S CIF").cast(pl.Float64, strict=False)
        )
        found.append(table_of(frame, [origin], "Fecha", "U$S CIF")[:, -60:])
    return np.vstack(found)


MADE = "generated flows"
KINDS = {
    "China, minerals": Kind(
        "China's exports of minerals", "CHN", "exporter", "some", currency="USD"
    ),
    "EU members, chapters": Kind(
        "exports of EU members by chapter, three years of them",
        "EU27", "exporter", "some", up_to=47, currency="EUR",
    ),
    "EU members, all goods": Kind(
        "trade of EU members in all goods", "EU27", "", "all", currency="EUR"
    ),
    "Armenia by partner": Kind("trade of Armenia in all goods", "ARM", "", "all", currency="USD"),
    "registers by origin": Kind(
        "imports in customs registers", "", "importer", "", "shipments", currency="USD"
    ),
}  # fmt: skip
"""What stands for which flows in the program; all generated sets are one kind, which fits any."""
UNITS = {"Armenia by partner": 1000.0}
"""Money in one unit of a set, where it is not one."""
READERS = {
    "China, minerals": china,
    "EU members, chapters": eu_chapters,
    "EU members, all goods": eu_totals,
    "Armenia by partner": armenia,
    "registers by origin": registers,
}


def made() -> Iterator[tuple[str, Floats, Floats | None]]:
    """Yield the generated sets: flows without and with the partner's months, and lists."""
    flows = made_flows(500, 84, seed=TEST_SEED)
    yield "generated flows", flows.values, None
    yield "generated flows, partner", flows.values, flows.partner


def lists(window: Window) -> list[Backtest]:
    """Return the backtest of 20 lists of 40 flows in each of many worlds."""
    return [
        backtest(made_lists(made_flows(500, 84, seed), 20, 40, seed + 1), window) for seed in WORLDS
    ]


def list_line(window: Window) -> str:
    """Return a line of the table of lists: means over worlds, with least and largest."""
    found = lists(window)
    inside = [[100 * np.nanmean(getattr(one, name)) for one in found] for name in (
        "inside_80", "inside_95")]  # fmt: skip
    error, before = ([np.median(getattr(one, name)) for one in found] for name in (
        "error", "last_year"))  # fmt: skip
    cells = [f"{np.mean(one):.1f} ({min(one):.0f} to {max(one):.0f})" for one in inside]
    return (
        f"| {window.known} of 12 | {sum(len(one.error) for one in found):,} | {' | '.join(cells)} "
        f"| {100 * np.mean(error):.1f} | {100 * np.mean(before):.1f} |"
    )


def joint_sets() -> Iterator[tuple[str, str, list[tuple[Floats, int]]]]:
    """Yield what concentration, sums and unit values are tested on: name, measure, groups."""
    for seed in WORLDS:
        flows = made_flows(20, 84, seed).values
        draw = np.random.default_rng(seed)
        price = np.exp(np.cumsum(draw.normal(0, 0.03, flows.shape), axis=1))
        price = price * np.exp(draw.normal(0, 0.05, flows.shape))
        for measure in ("sum", "hhi", "cr3"):
            yield "generated, 20 parts", measure, [(flows, 20)]
        yield "generated", "unit value", [(flows * price, 1), (flows, 1)]
    for name, values in real_markets():
        for measure in ("sum", "hhi", "cr3"):
            yield name, measure, [(values, len(values))]
    try:
        frame = minerals()
    except FileNotFoundError:
        return
    # Masses of the first two years are estimates of the publisher, with one unit value for many.
    frame = frame.filter(pl.col("period_dt") >= "2019")
    keys = ["partner_name", "hs6"]
    tables = [table_of(frame, keys, "period_dt", column) for column in ("val", "qty")]
    for value, mass in zip(*tables, strict=True):
        if ((value > 0) & (mass > 0)).mean() >= 2 / 3:
            yield "China, minerals", "unit value", [(value[None], 1), (mass[None], 1)]


def real_markets() -> Iterator[tuple[str, Floats]]:
    """Yield all partners of one reporter and its goods: Armenia's trade, China's minerals."""
    try:
        frame = pl.read_csv(DATA / "armenia_georgia_vehicles" / "arm_trade_country.csv")
        frame = frame.filter(pl.col("year") >= 2015).with_columns(pl.col("date").str.slice(0, 7))
        for column in ("export", "import_origin"):
            found = table_of(frame, ["country"], "date", column)
            yield "Armenia by partner", found[found.sum(axis=1) > 0]
        frame = minerals()
        for code in sorted(frame["hs6"].unique()):
            one = frame.filter(pl.col("hs6") == code)
            found = table_of(one, ["partner_name"], "period_dt", "val")
            yield "China, minerals", found[found.sum(axis=1) > 0]
    except FileNotFoundError:
        return


def together(every: list[Backtest]) -> Backtest:
    """Return backtests of several markets as one."""
    columns = zip(*(astuple(one) for one in every), strict=True)
    return type(every[0])(*(np.concatenate(column) for column in columns))


def share_tests(window: Window) -> list[tuple[str, Backtest]]:
    """Return the backtests of shares: of each partner in the total of its market."""
    markets = [("generated, 40 partners", made_flows(40, 84, seed).values) for seed in WORLDS[:4]]
    markets += real_markets()
    found: dict[str, list[Backtest]] = {}
    for name, values in markets:
        total = np.repeat(values.sum(axis=0)[None], len(values), axis=0)
        one = backtest(values, window, denominator=total)
        if len(one.error):
            found.setdefault(name, []).append(one)
    return [(name, together(every)) for name, every in found.items()]


def share_line(name: str, window: Window, found: Backtest) -> str:
    """Return a line of the table of shares."""
    known, count, inside, far, by_class = cell(name, window, found)[1:6]
    off = (found.error, found.last_year, found.growth)
    return (
        f"| {name} | {known} | {count} | {inside} | {far} | {by_class} | "
        + " | ".join(_percent(one, 3, np.median) for one in off)
        + " |"
    )


def joint_tests(window: Window) -> list[tuple[str, str, list[Backtest]]]:
    """Return the backtests from joint errors: measure, set, and one for each market."""
    functions = {
        "sum": STATISTICS["sum"],
        "hhi": STATISTICS["hhi"],
        "cr3": largest(3),
        "unit value": STATISTICS["unit_value"],
    }
    found: dict[tuple[str, str], list[Backtest]] = {}
    for name, measure, groups in joint_sets():
        one = joint_backtest(groups, window, functions[measure], shares=measure in ("hhi", "cr3"))
        if len(one.error):
            found.setdefault((measure, name), []).append(one)
    return [(measure, name, every) for (measure, name), every in found.items()]


def joint_line(measure: str, name: str, window: Window, every: list[Backtest]) -> str:
    """Return a line of the table of joint errors."""
    inside = [np.concatenate([getattr(one, key) for one in every]) for key in (
        "inside_80", "inside_95")]  # fmt: skip
    off = [np.mean([np.median(getattr(one, key)) for one in every]) for key in (
        "error", "last_year", "growth")]  # fmt: skip
    return (
        f"| {measure}, {name} | {window.known} of 12 | {len(inside[0]):,} "
        f"| {_percent(inside[0], 1)} | {_percent(inside[1], 1)} | "
        + " | ".join(f"{100 * one:.2f}" for one in off)
        + " |"
    )


class Job(NamedTuple):
    """A set of flows and a window of which every origin is nowcast."""

    name: str
    values: Floats
    partner: Floats | None
    window: Window

    def run(self) -> Backtest:
        """Return the nowcasts of the past."""
        lead = self.window.ahead if self.partner is not None else 0
        return backtest(self.values, self.window, partner=self.partner, lead=lead)


def sizes(name: str, every: list[tuple[Window, Backtest]]) -> list[float]:
    """Return the amounts from which on flows of a set are of middle size, and large.

    One class where the estimator has one: there are few flows. To two digits, so that they can be
    said.
    """
    some = [found for _, found in every if len(found.error)]
    if not some or max(found.size.max() for found in some) == 0:
        return []
    ends = np.quantile(np.concatenate([one.amount for one in some]), [1 / 3, 2 / 3])
    return [float(f"{UNITS.get(name, 1.0) * end:.1e}") for end in ends]


def sized(name: str, found: Backtest, bounds: list[float]) -> Backtest:
    """Return a backtest with classes of size by amount: as the program looks them up."""
    by_amount = np.digitize(found.amount * UNITS.get(name, 1.0), bounds).astype(float)
    return replace(found, size=by_amount)


def classes(
    name: str, measure: str, every: list[tuple[Window, Backtest]], bounds: list[float]
) -> list[Tested]:
    """Return the classes of a set, all sizes together first."""
    rows = []
    kind = KINDS.get(name, Kind(MADE))
    for window, found in every:
        if not len(found.error):
            continue
        chosen = [(ALL, 0.0, np.full(len(found.size), True))]
        if bounds and kind.currency:
            chosen += [
                (SIZES[at], above, found.size == at) for at, above in enumerate((0.0, *bounds))
            ]
        for size, above, some in chosen:
            if some.any():
                # From too few errors there was no 95 % interval.
                far = found.inside_95[some & np.isfinite(found.inside_95)]
                near = float(found.inside_80[some].mean())
                counts = int(some.sum()), near, float(far.mean()) if len(far) else None
                of_window = kind, measure, window.length, window.ahead
                apart = len(np.unique(found.origin[some])) / window.ahead
                rows.append(Tested(*of_window, size, above, *counts, apart))
    return rows


def answered(done: list[tuple[Job, Backtest]], table: list[Tested]) -> list[tuple[Job, Backtest]]:
    """Return the entries whose class is not refused by a table of the same sets."""
    found = []
    for job, one in done:
        mine = [row for row in table if row.kind == KINDS.get(job.name)]
        of_window = (job.window.length, job.window.ahead)
        refused = {
            row.size for row in mine if (row.months, row.ahead) == of_window and failed(row, mine)
        }
        if not mine:  # a generated set, which stands for no real flows
            found.append((job, one))
            continue
        # A set without classes of size is one class.
        names = SIZES if any(row.size != ALL for row in mine) else (ALL,)
        classes = np.array(names)[one.size.astype(int)]
        found.append((job, one.where(~np.isin(classes, list(refused)))))
    return found


def off_classes(done: Iterable[tuple[Job, Backtest]]) -> Iterator[tuple[str, bool, bool]]:
    """Yield each class of size: set, whether it is too narrow, and too wide."""
    for job, found in done:
        for one in np.unique(found.size):
            low, high = found.inside_80[found.size == one], found.inside_95[found.size == one]
            # From too few errors there was no 95 % interval.
            high = high[np.isfinite(high)]
            apart = low.mean() - 0.80, high.mean() - 0.95 if len(high) else 0.0
            yield job.name, min(apart) < -OFF, max(apart) > OFF


def by_chance(done: list[tuple[Job, Backtest]], worlds: int = 100) -> Floats:
    """Return how many classes of size would be off in each of many worlds with exact intervals.

    Errors are normal. What flows have in common is the part of their variance found in the set,
    and what an origin's error has in common with later ones are the months ahead of both.
    """
    draw = np.random.default_rng(TEST_SEED)
    ends = {level: NormalDist().inv_cdf((1 + level) / 2) for level in (0.80, 0.95)}
    counts = np.zeros(worlds)
    sets: dict[str, list[tuple[Job, Backtest, float]]] = {}
    for job, found in done:
        if len(found.error):
            flow, origin = found.flow.astype(int), found.origin.astype(int)
            table = np.full((flow.max() + 1, origin.max() + 1), np.nan)
            table[flow, origin] = found.relative
            sets.setdefault(job.name, []).append((job, found, common_part(table)))
    for jobs in sets.values():
        flows, months = jobs[0][0].values.shape
        for world in range(worlds):
            # Sums of the news of each month, so that windows of one set share their months.
            own = np.cumsum(draw.standard_normal((flows, months + 1)), axis=1)
            every = np.cumsum(draw.standard_normal(months + 1))
            for job, found, part in jobs:
                flow, origin = found.flow.astype(int), found.origin.astype(int)
                end = origin + job.window.ahead
                error = np.sqrt(1 - part) * (own[flow, end] - own[flow, origin])
                error += np.sqrt(part) * (every[end] - every[origin])
                error = np.abs(error) / np.sqrt(job.window.ahead)
                for one in np.unique(found.size):
                    mine = error[found.size == one]
                    counts[world] += any(
                        abs((mine < end_).mean() - level) > OFF for level, end_ in ends.items()
                    )
    return counts


def by_years(
    done: list[tuple[Job, Backtest]], whole: list[tuple[Job, Backtest]], worlds: int = 200
) -> Floats:
    """Return how many classes of size would be off in each of many worlds of other years.

    Each world has as many months as were counted, in blocks of a year that are drawn from all
    months of the set, the same for all its classes. What a class's intervals contained over all
    months is set to what they promise, so that years differ as they did, and no class is off on
    average.
    """
    draw = np.random.default_rng(TEST_SEED)
    starts = {
        name: draw.random((worlds, 64)) for name in dict.fromkeys(one.name for one, _ in done)
    }
    every = {(job.name, job.window): found for job, found in whole}
    counts = np.zeros(worlds)
    for job, found in done:
        for one in np.unique(found.size):
            months = len(np.unique(found.origin[found.size == one]))
            reference = every[job.name, job.window]
            reference = reference.where(reference.size == one)
            origins, at = np.unique(reference.origin, return_inverse=True)
            block = min(12, len(origins))
            begin = (starts[job.name][:, : -(-months // block)] * len(origins)).astype(int)
            drawn = (begin[:, :, None] + np.arange(block)) % len(origins)
            drawn = drawn.reshape(worlds, -1)[:, :months]
            is_off = np.zeros(worlds, dtype=bool)
            for inside in (reference.inside_80, reference.inside_95):
                there = np.isfinite(inside)
                if there.any():
                    number = np.bincount(at[there], minlength=len(origins))
                    within = np.bincount(at[there], inside[there], len(origins))
                    part = within[drawn].sum(axis=1) / np.maximum(number[drawn].sum(axis=1), 1)
                    is_off |= np.abs(part - inside[there].mean()) > OFF
            counts += is_off
    return counts


def cell(name: str, window: Window, found: Backtest) -> list[str]:
    """Return a line of the table."""
    known = f"{window.known} of 12" if window.length == 12 else f"month, {window.ahead} ahead"
    by_class = " ".join(
        f"{100 * np.nanmean(found.inside_80[found.size == one]):.0f}/"
        f"{_percent(found.inside_95[found.size == one])}"
        for one in np.unique(found.size)
    )
    return [
        name, known, f"{len(found.error):,}", f"{100 * found.inside_80.mean():.1f}",
        _percent(found.inside_95, 1), by_class,
        *(_percent(one, 1, np.median) for one in (
            found.error, found.last_year, found.growth, found.partner)),
        f"{100 * found.is_broken.mean():.1f}",
        _percent(found.inside_80[found.is_broken > 0]),
    ]  # fmt: skip


def _percent(x: Floats, digits: int = 0, mean=np.mean) -> str:
    x = x[np.isfinite(x)]
    return f"{100 * mean(x):.{digits}f}" if len(x) else "–"


def main(*, write: bool) -> None:
    """Print the tables, and write them where asked."""
    started = time.monotonic()
    head = [
        "data", "reported", "nowcasts", "in 80 %", "in 95 %", "by size, small to large",
        "error", "last year", "growth", "partner", "breaks %", "in 80 % after",
    ]  # fmt: skip
    lines = ["| " + " | ".join(head) + " |", "|---|---|" + "---:|" * (len(head) - 2)]
    sets = [*made(), *((name, values, None) for name, values in real())]
    jobs = [Job(*one, window) for one in sets for window in WINDOWS]
    # Not by a fork, which the threads of polars do not survive.
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        of_lists = pool.map(list_line, WINDOWS[:11:2])
        of_shares = pool.map(share_tests, SHARE_WINDOWS)
        of_joint = pool.map(joint_tests, SOME)
        ran = list(zip(jobs, pool.map(Job.run, jobs), strict=True))
        lists_, shares, joint = list(of_lists), list(of_shares), list(of_joint)
    every, table = by_class(ran)
    for job, found in every:
        flows = f"{job.name} ({len(job.values)})"
        if len(found.error):
            lines.append("| " + " | ".join(cell(flows, job.window, found)) + " |")
    lines += [*LISTS, *lists_, *SHARES]
    of_sets: dict[str, list[tuple[Window, Backtest]]] = {}
    for window, tests in zip(SHARE_WINDOWS, shares, strict=True):
        for name, found in tests:
            of_sets.setdefault(name, []).append((window, found))
    for name, tests in of_sets.items():
        bounds = sizes(name, tests)
        tests = [(window, sized(name, found, bounds)) for window, found in tests]
        table += classes(name, "share", tests, bounds)
        lines += [share_line(name, *one) for one in tests]
    lines += JOINT
    for window, tests in zip(SOME, joint, strict=True):
        for measure, name, markets in tests:
            lines.append(joint_line(measure, name, window, markets))
            if measure in MEASURES:
                whole = [(window, together(markets))]
                table += classes(name, MEASURES[measure], whole, [])
    lines += ["", *summary(every), *about_classes(every)]
    left = answered(every, table)
    lines += ["", "Without the classes that are refused (`tested.csv`):"]
    lines += ["", *summary(left), *about_classes(left)]
    lines += held_out(every)
    print("\n".join(lines))
    print(f"Wall time of all: {time.monotonic() - started:.0f} s.")
    if write:
        path = Path(__file__).parent / "NOWCAST.md"
        path.write_text("\n".join([*HEAD, *lines, ""]), encoding="utf-8")
        with Path(tested.__file__).with_name("tested.csv").open("w", encoding="utf-8") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(COLUMNS)
            rows.writerows(one.row() for one in table)


def by_class(
    ran: list[tuple[Job, Backtest]],
) -> tuple[list[tuple[Job, Backtest]], list[Tested]]:
    """Return backtests with classes by amount, and the classes of those that stand for others."""
    every, table = [], []
    for name in dict.fromkeys(job.name for job, _ in ran):
        mine = [(job, found) for job, found in ran if job.name == name]
        bounds = sizes(name, [(job.window, found) for job, found in mine])
        mine = [(job, sized(name, found, bounds)) for job, found in mine]
        every += mine
        # With the partner's months, errors are those of flows that have them.
        if name in KINDS or name == MADE:
            table += classes(name, "value", [(job.window, one) for job, one in mine], bounds)
    return every, table


def held_out(every: list[tuple[Job, Backtest]]) -> Iterator[str]:
    """Yield what is off on real flows or months that did not decide what is refused."""
    real_ = [(job, found) for job, found in every if job.name in KINDS and len(found.error)]
    middle = {job.name: np.median(np.concatenate([one.origin for other, one in real_ if
                                                  other.name == job.name]))
              for job, _ in real_}  # fmt: skip

    def some(job: Job, found: Backtest, half: str) -> Backtest:
        if half in ("even rows", "odd rows"):
            return found.where(found.flow % 2 == (half == "odd rows"))
        return found.where((found.origin > middle[job.name]) == (half == "later months"))

    for decides, counts in (
        ("even rows", "odd rows"), ("odd rows", "even rows"), ("earlier months", "later months")
    ):  # fmt: skip
        table = []
        for name in middle:
            mine = [(job, found) for job, found in real_ if job.name == name]
            bounds = sizes(name, [(job.window, found) for job, found in mine])
            parts = [(job.window, some(job, found, decides)) for job, found in mine]
            table += classes(name, "value", parts, bounds)
        tests = [(job, some(job, found, counts)) for job, found in real_]
        left = answered(tests, table)
        answers, whole = (sum(len(one.error) for _, one in part) for part in (left, tests))
        yield from ("", f"Refused by what {decides} of the real flows had, counted on {counts}:")
        whole_ = real_ if counts == "later months" else tests
        yield from ("", *summary(tests), *about_classes(tests, whole_))
        yield from ("", f"Of these, {answers:,} of {whole:,} nowcasts are answered:")
        yield from ("", *summary(left), *about_classes(left, whole_))


def about_classes(
    done: list[tuple[Job, Backtest]], whole: list[tuple[Job, Backtest]] | None = None
) -> Iterator[str]:
    """Yield how many classes of size are off, by set, and how many would be by chance.

    `whole` has all months of the same sets.
    """
    found = list(off_classes(done))
    names = dict.fromkeys(name for name, _, _ in found)
    narrow, wide = (sum(one[at] for one in found) for at in (1, 2))
    by_set = ", ".join(
        f"{name} {off} of {sum(one[0] == name for one in found)}"
        for name in names
        if (off := sum(one[1] or one[2] for one in found if one[0] == name))
    )
    chance = by_chance(done)
    low, high = np.quantile(chance, [0.1, 0.9])
    other = by_years(done, whole or done)
    least, most = np.quantile(other, [0.1, 0.9])
    yield (
        f"Classes of size more than {100 * OFF:.0f} points off, in the 80 % or the 95 % interval: "
        f"{narrow} too narrow and {wide} too wide of {len(found)} ({by_set or 'none'}). Exact "
        f"intervals would have {chance.mean():.1f} by chance (in four worlds of five {low:.0f} to "
        f"{high:.0f}). Intervals that are right on average would have {other.mean():.1f} in years "
        f"as different as these ({least:.0f} to {most:.0f})."
    )


def summary(done: list[tuple[Job, Backtest]]) -> Iterator[str]:
    """Yield what all cells say together."""
    every = [(job.window, found) for job, found in done if len(found.error)]
    inside = [np.concatenate([getattr(one, name) for _, one in every]) for name in (
        "inside_80", "inside_95")]  # fmt: skip
    yield (
        f"All nowcasts: {_percent(inside[0], 1)} % in the 80 % interval, {_percent(inside[1], 1)} "
        "% in the 95 % interval."
    )
    for rival in ("last_year", "growth", "partner"):
        pairs = [
            (np.nanmedian(one.error), np.nanmedian(getattr(one, rival)))
            for window, one in every
            if window.length == 12 and np.isfinite(getattr(one, rival)).any()
        ]
        if not pairs:
            continue
        better = sum(mine < other for mine, other in pairs)
        ratio = np.median([mine / other for mine, other in pairs])
        worst = max(mine / other for mine, other in pairs)
        yield (
            f"Against {rival.replace('_', ' ')}: better in {better} of {len(pairs)} cells; median "
            f"ratio of errors {ratio:.2f}, worst cell {worst:.2f}."
        )


HEAD = [
    "# Nowcasts: coverage and errors",
    "",
    "Written by `python benchmarks/nowcast.py --write`. Every month of the past from which six",
    "earlier windows are known; errors are medians of the absolute error in per cent of the value",
    "reported later. Flows with trade in less than two of three months are refused and not here.",
    "Only last vintages exist of these data, so revisions are not in the test.",
    "",
]
LISTS = [
    "",
    "## Lists",
    "",
    "Twenty lists of 40 of 500 flows in each of 16 generated worlds: mean over worlds, least and",
    "largest. All lists of a world err together, so that one world says little.",
    "",
    "| reported | nowcasts | in 80 % | in 95 % | error | last year |",
    "|---|---:|---:|---:|---:|---:|",
]
SHARES = [
    "",
    "## Shares",
    "",
    "Each partner's share in the total of its market. Errors are medians of differences, in per",
    "cent of the total; `latest` is the share in the reported months.",
    "",
    "| data | reported | nowcasts | in 80 % | in 95 % | by size | error | last year | latest |",
    "|---|---|---:|---:|---:|---:|---:|---:|---:|",
]
JOINT = [
    "",
    "## From joint errors",
    "",
    "Concentration of all partners, sums of parts, and unit values, from errors of all parts drawn",
    "together. Errors of hhi and cr3 are differences times 100, others per cent.",
    "",
    "| what | reported | nowcasts | in 80 % | in 95 % | error | last year | growth |",
    "|---|---|---:|---:|---:|---:|---:|---:|",
]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Coverage and errors of nowcasts.")
    parser.add_argument("--write", action="store_true", help="Put the tables into NOWCAST.md.")
    main(write=parser.parse_args().write)
