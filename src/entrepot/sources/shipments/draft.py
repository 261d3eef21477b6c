"""Draft the layout of a customs register by looking at a file."""

from __future__ import annotations

import csv
import re
import tempfile
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot.engine import connect
from entrepot.errors import BadFileError, RequestError
from entrepot.files import require_file
from entrepot.model.area_names import named_area, without_accents
from entrepot.model.areas import areas
from entrepot.model.columns import read_table
from entrepot.sources.parquet import is_parquet, parquet_as_text
from entrepot.sources.parser import RawFile
from entrepot.sources.shipments.cells import area_in_words
from entrepot.sources.shipments.layout import AREAS, NUMBERS
from entrepot.sources.shipments.parse import columns_of_lines
from entrepot.sources.shipments.persons import may_name
from entrepot.sources.strict import BUFFER, bad_line, file_literal, literal, quoted
from entrepot.sources.table.draft.draft import Draft
from entrepot.sources.table.draft.questions import TODO, Questions, as_yaml
from entrepot.sources.text import text_in_utf8
from entrepot.sources.unpack import members
from entrepot.sources.workbook import cell_text, is_workbook, sheet_rows, sheets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import duckdb

_SAMPLE = 200  # lines by which a text is known for what it is
_MOST = 5_000  # different texts of a column that are looked at
_MOSTLY = 0.9
_SOME = 2  # codes of countries, so that two letters are not some other sign
_FEW = 6  # words that are shown or asked about
_LONGEST = 14  # no number, day or code of a register has more digits
_DELIMITERS = ",;\t|"
_ENCODINGS = ("utf-8-sig", "latin-1")
_RANKS = ("cif item", "us cif", "cif", "valor cif", "customs value", "statistical value")
_FORMS = (
    "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y%m%d", "%d%m%Y",
    "%d/%m/%y", "%m/%d/%y", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M",
)  # fmt: skip
_STATUS = {
    "final": r"defin|final|^f$|accept|окончат", "preliminary": r"prelim|provis|^p$|предвар",
    "corrected": r"correct|rectif|amend|^c$|измен", "annulled": r"anul|annul|cancel|^x$|аннул",
}  # fmt: skip
_FLOWS = {"import": r"^(im|i|import|einfuhr|имп)", "export": r"^(ex|e|x|export|ausfuhr|экс)"}
_NOTHING = re.compile(
    r"-+|n/a|s/m\.?|s/marca|s/n|sin marca|no disponible|no declarado|no determinado"
    r"|not available|none|null|unknown|desconocido|не указан[оа]?|нет|unavailable|xxx+|\.+",
    re.IGNORECASE,
)
_MONEY = {"U$S": "USD", "US$": "USD", "USD": "USD", "EUR": "EUR", "GBP": "GBP", "CNY": "CNY"}


@dataclass
class _Column:
    """One column: its name, its place in a fixed line, its different texts and rows of each."""

    name: str
    at: tuple[int, int] | None = None
    texts: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    role: str = ""
    keys: dict[str, Any] = field(default_factory=dict)

    @property
    def plain(self) -> str:
        """Its name as names are compared."""
        bare = without_accents(self.name).casefold()  # the sign № becomes letters: No
        return " ".join(re.sub(r"[^\w ]|_", " ", bare.replace("$", "")).split())

    def share(self, test: Any) -> float:
        """Return the part of its texts that a test holds of."""
        return sum(bool(test(text)) for text in self.texts) / max(len(self.texts), 1)


@dataclass(frozen=True)
class _Look:
    """How a file is written, and its columns."""

    says: dict[str, Any]
    columns: list[_Column]
    notes: tuple[str, ...] = ()


