"""The site of docs: its links lead somewhere, and what its short pages type works."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from entrepot.cli.main import run
from entrepot.version import __version__

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs"))

import chart_review  # noqa: E402
import site_pages  # noqa: E402

PAGES = sorted((ROOT / "docs" / "five-minutes").glob("*.md"))
FOUND = (("check",), ("published", "conflicts"), ("screen",))
"""Commands whose exit code says that something was found."""


def test_there_is_one_for_each_kind_of_user() -> None:
    assert {one.stem for one in PAGES} == {
        "analyst",
        "journalist",
        "economist",
        "officer",
        "developer",
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda one: one.stem)
def test_every_command_of_a_short_page_works_in_an_empty_folder(
    page: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENTREPOT_LAKE", str(tmp_path / "lake"))
    monkeypatch.setenv("ENTREPOT_LISTS", str(tmp_path / "lists"))
    lines = re.findall(r"^ {8}(\S.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert sum(line.startswith("entrepot ") for line in lines) >= 5
    for line in lines:
        if not line.startswith("entrepot "):  # what a reader has at hand: printf, sed
            subprocess.run(["sh", "-ec", line], check=True)
            continue
        command, _, target = line.removeprefix("entrepot ").partition(" > ")
        words = shlex.split(command)
        monkeypatch.setattr(sys, "argv", ["entrepot", *words])
        with pytest.raises(SystemExit) as ended:
            run()
        printed = capsys.readouterr()
        may_find = any(words[: len(one)] == list(one) for one in FOUND)
        assert ended.value.code in ((0, 1) if may_find else (0,)), printed.err
        assert printed.out or printed.err, command
        if target:
            (tmp_path / target).write_text(printed.out, encoding="utf-8")
        for name in re.findall(r"--out (\S+)", command):
            assert (tmp_path / name).stat().st_size


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources of the site, without running the notebooks and drawing the charts again."""
    target = tmp_path_factory.mktemp("site") / "pages"
    charts = (ROOT / "docs" / "reference" / "charts").glob("*.svg")
    drawn = {one.stem: one.read_text(encoding="utf-8") for one in charts}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site_pages, "executed", lambda script: [])
        for name in ("pictures", "narrow_pictures"):
            patch.setattr(chart_review, name, lambda: drawn)
        site_pages.main(target)
    return target


def test_every_link_of_the_site_leads_somewhere(written: Path) -> None:
    pages = list((written / "pages").rglob("*.md"))
    assert len(pages) > 130
    missing = []
    for page in pages:
        for _, address, _, _ in site_pages._LINK.findall(page.read_text(encoding="utf-8")):
            if address.startswith(site_pages._ELSEWHERE):
                continue
            if not (page.parent / address).exists():
                missing.append(f"{page.name}: {address}")
    assert missing == []


def test_the_menu_has_every_page_of_the_rooms(written: Path) -> None:
    settings = (written / "mkdocs.yml").read_text(encoding="utf-8")
    for room in site_pages.ROOMS.values():
        for page in (written / "pages" / room).glob("*.md"):
            assert f'"{room}/{page.name}"' in settings
    assert '"use_directory_urls": false' in settings
    assert '"font": false' in settings  # nothing is loaded from elsewhere


def test_a_link_to_nowhere_is_found_in_what_was_built(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="b.html#x">b</a><img src="c.png"><a href="#y">y</a>')
    (tmp_path / "b.html").write_text(
        '<p id="z">b</p><a href="a.html">a</a><a href="https://x">x</a>'
    )
    assert site_pages.broken(tmp_path) == ["a.html: #y", "a.html: b.html#x", "a.html: c.png"]
    (tmp_path / "a.html").write_text(
        '<a href="b.html#z">b</a><script src="https://cdn/x.js"></script>'
    )
    assert site_pages.broken(tmp_path) == ["a.html: https://cdn/x.js is loaded from elsewhere"]


def test_the_site_says_its_version_and_names_its_search(written: Path, tmp_path: Path) -> None:
    settings = json.loads((written / "mkdocs.yml").read_text(encoding="utf-8"))
    assert settings["site_name"].endswith(f" {__version__}")
    assert all((written / "pages" / name).is_file() for name in settings["extra_css"])
    (tmp_path / "assets").mkdir()
    page = tmp_path / "a.html"
    page.write_text('<div role="dialog">x</div>', encoding="utf-8")
    site_pages.finish(tmp_path)
    assert page.read_text("utf-8") == '<div role="dialog" aria-label="Search">x</div>'
