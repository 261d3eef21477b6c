"""Tables in the layouts of others, written as the OECD's: pymrio, Eurostat's FIGARO, ADB MRIO.

Each reader returns the one form that `Square` is. Layouts follow what programs that read these
files expect (pymrio's own `load_all`, MARIO's and other readers of FIGARO and ADB); the publishers'
whole files were not at hand.
"""

from __future__ import annotations

import csv
import json
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError
from entrepot.model.area_names import named_area
from entrepot.model.areas import by_code, known_areas, unknown_area
from entrepot.model.display import MONEY
from entrepot.sources.strict import find_rows, require_all
from entrepot.sources.text import count_lines, header, unfinished
from entrepot.sources.unpack import members
from entrepot.sources.workbook import cell_text, sheet_rows, sheets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from entrepot.sources.icio.sectors import Numbers
    from entrepot.sources.parser import RawFile

PARAMETERS = "file_parameters.json"
"""What pymrio writes beside the files of a table: which there are, and how they are laid out."""
_FLAT = ("refArea", "rowIi", "counterpartArea", "colIi", "obsValue")
_OWN_AREA = "W2"  # FIGARO's area of value added and of taxes: the buyer's own
# Codes of Eurostat: final use (columns), value added, and taxes with purchases abroad (rows).
_FIGARO_FINAL = ("P3_S13", "P3_S14", "P3_S15", "P51G", "P5M")
_FIGARO_ADDED = ("B2A3G", "D1", "D29X39")
_FIGARO_TAXES = ("D21X31", "OP_RES", "OP_NRES")
_ADB_ADDED = ("R64",)
_ADB_TAXES = ("R99", "R61", "R62", "R63", "TRS")
_ADB_FINAL = re.compile(r"F[1-9]")
_ADB_SECTOR = re.compile(r"C[0-9]{1,2}")
# Totals of inputs and of output: known, so that no unknown row is passed over.
_ADB_SUMS = ("R60", "R69")
_ADB = dict(
    re.findall(
        "([A-Z]{3}):([A-Z]{3})",
        """
        BAN:BGD BHU:BTN BRU:BRN CAM:KHM COO:COK DEN:DNK FIJ:FJI GER:DEU INO:IDN IRE:IRL KUW:KWT
        MAL:MYS MLD:MDV MON:MNG MYA:MMR NAU:NRU NEP:NPL NET:NLD PAL:PLW PHI:PHL POR:PRT PRC:CHN
        RMI:MHL ROM:ROU SAM:WSM SIN:SGP SOL:SLB SPA:ESP SRI:LKA SWI:CHE TAP:TWN TIM:TLS UAE:ARE
        UKG:GBR VAN:VUT VIE:VNM
        """,
    )
)
"""Codes of the Asian Development Bank that are not those of ISO 3166 (the ADB's Handbook of Style
and Usage, as its MRIO team's dictionary has them)."""
_REST = ("ROW", "ROTW", "RESTOFTHEWORLD", "RESTOFWORLD")
_EXIOBASE = frozenset({"WA", "WE", "WF", "WL", "WM"})
"""Rests of continents in EXIOBASE; WF is Wallis and Futuna elsewhere."""
# M.EUR, Mill USD, thousand of US$; the entire text, so TJ, kt or 1000 persons do not pass.
_UNIT = re.compile(
    r"(?P<scale>m|mio|mill|mln|million|millions|k|thousand|bn|billion|)[ .]*(of[ ]+)?"
    r"(?P<money>[a-z]{3}|us\$|\$|€)"
)
# Millions for one unit of each scale, by its first letter: k and t are thousands.
_SCALES = {"m": 1.0, "k": 1e-3, "t": 1e-3, "b": 1e3, "": 1e-6}
_SIGNS = {"us$": "USD", "$": "USD", "€": "EUR"}
_SHORT = 1e-3  # of all output: inputs beyond it are no rounding


