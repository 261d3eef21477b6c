"""The mapping of a user's table: what it accepts and how it refuses."""

from __future__ import annotations

import re
import time

import pytest

from entrepot.errors import BadFileError
from entrepot.model.closed_yaml import parse_closed
from entrepot.sources.shipments.layout import Layout
from entrepot.sources.table.mapping import MappedColumn, read_mapping
from entrepot.sources.text import group_of

CONTRACT = """
format: 1
nomenclature: HS2017
period: '2024'
columns:
  reporter: {role: reporter, codes: M49}
  partner: {role: partner, codes: M49}
  cmd: {role: product}
  flow: {role: flow, import: M, export: X}
  value: {role: value, currency: USD, scale: 1}
  netwgt: {role: mass, unit: kg}
ignore: []
"""


def test_the_spelling_of_the_contract() -> None:
    mapping = read_mapping(CONTRACT)
    assert mapping.constants() == {"nomenclature": "HS2017", "period": "2024"}
    assert mapping.columns["flow"].import_ == ("M",)
    assert (mapping.columns["value"].currency, mapping.columns["value"].scale) == ("USD", 1)
    assert mapping.head == 1
    assert (mapping.id, mapping.title) == (None, None)


def test_numbers_are_text_where_text_is_meant() -> None:
    mapping = read_mapping(
        "format: 1\nperiod: 2024\nmissing: [0.0, '-']\nselect: {mot: 0, kind: [1, 02]}\n"
        "columns:\n  c: {role: partner, codes: {110: HKG}, own: {7: CHN}}\n"
        "  f: {role: flow, import: 1, export: 2}\n"
    )
    assert mapping.period == "2024"
    assert mapping.missing == ("0.0", "-")
    assert mapping.select == {"mot": ("0",), "kind": ("1", "02")}
    assert mapping.columns["c"].codes == {"110": "HKG"}
    assert mapping.columns["f"].export == ("2",)


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_an_empty_mapping_says_how_to_draft_one(text: str) -> None:
    with pytest.raises(BadFileError, match="the mapping is empty") as caught:
        read_mapping(text)
    assert "entrepot data map FILE" in caught.value.hint


def test_header_row_and_skip_say_one_thing() -> None:
    assert read_mapping("format: 1\nskip: 3\ncolumns: {}").head == 4
    assert read_mapping("format: 1\nheader_row: 4\ncolumns: {}").head == 4
    with pytest.raises(BadFileError, match="say the same"):
        read_mapping("format: 1\nskip: 3\nheader_row: 4\ncolumns: {}")


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ("{role: parnter}", "not 'reporter'"),
        ("{role: partner, codes: M48}", "unknown system of area codes: 'M48'"),
        ("{role: partner, unit: kg}", "'unit' does not go with the role 'partner'"),
        ("{role: value, unit: kg}", "'unit' does not go with the role 'value'"),
        ("{role: mass}", "a mass needs its unit"),
        ("{role: mass, unit: pounds}", "a mass needs its unit"),
        ("{role: value, currency: dollars}", "not a currency of ISO 4217"),
        ("{role: value, currency: USD, scale: 0}", "greater than 0"),
        ("{role: value, currency: USD, scale: .inf}", "a number"),
        ("{role: value, currency: USD, scale: 1.1e+12}", "less than or equal to 1000000000000"),
        ("{role: product, pattern: '[0-9]+'}", "not a pattern with one group"),
        ("{role: product, pattern: '([0-9]+'}", "not a pattern with one group"),
        ("{role: product, pad: 5}", "pad"),
        ("{role: flow, imports: M}", "unknown key: 'imports'"),
    ],
)
def test_a_column_is_refused_with_its_line(column: str, message: str) -> None:
    with pytest.raises(BadFileError) as caught:
        read_mapping(f"format: 1\ncolumns:\n  a: {column}\n")
    assert message in f"{caught.value.what} {caught.value.where} {caught.value.hint}"
    assert caught.value.where.startswith("mapping, line 3")


