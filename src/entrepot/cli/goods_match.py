"""`entrepot goods match` and `weights`: lists in other editions, and against a table."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.cli.common import (
    JsonOption,
    LakeOption,
    complete_area,
    complete_edition,
    complete_goods,
    complete_source,
    open_lake,
    writable,
)
from entrepot.cli.output import emit, table
from entrepot.errors import (
    BadFileError,
    NoEvidenceError,
    RequestError,
    UnknownNameError,
)
from entrepot.files import read_bytes, require_file
from entrepot.model.display import first_of
from entrepot.model.table_files import write_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from entrepot.goods import Links, ListEntry
    from entrepot.goods.list_conversion import CodeConversion
    from entrepot.goods.match import Matcher
    from entrepot.goods.weights import ConversionWeights


def match(
    what: Annotated[
        str,
        typer.Argument(
            metavar="LIST|FILE",
            help="A list to convert, or a table to match.",
            autocompletion=complete_goods,
        ),
    ],
    to: Annotated[
        list[str] | None,
        typer.Option(
            help="HS edition to convert to: HS2017 (repeatable).", autocompletion=complete_edition
        ),
    ] = None,
    column: Annotated[
        str | None, typer.Option(help="Table: the column with product codes.")
    ] = None,
    edition: Annotated[
        str,
        typer.Option(
            help="Table: HS edition or tariff of its codes.", autocompletion=complete_edition
        ),
    ] = "HS2022",
    against: Annotated[
        list[str] | None,
        typer.Option(
            help="Table: lists to match against; default: all.", autocompletion=complete_goods
        ),
    ] = None,
    day: Annotated[str | None, typer.Option(help="Table: a date, or the column of dates.")] = None,
    source: Annotated[
        str | None,
        typer.Option(
            help="List: data in its HS edition, to compute shares of families.",
            autocompletion=complete_source,
        ),
    ] = None,
    period: Annotated[str | None, typer.Option(help="Period of these data: 2023.")] = None,
    importer: Annotated[
        str | None,
        typer.Option(
            help="Importer in these data.",
            autocompletion=complete_area,
        ),
    ] = None,
    exporter: Annotated[
        str | None,
        typer.Option(
            help="Exporter in these data.",
            autocompletion=complete_area,
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write every row: .csv or .xlsx.", callback=writable)
    ] = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Convert a list to other HS editions, or match the rows of a table against lists.

    Example: entrepot goods match chpl --to HS2017
    """
    codes = [one.translate(str.maketrans("", "", " .")) for one in re.split("[+,]", what)]
    # A bare code is no list; but a file may be called 8542.
    if all(one.isascii() and one.isdigit() for one in codes) and not Path(what).exists():
        what_it_is = "one code" if len(codes) == 1 else "codes"
        raise RequestError(
            f"{what!r} is {what_it_is}, and neither a list nor a table",
            hint="see when and on which lists: entrepot goods history "
            f"{','.join(codes)}; many codes: entrepot goods match FILE --column NAME",
        )
    if column is None:
        data = _converted(what, to or ["HS2017"], lake)
        if source:
            keys = {"period": period, "importer": importer, "exporter": exporter}
            _know_shares(data, source, keys, lake)
        emit(data, lambda screen: draw_families(data, screen), as_json=as_json)
        if out:
            _write(out, [_flat(one) for one in data["codes"]])
        return
    found = matched(Path(what), column, edition, _links(lake), against or [], day)
    rows = found.rows
    counts = Counter((row["list"], row["certainty"]) for row in rows if row["list"])
    data = {
        "rows": len({row["row"] for row in rows}),
        "on_a_list": len({row["row"] for row in rows if row["list"]}),
        "matches": rows if out is None else [],
        "counts": [
            {"list": name, "certainty": kind, "matches": count}
            for (name, kind), count in sorted(counts.items())
        ],
        "lists_left_out": list(found.left_out),
        "not_known": len({row["row"] for row in rows if row["status"] == NOT_KNOWN}),
        "not_known_because": list(found.unsettled),
        "not_readable": [row for row in rows if row["status"] == NOT_READABLE],
    }
    if out:
        _write(out, rows)
    emit(data, lambda screen: draw_matched(data, out, screen), as_json=as_json)