@dataclass(frozen=True, slots=True, eq=False)
class Square:
    """A table of n sectors, money in millions of one currency.

    Attributes
    ----------
    labels
        n labels, ``AREA_SECTOR``; a label that comes twice is added up when written.
    inputs
        n x n: what the column buys of the row.
    final, final_of
        n x m: final use, and the area of each of its columns.
    output
        n, as the file says it; None where rows are all that says it.
    added, taxes
        n each: value added, and taxes less subsidies with adjustments; None where not in the file.
    currency
        ISO 4217.
    year
        Where the table itself says it.
    """

    labels: list[str]
    inputs: Numbers
    final: Numbers
    final_of: list[str]
    output: Numbers | None
    added: Numbers | None
    taxes: Numbers | None
    currency: str
    year: int | None = None


def write(table: Square, path: Path, rate: float) -> None:
    """Write a table as the OECD would, in million USD.

    Parameters
    ----------
    rate
        US dollars for one unit of the table's currency.
    """
    import numpy as np
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    sellers = list(dict.fromkeys(table.labels))
    areas = list(dict.fromkeys(table.final_of))
    # Where each label goes: several rests of the world become one XROW and are added up.
    to = np.array([sellers.index(label) for label in table.labels])
    ends = np.array([areas.index(area) for area in table.final_of])
    # Rows first, then columns: `_added` works on the first axis.
    inputs = _added(_added(table.inputs, to, len(sellers)).T, to, len(sellers)).T
    final = _added(_added(table.final, to, len(sellers)).T, ends, len(areas)).T
    rows = inputs.sum(axis=1) + final.sum(axis=1)
    output = rows if table.output is None else _added(table.output, to, len(sellers))
    below = {
        name: _added(values, to, len(sellers))
        for name, values in (("TLS", table.taxes), ("VA", table.added))
        if values is not None
    }
    under = [*below.values(), output]
    blank = np.zeros(len(under))
    columns = [pa.array([*sellers, *below, "OUT"])]
    columns += [
        pa.array(rate * np.concatenate([inputs[:, n], [one[n] for one in under]]))
        for n in range(len(sellers))
    ]
    columns += [pa.array(rate * np.concatenate([values, blank])) for values in (*final.T, output)]
    names = ["V1", *sellers, *(f"{area}_HFCE" for area in areas), "OUT"]  # final use of all kinds
    arrow_csv.write_csv(
        pa.table(columns, names=names), path, arrow_csv.WriteOptions(quoting_style="none")
    )


def _added(values: Numbers, to: Any, count: int) -> Numbers:
    """Add up along the first axis what goes to one place."""
    import numpy as np

    if count == len(to):
        return values
    found = np.zeros((count, *values.shape[1:]))
    # `found[to] += values` would keep only the last of several rows that go to one place.
    np.add.at(found, to, values)
    return found


def is_figaro(names: Sequence[str]) -> bool:
    """Whether the names in a header are those of a matrix or flat file of FIGARO."""
    return names[0] == "rowLabels" or set(_FLAT) <= set(names)


def read_figaro(path: Path, name: str) -> Square:
    """Return a table of Eurostat's FIGARO, as matrix or flat, industry by industry or by product.

    Raises
    ------
    BadFileError
        If a label is unknown, a cell is no number, or rows and columns are not the same sectors.
    """
    names = header(path, name)
    if names[0] == "rowLabels":
        labels, values = _numbers(path, name, names, 1)
        rows, columns = [one[0] for one in labels], names[1:]
    else:
        rows, columns, values = _flat(path, name)
    # W2 as area: value added and taxes belong to the buyer's own country, not to a seller.
    sellers = {n: _figaro_label(one, name) for n, one in enumerate(rows) if not _is_own_area(one)}
    buyers, ends = {}, {}
    for number, one in enumerate(columns):
        area, _, end = one.partition("_")
        if end in _FIGARO_FINAL:
            ends[number] = _figaro_area(area, f"{name}, column {one}")
        else:
            buyers[number] = _figaro_label(one, name)
    _require_same(list(sellers.values()), list(buyers.values()), name)
    order = {label: number for number, label in sellers.items()}
    # Rows are put into the order of the columns: a square table has one order.
    places = [order[label] for label in buyers.values()]
    columns_of = list(buyers)
    primary = {
        one.removeprefix(f"{_OWN_AREA}_"): n for n, one in enumerate(rows) if _is_own_area(one)
    }
    if odd := set(primary) - {*_FIGARO_ADDED, *_FIGARO_TAXES}:
        raise BadFileError(
            f"unknown row: {_OWN_AREA}_{min(odd)}",
            where=name,
            why="it may be value added or a tax, and output is their sum with inputs",
            hint="use the file as Eurostat ships it",
        )
    if missing := {*_FIGARO_ADDED, "D21X31"} - set(primary):
        raise BadFileError(
            f"no row {_OWN_AREA}_{min(missing)}",
            where=name,
            why="inputs, taxes and value added make up output; the file may be cut off",
            hint="use the file as Eurostat ships it",
        )
    return Square(
        list(buyers.values()),
        values[places][:, columns_of],
        values[places][:, list(ends)],
        list(ends.values()),
        None,
        sum(values[primary[row]][columns_of] for row in _FIGARO_ADDED),
        sum(values[primary[row]][columns_of] for row in _FIGARO_TAXES if row in primary),
        "EUR",
    )