@pytest.mark.parametrize(
    "line",
    [
        "columns: {}\ncolums: {}",
        "columns: {}\ndecimal: ','\nthousands: ','",
        "columns: {}\ndelimiter: '\"'",
        "columns: {}\nlevel: 5",
        "columns: {}\nrepeated: maybe",
        "columns: {}\nid: My Table",
        "columns: {a: {role: year}, a: {role: month}}",
        "",
    ],
)
def test_what_makes_no_sense_is_refused(line: str) -> None:
    with pytest.raises(BadFileError):
        read_mapping(f"format: 1\n{line}")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (f"title: {'x' * 501}", "a title of 501 characters"),
        (f"title: {'x ' * 500_000}", "a title of 999,999 characters"),
        (f"publisher: {'x' * 501}", "a title of 501"),
        (f"licence: {'x' * 501}", "a title of 501"),
        ('title: "A\\u0007B"', "control character"),
        ("url: javascript:alert(1)", "not an address of the web"),
        ("url: 'JavaScript:alert(1)'", "not an address of the web"),
        ("url: data:text/html,x", "not an address of the web"),
        ("url: file:///etc/passwd", "not an address of the web"),
        ("url: //example.org/x", "not an address of the web"),
        ("url: 'https://example.org/ x'", "not an address of the web"),
        (f"url: https://example.org/{'x' * 2000}", "an address of 2,020 characters"),
    ],
)
def test_titles_and_addresses_are_looked_at(line: str, message: str) -> None:
    """They stand in every list of what is loaded, and the address becomes a link on pages."""
    with pytest.raises(BadFileError) as caught:
        read_mapping(f"format: 1\ncolumns: {{}}\n{line}\n")
    assert message in caught.value.what
    assert len(str(caught.value)) < 500
    layout = f"format: 1\nregister: mine\nreporter: RUS\nvaluation: FOB\ncolumns: {{}}\n{line}\n"
    if not line.startswith("licence"):
        more = "" if line.startswith("title") else "title: A\n"
        with pytest.raises(BadFileError) as caught:
            parse_closed(f"{layout}{more}", Layout, name="mine.yaml")
        assert message in caught.value.what


def test_an_address_of_the_web_is_kept() -> None:
    found = read_mapping("format: 1\ncolumns: {}\nurl: HTTPS://example.org/a?b=c#d\ntitle: Ä, б")
    assert (found.url, found.title) == ("HTTPS://example.org/a?b=c#d", "Ä, б")


def test_open_questions_are_named_with_their_lines() -> None:
    text = CONTRACT.replace("HS2017", "TODO  # which edition? HS2022, HS2017").replace(
        "currency: USD", "currency: TODO"
    )
    with pytest.raises(BadFileError) as caught:
        read_mapping(text)
    assert caught.value.what == "2 lines of the draft still open"
    assert "line 3: nomenclature: TODO  # which edition? HS2022, HS2017" in caught.value.hint
    assert "line 10: value" in caught.value.hint


def test_a_pattern_takes_no_longer_than_its_text() -> None:
    """On Python's engine the first would take longer than anybody lives."""
    started = time.process_time()
    assert group_of("^(a+)+$", "a" * 5000 + "b") is None
    assert group_of("^(?:(a|a)*)*$", "a" * 5000 + "b") is None
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"\[([0-9]+)\]", "Horses [0101]"),
        (r"^(\d{6}) ", "010121 pure-bred"),
        (r"(?i)hs ?([0-9.]+)", "HS 01.01"),
        ("([0-9]+)$", "none"),
        ("код ([0-9]+)", "код 0101"),
    ],
)
def test_a_pattern_finds_what_python_finds(pattern: str, text: str) -> None:
    found = re.search(pattern, text)
    assert group_of(pattern, text) == (found[1] if found else None)


@pytest.mark.parametrize("pattern", ["(?=x)([0-9]+)", r"([0-9])\1", "((", "([0-9]{2000})"])
def test_a_pattern_that_cannot_be_searched_for_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        MappedColumn(role="product", pattern=pattern)
