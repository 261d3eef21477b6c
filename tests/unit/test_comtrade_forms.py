"""One table of Comtrade in every form that it comes in gives the same flows."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from typing import TYPE_CHECKING

import pytest

from entrepot.engine import connect
from entrepot.errors import BadFileError
from made_comtrade import USA, WORLD, json_of, parquet_of, read, read_all, row, rules_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS = [
    row(1000.0),
    row(600.0, mot=2100, isNetWgtEstimated=True),
    row(400.0, mot=3200),
    row(50.5, partner=USA, product="010121", mass="", cifvalue="", fobvalue=50.5),
    row(1050.5, partner=WORLD, product="8542"),
    row(90.0, flow="X"),
    row(30.0, flow="RX"),
]


def snake(name: str) -> str:
    """Return a name as the R package comtradr writes it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def zipped(text: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("folder/data.csv", text)
    return packed.getvalue()


def renamed(change: Callable[[str], str]) -> str:
    return text_of([{change(name): cell for name, cell in one.items()} for one in ROWS])


def bulk() -> str:
    """Return rows as in bulk files: tabs, no words, capitals in two names, one column more."""
    kept = [
        {
            {"cifvalue": "CIFValue", "fobvalue": "FOBValue"}.get(name, name): cell
            for name, cell in one.items()
            if not name.endswith(("Desc", "ISO", "Abbr"))
        }
        | {"datasetCode": 25200000000}
        for one in ROWS
    ]
    return text_of(kept, delim="\t")


FORMS: dict[str, Callable[[], str | bytes]] = {
    "gzip": lambda: gzip.compress(text_of(ROWS).encode()),
    "zip": lambda: zipped(text_of(ROWS)),
    "tabs": bulk,
    "other order": lambda: text_of(ROWS[::-1], columns=sorted(ROWS[0])),
    "names of R": lambda: renamed(snake),
    "names of the page": lambda: renamed(lambda name: name[0].upper() + name[1:]),
    "row numbers": lambda: text_of([{"": n} | one for n, one in enumerate(ROWS)]),
    "a comma too many": lambda: text_of(ROWS).replace("\n", ",\n").replace(",\n", "\n", 1),
    "mark of UTF-8": lambda: "\ufeff" + text_of(ROWS),
    "Windows": lambda: text_of([one | {"partnerDesc": "Türkiye"} for one in ROWS]).encode("cp1252"),
    "UTF-16": lambda: text_of(ROWS).encode("utf-16"),
    "Windows line ends": lambda: text_of(ROWS).replace("\n", "\r\n"),
    "quoted": lambda: text_of([one | {"cmdDesc": 'chips, "8542"\nand so on'} for one in ROWS]),
    "decimals": lambda: text_of(
        [one | {name: f"{one[name]}.0" for name in ("partnerCode", "motCode")} for one in ROWS]
    ),
    "codes with zeros": lambda: text_of(
        [one | {"partnerCode": f"{one['partnerCode']:03}"} for one in ROWS]
    ),
    "JSON": lambda: json_of(ROWS),
    "list in JSON": lambda: json.dumps(json.loads(json_of(ROWS))["data"]),
}


@pytest.fixture(scope="module")
def plain():
    found, findings = read(text_of(ROWS))
    assert len(found) == 4
    assert rules_of(findings) == {
        "headings-with-lines": 1, "headings-with-lines-differ": 1, "reexports-split": 1,
    } or rules_of(findings)  # fmt: skip
    return found, rules_of(findings)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_flows(form: str, plain) -> None:
    found, findings = read(FORMS[form](), "given")
    assert (found, rules_of(findings)) == plain


def test_one_table_after_another(tmp_path: Path, plain) -> None:
    path = tmp_path / "made.parquet"
    parquet_of(ROWS, path)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("with re-exports.csv", text_of(ROWS))
        archive.writestr("without.csv", text_of(ROWS[:4]))
        archive.writestr("with re-exports.parquet", path.read_bytes())
        archive.writestr("without again.csv", text_of(ROWS[:1]))
    found, _ = read(packed.getvalue())
    assert len(found) == 2 * len(plain[0]) + 2 + 1


def test_parquet_gives_the_same_flows(tmp_path: Path, plain) -> None:
    path = tmp_path / "made.parquet"
    parquet_of(ROWS, path)
    found, findings = read(path, "made.parquet")
    assert (found, rules_of(findings)) == plain


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"partnerCode": 1234}, "partnerCode"),
        ({"primaryValue": -5.0}, "primaryValue"),
        ({"netWgt": -5.0}, "netWgt"),
        ({"cmdCode": "85423100"}, "cmdCode"),
        ({"flowCode": "ZZ"}, "flowCode"),
    ],
)
@pytest.mark.parametrize("part", [{}, {"product": "999999", "mot": 2100}])
def test_a_bad_cell_of_parquet_is_named(tmp_path: Path, changes, column, part) -> None:
    path = tmp_path / "made.parquet"
    more = [row(5.0, product="999999", mot=3200)] if part else []
    parquet_of([*ROWS, *more, row(5.0, **({"product": "854232"} | part)) | changes], path)
    with pytest.raises(BadFileError) as caught:
        read(path, "made.parquet")
    assert caught.value.where == f"made.parquet, row {8 + len(more)}, column {column}"