def _is_own_area(label: str) -> bool:
    return label.startswith(f"{_OWN_AREA}_")


def _figaro_label(label: str, name: str) -> str:
    area, _, sector = label.partition("_")
    return f"{_figaro_area(area, f'{name}, {label}')}_{sector.removeprefix('CPA_')}"


def _figaro_area(code: str, where: str) -> str:
    if code == "FIGW1":
        return "XROW"
    # Eurostat writes EL and UK where ISO has GR and GB; FIGARO's other countries are ISO's.
    found = by_code("eurostat").get(code) or by_code("alpha2").get(code)
    return found or _unknown(code, where, "FIGARO names areas by two letters, and FIGW1")


def _flat(path: Path, name: str) -> tuple[list[str], list[str], Numbers]:
    """Return the flat form as a matrix; a cell that comes twice is refused."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import compute
    from pyarrow import csv as arrow_csv

    types = dict.fromkeys(_FLAT[:-1], pa.string()) | {_FLAT[-1]: pa.float64()}
    lines = count_lines(path, name)
    try:
        inside = arrow_csv.read_csv(
            path,
            convert_options=arrow_csv.ConvertOptions(
                column_types=types, include_columns=list(_FLAT), null_values=[]
            ),
        )
    except pa.ArrowInvalid as error:
        raise _not_numbers(name, error) from error
    require_all(name, len(inside), lines, lambda: find_rows(path, name, lambda _: True))
    ends = []
    for area, code in (_FLAT[:2], _FLAT[2:4]):
        # Encoded as a dictionary, millions of labels become numbers of rows and columns at once.
        label = compute.binary_join_element_wise(inside[area], inside[code], "_").combine_chunks()
        ends.append(label.dictionary_encode())
    rows, columns = (end.dictionary.to_pylist() for end in ends)
    down, along = (end.indices.to_numpy() for end in ends)
    # NaN marks cells that no row filled: fewer filled cells than rows means that one came twice.
    values = np.full((len(rows), len(columns)), np.nan)
    values[down, along] = inside[_FLAT[-1]].to_numpy()
    cells = np.count_nonzero(~np.isnan(values))
    if cells != len(inside):
        raise BadFileError(
            "a cell comes twice",
            where=name,
            why=f"{len(inside):,} rows make {cells:,} cells; values would count once or twice",
            hint="use the file as Eurostat ships it, one year a file",
        )
    return rows, columns, np.nan_to_num(values)


def is_pymrio(path: Path) -> bool:
    """Whether a file is a zip of what pymrio's `save_all` writes."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(one.rpartition("/")[2] == PARAMETERS for one in archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False


