"""A made-up customs register of true shape: loading, questions, concentration, and screening.

30 columns, as vendors of registers export them: numbers, dates, codes, five countries, two parties
with legal forms and persons among them, brands, and descriptions of goods of some sixty signs. Each
cell comes from a hash of its row, so a file is the same on any machine.

| job | what it does |
|---|---|
| raw load | DuckDB reads the CSV, types given, and writes Parquet, a folder a month, sorted |
| load | `Lake.add`: persons replaced, kept text, canonical rows by month, findings |
| raw ask, ask | a share of one importer x code x year x basis: SQL; the command line, cold |
| raw HHI, HHI | concentration by tariff line x month: SQL over the same files; `hhi` |
| raw screening, screening | DuckDB reads a list and writes it, marked; `screen` |

The raw load reads all 30 columns, numbers and days by their types, sorts by month and code, and
writes them with the engine's usual compression. It checks nothing, replaces no person and writes
each text once; a lake keeps the text that it was read from as well.

With ``ENTREPOT_BENCH_PARTS=10`` ten years of lines, as many a year as ``ENTREPOT_BENCH_LINES``, are
made and loaded one after the other into one register, and nothing else is measured but the raw load
of the same text after the first and the last of them. The text of a year is made in a moment and
gone after it, so that the disk holds one of them beside the lake.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import harness
import narwhals as nw

from entrepot.lake import Lake
from entrepot.measures import hhi as concentration

LAYOUT = """\
format: 1
register: made
title: A made-up register for benchmarks
reporter: KAZ
direction: import
valuation: CIF
missing: ["-"]
columns:
  declaration: {role: declaration}
  item: {role: item}
  status: {role: status, words: {F: final, P: preliminary}}
  regime: {role: regime}
  office: {role: office}
  day: {role: date, form: "%d.%m.%Y"}
  code: {role: tariff_code, pad: 10}
  made in: {role: origin}
  sent from: {role: dispatch}
  sold from: {role: seller}
  port: {role: port}
  seller: {role: sender}
  buyer: {role: receiver}
  buyer number: {role: receiver_number}
  maker: {role: maker}
  brand: {role: brand}
  value: {role: value}
  invoice: {role: invoice_value}
  currency: {role: invoice_currency}
  terms: {role: incoterm}
  net: {role: mass_kg}
  gross: {role: gross_kg}
  quantity: {role: quantity}
  unit: {role: quantity_unit}
  goods: {role: description}
"""
CODES = """
    8542310000 8542320000 8542390000 8541290000 8534001900 8517620000 8471500000 8526100000
    8802300000 8504403000 9014200000 8532240000 3104300000 2835250000 6402990000 0805100000
    8703231900 8708999700 3004900000 7210490000 4011100000 3926909700 8481808190 9403600000
