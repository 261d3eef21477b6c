"""Tables of a terminal: no word of usual length is broken, and what does not fit is named."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from entrepot.cli.output import BETWEEN, EDGES, console, facts, fitted, note, table

HEAD = ["supplier", "what it supplies", "value usd", "share of imports"]
ROWS = [
    ["Turkmenistan", "semiconductors and microprocessors", "1,234,567,890", "12.3 %"],
    ["Kazakhstan", "oil", "98,765", "0.4 %"],
]


def drawn(width: int, columns: list[str] = HEAD, rows: list[list[str]] = ROWS) -> list[str]:
    file = io.StringIO()
    Console(file=file, width=width, highlight=False).print(table("", columns, rows, right=(2,)))
    return file.getvalue().splitlines()


@pytest.mark.parametrize("width", [60, 64, 70, 80, 100])
def test_every_word_of_a_column_that_is_shown_is_whole(width: int) -> None:
    lines = drawn(width)
    assert max(map(len, lines)) <= width
    shown = " ".join(lines).split()
    gone = next((line for line in lines if line.startswith("no space")), "")
    for place, name in enumerate(HEAD):
        if name in gone:
            continue
        for cell in (name, *(row[place] for row in ROWS)):
            assert set(cell.split()) <= set(shown), (width, cell)


def test_columns_that_do_not_fit_are_named() -> None:
    text = " ".join(" ".join(drawn(40)).split())
    assert "no space for what it supplies: widen" in text
    assert "semiconductors" not in text
    assert {"1,234,567,890", "12.3"} <= set(text.split())
    assert "no space" not in " ".join(drawn(100))


def test_a_word_that_no_screen_holds_takes_no_column_away() -> None:
    address = "https://example.org/a/very/long/address/of/a/table/that/nobody/can/read"
    lines = drawn(50, ["what", "where", "when"], [["a table", address, "2023"]])
    assert "2023" in " ".join(lines)
    assert max(map(len, lines)) <= 50


def test_room_goes_first_to_columns_that_want_little() -> None:
    cells = [["a", "b"], ["one two", "word " * 30]]
    widths = fitted(cells, 40)
    assert widths[0] == len("one two")
    assert sum(widths.values()) + BETWEEN + EDGES == 40
    assert fitted([["alone"]], 2) == {0: 5}, "the first column is shown whatever its width"
    assert list(fitted([["a", "b" * 16, "c"]], 12)) == [0, 2], "what needs most room goes first"


@pytest.mark.parametrize("width", range(24, 40))
def test_a_space_that_must_not_break_does_not(width: int) -> None:
    share, range_ = "12.3\u00a0%", "10.8\u00a0to\u00a011.4\u00a0%"
    lines = drawn(width, ["share", "range"], [[share, range_]])
    assert any(share in line for line in lines)
    assert any(range_ in line for line in lines) == ("no space" not in " ".join(lines))


def test_a_cell_folds_at_plain_spaces() -> None:
    lines = drawn(20, ["what"], [["imports of 12.3\u00a0bn\u00a0USD in 2023"]])
    folded = [line.strip() for line in lines if line.strip()]
    assert folded[-3:] == ["imports of", "12.3\u00a0bn\u00a0USD in", "2023"]


def test_where_columns_are_ranked_the_last_goes_first() -> None:
    lines = [["hub", "matched", "high", "why"], ["KGZ", "400,000,000", "500", "no"]]
    assert list(fitted(lines, 27)) == [0, 2, 3]
    assert list(fitted(lines, 27, by_rank=True)) == [0, 1, 2]
    file = io.StringIO()
    drawn_of = table("", lines[0], lines[1:], by_rank=True)
    Console(file=file, width=27, highlight=False).print(drawn_of)
    assert "400,000,000" in file.getvalue()
    assert "no space for why:" in " ".join(file.getvalue().split())


@pytest.mark.parametrize("sign", ["\x1b[2J\x1b[H", "\x1b]0;x\x07", "\x9b1A", "\r", "\u202e"])
def test_no_text_of_a_file_commands_the_terminal(
    sign: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A cell could clear the screen and write another result over it."""
    from rich.text import Text

    cell = f"chips{sign}"
    drawn = io.StringIO()
    screen = console(drawn)
    screen.print(Text(cell))
    screen.print(cell, markup=False)
    screen.print(table(cell, ["goods", cell], [[cell, "1"]]))
    screen.print(facts([(cell, cell)]))
    note(cell)
    for text in (drawn.getvalue(), capsys.readouterr().err):
        assert "chips" in text
        assert not set(sign) & set(text) & {"\x1b", "\x07", "\x9b", "\r", "\u202e"}


def test_colours_of_the_program_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    drawn = io.StringIO()
    console(drawn).print("[bold]total[/bold]")
    assert "\x1b[1mtotal" in drawn.getvalue()
