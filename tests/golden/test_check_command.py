"""`entrepot check`: output, exit codes, files written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., tuple[int, str, str]]

EXAMPLE = str(Path(__file__).resolve().parents[2] / "examples" / "russia-china-dependence.yaml")
HONEST = """format: 1
source: {title: One honest number}
claims:
  - {id: trade, value: {exporter: CHN, importer: RUS, flow: both, period: 2024}, says: $245 bn}
"""


def test_json_alone_is_on_standard_output(entrepot: Run) -> None:
    code, out, err = entrepot("check", EXAMPLE, "--json")
    assert code == 1
    assert all(line.startswith("note: no data loaded in ") for line in err.splitlines())
    assert json.loads(out)["summary"]["claims"] == 18


@pytest.mark.parametrize("columns", ["80", "100", "120"])
def test_with_all_reasons_no_column_is_cut_off(
    entrepot: Run, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    _, out, _ = entrepot("check", EXAMPLE, "--all")
    rows = out.splitlines()
    rule = next(place for place, line in enumerate(rows) if set(line.strip()) == {"─"})
    head = " ".join(" ".join(rows[rule - 2 : rule]).split())
    assert "remark" in head
    table = rows[rule + 1 : rows.index("", rule) if "" in rows[rule:] else None]
    assert max(len(line.rstrip()) for line in table[:40]) < int(columns)


def test_the_table_shows_what_is_wrong_first(entrepot: Run) -> None:
    code, out, _ = entrepot("check", EXAMPLE)
    assert code == 1
    places = [
        out.index(word) for word in ("× inconsistent", "≠ differs", "? not enough", "✓ supported")
    ]
    assert places == sorted(places)
    wrong = [line.split() for line in out.splitlines() if line.strip()[:1] in ("×", "≠")]
    rows, heads = wrong[:5], wrong[5:]
    ends = [" ".join(row[-2:]).split("  ")[-1] for row in rows]
    kinds = ["swapped", "swapped", "denominator", "mixed years", "spot rate"]
    assert [end.endswith(kind) for end, kind in zip(ends, kinds, strict=True)] == [True] * 5
    assert [f"({kind})" in " ".join(head) for head, kind in zip(heads, kinds, strict=True)] == [
        True
    ] * 5
    assert "Cannot all be true: trade-growth, chinese-exports, russian-exports" in out


def test_an_honest_text_leaves_with_0(entrepot: Run, tmp_path: Path) -> None:
    path = tmp_path / "honest.yaml"
    path.write_text(HONEST, encoding="utf-8")
    code, out, _ = entrepot("check", str(path))
    assert code == 0
    assert "1 claim, 1 supported" in out


def test_a_note_cites_a_sum_of_our_own_as_its_data_set(entrepot: Run, tmp_path: Path) -> None:
    """An editor was given the name of this program as the source."""
    article, note = tmp_path / "rise.txt", tmp_path / "note.txt"
    article.write_text(
        "Chinese exports to Russia rose from $75 billion in 2022 to $110 billion in 2023, "
        "an increase of 25 %."
    )
    assert entrepot("check", str(article), "--note", str(note))[0] == 1
    told = note.read_text(encoding="utf-8")
    assert "Source: CEPII BACI V202501, HS2017, added up by Entrepôt" in told
    assert "Source: Entrepôt" not in told


def test_a_note_cites_the_source_whose_number_it_has(entrepot: Run, tmp_path: Path) -> None:
    """A copy of a customs table was cited for CEPII's number."""
    article, note = tmp_path / "artikel.txt", tmp_path / "note.txt"
    article.write_text(
        "Chinas Exporte nach Russland stiegen 2023 um 46,9 Prozent. Die Einfuhren aus Russland "
        "betrugen 2023 139 Milliarden Dollar, der Handel beider 240 Milliarden Dollar.",
        encoding="utf-8",
    )
    assert entrepot("check", str(article), "--note", str(note), "--date", "2024-03-01")[0] == 1
    told = " ".join(note.read_text(encoding="utf-8").split())
    reason, source = told.split("published figures do not decide it: ")[1].split(" Source: ")[:2]
    data_set = reason.partition(" has USD ")[0]
    assert source.startswith(data_set)
    assert "Source: Wikipedia" not in told


def test_published_ends_of_a_growth_are_in_order_and_alike_in_sign(
    entrepot: Run, tmp_path: Path
) -> None:
    article = tmp_path / "rise.txt"
    article.write_text("date: 2024-02-10\nChina's exports to Russia rose by 60 % in 2023.\n")
    _, out, _ = entrepot("check", str(article))
    assert "45.8 % to 46.9 %" in out.replace("\u00a0", " ")


