"""The page on lists of one's own: its files are what it says, its commands print what it shows."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "use-my-own-list.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "my-list.csv"


def test_the_example_is_the_one_that_is_shown() -> None:
    shown = re.findall(r"```csv\n(.*?)```", PAGE, flags=re.DOTALL)[0]
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    assert [line for line in shown.splitlines() if line != "..." and line not in lines] == []


@pytest.mark.parametrize("words", ["show chpl:1", "history 854231"])
def test_a_list_is_never_shown_without_the_note(words: str) -> None:
    done = run(f"goods {words}", ROOT, {"ENTREPOT_LAKE": "none"})
    assert "not a classification: the law describes goods in words. [legal-note]" in done
    assert (ROOT / "docs" / "explanation" / "legal-note.md").is_file()


def test_commands_print_what_is_shown(tmp_path: Path) -> None:
    """Run in the order of the page, in a folder with the example and the table it prints."""
    table = re.findall(r"`shipments.csv`:\n\n```csv\n(.*?)```", PAGE, flags=re.DOTALL)[0]
    (tmp_path / "shipments.csv").write_text(table, encoding="utf-8")
    shutil.copytree(EXAMPLE.parent, tmp_path / "examples")
    blocks = re.findall(r"```console\n\$ entrepot ([^\n]*)\n(.*?)\n```", PAGE, flags=re.DOTALL)
    assert len(blocks) == 3
    folders = {"ENTREPOT_LAKE": str(tmp_path / "lake"), "ENTREPOT_LISTS": str(tmp_path / "lists")}
    for words, shown in blocks:
        printed = run(words, tmp_path, folders).strip("\n").splitlines()
        assert [line.rstrip() for line in printed] == shown.splitlines(), words


def test_no_day_is_made_up_where_none_was_given(tmp_path: Path) -> None:
    printed = run(f"goods show {EXAMPLE}", ROOT, {"ENTREPOT_LAKE": str(tmp_path)})
    assert "880621" in printed
    assert "2024-07-31" in printed
    assert "1988" not in printed


def run(words: str, folder: Path, settings: dict[str, str]) -> str:
    """Return what a command prints."""
    done = subprocess.run(
        [sys.executable, "-c", "from entrepot.cli.main import run; run()", *words.split()],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env={"PYTHONIOENCODING": "utf-8", **settings},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