"""
COUNTRIES = (
    "China;Hong Kong;Germany;United States;Taiwan;Turkey;Japan;Korea, Republic of;Italy;"
    "United Arab Emirates;Malaysia;Viet Nam;Netherlands;France;Poland;India"
)
PORTS = "SHANGHAI;HAMBURG;KAOHSIUNG;HONG KONG;BUSAN;DUBAI;YOKOHAMA;ISTANBUL;NINGBO;SINGAPORE"
WORDS = (
    "integrated circuit;electronic component for industrial use;fertiliser in bags of 25 kg;"
    "spare part for lorries;footwear with outer soles;steel sheet, galvanised;medicine for retail;"
    "wireless module, not for military use;bearing housing;office furniture of wood"
)


_LAST_YEAR = 2025


def rows_asked() -> int:
    """Return how many lines the environment asks for."""
    return int(os.environ.get("ENTREPOT_BENCH_LINES", 1_000_000))


def _of(words: str, key: str) -> str:
    listed = ", ".join("'" + word.replace("'", "''") + "'" for word in words.split(";"))
    count = len(words.split(";"))
    # Squared: the first of the list is the most frequent, as the largest partner is.
    return (
        f"[{listed}][1 + ({count} * pow((hash(i, '{key}') % 10000) / 10000.0, 2))::INT % {count}]"
    )


def _part(key: str) -> str:
    return f"((hash(i, '{key}') % 1000003) / 1000003.0)"


def _at(key: str, modulus: int, start: int = 0) -> str:
    return f"({start} + hash(i, '{key}') % {modulus})"


def query(rows: int, first: int = 0, start: str = "2021-01-01", days: int = 1095) -> str:
    """Return SQL of the lines from the number `first` on, spread over days from `start` on."""
    value, mass = f"exp(3 + 7 * {_part('v')})", f"exp(8 * {_part('m')})"
    letter = f"substr('ABCDEFGHIJKLMNOP', {_at('z', 16, 1)}::INT, 1)"
    cells = {
        "declaration": "(100000 + i // 4)::VARCHAR || '/' || (10 + i % 90)",
        "item": "1 + i % 4",
        "status": f"CASE WHEN {_at('s', 50)} = 0 THEN 'P' ELSE 'F' END",
        "regime": f"{_at('r', 6, 40)}::VARCHAR",
        "office": f"{_at('o', 60, 55300)}::VARCHAR",
        "day": f"strftime(DATE '{start}' + ({_part('d')} * {days})::INT, '%d.%m.%Y')",
        "code": _of(";".join(CODES.split()), "code"),
        "made in": _of(COUNTRIES, "a"),
        "sent from": _of(COUNTRIES, "b"),
        "sold from": _of(COUNTRIES, "e"),
        "port": _of(PORTS, "p"),
        "seller": f"'SUPPLIER ' || {_at('x', 20011)} || ' TRADING CO LTD'",
        "buyer": f"CASE WHEN {_at('y', 20)} = 0 THEN 'Aigul Nurbekova ' || {letter} || 'bai' "
        f"ELSE 'IMPORTER ' || {_at('w', 50021)} || ' LLP' END",
        "buyer number": f"(990000000000 + {_at('w', 50021)})::VARCHAR",
        "maker": f"CASE WHEN {_at('k', 3)} = 0 THEN 'MAKER ' || {_at('l', 3001)} || ' GMBH' "
        "ELSE '-' END",
        "brand": f"CASE WHEN {_at('k', 4)} = 0 THEN 'BRAND ' || {_at('n', 997)} ELSE '-' END",
        "value": f"round({value}, 2)",
        "invoice": f"round({value} * 0.92, 2)",
        "currency": _of("USD;EUR;CNY;RUB", "cur"),
        "terms": _of("FCA;CIP;DAP;EXW;FOB", "inc"),
        "net": f"round({mass}, 3)",
        "gross": f"round({mass} * 1.1, 3)",
        "quantity": _at("q", 500, 1),
        "unit": _of("PCE;KGM;SET;MTR", "unit"),
        "goods": f"{_of(WORDS, 'g')} || ', model ' || {_at('h', 99991)} || ', lot of contract ' "
        f"|| {_at('j', 9973)}",
        "place": _of("Almaty;Khorgos;Dostyk;Aktau", "place"),
        "duty": f"round({_part('c')} * 100, 2)",
        "fee": f"round({_part('c')} * 12, 2)",
        "transport": f"{_at('t', 9, 1)}::VARCHAR",
        "packages": f"{_at('pk', 900)}::VARCHAR",
    }
    columns = ", ".join(f'{cell} AS "{name}"' for name, cell in cells.items())
    return f"SELECT {columns} FROM range({first}, {first + rows}) AS lines(i)"


def made() -> Path:
    """Return the file of lines, made if it is not there."""
    root = Path(os.environ.get("ENTREPOT_BENCH_DIR") or "entrepot-bench", "register")
    root.mkdir(parents=True, exist_ok=True)
    target = root / f"{rows_asked()}.csv"
    if not target.exists():
        from entrepot.engine import connect

        draft = target.with_suffix(".draft")
        connect().execute(f"COPY ({query(rows_asked())}) TO '{draft}' (FORMAT csv, HEADER)")
        draft.replace(target)
    return target


RAW_TYPES = {
    "item": "INTEGER", "value": "DOUBLE", "invoice": "DOUBLE", "net": "DOUBLE", "gross": "DOUBLE",
    "quantity": "DOUBLE",
}  # fmt: skip


def raw_load(file: str, target: str) -> dict[str, Any]:
    from entrepot.engine import connect

    shutil.rmtree(target, ignore_errors=True)
    connection = connect()
    types = ", ".join(f"'{name}': '{kind}'" for name, kind in RAW_TYPES.items())
    connection.execute(f"""
        COPY (SELECT *, date_trunc('month', strptime("day", '%d.%m.%Y'))::DATE AS period
              FROM read_csv('{file}', all_varchar=false, types={{{types}, 'day': 'VARCHAR', 'code':
              'VARCHAR'}}) ORDER BY period, code)
        TO '{target}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (period))""")
    return {}


def load(file: str, target: str) -> dict[str, Any]:
    shutil.rmtree(target, ignore_errors=True)
    report = Lake.open(target).add("shipments", [Path(file)], mapping=LAYOUT)
    return {"rows": sum(one.rows for one in report.added)}