def draft_layout(path: Path, register: str, *, sheet: str | None = None) -> Draft:
    """Return a layout for a file of a register, as far as the file says what its columns are.

    Whose customs keep it no file says, so there is a question at least.

    Parameters
    ----------
    register
        What the register is to be called: ``shipments.NAME``.
    sheet
        Sheet of a workbook; by default the first.

    Raises
    ------
    BadFileError
        If the file is no table of lines.
    """
    require_file(path, hint="name a CSV, Excel or fixed-width file")
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", register):
        raise RequestError(
            f"{register!r} is no name of a register", hint="small letters and digits, such as peru"
        )
    with tempfile.TemporaryDirectory() as folder, connect() as connection:
        scratch = Path(folder)
        look = _look(path, scratch, sheet, connection)
        asks = Questions()
        left = _roles(look.columns, asks, connection)
        says = _says(look, register, asks)
        notes = [
            f"Drafted from {path.name}; `entrepot data add shipments FILE --map` reads it.",
            *look.notes,
        ]
        notes += [_shown(one) for one in look.columns if one.name in left and one.at]
        if left and not look.columns[0].at:
            notes.append(f"Not read: {', '.join(left)}.")
    text = as_yaml(says, asks, notes)
    return Draft(path.name, text, says, tuple(asks.asked.values()))


def _shown(one: _Column) -> str:
    """Return a column of a fixed line that has no role, as it can be put into the layout."""
    # What may be a name is not shown: a draft is handed on.
    such = [text[:20] for text in one.texts[:3] if not may_name(text)]
    return f"{one.name}: {{role: ..., at: {list(one.at or ())}}}" + (
        f" has {', '.join(such)}" if such else ""
    )


# How it is written


def _look(
    path: Path, scratch: Path, sheet: str | None, connection: duckdb.DuckDBPyConnection
) -> _Look:
    if is_workbook(path):
        return _of_sheet(path, scratch, sheet, connection)
    if sheet is None and is_parquet(path):
        target = scratch / "draft.csv"
        parquet_as_text(connection, path, path.name, target)
        return _delimited(target, path.name, ",", {}, connection)
    if sheet is not None:
        raise RequestError("a text has no sheets", where=path.name, hint="leave --sheet out")
    found = next(members(RawFile(path, path.name), scratch), None)
    if found is None:
        raise BadFileError("an archive without a file", where=path.name)
    _, label, given = found
    text = text_in_utf8(given, scratch, label, _ENCODINGS)
    says: dict[str, Any] = {} if text == given else {"encodings": ["latin-1"]}
    with text.open(encoding="utf-8-sig", newline="") as opened:
        lines = [line.rstrip("\r\n") for line, _ in zip(opened, range(_SAMPLE), strict=False)]
    lines = [line for line in lines if line.strip()]
    if not lines:
        raise BadFileError("the file is empty", where=label)
    sign = _sign(lines)
    if sign is None:
        return _fixed(text, label, lines, says, connection)
    if sign != ",":
        says["delimiter"] = sign
    return _delimited(text, label, sign, says, connection)


def _of_sheet(
    path: Path, scratch: Path, sheet: str | None, connection: duckdb.DuckDBPyConnection
) -> _Look:
    names = sheets(path, path.name)
    chosen = sheet or names[0]
    target = scratch / "draft.csv"
    with target.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        for row in sheet_rows(path, chosen, path.name):
            writer.writerow([cell_text(cell) for cell in row])
    says: dict[str, Any] = {"sheet": chosen} if len(names) > 1 else {}
    return _delimited(target, path.name, ",", says, connection)


def _sign(lines: Sequence[str]) -> str | None:
    """Return the sign between cells; None where all lines are of one length, without one."""
    best, most = None, 1
    for sign in _DELIMITERS:
        counts = [len(next(csv.reader([line], delimiter=sign), [])) for line in lines]
        usual = max(set(counts), key=counts.count)
        if counts.count(usual) >= _MOSTLY * len(counts) and usual > most:
            best, most = sign, usual
    widths = [len(line.rstrip()) for line in lines]
    is_fixed = best is None or (most < 3 and max(widths) - min(widths) < 4)
    return None if is_fixed else best