def read_pymrio(file: RawFile, scratch: Path) -> Square:
    """Return what pymrio saved: Z and Y, or A and Y, with x and units where they are there.

    Raises
    ------
    BadFileError
        If files are missing or not text, an area or unit is unknown, rows and columns are not the
        same sectors, or inputs exceed output.
    """
    import numpy as np

    inside = {
        label.removeprefix(f"{file.name}: "): path for _, label, path in members(file, scratch)
    }
    folder, said = _system(inside, file.name)

    def table(key: str) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]], Numbers] | None:
        about = said.get(key)
        if about is None:
            return None
        where = f"{file.name}: {folder}{about['name']}"
        if not str(about["name"]).lower().endswith((".txt", ".csv", ".tsv")):
            raise BadFileError(
                f"{key} is not saved as text",
                where=where,
                why="only tab-separated text is read here",
                hint='save it again: io.save_all(path, table_format="txt")',
            )
        if (path := inside.get(folder + about["name"])) is None:
            raise BadFileError(
                f"{key} is missing",
                where=where,
                why=f"{PARAMETERS} names it",
                hint="zip the whole folder that save_all wrote",
            )
        return _pymrio_text(path, where, int(about["nr_index_col"]), int(about["nr_header"]))

    square, demand = table("Z") or table("A"), table("Y")
    if square is None or demand is None:
        raise BadFileError(
            f"no {'Y' if square else 'Z'} is saved",
            where=f"{file.name}: {folder}{PARAMETERS}",
            why="inputs (Z, or A) and final demand (Y) make up output",
            hint="compute it before: io.calc_all(); io.save_all(path)",
        )
    sellers, buyers, inputs = square
    _require_same([" ".join(one) for one in sellers], [" ".join(one) for one in buyers], file.name)
    if sellers != buyers or demand[0] != sellers:
        raise BadFileError(
            "rows of Z and Y, and columns of Z, are not in one order",
            where=f"{file.name}: {folder}",
            hint="use the folder as pymrio's save_all writes it",
        )
    currency, scale = _unit(inside.get(folder + said.get("unit", {}).get("name", "-")), file.name)
    final = demand[2]
    made = table("x")
    output = None if made is None else made[2][:, 0]
    if "Z" not in said:
        # A alone is saved: output x solves x = A x + y, and inputs are Z = A diag(x).
        gross = np.linalg.solve(np.eye(len(inputs)) - inputs, final.sum(axis=1))
        inputs = inputs * gross
    total_output = inputs.sum(axis=1) + final.sum(axis=1) if output is None else output
    # 1e-300 keeps a table of zeros from dividing by zero: it has no inputs beyond output.
    beyond = float(
        np.maximum(inputs.sum(axis=0) - total_output, 0).sum() / max(total_output.sum(), 1e-300)
    )
    if beyond > _SHORT:
        worst = int(np.argmax(inputs.sum(axis=0) - total_output))
        raise BadFileError(
            f"inputs exceed output by {beyond:.1%} of all output",
            where=f"{file.name}, most of all {' '.join(sellers[worst])}",
            why="a sector buys less than it makes; rows or columns of Y may be missing",
            hint="use the folder as pymrio's save_all writes it",
        )
    # WF alone may be Wallis and Futuna; two such codes are EXIOBASE's.
    rests = _EXIOBASE if len(_EXIOBASE & {one[0] for one in sellers}) > 1 else frozenset[str]()
    codes = _codes(dict.fromkeys(one[-1] for one in sellers))
    return Square(
        [f"{_pymrio_area(one[0], rests, file.name)}_{codes[one[-1]]}" for one in sellers],
        scale * inputs,
        scale * final,
        [_pymrio_area(one[0], rests, file.name) for one in demand[1]],
        None if output is None else scale * output,
        None,
        None,
        currency,
    )


def _system(inside: dict[str, Path], name: str) -> tuple[str, dict[str, Any]]:
    """Return the folder of the table and what its parameters say of each file in it."""
    for inner, path in inside.items():
        if inner.rpartition("/")[2] == PARAMETERS:
            try:
                said = json.loads(path.read_text(encoding="utf-8"))
                if said["systemtype"] == "IOSystem":
                    files = {key: dict(one) for key, one in said["files"].items()}
                    for one in files.values():
                        one["name"], one["nr_index_col"], one["nr_header"] = (
                            str(one["name"]),
                            int(one["nr_index_col"]),
                            int(one["nr_header"]),
                        )
                    return inner.removesuffix(PARAMETERS), files
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise BadFileError(
                    f"the parameters cannot be read ({error!r})",
                    where=f"{name}: {inner}",
                    hint="use the folder as pymrio's save_all writes it",
                ) from error
    raise BadFileError(
        f"no {PARAMETERS} of an IOSystem",
        where=name,
        why="those of extensions say nothing of inputs",
        hint="zip the whole folder that pymrio's save_all wrote",
    )


