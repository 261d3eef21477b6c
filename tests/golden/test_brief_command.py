"""`entrepot brief`: what it prints, what it writes, which exit code it leaves with."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


EXAMPLE = str(Path(__file__).resolve().parents[2] / "examples" / "russia-china-dependence.yaml")
SHARE = ("import_share", "--importer", "RUS", "--exporter", "CHN", "--period", "2023")
CLAIMS = """format: 1
source: {title: A sentence}
claims:
  - id: trade
    quote: Trade came to 1.63 trillion yuan.
    value: {exporter: CHN, importer: RUS, flow: both, period: 2025}
    says: 1.63 trillion yuan
"""


def test_it_prints_answer_figures_verdicts_and_path(entrepot: Run, tmp_path: Path) -> None:
    (tmp_path / "claims.yaml").write_text(CLAIMS, encoding="utf-8")
    words = ("brief", "RUS", "--supplier", "CHN", "--claims", "claims.yaml", "--out", "out/b.md")
    code, out, err = entrepot(*words)
    assert code == 0
    text = " ".join(out.split())
    assert "about 56 %" in text.replace("\u00a0", " ")
    for value in ("56.3", "5.24", "+266", "14.4"):
        assert value in text
    assert "Claims: 1 supported" in text
    assert text.endswith("written: out/b.md")
    assert err.splitlines()[1:] == ["note: created the folder out"]  # progress is for terminals
    assert err.startswith("note: no data loaded in ")
    assert (tmp_path / "out" / "b.md").read_text(encoding="utf-8").startswith("# Russia")


def test_json_goes_to_standard_output_and_no_file_is_written(entrepot: Run, tmp_path: Path) -> None:
    code, out, _ = entrepot("brief", "NPL", "--supplier", "CHN", "--json")
    assert code == 3  # nothing held answers, and the page says so
    data = json.loads(out)
    assert data["title"].startswith("Nepal’s dependence on China")
    assert [figure["status"] for figure in data["figures"]] == ["insufficient_data"] * 5
    assert list(tmp_path.iterdir()) == []


def test_the_default_file_is_named_after_the_importer(entrepot: Run, tmp_path: Path) -> None:
    code, out, _ = entrepot("brief", "NPL")
    assert code == 3
    assert out.strip().endswith("written: brief-NPL.html")
    assert (tmp_path / "brief-NPL.html").is_file()


@pytest.mark.parametrize("supplier", ["DEU", "coalition"])
def test_a_member_is_no_supplier_of_its_group(entrepot: Run, supplier: str) -> None:
    """Its share counted trade among members; the total and the other suppliers did not."""
    code, _, err = entrepot("brief", "EU27", "--supplier", supplier)
    said = " ".join(err.split())
    assert code == 2
    assert "is inside the EU27" in said
    assert f"entrepot ask import_share --importer EU27 --exporter {supplier}" in said


def test_whether_a_supplier_is_a_member_is_that_of_the_year(entrepot: Run) -> None:
    code, _, err = entrepot("brief", "EU", "--supplier", "GBR", "--period", "2018")
    assert code == 2
    assert "the United Kingdom is inside the European Union" in " ".join(err.split())
    assert entrepot("brief", "EU", "--supplier", "GBR", "--period", "2022")[0] in (0, 3)


def test_goods_that_nobody_names_are_those_of_controls_for_russia_and_all_for_others(
    entrepot: Run,
) -> None:
    def goods_of(*words: str) -> set[str]:
        _, out, _ = entrepot("brief", *words, "--json")
        commands = json.loads(out)["commands"]
        return {
            found for one in commands for found in re.findall(r"brief .* --goods (\S+)", str(one))
        }

    assert goods_of("BLR") == {"chpl"}
    assert goods_of("NPL") == {"all"}
    entrepot("config", "goods", "850511")
    assert goods_of("NPL") == {"850511"}


def test_without_a_share_of_all_goods_inputs_come_first_and_what_is_known_stays(
    entrepot: Run,
) -> None:
    code, out, _ = entrepot("brief", "DEU", "--supplier", "CHN", "--json")
    assert code == 0
    data = json.loads(out)
    assert data["title"] == "Germany’s dependence on China"
    assert {figure["status"] for figure in data["figures"]} == {"ok"}
    first, second, *_ = data["figures"]
    assert first["definition"]["goods"] == "inputs"
    assert (second["definition"]["measure"], second["definition"]["goods"]) == ("value", "all")
    said = " ".join(sentence["text"] for sentence in data["answer"])
    assert "cannot be computed: no total is available" in said
    assert "of the inputs, goods and services, that Germany imported" in said


def test_several_files_come_from_one_run(
    entrepot: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    steps: list[str] = []
    monkeypatch.setattr("entrepot.cli.brief.progress", lambda _: nullcontext(steps.append))
    words = ("brief", "NPL", "--out", "b.md", "--out", "b.json", "--out", "b.html")
    code, out, err = entrepot(*words)
    assert code == 3
    assert out.strip().endswith("written: b.md\nwritten: b.json\nwritten: b.html")
    assert steps.count("computing the headline figures") == 1
    assert "folder" not in err
    title = json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))["title"]
    assert title in (tmp_path / "b.md").read_text(encoding="utf-8")
    assert title in (tmp_path / "b.html").read_text(encoding="utf-8")


def test_one_name_that_cannot_be_written_refuses_all(entrepot: Run, tmp_path: Path) -> None:
    code, _, err = entrepot("brief", "NPL", "--out", "b.md", "--out", "b.docx")
    assert code == 2
    assert "no brief is written as .docx" in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ("brief", "NPL", "--out", "new/b.md"),
        ("check", "claims.yaml", "--out", "new/c.md"),
        ("check", "claims.yaml", "--note", "new/c.txt"),
        ("chart", *SHARE, "--goods", "chpl", "--curve", "--out", "new/v.svg"),
    ],
)
def test_a_folder_that_is_made_is_named(
    entrepot: Run, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """A slip in the name of a folder would else go unseen."""
    (tmp_path / "claims.yaml").write_text(CLAIMS, encoding="utf-8")
    for note in ("note: created the folder new", ""):
        _, out, err = entrepot(*words)
        assert note in err
        assert ("created the folder" in err) is bool(note)
        assert "created the folder" not in out


def test_a_verdict_stands_beside_its_slip(entrepot: Run) -> None:
    _, out, _ = entrepot("brief", "RUS", "--claims", EXAMPLE, "--out", "b.md")
    page = Path("b.md").read_text(encoding="utf-8")
    for outcome in ("Inconsistent (swapped)", "Differs (spot rate)"):
        assert outcome in out
        assert f"| {outcome} |" in page
    assert "Not enough evidence (quoted" in out
    assert "| Not enough evidence (quoted source only) |" in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("brief", "RUS", "--out", "brief.docx"), "no brief is written as .docx"),
        (("brief", "Russa"), "RUS"),
        (("brief", "RUS", "--goods", "chlp"), "chpl"),
        (("brief", "RUS", "--period", "last year"), "not a period"),
        (("brief", "RUS", "--claims", "none.yaml"), "none.yaml"),
    ],
)
def test_a_wrong_request_is_refused_before_anything_is_written(
    entrepot: Run, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    code, out, err = entrepot(*words)
    assert code == 2
    assert said in err
    assert out == ""
    assert list(tmp_path.iterdir()) == []
