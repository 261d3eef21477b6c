"""Tables inside web pages and JSON, as rows of texts: what portals hand out in place of CSV.

Of JSON, lists of records, also of records inside records (UN Comtrade, HMRC, SingStat), lists of
rows with their names (US Census, CKAN), columns, objects by key, SDMX-JSON and JSON-stat (Eurostat)
are known. Each table has a name, as the sheets of a workbook have.
"""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from functools import lru_cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError
from entrepot.sources.text import encoding_of, first_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Rows = list[list[str]]

_MOST = 2**28  # bytes: a page or answer of a portal has a few million
_DEEP = 6  # levels of JSON in which rows are looked for
_SPAN = 1000  # columns or rows that one cell of a page may span
_PAGE_END = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.IGNORECASE)
_NAMES = ("id", "name", "key", "code", "field", "label", "title", "text")
"""Fields of a record of columns that name its column, the shortest first."""
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_SAID = ("message", "error", "errors", "detail", "title", "errorMessage", "Message")


def is_document(path: Path) -> bool:
    """Whether a file is a web page or JSON, by its first sign."""
    with path.open("rb") as opened:
        start = opened.read(4096)
    text = start.decode("utf-16", "ignore") if _is_utf16(start) else start.decode("latin-1")
    # ï»¿ is the mark of UTF-8 read as Latin-1, which no byte can fail.
    plain = text.lstrip("\ufeffï»¿ \t\r\n")
    if plain.startswith("["):
        # A CSV may begin with [ in the name of a column.
        return re.match(r'\[\s*[\[{"]', plain) is not None
    return plain.startswith(("<", "{"))


def document_sheets(path: Path, where: str) -> dict[str, Rows]:
    """Return the tables of a web page or of JSON by name, the names of columns in the first row.

    Raises
    ------
    BadFileError
        If there is none; what it says instead is quoted.
    """
    stat = path.stat()
    if stat.st_size > _MOST:
        raise BadFileError(
            f"a page or JSON of {stat.st_size:,} bytes", where=where, hint="save it as CSV"
        )
    # A page is asked for its names and several times for its rows: parsed once, unless it has
    # changed.
    # Not by its time alone: a clock may go back, and a copy keeps the time of its original.
    changed = stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, stat.st_size
    return _sheets(path, changed, where)


@lru_cache(maxsize=2)
def _sheets(path: Path, _changed: tuple[int, ...], where: str) -> dict[str, Rows]:
    text = _decoded(path.read_bytes(), where)
    if text.lstrip().startswith("<"):
        found = _of_page(text, where)
        kind = "a web page" if re.search(r"<(?:html|body|head|!doctype)\b", text, re.I) else "XML"
        said = first_words(text)
    else:
        found, said = _of_json(text, where)
        kind = "JSON"
    if not found:
        raise BadFileError(
            f"{kind} without a table of data: “{said}”",
            where=where,
            why="a failed download often leaves an error under the name of the file",
            hint="open it in a browser or an editor, and download the data again",
        )
    return found


def _is_utf16(start: bytes) -> bool:
    return start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _decoded(content: bytes, where: str) -> str:
    said = _CHARSET.search(content[:4096])
    # What the page says is tried first, but a byte order mark is surer.
    encodings = ["utf-16"] if _is_utf16(content) else ["utf-8-sig"]
    if said and not _is_utf16(content):
        encodings.insert(0, said[1].decode())
    for encoding in encodings:
        try:
            return content.decode(encoding_of(encoding)).lstrip("\ufeff")
        except (LookupError, UnicodeError):
            continue
    raise BadFileError(
        "a page or JSON that does not say its encoding, and is not UTF-8",
        where=where,
        hint="open it in a browser and save it as UTF-8",
    )