@pytest.mark.parametrize(("width", "slip"), [(120, True), (80, True), (66, True), (60, False)])
def test_the_table_folds_and_never_vanishes(
    entrepot: Run, monkeypatch: pytest.MonkeyPatch, width: int, slip: bool
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    code, out, _ = entrepot("check", EXAMPLE)
    assert code == 1
    table = out.partition("Cannot all be true")[0]
    assert ("denominator" in table and table.count("swapped") == 2) == slip
    assert max(len(line) for line in out.splitlines()) <= width
    assert out.count("✓ supported") == 4
    rows = [line for line in out.splitlines() if line[:2] in (" ×", " ≠", " ?", " ✓")]
    assert len(rows) == 18


def test_the_note_goes_where_it_is_asked(entrepot: Run, tmp_path: Path) -> None:
    code, out, _ = entrepot("check", EXAMPLE, "--note", str(tmp_path / "note.txt"))
    assert code == 1
    assert "inconsistent" in out
    note = (tmp_path / "note.txt").read_text(encoding="utf-8")
    assert note.startswith("Subject: Numbers in")
    code, out, err = entrepot("check", EXAMPLE, "--note", str(tmp_path / "note.html"))
    assert (code, out) == (2, "")
    assert ".txt" in err


def test_writes_json_and_text(entrepot: Run, tmp_path: Path) -> None:
    for name in ("found.json", "found.txt", "found.html", "found.md", "found.jsonld"):
        code, _, _ = entrepot("check", EXAMPLE, "--out", str(tmp_path / name))
        assert code == 1
    data = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert data["summary"]["inconsistent"] == 2
    assert "inconsistent" in (tmp_path / "found.txt").read_text(encoding="utf-8")


def test_a_suffix_that_nobody_writes_leaves_with_2(entrepot: Run, tmp_path: Path) -> None:
    code, out, err = entrepot("check", EXAMPLE, "--out", str(tmp_path / "found.docx"))
    assert (code, out) == (2, "")
    assert ".html, .md, .json, .jsonld, .txt" in err
    assert not list(tmp_path.glob("found*"))


def test_a_bad_file_leaves_with_2_and_the_line(entrepot: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(HONEST.replace("importer: RUS", "importer: RUX"), encoding="utf-8")
    code, out, err = entrepot("check", str(path))
    assert (code, out) == (2, "")
    assert "bad.yaml, line 4" in err
    assert "RUS" in err


def test_one_name_for_two_files_is_refused(entrepot: Run, tmp_path: Path) -> None:
    article = tmp_path / "article.txt"
    words = "date: 2026-01-20\n\nChina's exports to Russia were $111 billion in 2023.\n"
    article.write_text(words, encoding="utf-8")
    twin = str(tmp_path / "x" / ".." / "article.txt")
    (tmp_path / "x").mkdir()
    for more in (["--out", twin], ["--note", twin]):
        code, out, err = entrepot("check", str(article), *more)
        assert (code, out) == (2, "")
        assert "is given twice" in err
    found = str(tmp_path / "found.txt")
    assert entrepot("check", str(article), "--out", found, "--note", found)[0] == 2
    assert article.read_text(encoding="utf-8") == words
    assert not Path(found).exists()


def test_what_lacks_evidence_says_which_command_loads_it(entrepot: Run, tmp_path: Path) -> None:
    file = tmp_path / "claims.yaml"
    flows = (
        "{exporter: WLD, importer: KEN, period: 2023-06}",
        "{exporter: WLD, importer: KEN, period: 2023-07}",
        "{exporter: PER, importer: WLD, period: 2016}",
        '{exporter: PER, importer: JPN, period: 2016, goods: "2603"}',
        '{exporter: PER, importer: JPN, period: 2016, goods: "named:honey"}',
    )
    claims = [f"- {{id: c{n}, value: {one}, says: $2 bn}}" for n, one in enumerate(flows)]
    file.write_text("\n".join(["format: 1", "source: {title: a text}", "claims:", *claims]))
    _, out, _ = entrepot("check", str(file))
    commands = [line.split() for line in out.splitlines() if line.startswith("  entrepot data get")]
    assert [" ".join(words[3:]) for words in commands] == [
        "imts --period 2023-06..2023-07 --freq M --reporter KEN",
        "imts --period 2016 --freq A --reporter PER",
        "comtrade --period 2016 --freq A --reporter PER --goods 2603",
    ]
    for words in commands:
        code, _, err = entrepot(*words[1:], "--dry-run", "--offline", "--to", str(tmp_path))
        assert code == 0, err


def test_what_was_compared_needs_no_command(entrepot: Run, tmp_path: Path) -> None:
    file = tmp_path / "claims.yaml"
    file.write_text(HONEST)
    assert "entrepot data get" not in entrepot("check", str(file))[1]