def _delimited(
    text: Path, label: str, sign: str, says: dict[str, Any], connection: duckdb.DuckDBPyConnection
) -> _Look:
    with text.open(encoding="utf-8-sig", newline="") as opened:
        first = next(csv.reader(opened, delimiter=sign), [])
    # A name has letters, and none is a number or a day; a line of data has some of both.
    numbers = sum(bool(re.fullmatch(r"[\d.,/ -]+", cell.strip())) for cell in first)
    titles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    if numbers > len(first) / 4:
        titles = tuple(f"column {place}" for place in range(1, len(first) + 1))
        says = says | {"header": False, "titles": list(titles)}
        notes = ("The first line names no columns: compare titles with the file's description.",)
    names = columns_of_lines(list(titles) or [cell.strip() for cell in first])
    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    read = (
        f"read_csv({file_literal(text)}, columns={{{types}}}, auto_detect=false, "
        f"header={'false' if titles else 'true'}, delim={literal(sign)}, quote='\"', escape='\"', "
        f"strict_mode=true, buffer_size={BUFFER}, hive_partitioning=false)"
    )
    return _Look(says, _columns(connection, read, dict.fromkeys(names), label), notes)


def _fixed(
    text: Path,
    label: str,
    lines: Sequence[str],
    says: dict[str, Any],
    connection: duckdb.DuckDBPyConnection,
) -> _Look:
    """Return the columns of lines without a sign between cells: where what stands there changes."""
    titles = _titles(lines)
    if titles:
        says, lines = says | {"lines_above": 1}, lines[1:]
    width = max(map(len, lines))
    signatures = []
    for place in range(width):
        signs = {line[place : place + 1] or " " for line in lines}
        # Signs of days and amounts are parts of them: 2024-01-05, 17.03.2024, -12.50.
        kinds = {"9" if s.isdigit() or s in ".,-/:" else " " if s == " " else "a" for s in signs}
        signatures.append("".join(sorted(kinds)))
    starts = [0] + [
        place for place in range(1, width) if _begins(signatures[place - 1], signatures[place])
    ]
    spans: dict[str, tuple[int, int]] = {}
    free = 0  # where the column before ends
    for start, end in zip(starts, [*starts[1:], width], strict=True):
        if any(line[start:end].strip() for line in lines):
            # Blanks in front of a number are its own: a larger one in another line begins there,
            # and without its first digits it would be a smaller one.
            is_number = not any("a" in signature for signature in signatures[start:end])
            begin = free if is_number else start
            # By its place among those with something in them, or by what stands above.
            name = " ".join(titles[begin:end].split()) or f"column {len(spans) + 1}"
            spans[f"{name} ({begin + 1})" if name in spans else name] = (begin + 1, end)
            free = end
    read = f"""(SELECT {
        ", ".join(
            f"trim(substring(line, {start}, {end - start + 1})) AS {quoted(name)}"
            for name, (start, end) in spans.items()
        )
    }
        FROM read_csv({file_literal(text)}, columns={{'line': 'VARCHAR'}}, auto_detect=false,
        skip={1 if titles else 0}, header=false, delim='\\x01', quote='', escape='',
        buffer_size={BUFFER}))"""
    note = (
        "Columns of fixed width: places were guessed from where digits, letters and blanks "
        "change. Compare each `at` with the file's description: first and last sign, the first "
        "of a line is 1. By hand a column is written like this: "
        "'code: {role: tariff_code, at: [9, 18]}'."
    )
    notes = [note]
    for name, (start, end) in spans.items():
        if all(line[start - 1 : end].isdigit() for line in lines) and end - start >= _LONGEST:
            notes.append(
                f"{name} has {end - start + 1} digits in every line: several columns may stand "
                "side by side, and only the description says where one ends. Write each of them."
            )
    return _Look(says | {"header": False}, _columns(connection, read, spans, label), tuple(notes))


