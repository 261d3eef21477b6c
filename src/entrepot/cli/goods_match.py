"""`entrepot goods match` and `weights`: lists in other editions, and against a table."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.cli.common import JsonOption, LakeOption, emit, open_lake, table
from entrepot.errors import NoEvidenceError, OutsideError, RequestError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from entrepot.goods import Links, ListEntry
    from entrepot.goods.match import Matcher
    from entrepot.goods.reach import Reach

__all__ = ["followed_entries", "match", "weights", "words"]

_WORDS = {
    "same": "same code",
    "renumbered": "{codes}, the same goods",
    "family": "{codes}, together",
    "successor": "{codes} stands for it",
    "no_safe_predecessor": "none",
    "content_changed": "same code, other content",
    "mixed": "same code, shared with others",
    "unknown": "no such code",
}


def match(
    what: Annotated[
        str, typer.Argument(metavar="LIST|FILE", help="A list to follow, or a table to match.")
    ],
    to: Annotated[
        list[str] | None, typer.Option(help="Edition: HS2017; again for more of them.")
    ] = None,
    column: Annotated[
        str | None, typer.Option(help="Of a table: the column with product codes.")
    ] = None,
    edition: Annotated[
        str, typer.Option(help="Of a table: what its codes are to be read in.")
    ] = "HS2022",
    against: Annotated[
        list[str] | None, typer.Option(help="Of a table: against which list; default: all.")
    ] = None,
    day: Annotated[
        str | None, typer.Option(help="Of a table: a day, or the column that has one.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write every row as CSV.")] = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Follow a list into other editions, or say which rows of a table are on which list.

    Example: entrepot goods match chpl --to HS2017
    """
    if column is None:
        data = _followed(what, to or ["HS2017"], lake)
        emit(data, lambda screen: _draw_families(data, screen), as_json=as_json)
        if out:
            _write(out, [_flat(one) for one in data["codes"]])
        return
    rows = list(_matched(Path(what), column, edition, against or [], day, lake))
    counts = Counter((row["list"], row["certainty"]) for row in rows if row["list"])
    found = {row["row"] for row in rows if row["list"]}
    data = {
        "rows": len({row["row"] for row in rows}),
        "on_a_list": len(found),
        "matches": rows if out is None else [],
        "counts": [
            {"list": name, "certainty": kind, "matches": count}
            for (name, kind), count in sorted(counts.items())
        ],
    }
    if out:
        _write(out, rows)
    emit(data, lambda screen: _draw_matched(data, out, screen), as_json=as_json)