def load_part(lake: str, rows: str, part: str, year: str, beside_raw: str) -> dict[str, Any]:
    """Make one year of lines, load it beside those of earlier years, and take the text away."""
    from entrepot.engine import connect
    from entrepot.lake import Lake

    file = Path(lake).parent / f"part-{part}.csv"
    # 363 days, rounded to whole ones, stay within the year.
    made = query(int(rows), int(part) * int(rows), f"{year}-01-01", 363)
    with connect() as connection:
        connection.execute(f"COPY ({made}) TO '{file}' (FORMAT csv, HEADER)")
    size = file.stat().st_size
    start, cpu = time.perf_counter(), time.process_time()
    report = Lake.open(lake).add("shipments", [file], mapping=LAYOUT)
    took = time.perf_counter() - start, time.process_time() - cpu
    found = {"run": (*took, harness.peak_of_this_process()), "bytes": size}
    if int(beside_raw):
        raw = Path(lake).parent / "raw-part"
        cpu = time.process_time()
        raw_load(str(file), str(raw))
        found["raw"] = time.process_time() - cpu
        shutil.rmtree(raw)
    file.unlink()
    return found | {"rows": sum(one.rows for one in report.added)}


def report_of_parts(parts: int) -> str:
    """Load so many years of lines one after the other into one register, and say what each took."""
    root = Path(os.environ.get("ENTREPOT_BENCH_DIR") or "entrepot-bench", "register")
    root.mkdir(parents=True, exist_ok=True)
    lake = root / "lake-of-parts"
    shutil.rmtree(lake, ignore_errors=True)
    lines = [
        "| lines before | lines | MiB of CSV | s | CPU s | peak MiB | raw, CPU s | load |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    before = 0
    for part in range(parts):
        year, beside_raw = _LAST_YEAR - parts + 1 + part, int(part in (0, parts - 1))
        run = harness.job(__file__, "load_part", lake, rows_asked(), part, year, beside_raw)
        facts = run.facts
        numbers = (before, facts["rows"], facts["bytes"] / 2**20, run.seconds, run.cpu)
        cells = [f"{one:,.0f}" for one in (*numbers, run.peak_mib)]
        cells += [f"{facts['raw']:,.0f}" if beside_raw else "", f"{os.getloadavg()[0]:.1f}"]
        lines.append(f"| {' | '.join(cells)} |")
        print(lines[-1], file=sys.stderr, flush=True)
        before += facts["rows"]
    return harness.section("A customs register, year by year", "\n".join(lines))


def _lines(lake: str) -> str:
    return f"read_parquet('{lake}/shipments/**/*.parquet', hive_partitioning=true)"


def raw_ask(lake: str) -> dict[str, Any]:
    from entrepot.engine import connect

    [(share,)] = (
        connect()
        .execute(f"""
        SELECT sum(value_usd) FILTER (origin = 'CHN') / sum(value_usd) FROM {_lines(lake)}
        WHERE product = '854231' AND year(period::DATE) = 2022""")
        .fetchall()
    )
    return {"share": share}


def raw_hhi(lake: str) -> dict[str, Any]:
    from entrepot.engine import connect

    connection = connect()
    connection.execute(f"""
        CREATE TEMP TABLE found AS
        SELECT tariff_line, period, sum(v * v) / (sum(v) * sum(v)) AS hhi FROM (
            SELECT tariff_line, period, origin, sum(value_usd) AS v FROM {_lines(lake)}
            GROUP BY ALL)
        GROUP BY ALL""")
    [(cells, total)] = connection.execute("SELECT count(*), sum(hhi) FROM found").fetchall()
    return {"cells": cells, "sum": total}


def hhi(lake: str) -> dict[str, Any]:
    held = Lake.open(lake)
    with held.reading():
        rows = held.flows("shipments.made", basis="origin")
        rows = rows.filter(nw.col("partner_basis") == "origin")
        panel = concentration(rows, by=["tariff_line", "period"])
        held.connection.execute(f"CREATE TEMP TABLE found AS {panel.to_native().sql_query()}")
        [(cells, total)] = held.connection.execute(
            "SELECT count(*), sum(hhi) FROM found"
        ).fetchall()
    return {"cells": cells, "sum": total}


def list_of(rows: int) -> Path:
    """Return a list of shipments of so many lines, as a company has it."""
    target = made().parent / f"list-{rows}.csv"
    if not target.exists():
        from entrepot.engine import connect

        to = _of("Turkey;Kazakhstan;China;Russia;United Arab Emirates;Armenia;France", "to")
        connect().execute(f"""
            COPY (SELECT declaration AS reference, strptime("day", '%d.%m.%Y')::DATE AS "date",
                left(code, 8) AS "CN code", "made in" AS origin, 'Germany' AS "from", {to} AS "to",
                buyer AS consignee, "value" AS "Value (EUR)", net AS "net mass",
                goods AS description
            FROM (SELECT *, row_number() OVER () AS i FROM ({query(rows)})))
            TO '{target}' (FORMAT csv, HEADER)""")
    return target


def raw_screen(file: str, target: str) -> dict[str, Any]:
    from entrepot.engine import connect

    connect().execute(
        f"COPY (SELECT *, left(\"CN code\", 6) IN ('854231', '854232') AS listed "
        f"FROM read_csv('{file}') ORDER BY listed DESC) TO '{target}' (FORMAT parquet)"
    )
    return {}


def screen(file: str, target: str) -> dict[str, Any]:
    from entrepot.figures.screening import read_file
    from entrepot.figures.screening import screen as screened
    from entrepot.report.screening import save_screening

    found = screened(read_file(Path(file)), nomenclature="CN")
    save_screening(found, Path(target))
    return {"lines": found.lines, "listed": found.sums[1]}


JOBS = {
    "raw_load": raw_load,
    "load": load,
    "load_part": load_part,
    "raw_ask": raw_ask,
    "raw_hhi": raw_hhi,
    "hhi": hhi,
    "raw_screen": raw_screen,
    "screen": screen,
}


def report(turns: int = 3) -> str:
    """Run all jobs and return the section of the results."""
    script, file = __file__, made()
    root = file.parent
    raw, lake = root / "raw", root / "lake"
    before = os.getloadavg()[0]
    few = 1 if rows_asked() > 5_000_000 else turns
    loads = harness.in_turns(
        {
            "raw load": lambda: harness.job(script, "raw_load", file, raw),
            "load": lambda: harness.job(script, "load", file, lake),
        },
        few,
    )
    shutil.rmtree(raw, ignore_errors=True)
    keys = {
        "source": "shipments.made", "basis": "origin", "importer": "KAZ", "exporter": "CHN",
        "goods": "854231", "period": "2022", "lake": str(lake),
    }  # fmt: skip
    asked = [str(Path(sys.executable).with_name("entrepot")), "ask", "import_share", "--json"]
    asked += [word for name, text in keys.items() for word in (f"--{name}", text)]
    asks = harness.in_turns(
        {
            "raw ask": lambda: harness.job(script, "raw_ask", lake),
            "ask": lambda: harness.command(asked),
        },
        turns,
    )
    panels = harness.in_turns(
        {
            "raw HHI": lambda: harness.job(script, "raw_hhi", lake),
            "HHI": lambda: harness.job(script, "hhi", lake),
        },
        turns,
    )
    first, second = (runs[0].facts for runs in panels.values())
    if first["cells"] != second["cells"] or abs(first["sum"] / second["sum"] - 1) > 1e-9:
        raise SystemExit(f"HHI differs: {first} and {second}")
    parts = [
        __doc__ or "",
        (
            f"{rows_asked():,} lines, {file.stat().st_size / 2**30:.1f} GiB of CSV. Load of the "
            f"machine before and after (1 minute, of {os.cpu_count()} cores): {before:.1f} and "
            "LOAD_AFTER."
        ),
        harness.compared(loads, "load", {"raw load": "2 at most"}),
        harness.compared(asks, "ask", {"ask": "2 s"}),
        harness.compared(panels, "HHI", {"raw HHI": "1.3 at most"}),
    ]
    for rows, goal in ((100_000, "3 s"), (1_000_000, "10 s")):
        given, written = list_of(rows), root / "screened.parquet"
        ours = f"screening, {rows:,} lines"
        jobs = {f"raw {ours}": "raw_screen", ours: "screen"}
        found = harness.in_turns(
            {name: partial(harness.job, script, job, given, written) for name, job in jobs.items()},
            turns,
        )
        parts.append(harness.compared(found, ours, {ours: goal}))
    parts[1] = parts[1].replace("LOAD_AFTER", f"{os.getloadavg()[0]:.1f}")
    return harness.section("A customs register", *parts)


if __name__ == "__main__":
    parts = int(os.environ.get("ENTREPOT_BENCH_PARTS", 0))
    harness.main(JOBS, partial(report_of_parts, parts) if parts else report)
