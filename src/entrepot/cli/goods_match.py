"""`entrepot goods match` and `weights`: lists in other editions, and against a table."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.cli.common import JsonOption, LakeOption, emit, open_lake
from entrepot.cli.goods_match_draw import draw_families, draw_matched, draw_weights
from entrepot.cli.goods_table import NOT_KNOWN, matched
from entrepot.errors import NoEvidenceError, OutsideError, RequestError, UnknownNameError
from entrepot.files import require_target
from entrepot.report.output import csv_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.goods import Links, ListEntry
    from entrepot.goods.list_conversion import CodeConversion

__all__ = ["followed_entries", "match", "weights"]


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
    source: Annotated[
        str | None, typer.Option(help="Of a list: data in its edition, to know shares from.")
    ] = None,
    period: Annotated[str | None, typer.Option(help="Of these data: 2023.")] = None,
    importer: Annotated[str | None, typer.Option(help="Of these data: who buys.")] = None,
    exporter: Annotated[str | None, typer.Option(help="Of these data: who sells.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write every row as CSV.")] = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Follow a list into other editions, or say which rows of a table are on which list.

    Example: entrepot goods match chpl --to HS2017
    """
    if column is None:
        data = _followed(what, to or ["HS2017"], lake)
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
    }
    if out:
        _write(out, rows)
    emit(data, lambda screen: draw_matched(data, out, screen), as_json=as_json)


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
    rows = found.to_arrow().to_pylist()
    if out:
        _write(out, rows)
    emit(rows, lambda screen: draw_weights(found, screen), as_json=as_json)


def followed_entries(
    entries: Sequence[ListEntry], to: str, lake: Path | None
) -> list[list[dict[str, Any]]]:
    """Return for each entry what its codes are in another edition, or that it is not known."""
    from entrepot.goods.list_conversion import expanded, reaches

    links = _links(lake)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for edition in dict.fromkeys(entry.edition for entry in entries):
        of_edition = tuple(entry for entry in entries if entry.edition == edition)
        codes = [code for entry in of_edition for code in expanded(entry.code, edition)]
        try:
            there = {code: _plain(one) for (_, code), one in reaches(of_edition, to, links).items()}
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
    from entrepot.goods.list_conversion import reaches
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


def _know_shares(
    data: dict[str, Any], source: str, keys: dict[str, str | None], folder: Path | None
) -> None:
    """Put beside the bounds what data in the list's own edition say of a code's family."""
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
    require_target(path)
    head = list(rows[0]) if rows else []
    try:  # names and words of a list may be anybody's, and are opened in a spreadsheet
        path.write_text(csv_text(head, [list(row.values()) for row in rows]), "utf-8", newline="")
    except OSError as error:
        raise OutsideError(f"cannot be written: {error.strerror}", where=str(path)) from error