def _titles(lines: Sequence[str]) -> str:
    """Return a line that has words above columns of numbers; empty if the first is a record."""
    first, rest = lines[0], lines[1:]
    # Digits in a name are few: HS6, quantity 2.
    above = sum(sign.isdigit() for sign in first)
    usual = sum(sign.isdigit() for line in rest for sign in line) / max(len(rest), 1)
    return first if above < usual / 4 else ""


def _begins(before: str, here: str) -> bool:
    """Whether a column begins at a place, by the kinds of signs there and in front of it."""
    # Blanks in front of a number and behind a word belong to its column.
    differs = set(before) - {" "} != set(here) - {" "}
    return (before != here and differs) or (before == " " and here != " ")


def _columns(
    connection: duckdb.DuckDBPyConnection,
    read: str,
    spans: Mapping[str, tuple[int, int] | None],
    label: str,
) -> list[_Column]:
    import duckdb

    found = []
    for name, at in spans.items():
        query = (
            f"SELECT trim({quoted(name)}) AS one, count(*) FROM {read} WHERE one <> '' "
            f"GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {_MOST}"
        )
        try:
            texts = connection.execute(query).fetchall()
        except (duckdb.InvalidInputException, duckdb.NotImplementedException) as error:
            raise bad_line(error, label) from None
        found.append(_Column(name, at, tuple(one for one, _ in texts), tuple(n for _, n in texts)))
    return found


# What columns are


def _roles(
    columns: list[_Column], asks: Questions, connection: duckdb.DuckDBPyConnection
) -> list[str]:
    """Give columns their roles, and return the names of those that have none."""
    for role, names in _names().items():
        fits = [
            one
            for one in columns
            if not one.role and one.texts and re.fullmatch(names, one.plain) and _may_be(one, role)
        ]
        if fits:
            min(fits, key=lambda one: _rank(one, role)).role = role
    for one in columns:
        # Countries and days are known by what stands there, whatever their column is called.
        if one.role or not one.texts:
            continue
        if len(one.texts) > 1 and _names_countries(one):
            one.role = asks.ask(f"columns.{one.name}.role", "which country of a line:", *AREAS)
        elif one.at and not _has(columns, "date") and len(_forms(one, connection)) == 1:
            one.role = "date"
    if _has(columns, "origin"):
        # On a line of imports it is where the goods are brought to in the country.
        for one in columns:
            one.role = "" if one.role == "destination" else one.role
    for one in columns:
        _fill(one, asks, connection)
    return [one.name for one in columns if not one.role]


_ONLY_THERE = frozenset({"declaration", "receiver_number", "brand", "incoterm", "sub_item"})
"""Roles that columns of a register have, and hardly any of a table of flows."""
_OFTEN_THERE = frozenset({"item", "regime", "office", "sender", "receiver", "invoice_currency"})


def looks_like_register(names: Iterable[str]) -> bool:
    """Whether columns are called like those of a register: of one line for each item."""
    plain = [_Column(name).plain for name in names]
    found = {role for role, known in _names().items() if any(re.fullmatch(known, n) for n in plain)}
    return bool(found & _ONLY_THERE) and len(found & (_ONLY_THERE | _OFTEN_THERE)) > 2


@cache
def _names() -> dict[str, str]:
    """Return patterns of the names of columns by role, the more particular role first.

    As registers and vendors write them, in small letters, without accents and punctuation.
    """
    path = Path(str(files("entrepot.sources.shipments"))) / "headers.csv"
    return {row["role"]: row["names"] for row in read_table(path, ("role", "names"))}


def _names_countries(one: _Column) -> bool:
    codes = {area.alpha2 for area in areas()}
    is_code = one.share(lambda text: text in codes) >= _MOSTLY and len(one.texts) > _SOME
    return is_code or one.share(named_area) >= _MOSTLY