class _Tables(HTMLParser):
    """Collects the tables of a page; a new cell or row ends the one before, as browsers have it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[list[list[_Cell]]] = []
        # A stack: of a table inside a cell of another, the innermost open one takes what comes.
        self._open: list[list[list[_Cell]]] = []
        self._cell: list[_Cell | None] = []
        self._hidden = 0

    @property
    def is_open(self) -> bool:
        """Whether a table was begun and not ended."""
        return bool(self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            # Text of scripts and styles would become part of a cell.
            self._hidden += 1
        elif tag == "table":
            self._open.append([])
            self._cell.append(None)
            self.found.append(self._open[-1])
        elif self._open and tag == "tr":
            self._open[-1].append([])
            self._cell[-1] = None
        elif self._open and tag in ("td", "th"):
            if not self._open[-1]:
                self._open[-1].append([])
            cell = _Cell(_span(attrs, "colspan"), _span(attrs, "rowspan"))
            self._open[-1][-1].append(cell)
            self._cell[-1] = cell
        # Two lines of a cell are two words.
        elif self._cell and self._cell[-1] and tag in ("br", "p", "div"):
            self._cell[-1].texts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._hidden = max(0, self._hidden - 1)
        elif self._open and tag == "table":
            self._open.pop()
            self._cell.pop()
        elif self._cell and tag in ("td", "th", "tr"):
            self._cell[-1] = None

    def handle_data(self, data: str) -> None:
        if self._cell and self._cell[-1] and not self._hidden:
            self._cell[-1].texts.append(data)


class _Cell:
    def __init__(self, columns: int, rows: int) -> None:
        self.texts: list[str] = []
        self.columns = columns
        self.rows = rows

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())


def _span(attrs: Sequence[tuple[str, str | None]], name: str) -> int:
    said_span = dict(attrs).get(name) or "1"
    # A span of a billion columns would fill memory; 0 means the rest of the table and is taken as
    # 1.
    return min(max(int(said_span), 1), _SPAN) if said_span.strip().isdigit() else 1


def _of_page(text: str, where: str) -> dict[str, Rows]:
    """Return the tables of a page with two rows and two columns or more, the largest first.

    Raises
    ------
    BadFileError
        If it ends inside a table. Browsers show what is there of it, but of a table of data the
        rest is missing.
    """
    parser = _Tables()
    parser.feed(text)
    parser.close()
    # A page that ends with </html> and forgets </table> is complete, as browsers take it.
    if parser.is_open and not _PAGE_END.search(text[-1000:]):
        raise BadFileError(
            "the page ends inside a table",
            where=where,
            why="a download that was cut off looks like this, and its last rows are missing",
            hint="download it again",
        )
    grids = [(number, _grid(table)) for number, table in enumerate(parser.found, 1)]
    data = [(n, grid) for n, grid in grids if len(grid) > 1 and len(grid[0]) > 1]
    filled = {n: sum(bool(cell) for row in grid for cell in row) for n, grid in data}
    return {f"table {n}": grid for n, grid in sorted(data, key=lambda pair: -filled[pair[0]])}


def _grid(table: Sequence[Sequence[_Cell]]) -> Rows:
    """Return the rows of a table, all of one length.

    A cell over several rows holds for each of them; one over several columns stands in the first,
    as merged cells of a workbook do.
    """
    below: dict[int, tuple[str, int]] = {}  # column: text, and rows that are still to come
    rows: Rows = []
    for cells in table:
        row: list[str] = []
        waiting = dict(below)
        below = {place: (text, left - 1) for place, (text, left) in waiting.items() if left > 1}

        # Defaults, because a closure would see the variables of the loop as they are later.
        def fill(row: list[str] = row, waiting: dict[int, tuple[str, int]] = waiting) -> None:
            while len(row) in waiting:
                row.append(waiting[len(row)][0])

        for cell in cells:
            fill()
            for offset in range(cell.columns):
                text = "" if offset else cell.text
                if cell.rows > 1:
                    below[len(row)] = (text, cell.rows - 1)
                row.append(text)
        fill()
        rows.append(row)
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows if row]


def _is_json_lines(text: str) -> bool:
    """Whether each of the first two lines is a document of its own."""
    lines = [line for line in text.splitlines() if line.strip()][:2]
    try:
        return len(lines) > 1 and all(isinstance(json.loads(line), dict | list) for line in lines)
    except (ValueError, RecursionError):
        return False


def _of_json(text: str, where: str) -> tuple[dict[str, Rows], str]:
    """Return the tables of JSON, and what it says where it has none."""
    try:
        # Numbers as written: 1.10 stays 1.10, and long codes keep their digits.
        data = json.loads(text, parse_float=str, parse_int=str, object_pairs_hook=_each_key_once)
    except (ValueError, RecursionError) as error:
        if _is_json_lines(text):
            raise BadFileError(
                "JSON Lines, one document in each line",
                where=where,
                why="only a single document is read",
                hint="put the lines into one list: a comma between two lines, [ before and ] after",
            ) from error
        raise BadFileError(
            f"JSON that cannot be read ({str(error)[:120]})",
            where=where,
            why="a download that was cut off ends in the middle",
            hint="download it again",
        ) from error
    # SDMX-JSON 2.0 has its message under "data", 1.0 at the top.
    root = data.get("data", data) if isinstance(data, dict) else data
    if isinstance(root, dict) and "dataSets" in root:
        return {"dataSets": _of_sdmx(root, where)}, ""
    found = dict(_tables(data, "", where))
    said = next((str(data[key]) for key in _SAID if data.get(key)), "") if isinstance(
        data, dict
    ) else ""  # fmt: skip
    return found, first_words(said or text)


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        [(key, _)] = Counter(key for key, _ in pairs).most_common(1)
        raise ValueError(f"one record has the key {key[:60]!r} twice")
    return found


def _tables(data: Any, name: str, where: str, depth: int = 0) -> Iterator[tuple[str, Rows]]:
    """Yield the tables of JSON, by the keys that lead there."""
    if depth > _DEEP:
        return
    if isinstance(data, list):
        yield from _of_list(data, name, where, depth)
    elif not isinstance(data, dict):
        return
    elif _is_cube(data):
        yield name or "dataset", _of_json_stat(data, where)
    elif whole := _of_columns(data) or _of_keys(data):
        yield name or "table", whole
    else:
        names = dict(_named_rows(data))
        for key, one in data.items():
            inside = f"{name}.{key}".lstrip(".")
            if key in names:
                yield inside, [names[key][1], *([_text(cell) for cell in row] for row in one)]
            elif key not in {used for used, _ in names.values()}:
                yield from _tables(one, inside, where, depth + 1)


def _of_list(data: list[Any], name: str, where: str, depth: int) -> Iterator[tuple[str, Rows]]:
    if data and all(isinstance(one, dict) and not _is_cube(one) for one in data):
        yield from _records(data, name or "records")
    # Rows of one length, as the US Census sends them.
    elif _width(data):
        yield name or "rows", [[_text(cell) for cell in row] for row in data]
    # The World Bank sends a list of two: what it says of the answer, and the records.
    else:
        for number, one in enumerate(data, 1):
            yield from _tables(one, f"{name}.{number}".lstrip("."), where, depth + 1)


def _width(data: Any) -> int:
    """Return how many cells each row of a list of rows has; 0 if it is none."""
    if not isinstance(data, list) or not data or not all(isinstance(one, list) for one in data):
        return 0
    width = len(data[0])
    return width if width > 1 and all(len(one) == width for one in data) else 0


def _named_rows(data: dict[str, Any]) -> Iterator[tuple[str, tuple[str, list[str]]]]:
    """Yield keys of rows without names of columns, and the key and names of the list that has them.

    Two lists that could name columns or rows name neither.
    """
    for key, rows in data.items():
        width = _width(rows)
        # Lists that are as long as the rows are many, or wide, may be margins of the table.
        beside = [
            (other, one)
            for other, one in data.items()
            if width and other != key and isinstance(one, list) and len(one) in (width, len(rows))
        ]
        found = [(other, one) for other, one in beside if not _counts(one)]
        names = _column_names(found[0][1], width) if len(found) == 1 else []
        if names and [_text(cell) for cell in rows[0]] != names:
            yield key, (found[0][0], names)


def _counts(data: list[Any]) -> bool:
    """Whether it numbers rows, as pandas does."""
    return data == [str(place) for place in range(len(data))]


def _column_names(data: Any, width: int) -> list[str]:
    """Return names of columns: a list of different texts, or of records with an id or a name."""
    if not isinstance(data, list) or len(data) != width:
        return []
    if all(isinstance(one, dict) for one in data):
        data = next(
            ([one[key] for one in data] for key in _NAMES if all(key in one for one in data)), []
        )
    names = [one for one in data if isinstance(one, str) and one.strip()]
    # Only numbers are no names: pandas sends the numbers of the rows beside the names of columns.
    right = len(set(names)) == width and not all(_NUMBER.fullmatch(name) for name in names)
    return names if right else []


def _of_columns(data: dict[str, Any]) -> Rows:
    """Return columns of one length as rows, if all of it is columns and facts, and one is numbers.

    Lists beside a list of lists are its margins, not columns.
    """
    columns = {key: one for key, one in data.items() if isinstance(one, list) and one}
    lengths = {len(one) for one in columns.values()}
    cells = [cell for one in columns.values() for cell in one]
    if len(columns) < 2 or len(lengths) > 1 or lengths == {1}:
        return []
    if any(isinstance(one, (dict, list)) for one in (*cells, *_others(data, columns))):
        return []
    texts = [[_text(cell) for cell in one] for one in columns.values()]
    if not any(all(_NUMBER.fullmatch(cell) for cell in one if cell) for one in texts):
        return []
    return [list(columns), *(list(row) for row in zip(*texts, strict=True))]


def _others(data: dict[str, Any], columns: dict[str, Any]) -> list[Any]:
    return [one for key, one in data.items() if key not in columns and one != []]


def _of_keys(data: dict[str, Any]) -> Rows:
    """Return objects by key, such as years by country, as rows: the keys, then their fields.

    Objects that have less than half of their fields in common are no rows of one table.
    """
    found: list[tuple[tuple[str, ...], dict[str, Any]]] = [((), data)]
    depth = 0
    while depth < _DEEP and all(
        one and all(isinstance(inner, dict) for inner in one.values()) for _, one in found
    ):
        found = [((*keys, key), inner) for keys, one in found for key, inner in one.items()]
        depth += 1
    if not depth or len(found) < 2:
        return []
    if any(isinstance(cell, (dict, list)) for _, one in found for cell in one.values()):
        return []
    names = list(dict.fromkeys(name for _, one in found for name in one))
    if 2 * sum(len(one) for _, one in found) <= len(found) * len(names):
        return []
    # pandas writes a table by column, and the rows of each by number.
    if depth == 1 and len(names) > 1 and names == [str(place) for place in range(len(names))]:
        rows = [[_text(one.get(name)) for _, one in found] for name in names]
        return [[keys[0] for keys, _ in found], *rows]
    head = ["key"] if depth == 1 else [f"key {place}" for place in range(1, depth + 1)]
    cells = [[*keys, *(_text(one.get(name)) for name in names)] for keys, one in found]
    return [[*head, *names], *cells]


def _records(data: Sequence[dict[str, Any]], name: str) -> Iterator[tuple[str, Rows]]:
    """Yield records as rows; the fields of a record inside one are called ``outer.inner``.

    A record with a list of records, as of its months, becomes one row for each of these. Lists of
    several kinds are tables of their own.
    """
    flat = [dict(_fields(one, "")) for one in data]
    inner = list(dict.fromkeys(key for one in flat for key, cell in one.items() if _is_rows(cell)))
    outer = [{key: cell for key, cell in one.items() if key not in inner} for one in flat]
    if not inner:
        yield name, _as_rows(outer)
    for key in inner:
        unfolded = [
            {**known, **row}
            for known, one in zip(outer, flat, strict=True)
            for row in _unfolded(key, one.get(key))
        ]
        yield (name if len(inner) == 1 else f"{name}.{key}"), _as_rows(unfolded)


def _is_rows(data: Any) -> bool:
    """Whether a field is a list of records, or of rows of one length."""
    if not isinstance(data, list) or not data:
        return False
    return all(isinstance(one, dict) for one in data) or bool(_width(data))


def _unfolded(key: str, data: Any) -> list[dict[str, Any]]:
    """Return the rows of an inner list; a record without any keeps its own row."""
    if not _is_rows(data):
        return [{} if data in (None, []) else {key: data}]
    if isinstance(data[0], dict):
        return [dict(_fields(one, f"{key}.")) for one in data]
    return [{f"{key}.{place}": cell for place, cell in enumerate(one, 1)} for one in data]


def _as_rows(flat: Sequence[dict[str, Any]]) -> Rows:
    # Portals leave a field out where it is null: names are those of all records.
    names = list(dict.fromkeys(name for one in flat for name in one))
    return [names, *([_text(one.get(name)) for name in names] for one in flat)]


def _fields(data: dict[str, Any], before: str) -> Iterator[tuple[str, Any]]:
    for key, one in data.items():
        if isinstance(one, dict) and one:
            yield from _fields(one, f"{before}{key}.")
        else:
            yield f"{before}{key}", one


def _text(data: Any) -> str:
    if data is None:
        return ""
    if isinstance(data, bool):
        return str(data).upper()
    return data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)


def _is_cube(data: dict[str, Any]) -> bool:
    """Whether it is a data set of JSON-stat; version 1 has ids and sizes among the dimensions."""
    dimension = data.get("dimension")
    return (
        isinstance(dimension, dict)
        and "value" in data
        and all(key in data or key in dimension for key in ("id", "size"))
    )


def _of_json_stat(data: dict[str, Any], where: str) -> Rows:
    """Return a cube of JSON-stat (Eurostat's own format) as rows of codes, names and a value."""
    data = {**{key: data["dimension"].get(key) for key in ("id", "size")}, **data}
    ids, sizes = list(data["id"]), [int(size) for size in data["size"]]
    axes = [_categories(data["dimension"][one]["category"]) for one in ids]
    if [len(axis) for axis in axes] != sizes:
        raise BadFileError(
            "a cube whose codes are not as many as it says",
            where=where,
            hint="download it again",
        )
    values = data["value"]
    # A full cube is a list, a sparse one a dictionary by place.
    cells = enumerate(values) if isinstance(values, list) else values.items()
    by_place = {int(place): value for place, value in cells if value is not None}
    # Places count with the last dimension fastest: a step of a dimension is the product of the
    # sizes behind it.
    steps = [1] * len(sizes)
    for place in range(len(sizes) - 2, -1, -1):
        steps[place] = steps[place + 1] * sizes[place + 1]
    rows = (
        ([axis[at // step % size] for axis, step, size in zip(axes, steps, sizes, strict=True)], v)
        for at, v in by_place.items()
    )
    return _coded(ids, rows)


def _categories(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Return code and name of each category, in the order of the cube."""
    labels = data.get("label", {})
    index = data.get("index") or list(labels)
    # The index is a list, or says the place of each code; numbers were read as text.
    codes = index if isinstance(index, list) else sorted(index, key=lambda code: int(index[code]))
    return [(code, labels.get(code, code)) for code in codes]


def _of_sdmx(root: dict[str, Any], where: str) -> Rows:
    """Return the observations of SDMX-JSON, in either of its versions.

    Several data sets have to be of one structure, for a table has one row of names.
    """
    # Version 2 has several structures and data sets that name one; version 1 has one structure.
    used = {int(data.get("structure", 0)) for data in root["dataSets"]} or {0}
    if len(used) > 1:
        raise BadFileError(
            "data sets of several structures in one file",
            where=where,
            hint="download them one by one",
        )
    structure = root.get("structure") or root["structures"][used.pop()]
    dimensions = structure["dimensions"]
    # Dimensions with one value for the entire set; both spellings occur in the versions.
    outer = [*dimensions.get("dataSet", ()), *dimensions.get("dataset", ())]
    series, inner = dimensions.get("series", []), dimensions.get("observation", [])
    fixed = [_value(one, 0) for one in outer if one.get("values")]
    names = [one["id"] for one in (*outer, *series, *inner) if one not in outer or one["values"]]

    def rows() -> Iterator[tuple[list[tuple[str, str]], Any]]:
        for data in root["dataSets"]:
            groups = data.get("series")
            # "Flat" answers have observations at the top and all dimensions in their keys.
            keyed = groups.items() if groups else [("", data)]
            for key, one in keyed:
                known = fixed + _at(series, key)
                for place, observed in one.get("observations", {}).items():
                    yield known + _at(inner, place), observed[0] if observed else None

    return _coded(names, rows())


def _at(dimensions: Sequence[dict[str, Any]], key: str) -> list[tuple[str, str]]:
    places = key.split(":") if key else []
    return [_value(one, int(at)) for one, at in zip(dimensions, places, strict=True)]


def _value(dimension: dict[str, Any], place: int) -> tuple[str, str]:
    category = dimension["values"][place]
    name = category.get("name", category["id"])
    return category["id"], next(iter(name.values()), "") if isinstance(name, dict) else str(name)


def _coded(names: Sequence[str], rows: Any) -> Rows:
    """Return rows of codes and a value; names stand behind the codes from which they differ."""
    lines = [(cells, _text(value)) for cells, value in rows]
    named = [any(row[n][0] != row[n][1] for row, _ in lines) for n in range(len(names))]
    head: list[str] = []
    for name, shown in zip(names, named, strict=True):
        head += [name, f"{name} name"] if shown else [name]
    table = [
        [text for (code, name), shown in zip(cells, named, strict=True)
         for text in ((code, name) if shown else (code,))] + [value]
        for cells, value in lines
    ]  # fmt: skip
    return [[*head, "OBS_VALUE"], *table]
