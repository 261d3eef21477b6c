"""The two walkthroughs for developers, and the life of a question: their code is run."""

from __future__ import annotations

import math
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

import entrepot as ep
from entrepot import measures, sources
from entrepot.cli.main import run
from entrepot.figures import questions
from entrepot.figures.questions import suppliers
from entrepot.measures import concentration

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

ROOT = Path(__file__).resolve().parents[2]
HOW_TO = ROOT / "docs" / "how-to"


def blocks(page: str, language: str) -> list[str]:
    text = (HOW_TO / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of sources in which `demo`, as the page writes it, lies beside the real ones."""
    root = tmp_path / "sources"
    folder = root / "demo"
    folder.mkdir(parents=True)
    for one in (ROOT / "src" / "entrepot" / "sources").iterdir():
        if one.is_dir() and one.name != "__pycache__":
            (root / one.name).symlink_to(one)
    parser, *_ = blocks("add-a-source.md", "python")
    (folder / "__init__.py").write_text('"""The Demo statistics office."""\n', encoding="utf-8")
    (folder / "demo.yml").write_text(*blocks("add-a-source.md", "yaml"), encoding="utf-8")
    (folder / "parse.py").write_text(parser, encoding="utf-8")
    monkeypatch.setattr(sources, "files", lambda _: root)
    monkeypatch.setattr(sources, "__path__", [*sources.__path__, str(root)])
    for cached in (sources.source_ids, sources.source_info):
        cached.cache_clear()
    yield folder
    for cached in (sources.source_ids, sources.source_info):
        cached.cache_clear()


def test_a_source_as_the_page_adds_it(demo: Path, tmp_path: Path) -> None:
    _, tests = blocks("add-a-source.md", "python")
    [example] = blocks("add-a-source.md", "csv")
    assert example.strip() in tests  # the file at the top of the page is the one that is tested
    names: dict[str, Any] = {}
    exec(compile(tests, "test_demo.py", "exec"), names)
    ran = [one for name, one in names.items() if name.startswith("test_")]
    for number, one in enumerate(ran):
        folder = tmp_path / str(number)
        folder.mkdir()
        one(folder)
    assert len(ran) == 2


def test_a_measure_as_the_page_adds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    measure, case, by_hand, question = blocks("add-a-measure.md", "python")
    names = dict(vars(concentration))
    exec(compile(measure, "concentration.py", "exec"), names)
    monkeypatch.setattr(ep.measures, "entropy", names["entropy"], raising=False)
    monkeypatch.setattr(measures, "_ALL", (*measures.all_metadata(), names["ENTROPY"]))
    exec(compile(by_hand, "test_entropy.py", "exec"), {"ep": ep, "pa": pa, "math": math})
    assert case.strip().startswith('"entropy": [Case(lambda f: m.entropy(')
    asked = dict(vars(suppliers))
    exec(compile(question.replace("    ...\n", ""), "suppliers.py", "exec"), asked)
    monkeypatch.setitem(questions.QUESTIONS, "entropy", asked["QUESTIONS"]["entropy"])
    found = ep.ask("entropy", importer="DEU", goods="850511", period="2022")
    assert found.value is not None
    equal = ep.ask("hhi", importer="DEU", goods="850511", period="2022").details
    # Of Hill numbers, that of order 1 is at least that of order 2, and neither exceeds the count.
    assert equal["effective_suppliers"] < math.exp(found.value) < equal["suppliers"]


def test_the_life_of_a_question_is_the_path_that_one_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the command to the arithmetic, function by function, as ARCHITECTURE.md lists them."""
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = re.findall(r"`([a-z_/]+\.py:[a-z_]+)`", page)
    code = str(ROOT / "src" / "entrepot") + "/"
    paths: list[list[str]] = []

    file, last = named[-1].split(":")

    def note(frame: FrameType, *_: object) -> None:
        called = frame.f_code  # of millions of calls nearly all have another name
        if called.co_name == last and called.co_filename == code + file:
            path = []
            at: FrameType | None = frame
            while at is not None:
                path.append(f"{at.f_code.co_filename.removeprefix(code)}:{at.f_code.co_name}")
                at = at.f_back
            paths.append(path[::-1])

    words = "ask import_share --importer DEU --exporter CHN --goods 850511 --period 2022"
    monkeypatch.setattr(sys, "argv", ["entrepot", *words.split(), "--lake", str(tmp_path)])
    sys.settrace(note)  # which is told of calls alone, as it returns nothing
    try:
        with pytest.raises(SystemExit) as ended:
            run()
    finally:
        sys.settrace(None)
    assert not ended.value.code
    assert "82.5" in capsys.readouterr().out
    assert paths[0][paths[0].index(named[0]) :] == named
    assert len(named) <= 10