def _pymrio_text(
    path: Path, where: str, index: int, heads: int
) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]], Numbers]:
    """Return labels of rows, labels of columns and numbers of a frame that pandas wrote."""
    _require_finished(path, where)
    with path.open(encoding="utf-8", newline="") as opened:
        reader = csv.reader(opened, delimiter="\t")
        lines = [line for line, _ in zip(reader, range(heads + 1), strict=False)]
    if len(lines) <= heads:
        raise BadFileError(
            "the file ends within its header rows", where=where, hint="zip the folder again"
        )
    # One label of a column stands over several lines (region, sector): turned into pairs.
    columns = list(zip(*(line[index:] for line in lines[:heads]), strict=False))
    names_below = heads > 1 and not any(lines[heads][index:])  # the names of the index columns
    # bool counts as 0 or 1: pandas writes names of index columns in a line of their own.
    labels, values = _numbers(path, where, ["-"] * len(lines[0]), index, heads + names_below, "\t")
    return labels, columns, values


def _require_finished(path: Path, where: str) -> None:
    """Refuse a text of a program that ends each line, if its last one has no end."""
    if line := unfinished(path):
        raise BadFileError(
            "the last line has no end",
            where=f"{where}, “{line.decode('utf-8', 'replace')}”",
            why="the program that writes these files ends every line, so this one was cut off",
            hint="zip the folder again",
        )


def _unit(path: Path | None, name: str) -> tuple[str, float]:
    """Return currency and millions per unit, which all sectors have to share."""
    hint = "add unit.txt with one unit for all sectors, such as M.EUR or Mill USD"
    if path is None:
        raise BadFileError(
            "no unit is saved", where=name, why="millions of what is not known", hint=hint
        )
    _require_finished(path, f"{name}: unit")
    with path.open(encoding="utf-8", newline="") as opened:
        units = {line[-1].strip() for line in list(csv.reader(opened, delimiter="\t"))[1:] if line}
    found = [_UNIT.fullmatch(unit.lower()) for unit in units]
    known = {
        (_SIGNS.get(one["money"], one["money"].upper()), _SCALES[one["scale"][:1]])
        for one in found
        if one
    }
    # Any three letters look like a code: "ton" is a unit, and no currency of ISO 4217.
    known = {one for one in known if one[0] in MONEY}
    if len(known) != 1 or None in found:
        raise BadFileError(
            f"the unit is not one of money: {', '.join(sorted(units)[:3])}",
            where=f"{name}: unit",
            why="inputs in several units cannot be added up",
            hint=hint,
        )
    return known.pop()


def _pymrio_area(text: str, rests: frozenset[str], name: str) -> str:
    # "RoW", "Rest of the World" and "rest-of-world" are one after their other signs are dropped.
    if text in rests or re.sub("[^A-Z]", "", text.upper()) in _REST:
        return "XROW"
    if text in known_areas():
        return text
    found = by_code("alpha2").get(text) or named_area(text)
    return found or _unknown(
        text, name, "regions are areas of the world by code or name, and ROW", "io.rename_regions"
    )


def _codes(names: Sequence[str] | dict[str, None]) -> dict[str, str]:
    """Return a code for each sector, made of its name, no two alike.

    Examples
    --------
    >>> _codes(["Paddy rice", "paddy-rice", "C26"])
    {'Paddy rice': 'PADDY_RICE', 'paddy-rice': 'PADDY_RICE_2', 'C26': 'C26'}
    """
    found: dict[str, str] = {}
    for name in names:
        # 36 letters leave room for _2 within the 41 that `_SECTOR` of the release permits.
        plain = re.sub("[^A-Z0-9]+", "_", name.upper()).strip("_")[:36] or "SECTOR"
        code, number = plain, 1
        while code in found.values():
            number += 1
            code = f"{plain}_{number}"
        found[name] = code
    return found