def weights(
    source: Annotated[str, typer.Option("--from", help="Edition of the data: HS2017.")],
    to: Annotated[str, typer.Option(help="Edition wanted: HS2022.")],
    out: Annotated[Path | None, typer.Option(help="Write every weight as CSV.")] = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Estimate how codes split between two editions, from who changed the edition on time.

    Example: entrepot goods weights --from HS2017 --to HS2022 --out weights.csv
    """
    from entrepot.figures import weights_between

    opened = open_lake(lake)
    with opened.reading():
        links = _required(_links(lake))
        found = weights_between(opened, links, source, to)
    rows = [
        {"code": one.code, "other_code": one.other_code, "weight": one.weight}
        | {"switchers": one.switchers}
        for one in found.splits
    ]
    if out:
        _write(out, rows)
    split = [one for one in found.splits if one.weight < 1]
    words_ = (
        f"{len(rows):,} links from {source} to {to}; {len({s.code for s in split}):,} codes split"
    )
    emit(rows, lambda screen: screen.print(words_), as_json=as_json)


def followed_entries(
    entries: Sequence[ListEntry], to: str, lake: Path | None
) -> list[list[dict[str, Any]]]:
    """Return for each entry what its codes are in another edition, or that it is not known."""
    from entrepot.goods.follow import expanded, reaches

    try:
        found = reaches(tuple(entries), to, _links(lake))
    except RequestError as error:
        if isinstance(error, UnknownNameError):
            raise
        return [
            [{"code": entry.code, "kind": "not established", "codes": [], "reason": error.hint}]
            for entry in entries
        ]
    return [
        [
            _plain(found[entry.edition, code])
            for code in expanded(entry.code, entry.edition)
        ]
        for entry in entries
    ]  # fmt: skip


def words(code: str, found: list[dict[str, Any]]) -> str:
    """Say in few words what a code is in another edition."""
    if len(found) > 1:
        kinds = Counter(one["kind"] for one in found)
        return ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in kinds.most_common())
    [one] = found
    return _WORDS.get(one["kind"], "not established").format(codes=", ".join(one["codes"]))


def _links(folder: Path | None) -> Links | None:
    from entrepot.figures import links_held

    lake = open_lake(folder)
    with lake.reading():
        return links_held(lake)


def _required(links: Links | None) -> Links:
    if links is None:
        raise NoEvidenceError(
            "the lake holds no tables between editions",
            hint="entrepot data get concordance, or: entrepot data add concordance FILE...",
        )
    return links


def _followed(text: str, editions: list[str], lake: Path | None) -> dict[str, Any]:
    from entrepot.goods.follow import reaches
    from entrepot.goods.parse import parse
    from entrepot.model.product import harmonized

    parts = parse(text)
    entries = tuple(entry for part in parts for entry in part.entries)
    if not entries:
        raise RequestError(f"no list: {text!r}", hint="see: entrepot goods list")
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


def _plain(one: Reach) -> dict[str, Any]:
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
        found[f"{name}_reason"] = there["reason"]
    return found


def _draw_families(data: dict[str, Any], screen: Console) -> None:
    from rich.text import Text

    rows = [
        [
            one["code"],
            one["edition"],
            *(words(one["code"], [one["in"][name]]) for name in data["to"]),
        ]
        for one in data["codes"]
    ]
    plain = [row for row in rows if set(row[2:]) != {"same code"}]
    columns = ["code", "edition", *(f"in {name}" for name in data["to"])]
    if plain:
        screen.print(table("", columns, plain))
    screen.print(f"{len(rows) - len(plain)} of {len(rows)} codes are the same in {' and '.join(data['to'])}.")
    for one in data["codes"]:
        reasons = dict.fromkeys(there["reason"] for there in one["in"].values() if there["reason"])
        if reasons and len(plain) <= 40:
            screen.print(Text(f"{one['code']}: {'; '.join(reasons)}"))


def _matched(
    path: Path, column: str, edition: str, against: list[str], day: str | None, lake: Path | None
) -> Iterator[dict[str, Any]]:
    from entrepot.goods import goods_list, goods_lists
    from entrepot.goods.match import Matcher

    lists = [goods_list(name) for name in against] or list(goods_lists())
    links = _links(lake)
    matchers: list[Matcher] = []
    for held in lists:
        try:
            matchers.append(Matcher([held], edition, links))
        except RequestError:
            if against:
                raise  # asked for by name; of all lists, those of other editions are left out
    header, rows = _read(path)
    if column not in header:
        raise UnknownNameError("column", column, header, where=str(path))
    place = header.index(column)
    day_place = header.index(day) if day in header else None
    fixed = _day(day, str(path)) if day and day_place is None else None
    for number, row in enumerate(rows, start=2):
        on = _day(row[day_place], f"{path}, row {number}") if day_place is not None else fixed
        matches = _of_row(matchers, str(row[place]), on, f"{path}, row {number}")
        base = {"row": number, "code": row[place], "day": str(on or "")}
        if not matches:
            yield base | dict.fromkeys(_MATCHED, "")
        for one in matches:
            yield base | {name: item for name, item in one.items() if name != "code"}


_MATCHED = (
    "list", "part", "list_code", "list_nomenclature", "certainty", "status", "reason",
)  # fmt: skip


def _of_row(
    matchers: list[Matcher], code: str, day: date | None, where: str
) -> list[dict[str, Any]]:
    try:
        return [one.to_dict() for matcher in matchers for one in matcher.match(code, day)]
    except RequestError as error:
        raise RequestError(error.what, where=where, why=error.why, hint=error.hint) from error


def _read(path: Path) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of a table as text."""
    if not path.is_file():
        raise RequestError(f"no such file: {path}", hint="check the path")
    if path.suffix.lower() == ".parquet":
        from entrepot.engine import connect

        found = connect().read_parquet(str(path))
        cells = [[str(cell or "") for cell in row] for row in found.fetchall()]
        return list(found.columns), cells
    if path.suffix.lower() in (".xls", ".xlsx", ".ods"):
        raise RequestError(
            f"{path.name} is a workbook", hint="save the sheet as CSV (UTF-8), codes as text"
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RequestError("not text in UTF-8", where=str(path), hint="save as UTF-8") from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t|", key=first.count)
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    if not rows:
        raise RequestError("the file is empty", where=str(path))
    width = len(rows[0])
    return rows[0], [row + [""] * (width - len(row)) for row in rows[1:] if row]


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise RequestError(
            f"neither a day nor a column: {text!r}", where=where, hint="write 2024-02-23"
        ) from error


def _draw_matched(data: dict[str, Any], out: Path | None, screen: Console) -> None:
    screen.print(f"{data['on_a_list']:,} of {data['rows']:,} rows meet a list.")
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
    screen.print("Everything but 'whole' is a candidate; a code is no classification.")


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]) if rows else [], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    except OSError as error:
        raise OutsideError(f"cannot be written: {error.strerror}", where=str(path)) from error