def _has(columns: Sequence[_Column], role: str) -> bool:
    return any(one.role == role for one in columns)


def _rank(one: _Column, role: str) -> tuple[int, int]:
    """Order columns that could have one role: values of items by CIF first, and filled ones."""
    place = next((n for n, name in enumerate(_RANKS) if one.plain.startswith(name)), len(_RANKS))
    return (place if role == "value" else 0), 0 if len(one.texts) > 1 else 1


def _may_be(one: _Column, role: str) -> bool:
    """Whether the texts of a column can be what its name says."""
    some = _Column(one.name, one.at, tuple(t for t in one.texts if not _NOTHING.fullmatch(t)))
    if not some.texts:
        return role not in (*NUMBERS, "tariff_code", "date", "year", "month")
    if role in NUMBERS:
        return some.share(_is_number) >= _MOSTLY
    if role == "tariff_code":
        return some.share(_is_code) >= _MOSTLY
    if role in ("year", "month"):
        return some.share(lambda text: re.fullmatch(r"\d{1,4}", text)) == 1
    if role == "date":
        return some.share(lambda text: re.search(r"\d.*\d", text)) == 1
    if role in AREAS and role != "port":
        return some.share(lambda text: not _is_number(text)) >= _MOSTLY
    return True


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"[-+]?[\d.,' \u00a0]*\d", text))


def _is_code(text: str) -> bool:
    digits = re.sub(r"[. -]", "", text)
    return bool(re.fullmatch(r"\d{6,12}[A-Za-z]?|\d{5}|\d{7}", digits))