def weights(
    source: Annotated[
        str,
        typer.Option(
            "--from", help="HS edition of the data: HS2017.", autocompletion=complete_edition
        ),
    ],
    to: Annotated[
        str, typer.Option(help="HS edition wanted: HS2022.", autocompletion=complete_edition)
    ],
    out: Annotated[
        Path | None, typer.Option(help="Write every weight as CSV.", callback=writable)
    ] = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Estimate how codes split between two editions, from reporters that switched on time.

    Example: entrepot goods weights --from HS2017 --to HS2022 --out weights.csv
    """
    from entrepot.figures import weights_between

    opened = open_lake(lake)
    with opened.reading():
        links = _required(_links(lake))
        found = weights_between(opened, links, source, to)
    rows = found.to_arrow().to_pylist()
    if out:
        _write(out, rows)
    emit(rows, lambda screen: draw_weights(found, screen), as_json=as_json)


def converted_entries(
    entries: Sequence[ListEntry], to: str, lake: Path | None
) -> list[list[dict[str, Any]]]:
    """Return for each entry what its codes are in another edition, or that it is not known."""
    from entrepot.goods.list_conversion import expanded, reaches

    links = _links(lake)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    # Edition by edition: one that cannot be followed does not take the others with it.
    for edition in dict.fromkeys(entry.edition for entry in entries):
        of_edition = tuple(entry for entry in entries if entry.edition == edition)
        codes = [code for entry in of_edition for code in expanded(entry.code, edition)]
        try:
            there = {code: _plain(one) for (_, code), one in reaches(of_edition, to, links).items()}
        # A RequestError too, but `to` is the mistake then, and not a missing table.
        except UnknownNameError:
            raise
        except RequestError as error:
            missing = {"kind": "not established", "codes": [], "reason": error.hint}
            there = {code: {"code": code, **missing} for code in codes}
        found |= {(edition, code): there[code] for code in codes}
    return [
        [found[entry.edition, code] for code in expanded(entry.code, entry.edition)]
        for entry in entries
    ]


def _links(folder: Path | None) -> Links | None:
    lake = open_lake(folder)
    with lake.reading():
        # What computes figures takes half of a short command to import.
        if all(one.table != "correlations" for one in lake.holdings()):
            return None
        from entrepot.figures import links_loaded

        return links_loaded(lake)


def _required(links: Links | None) -> Links:
    if links is None:
        raise NoEvidenceError(
            "correlation tables between HS editions are not loaded",
            hint="entrepot data get concordance, or: entrepot data add concordance FILE...",
        )
    return links


def _converted(text: str, editions: list[str], lake: Path | None) -> dict[str, Any]:
    from entrepot.goods.list_conversion import reaches
    from entrepot.goods.parse import parse
    from entrepot.model.product import harmonized

    parts = parse(text)
    entries = tuple(entry for part in parts for entry in part.entries)
    if not entries:
        raise RequestError(f"not a list: {text!r}", hint="see: entrepot goods list")
    hs = [harmonized(name).id for name in editions]
    links = _links(lake)
    found = {name: reaches(entries, name, links, hs) for name in hs}
    codes = [
        {
            "code": code,
            "edition": edition,
            "in": {name: _plain(found[name][edition, code]) for name in hs},
        }
        for edition, code in found[hs[0]]
    ]
    return {"list": ",".join(part.key for part in parts), "to": hs, "codes": codes}


def _know_shares(
    data: dict[str, Any], source: str, keys: dict[str, str | None], folder: Path | None
) -> None:
    """Add to the bounds the share of a code in its family, from data in the list's own edition."""
    from entrepot.figures import Definition, traded

    asked = Definition.build("value", goods="all", source=source, **keys)
    lake = open_lake(folder)
    families = [
        (one["edition"], one["code"], there)
        for one in data["codes"]
        for there in one["in"].values()
        if there["family"]
    ]
    with lake.reading():
        for edition in dict.fromkeys(name for name, _, _ in families):
            here = [(code, there) for name, code, there in families if name == edition]
            codes = {code for _, there in here for code in there["family"][edition]}
            values = traded(asked, edition, codes, lake)
            for code, there in here:
                total = sum(values.get(one, 0.0) for one in there["family"][edition])
                there["share_known"] = values.get(code, 0.0) / total if total else None
    data["shares_from"] = {"source": source} | {name: key for name, key in keys.items() if key}


def _plain(one: CodeConversion) -> dict[str, Any]:
    family = dict(one.family.members) if one.family else None
    return {
        "code": one.code,
        "kind": one.kind,
        "codes": list(one.codes),
        "widest": list(one.widest),
        "share_low": one.low,
        "share_high": one.high,
        "family": {name: list(codes) for name, codes in family.items()} if family else None,
        "reason": one.reason,
    }


def _flat(one: dict[str, Any]) -> dict[str, Any]:
    found = {"code": one["code"], "edition": one["edition"]}
    for name, there in one["in"].items():
        found[f"{name}_kind"] = there["kind"]
        found[f"{name}_codes"] = " ".join(there["codes"])
        found[f"{name}_widest"] = " ".join(there["widest"])
        found[f"{name}_share_low"] = there["share_low"]
        found[f"{name}_share_known"] = there.get("share_known")
        found[f"{name}_reason"] = there["reason"]
    return found


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    write_table(path, rows)


# The user's own table: read, and every row of it matched against lists.


_MATCHED = (
    "list", "part", "list_code", "list_nomenclature", "certainty", "status", "reason",
)  # fmt: skip
_SHOWN = 5
NOT_KNOWN = "not known"
NOT_READABLE = "not readable"


@dataclass(frozen=True, slots=True)
class Matched:
    """What a table was matched to.

    Attributes
    ----------
    rows
        One for each match, and one with an empty `list` for a row that meets none or cannot be
        read.
    left_out
        Lists that cannot be converted to the edition of the table, or some of whose codes cannot.
    unsettled
        Why rows that meet no list may be on one all the same.
    """

    rows: list[dict[str, Any]]
    left_out: tuple[str, ...]
    unsettled: tuple[str, ...]


_LARGEST = 2**28  # bytes of a table of codes


def matched(
    path: Path,
    column: str,
    edition: str,
    links: Links | None,
    against: list[str],
    day: str | None,
) -> Matched:
    """Match a column of a table against lists.

    Parameters
    ----------
    against
        Names of lists; empty takes all that can be converted to `edition`.
    day
        A day, or the column that has one; None takes all the time that is known.

    Raises
    ------
    UnknownNameError
        For an unknown list, column or edition.
    RequestError
        If no row has a code of the edition.
    """
    from entrepot.goods import goods_list, goods_lists
    from entrepot.goods.match import Matcher

    lists = [goods_list(name) for name in against] or list(goods_lists())
    matcher = Matcher(lists, edition, links, all_of_them=bool(against))
    header, rows = _read(path, column)
    if column not in header:
        raise UnknownNameError("column", column, header, where=str(path))
    place = header.index(column)
    day_place = header.index(day) if day in header else None
    fixed = _day(day, str(path)) if day and day_place is None else None
    found: list[dict[str, Any]] = []
    refused: list[tuple[int, RequestError]] = []
    for number, row in rows:
        try:
            on = _day(row[day_place], "") if day_place is not None else fixed
            found += _of_row(matcher, number, row[place], on)
        except RequestError as error:
            refused.append((number, error))
            found.append(_unread(number, row[place], error))
    if refused and len(refused) == len(rows):
        raise _refusal(path, refused)
    days = {
        (row["day"], row["code"]) for row in found if row["status"] == NOT_KNOWN and not row["list"]
    }
    open_ = {
        why: None for day, code in sorted(days) for why in matcher.unsettled(_or_none(day), code)
    }
    return Matched(found, matcher.not_compared, tuple(open_))


def _or_none(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _of_row(matcher: Matcher, number: int, code: str, day: date | None) -> list[dict[str, Any]]:
    base = {"row": number, "code": code, "day": str(day or "")}
    if not code.strip():
        return [base | dict.fromkeys(_MATCHED, "") | {"reason": "no code in this row"}]
    matches = [one.to_dict() for one in matcher.match(code, day)]
    if not matches:
        unsettled = matcher.unsettled(day, code)
        status = NOT_KNOWN if unsettled else "not listed"
        return [base | dict.fromkeys(_MATCHED, "") | {"status": status}]
    return [base | {name: one[name] for name in _MATCHED} for one in matches]


def _unread(number: int, code: str, error: RequestError) -> dict[str, Any]:
    base = {"row": number, "code": code, "day": ""} | dict.fromkeys(_MATCHED, "")
    return base | {"status": NOT_READABLE, "reason": error.what}


def _refusal(path: Path, refused: list[tuple[int, RequestError]]) -> RequestError:
    """Return why no row at all can be read: what is wrong with the first."""
    number, first = refused[0]
    where = f"{path}, row {number}" + (f", and {len(refused) - 1} more" if refused[1:] else "")
    return RequestError(first.what, where=where, why=first.why, hint=first.hint)


def _read(path: Path, column: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header of a table, and its rows as text, numbered as an editor shows them."""
    require_file(path, most=_LARGEST)
    if path.suffix.lower() in (".xls", ".xlsx", ".xlsb"):
        from entrepot.figures.screening import read_workbook

        workbook = read_workbook(path, code=column)
        numbers = workbook.cells.column("row").to_pylist()
        columns = [workbook.cells.column(f"c{n}").to_pylist() for n in range(len(workbook.columns))]
        cells = zip(*columns, strict=True)
        rows = [(number, list(row)) for number, row in zip(numbers, cells, strict=True)]
        return list(workbook.columns), rows
    if path.suffix.lower() == ".ods":
        raise RequestError(
            f"{path.name} is a workbook of another kind", hint="save it as XLSX, or as CSV (UTF-8)"
        )
    return _parquet(path) if path.suffix.lower() == ".parquet" else _text(path)


def _parquet(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from entrepot.sources.parquet import require_modest

    require_modest(path, str(path))
    try:
        loaded = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise BadFileError("not a Parquet file", where=str(path), hint="check the file") from error
    columns = [loaded.column(name).to_pylist() for name in range(loaded.num_columns)]
    rows = [
        (number, ["" if cell is None else str(cell) for cell in cells])
        for number, cells in enumerate(zip(*columns, strict=True), start=1)
    ]
    return loaded.column_names, rows


def _text(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    try:
        text = read_bytes(path, most=_LARGEST).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFileError("not text in UTF-8", where=str(path), hint="save as UTF-8") from error
    first = text.partition("\n")[0]
    # Spreadsheets write the separator of their country: the one that the head has most of.
    delimiter = max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    read = 0
    try:
        for row in reader:
            read = reader.line_num
            rows += [(read, row)] if row else []
    except csv.Error as error:
        where = f"{path}, row {read + 1}"
        raise BadFileError(f"cannot be read: {error}", where=where) from error
    if not rows:
        raise BadFileError("the file is empty", where=str(path))
    header = rows[0][1]
    # Some programs leave out the empty cells at the end of a row.
    return header, [(number, row + [""] * (len(header) - len(row))) for number, row in rows[1:]]


def _day(text: str, where: str) -> date:
    try:
        # A time of day behind the date is passed over.
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise RequestError(
            f"neither a date nor a column: {text!r}", where=where, hint="write 2024-02-23"
        ) from error


# Terminal output of the commands that convert goods to other editions.


_WORDS = {
    "same": "same code",
    "renumbered": "{codes}, the same goods",
    "family": "{codes}, together",
    "successor": "mostly {codes}",
    "no_safe_predecessor": "none",
    "content_changed": "same code, other content",
    "mixed": "same code, shared with others",
    "unknown": "no such code",
}


def draw_families(data: dict[str, Any], screen: Console) -> None:
    """Draw what the codes of a list are in other editions."""
    from rich.text import Text

    rows = [
        [
            one["code"],
            one["edition"],
            *(converted([one["in"][name]]) for name in data["to"]),
        ]
        for one in data["codes"]
    ]
    plain = [row for row in rows if set(row[2:]) != {"same code"}]
    columns = ["code", "edition", *(f"in {name}" for name in data["to"])]
    if plain:
        screen.print(table("", columns, plain))
    _draw_known(data, screen)
    same, editions = len(rows) - len(plain), " and ".join(data["to"])
    screen.print(f"{same} of {len(rows)} codes are the same in {editions}.")
    for one in data["codes"]:
        reasons = dict.fromkeys(there["reason"] for there in one["in"].values() if there["reason"])
        if reasons and len(plain) <= 40:
            screen.print(Text(f"{one['code']}: {'; '.join(reasons)}"))


def _draw_known(data: dict[str, Any], screen: Console) -> None:
    """Draw which share of its family a code has, where data in its own edition say so."""
    rows = [
        [one["code"], name, " ".join(there["family"][one["edition"]]), f"{100 * known:.1f} %"]
        for one in data["codes"]
        for name, there in one["in"].items()
        if there["kind"] != "same" and (known := there.get("share_known")) is not None
    ]
    if rows:
        columns = ["code", "in", "family in its own edition", "share of it"]
        screen.print(table("", columns, rows, right=(3,)))


def draw_matched(data: dict[str, Any], out: Path | None, screen: Console) -> None:
    """Draw which rows of a table meet a list."""
    screen.print(f"{data['on_a_list']:,} of {data['rows']:,} rows match a list.")
    if data["not_known"]:
        why = f": {first_of(data['not_known_because'], 8)}" if data["not_known_because"] else ""
        screen.print(f"Not known for {data['not_known']:,} rows{why}.")
    if unread := data["not_readable"]:
        screen.print(f"Not readable: {len(unread):,} row{'s' * (len(unread) > 1)}.")
        for one in unread[:_SHOWN]:
            screen.print(f"  row {one['row']}: {one['reason']}")
    rows = [[one["list"], one["certainty"], f"{one['matches']:,}"] for one in data["counts"]]
    if rows:
        screen.print(table("", ["list", "certainty", "matches"], rows, right=(2,)))
    shown = [row for row in data["matches"] if row["list"]][:30]
    if shown:
        columns = ["row", "code", "day", "list", "list_code", "certainty", "status", "reason"]
        cells = [[str(row[name]) for name in columns] for row in shown]
        screen.print(table("", [name.replace("_", " ") for name in columns], cells))
    if out is None and data["on_a_list"] > len(shown):
        screen.print("More rows: --out FILE or --json.")
    if data["lists_left_out"]:
        names = ", ".join(data["lists_left_out"])
        screen.print(f"Not compared, because no correlation table leads to that edition: {names}")
    screen.print("Every match except 'whole' is a candidate; a code is not a classification.")


def converted(found: list[dict[str, Any]]) -> str:
    """Say in few words what a code is in another edition."""
    if len(found) > 1:
        kinds = Counter(one["kind"] for one in found)
        return ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in kinds.most_common())
    [one] = found
    return _WORDS.get(one["kind"], "not established").format(codes=", ".join(one["codes"]))


def draw_weights(found: ConversionWeights, screen: Console) -> None:
    """Draw how many codes split, and of which that could not be estimated."""
    split = {one.code for one in found.splits if one.weight < 1}
    guessed = {one.code for one in found.splits if one.guessed}
    links, editions = len(found.splits), f"{found.nomenclature} to {found.other}"
    screen.print(f"{links:,} links from {editions}; {len(split):,} codes split")
    if guessed:
        screen.print(
            "Split into equal parts (a guess), because no reporter that switched editions on time "
            f"traded them: {first_of(sorted(guessed), 12)}"
        )
    if found.nowhere:
        screen.print(
            f"Not converted, because they are catch-all codes: {first_of(found.nowhere, 12)}"
        )