@pytest.mark.parametrize("mot", ["0.4", "-0.3", "'inf'", "'nan'", "5e12"])
def test_a_number_that_is_no_code_is_not_the_total(tmp_path: Path, mot: str) -> None:
    path, odd = tmp_path / "made.parquet", tmp_path / "odd.parquet"
    parquet_of([row(9.0), row(2.0, product="854232")], path)
    connect().execute(
        f"COPY (SELECT * REPLACE (CASE cmdCode WHEN '854232' THEN {mot}::DOUBLE ELSE 0 END AS "
        f"motCode) FROM '{path}') TO '{odd}' (FORMAT parquet)"
    )
    with pytest.raises(BadFileError, match="rows of one mode of transport only"):
        read(odd, "odd.parquet")


def test_rows_are_found_in_parquet(tmp_path: Path) -> None:
    path = tmp_path / "made.parquet"
    parquet_of([row(9.0), row(1.0, partner=490, product="010121")], path)
    _, _, places = read_all(path, "made.parquet")
    assert sorted(places) == ["made.parquet, row 1", "made.parquet, row 2"]


@pytest.mark.parametrize("column", ["qty", "netWgt", "cifvalue", "cmdCode"])
def test_damage_in_any_column_of_parquet_is_ours_to_tell(tmp_path: Path, column: str) -> None:
    path = tmp_path / "made.parquet"
    parquet_of([row(n * 1.37, product=f"{100000 + n}", mot=0) for n in range(400)], path)
    [(start, size)] = (
        connect()
        .sql(
            f"SELECT data_page_offset, total_compressed_size FROM parquet_metadata('{path}') "
            f"WHERE path_in_schema = '{column}'"
        )
        .fetchall()
    )
    content = bytearray(path.read_bytes())
    content[start + 4 : start + size - 1] = b"\xff" * (size - 5)
    path.write_bytes(content)
    with pytest.raises(BadFileError, match="damaged") as caught:
        read(path, "made.parquet")
    assert caught.value.where == "made.parquet"
    assert str(tmp_path) not in caught.value.what


def refused(content: str) -> BadFileError:
    with pytest.raises(BadFileError) as caught:
        read(content, "answer.json")
    return caught.value


def test_an_answer_that_is_not_whole_is_refused() -> None:
    assert "7 rows, where the answer counts 9" in refused(json_of(ROWS, count=9)).what
    assert "answer counts many" in refused(json_of(ROWS, count="many")).what
    assert "error: Bad period" in refused(json_of(ROWS, error="Bad period")).what
    assert "without rows" in refused(json_of([])).what
    assert "cut off" in refused(json_of(ROWS)[:-20]).what


def test_one_name_twice_is_refused() -> None:
    """The last would win, and the trade of the first be lost without a word."""
    text = json_of(ROWS).replace('"primaryValue"', '"primaryValue": 1, "primaryValue"', 1)
    assert "one name twice" in refused(text).what
    whole = json_of(ROWS)
    assert "one name twice" in refused(f'{whole[:-1]}, "data": []}}').what


def test_half_a_sign_is_refused() -> None:
    assert "half of a sign" in refused(json_of([ROWS[0] | {"partnerDesc": "\ud83d"}])).what


def test_an_answer_of_something_else_is_refused() -> None:
    assert "it has no data" in refused('{"dataset": [], "validation": {}}').what
    assert "unknown more" in refused(json_of(ROWS, more=1)).what
    assert "not a list of rows" in refused('{"data": [1, 2]}').what
    assert "not JSON" in refused('{"data": [{"a": NaN}]}').what
    assert "not JSON" in refused("[" * 100_000).what
    error = refused(json_of([ROWS[0] | {"cmdCode": ["8542"]}]))
    assert error.where == "answer.json, item 1 of data, cmdCode"


def test_a_bad_cell_of_an_answer_is_named() -> None:
    error = refused(json_of([ROWS[0], ROWS[1] | {"primaryValue": "much"}]))
    assert error.where == "answer.json, row 3, column primaryValue"
