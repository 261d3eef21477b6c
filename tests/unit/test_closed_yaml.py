"""Closed YAML: what is refused, on which line, and what is suggested."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator

from entrepot.errors import BadFileError, UnknownNameError
from entrepot.model.closed_yaml import load_lines, parse_closed, read_closed

if TYPE_CHECKING:
    from pathlib import Path


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Growth(Closed):
    exporter: str
    period: str
    base: str | None = None


class Share(Closed):
    kind: Literal["share"]
    goods: str


class Ratio(Closed):
    kind: Literal["ratio"]
    factor: float


class Claim(Closed):
    id: str
    says: str = ""
    growth: Growth | None = None
    either: Annotated[Share | Ratio, Field(discriminator="kind")] | None = None

    @field_validator("id")
    @classmethod
    def known(cls, value: str) -> str:
        if value == "RUSS":
            raise UnknownNameError("area", value, ["RUS"])
        return value


class File(Closed):
    format: Literal[1]
    day: date | None = None
    count: int = 0
    open: bool = False
    claims: tuple[Claim, ...] = ()


GOOD = """\
format: 1
day: 2026-01-20
claims:
  - id: a
    says: 1.30
    growth: {exporter: CHN, period: 2025, base: 2024}
  - id: NO
    says: -3.4 %
"""


def refused(text: str) -> BadFileError:
    with pytest.raises(BadFileError) as caught:
        parse_closed(text, File, name="f.yaml")
    return caught.value


def test_what_was_typed_arrives_as_typed() -> None:
    file = parse_closed(GOOD, File, name="f.yaml")
    assert file.day == date(2026, 1, 20)
    assert [c.says for c in file.claims] == ["1.30", "-3.4 %"]
    assert file.claims[0].growth == Growth(exporter="CHN", period="2025", base="2024")
    assert file.claims[1].id == "NO"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("010121", "010121"), ("854231", 854231), ("1.30", "1.30"), ("1.3", 1.3), ("1e3", "1e3"),
        ("12:30", "12:30"), ("yes", "yes"), ("NO", "NO"), ("true", True), ("null", None),
        ("'12'", "12"), ("2026-01-20", "2026-01-20"), (".5", ".5"), ("nan", "nan"),
        ("1_000", "1_000"), ("-7", -7), ("+7", "+7"), ("0x1F", "0x1F"),
    ],
)  # fmt: skip
def test_a_scalar_is_a_number_only_where_nothing_is_lost(typed: str, read: object) -> None:
    data, _ = load_lines(f"k: {typed}\n", name="f.yaml")
    assert data == {"k": read}
    assert type(data["k"]) is type(read)


def test_unknown_key_names_line_path_and_nearest() -> None:
    error = refused(GOOD.replace("base: 2024", "bse: 2024"))
    assert error.what == "unknown key: 'bse'"
    assert error.where == "f.yaml, line 6: claims[0].growth.bse"
    assert error.hint.startswith("did you mean base?")
    assert "exporter, period, base" in error.hint


def test_unknown_key_on_its_own_line() -> None:
    error = refused("format: 1\nclaims:\n- id: a\n\n  sayz: >\n    long\n    text\n")
    assert error.where == "f.yaml, line 5: claims[0].sayz"
    assert "did you mean says?" in error.hint


def test_unknown_key_inside_a_union() -> None:
    error = refused(
        "format: 1\nclaims:\n- id: a\n  either:\n    kind: ratio\n    factor: 2\n    fctor: 3\n"
    )
    assert error.where == "f.yaml, line 7: claims[0].either.fctor"
    assert "did you mean factor?" in error.hint


def test_duplicate_key_names_both_lines() -> None:
    error = refused("format: 1\nclaims:\n  - id: a\n    says: x\n    id: b\n")
    assert error.what == "duplicate key: 'id'"
    assert error.where == "f.yaml, line 5: claims[0].id"
    assert "line 3" in error.why


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("format: 1\ncount: many\n", "not a whole number: 'many'", "line 2: count"),
        ("format: 1\n\nopen: perhaps\n", "not true or false: 'perhaps'", "line 3: open"),
        ("format: 1\nclaims: 3\n", "not a list: 3", "line 2: claims"),
        ("format: 1\nclaims:\n- a\n", "not keys with values: 'a'", "line 3: claims[0]"),
        ("format: 1\nclaims:\n- id: [a]\n", "not text: ['a']", "line 3: claims[0].id"),
        ("format: 1\nclaims:\n- id:\n", "not text: None", "line 3: claims[0].id"),
        ("claims: []\n", "a key is missing: 'format'", "line 1: format"),
        (
            "format: 1\nclaims:\n- id: x\n- says: x\n",
            "a key is missing: 'id'",
            "line 4: claims[1].id",
        ),
        ("format: 2\n", "not 1: 2", "line 1: format"),
        ("format: 1\n- a\n", "not readable as YAML", "line 2"),
        ("format: 1\nday: 'x\n", "not readable as YAML", "line"),
        ("- a\n", "not keys with values: ['a']", "line 1"),
        ("a: &x 1\nb: *x\n", "a reference", "line 2: b"),
        (
            "format: !!python/name:os.system 1\n",
            "the tag ",
            "line 1: format",
        ),
        ("? [a]\n: 1\n", "a key must be a plain word", "line 1"),
        ("", "the file is empty", "f.yaml"),
        ("[" * 900 + "]" * 900, "nested too deeply", "f.yaml"),
        ("[" * 90000, "not readable as YAML", "f.yaml"),
    ],
)
def test_each_problem_says_what_and_where(text: str, what: str, where: str) -> None:
    error = refused(text)
    assert error.what.startswith(what)
    assert where in error.where
    assert error.where.startswith("f.yaml")


def test_a_wrong_choice_suggests_the_nearest() -> None:
    class Choice(Closed):
        currency: Literal["USD", "CNY"]

    with pytest.raises(BadFileError, match="not 'USD' or 'CNY': 'usd'") as caught:
        parse_closed("currency: usd\n", Choice, name="f.yaml")
    assert caught.value.hint == "did you mean USD?"


def test_a_validators_own_words_are_kept() -> None:
    error = refused("format: 1\nclaims:\n  - id: RUSS\n")
    assert error.what == "unknown area: 'RUSS'"
    assert error.where == "f.yaml, line 3: claims[0].id"
    assert "did you mean RUS?" in error.hint


def test_further_problems_are_listed_in_order_of_lines() -> None:
    error = refused("format: 1\nclaims:\n  - id: a\n    sayz: x\ncont: 1\nday: no day\n")
    assert error.where.endswith("line 4: claims[0].sayz")
    assert "unknown key: 'cont' (line 5: cont)" in error.hint
    assert "(line 6: day)" in error.hint


def test_a_model_that_is_not_closed_is_a_slip_of_the_programmer() -> None:
    class Loose(BaseModel):
        x: int = 0

    class Outer(Closed):
        inner: list[Loose] = []

    with pytest.raises(TypeError, match="Loose"):
        parse_closed("inner: []\n", Outer, name="f.yaml")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match="no such file"):
        read_closed(tmp_path / "none.yaml", File)
    (tmp_path / "latin.yaml").write_bytes(b"format: 1 # caf\xe9\n")
    with pytest.raises(BadFileError, match="UTF-8"):
        read_closed(tmp_path / "latin.yaml", File)
    (tmp_path / "bom.yaml").write_text("﻿format: 1\n", encoding="utf-8")
    assert read_closed(tmp_path / "bom.yaml", File).format == 1