def _forms(one: _Column, connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the forms of days that all texts of a column have."""
    texts = [text for text in one.texts if not _NOTHING.fullmatch(text)]
    found = []
    for form in _FORMS:
        [(bad,)] = connection.execute(
            f"SELECT count_if(try_strptime(one, {literal(form)}) IS NULL "
            f"OR strftime(try_strptime(one, {literal(form)}), {literal(form)}) <> one "
            f"AND {literal(form)} IN ('%Y%m%d', '%d%m%Y')) FROM (SELECT unnest($1) AS one)",
            [texts],
        ).fetchall()
        if texts and not bad:
            found.append(form)
    # 2023-04-05 is no day of the year 4 of this century.
    return found


def _fill(one: _Column, asks: Questions, connection: duckdb.DuckDBPyConnection) -> None:
    """Add the other keys of a column with a role."""
    place, role = f"columns.{one.name}", one.role
    if one.role == "date":
        forms = _forms(one, connection)
        one.keys["form"] = (
            forms[0]
            if len(forms) == 1
            else asks.ask(f"{place}.form", "how days are written:", *(forms or _FORMS[:_FEW]))
        )
    elif one.role == "tariff_code":
        sizes = [len(re.sub(r"\D", "", text)) for text in one.texts]
        usual = max(set(sizes), key=sizes.count)
        if any(size % 2 for size in sizes) and not any(
            re.search(r"[A-Za-z]$", text) for text in one.texts
        ):
            one.keys["pad"] = max(6, usual + usual % 2)
    elif one.role in ("status", "direction"):
        meanings = _STATUS if one.role == "status" else _FLOWS
        words = {}
        for text in one.texts[:20]:
            meaning = next((m for m, p in meanings.items() if re.search(p, text, re.I)), None)
            words[text] = meaning or asks.ask(
                f"{place}.words", f"what each word of {one.role} means:", *meanings
            )
        one.keys["words"] = words
    elif role in AREAS:
        _fill_area(one, asks)


def _fill_area(one: _Column, asks: Questions) -> None:
    """Add what a column of countries or ports needs beyond their known names."""
    place, role = f"columns.{one.name}", one.role
    if "procedencia" in one.plain:
        question = "from which the goods came, or of the seller, as in Peru:"
        one.role = asks.ask(f"{place}.role", question, "dispatch", "seller")
    if one.share(lambda text: re.fullmatch("[A-Z]{2}", text)) >= _MOSTLY:
        one.keys["codes"] = "alpha2"
        return
    unknown = [
        text
        for text in one.texts
        if not _NOTHING.fullmatch(text) and area_in_words(text, role) is None
    ]
    if role == "port" and one.share(named_area) >= _MOSTLY:
        one.keys["codes"] = "names"
    elif role != "port":
        # A name of a person in a wrong column must not get into a file that is handed on.
        shown = [text for text in unknown if not may_name(text) or _is_frequent(one, text)]
        if shown:
            question = "which areas these names are (a code such as TWN, or delete them)"
            answer = asks.ask(f"{place}.own", question)
            one.keys["own"] = dict.fromkeys(shown[:_FEW], answer)


def _is_frequent(one: _Column, text: str) -> bool:
    return one.rows[one.texts.index(text)] > 1


# The layout


def _says(look: _Look, register: str, asks: Questions) -> dict[str, Any]:
    columns = [one for one in look.columns if one.role]
    roles = {one.role: one for one in columns}
    says: dict[str, Any] = {
        "format": 1,
        "register": register,
        "title": f"Customs register {register}",
        "reporter": asks.ask("reporter", "whose customs keep it: a code such as PER"),
    }
    if "year" in roles and not {"month", "date"} & set(roles):
        says["freq"] = "A"
    if "direction" not in roles:
        says["direction"] = asks.ask("direction", "are its lines", "import", "export")
    value = roles.get("value")
    name = value.name.upper() if value else ""
    kinds = [kind for kind in ("CIF", "FOB") if kind in name]
    says["valuation"] = (
        kinds[0] if len(kinds) == 1 else asks.ask("valuation", "the value is", "CIF", "FOB")
    )
    money = {code for sign, code in _MONEY.items() if sign in name}
    other = re.search(r"\b([A-Z]{3})\b", re.sub("CIF|FOB", "", name))
    if len(money) == 1:
        says["currency"] = money.pop()
    elif other:
        says["currency"] = other[1]
    else:
        says["currency"] = asks.ask("currency", "the value is in: a code such as USD")
    says |= look.says | _decimals(columns, asks)
    nothing = {text for one in columns for text in one.texts if _NOTHING.fullmatch(text)}
    if nothing:
        says["missing"] = sorted(nothing)
    for role, words in (
        ("value", "which column is the value of a line"),
        ("tariff_code", "which column is the tariff code"),
    ):
        if role not in roles:
            asks.ask("columns", f"{words}: give it role: {role}")
    if not {"date", "year"} & set(roles):
        asks.ask("columns", "which column is the date: give it role: date")
    if not {one.role for one in columns} & {*AREAS, TODO}:
        asks.ask("columns", f"which column is a country: one of {', '.join(AREAS)}")
    says["columns"] = {
        one.name: {"role": one.role} | ({"at": list(one.at)} if one.at else {}) | one.keys
        for one in columns
    }
    return says


def _decimals(columns: Sequence[_Column], asks: Questions) -> dict[str, Any]:
    """Return how numbers are written, as far as it is not the usual way."""
    texts = [text for one in columns if one.role in NUMBERS for text in one.texts]
    commas = [text for text in texts if "," in text]
    if not commas:
        # Twice a point in one number: it is between thousands.
        return {"decimal": ",", "thousands": "."} if any(t.count(".") > 1 for t in texts) else {}
    both = [text for text in commas if "." in text]
    if both:
        is_comma = both[0].rindex(",") > both[0].rindex(".")
        return {"decimal": ",", "thousands": "."} if is_comma else {"thousands": ","}
    if all(re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+", text) for text in commas):
        points = [text for text in texts if "." in text]
        if points:
            return {"thousands": ","}
        return {"decimal": asks.ask("decimal", "a comma in numbers such as 1,234 is", ",", ".")}
    return {"decimal": ","}