def read_adb(path: Path, name: str) -> Square:
    """Return the table in a workbook of the Asian Development Bank's MRIO, million USD.

    Above the table a row has areas and the one below it sectors (c1 ... c35) and final use (F1 ...
    F5); the two columns left of it have the same for the rows. Sectors become ``ADB_C1`` and so on,
    for C16 is another sector elsewhere.

    Raises
    ------
    BadFileError
        If no sheet has this layout, an area is unknown, a cell is no number, or rows and columns
        are not the same sectors.
    """
    import numpy as np

    sheet, rows, head = _adb_sheet(path, name)
    where = f"{name}, sheet {sheet!r}"
    first = next(n for n, cell in enumerate(rows[head]) if _ADB_SECTOR.fullmatch(cell.upper()))
    areas, codes = rows[head - 1], [cell.upper() for cell in rows[head]]
    buyers = {n: _adb_label(areas[n], codes[n], where) for n in _having(codes, _ADB_SECTOR, first)}
    ends = {n: _adb_area(areas[n], where) for n in _having(codes, _ADB_FINAL, first)}
    # Output stands last, under TOT in the row of areas.
    total = next((n for n in range(first, len(areas)) if areas[n].upper() == "TOT"), None)
    sellers, primary = _adb_rows(rows, head, first, where)
    _require_same(list(sellers), list(buyers.values()), where)
    if missing := {*_ADB_ADDED, "R69"} - set(primary):
        raise BadFileError(
            f"no row {min(missing).lower()}",
            where=where,
            why="inputs, taxes and value added make up output; the sheet may be cut off",
            hint="use the workbook as the ADB ships it",
        )

    def numbers(down: Sequence[int], along: Sequence[int]) -> Numbers:
        found = np.zeros((len(down), len(along)))
        for at, row in enumerate(down):
            for to, column in enumerate(along):
                text = rows[row][column]
                try:
                    # An empty cell of the workbook is zero; in text files of the others it is an
                    # error.
                    found[at, to] = float(text or 0)
                except ValueError as error:
                    raise BadFileError(
                        f"not a number: {text[:40]!r}",
                        where=f"{where}, row {row + 1}, column {column + 1}",
                        why="an input that cannot be read is not zero",
                    ) from error
        return found

    down, along = [sellers[label] for label in buyers.values()], list(buyers)
    # The year stands in the title or in the name of the sheet; without one the file's name has to
    # say it.
    title = re.search(r"(?:19|20)[0-9]{2}", " ".join((*rows[0], sheet)))
    return Square(
        list(buyers.values()),
        numbers(down, along),
        numbers(down, list(ends)),
        list(ends.values()),
        None if total is None else numbers(down, [total])[:, 0],
        numbers([primary[row] for row in _ADB_ADDED], along).sum(axis=0),
        numbers([primary[row] for row in _ADB_TAXES if row in primary], along).sum(axis=0),
        "USD",
        int(title[0]) if title else None,
    )


def _adb_sheet(path: Path, name: str) -> tuple[str, list[list[str]], int]:
    """Return the first sheet with this layout: its name, its cells, and its row of codes."""
    for sheet in sheets(path, name):
        rows = [[cell_text(cell).strip() for cell in row] for row in sheet_rows(path, sheet, name)]
        # From the second row on, since areas stand in the row above the codes.
        for number, row in enumerate(rows[1:12], 1):
            if _is_adb_head(row):
                return sheet, rows, number
    raise BadFileError(
        "no sheet has the layout of an ADB MRIO table",
        where=name,
        why="a row with sectors c1, c2 ... and final use F1 ... is looked for in the first 12",
        hint="save a table in another layout as the OECD's, or as pymrio's",
    )


