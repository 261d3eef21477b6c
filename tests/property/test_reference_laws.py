"""Order of rows and columns, marks of encoding and lost zeros do not change a reference table."""

from __future__ import annotations

import functools
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.engine import connect
from entrepot.sources.concordance.parse import links, read_sheet
from entrepot.sources.parser import FileOptions, RawFile

CONNECTION = functools.cache(lambda: connect(threads=1))

codes = st.integers(10_000, 979_999).map("{:06}".format)
few = settings(max_examples=8, deadline=None)


def read(source: str, lines: list[list[str]], encoding: str = "utf-8") -> tuple[list[Any], Any]:
    module = import_module(f"entrepot.sources.{source}.parse")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "made.csv")
        path.write_text("".join(",".join(line) + "\n" for line in lines), encoding=encoding)
        said = FileOptions(nomenclature="HS2017") if source == "hs" else FileOptions()
        [table] = module.tables(RawFile(path, "made.csv"), Path(folder), said)
        held = module.rows(CONNECTION(), table)
        said = sorted((one.rule, one.count) for one in held.findings)
        return sorted(held.relation.fetchall(), key=repr), said


def shuffled(lines: list[list[str]], random: Any) -> list[list[str]]:
    head, *body = lines
    random.shuffle(body)
    places = list(range(len(head)))
    random.shuffle(places)
    return [[line[place] for place in places] for line in [head, *body]]


def tables_of(found: dict[str, int]) -> dict[str, list[list[str]]]:
    """Return the same codes as an elasticity table, a list of products and a concordance."""
    flags = [(str(int(n % 3 == 1)), str(int(n % 3 == 2))) for n in found.values()]
    return {
        "elasticities": [
            ["HS6", "zero", "positive", "sigma"],
            *(
                [code, *flag, f"-{n}.5" if n % 5 else ""]
                for (code, n), flag in zip(found.items(), flags, strict=True)
            ),
        ],
        "hs": [["code", "description"], *([code, f"goods {n}"] for code, n in found.items())],
        "concordance": [
            ["code.after", "code.before", "Relationship", "adjustment"],
            *(
                [code, code, "1:n", "2022 to 2017" if n % 2 else "1988 to 1976"]
                for code, n in found.items()
            ),
        ],
    }


@few
@given(st.dictionaries(codes, st.integers(1, 99), min_size=1, max_size=12), st.randoms())
@pytest.mark.parametrize("source", ["elasticities", "hs", "concordance"])
def test_layout_does_not_matter(source: str, found: dict[str, int], random: Any) -> None:
    lines = tables_of(found)[source]
    first = read(source, lines)
    assert read(source, shuffled(lines, random), "utf-8-sig") == first
    head, *body = lines
    place = 1 if source == "concordance" else 0  # a spreadsheet on the way drops zeros
    cut = [[c.lstrip("0") if i <= place else c for i, c in enumerate(line)] for line in body]
    assert read(source, [head, *cut]) == first


@few
@given(st.lists(st.tuples(codes, codes), unique=True), st.randoms(use_true_random=False))
def test_order_of_the_rows_of_a_sheet_does_not_matter(
    found: list[tuple[str, str]], random: Any
) -> None:
    rows: list[list[Any]] = [[a, float(b), "'n:1"] for a, b in found]
    head = ["HS 2022", "HS 2017", "Relationship"]
    first = {(one.from_code, one.to_code) for one in links(read_sheet([head, *rows], "x"), "x")}
    random.shuffle(rows)
    spread: list[list[Any]] = [["", "", ""], head, *rows, ["", " ", ""]]
    again = [(one.from_code, one.to_code) for one in links(read_sheet(spread, "x"), "x")]
    assert set(again) == first == set(found)
    assert len(again) == len(found)