def _adb_rows(
    rows: list[list[str]], head: int, first: int, where: str
) -> tuple[dict[str, int], dict[str, int]]:
    """Return the rows of sectors by label, and those of sums, taxes and value added by code."""
    sellers: dict[str, int] = {}
    primary: dict[str, int] = {}
    for number, row in enumerate(rows[head + 1 :], head + 1):
        code = row[first - 1].upper()
        if _ADB_SECTOR.fullmatch(code):
            label = _adb_label(row[first - 2], code, where)
            if label in sellers:
                raise BadFileError(f"row {label} comes twice", where=f"{where}, row {number + 1}")
            sellers[label] = number
        elif code in (*_ADB_ADDED, *_ADB_TAXES, *_ADB_SUMS):
            primary[code] = number
        elif code:
            raise BadFileError(
                f"unknown row: {code!r}",
                where=f"{where}, row {number + 1}",
                why="it may be value added or a tax, and output is their sum with inputs",
                hint="use the workbook as the ADB ships it",
            )
    return sellers, primary


def _is_adb_head(row: Sequence[str]) -> bool:
    cells = {cell.upper() for cell in row}
    return {"C1", "F1"} <= cells


def _having(codes: Sequence[str], pattern: re.Pattern[str], first: int) -> list[int]:
    return [n for n, code in enumerate(codes) if n >= first and pattern.fullmatch(code)]


def _adb_label(area: str, sector: str, where: str) -> str:
    return f"{_adb_area(area, where)}_ADB_{sector}"


def _adb_area(code: str, where: str) -> str:
    if code.upper() in _REST:
        return "XROW"
    found = _ADB.get(code.upper(), code.upper())
    return found if found in known_areas() else _unknown(code, where, "the ADB has its own codes")


def _unknown(code: str, where: str, why: str, how: str = "") -> str:
    error = unknown_area(code)
    raise BadFileError(
        f"unknown area: {code!r}",
        where=where,
        why=why,
        hint=f"rename it: {how}" if how else error.hint,
    )


def _require_same(rows: list[str], columns: list[str], where: str) -> None:
    """Refuse a table whose rows and columns are not the same sectors."""
    _require_once(rows, "row", where)
    _require_once(columns, "column", where)
    # In one of the two only.
    if odd := set(rows) ^ set(columns):
        label = min(odd)
        kind = "row and no column" if label in rows else "column and no row"
        raise BadFileError(
            f"{label} is a {kind}" + (f", as are {len(odd) - 1} others" if len(odd) > 1 else ""),
            where=where,
            why="rows and columns of inputs are the same sectors; the file may be cut off",
            hint="get the whole file again",
        )


def _require_once(labels: list[str], kind: str, where: str) -> None:
    if len(set(labels)) < len(labels):
        twice = next(one for n, one in enumerate(labels) if one in labels[:n])
        raise BadFileError(f"{kind} {twice} comes twice", where=where)


def _numbers(
    path: Path, name: str, names: Sequence[str], texts: int, skip: int = 1, delim: str = ","
) -> tuple[list[tuple[str, ...]], Numbers]:
    """Return the labels in the first columns, and the numbers in the others, a row a line."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    columns = [f"c{number}" for number in range(len(names))]
    types = {
        column: pa.string() if number < texts else pa.float64()
        for number, column in enumerate(columns)
    }
    lines = count_lines(path, name)
    try:
        # Arrow cannot read a line that is longer than its block.
        inside = arrow_csv.read_csv(
            path,
            read_options=arrow_csv.ReadOptions(
                column_names=columns, skip_rows=skip, block_size=2**25
            ),
            parse_options=arrow_csv.ParseOptions(delimiter=delim),
            convert_options=arrow_csv.ConvertOptions(column_types=types, null_values=[]),
        )
    except pa.ArrowInvalid as error:
        raise _not_numbers(name, error) from error
    heads = skip - 1  # that stand below the first line
    require_all(
        name, heads + len(inside), lines, lambda: find_rows(path, name, lambda _: True, delim)
    )
    labels = list(zip(*(inside[column].to_pylist() for column in columns[:texts]), strict=True))
    values = np.stack([inside[column].to_numpy() for column in columns[texts:]], axis=1)
    if not np.isfinite(values).all():
        raise _not_numbers(name, "a cell is not finite")
    return labels, values


def _not_numbers(name: str, error: object) -> BadFileError:
    return BadFileError(
        f"a cell cannot be read ({str(error).partition(chr(10))[0][:120]})",
        where=name,
        why="an input that cannot be read is not zero; the file may be cut off",
        hint="get the whole file again",
    )
