"""What README, tour and the page about Python show is what the program prints."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TOUR = (ROOT / "docs" / "tutorials" / "tour.md").read_text(encoding="utf-8")
PYTHON = (ROOT / "docs" / "how-to" / "use-from-python.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n\$ (entrepot [^\n]*)\n(.*?)\n```", TOUR, flags=re.DOTALL)
ANSWERS = re.findall(r"^\| [^|]+ \| `(entrepot [^`]+)` \| ([^|]+) \|$", README, flags=re.MULTILINE)


def printed_by(command: str, folder: Path) -> str:
    code = "import sys; from entrepot.cli.main import run; sys.argv = sys.argv[1:]; run()"
    done = subprocess.run(
        [sys.executable, "-c", code, *command.split()],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env={"ENTREPOT_LAKE": str(folder / "none"), "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


@pytest.mark.parametrize(("command", "answer"), ANSWERS, ids=[one for one, _ in ANSWERS])
def test_answers_of_the_readme_are_printed(command: str, answer: str, tmp_path: Path) -> None:
    """Every number of an answer is in what the command prints."""
    printed = printed_by(command, tmp_path).replace("\u00a0", " ")
    numbers = re.findall(r"\d+(?:\.\d+)?", answer.partition("added by")[0])
    assert numbers
    for number in numbers:
        assert re.search(rf"(?<![\d.]){re.escape(number)}(?![\d])", printed), number


@pytest.mark.parametrize(("command", "shown"), BLOCKS, ids=[command for command, _ in BLOCKS])
def test_output_is_real(command: str, shown: str, tmp_path: Path) -> None:
    """Lines stand in this order in the output; ``...`` leaves some out."""
    printed = [line.rstrip() for line in printed_by(command, tmp_path).strip("\n").splitlines()]
    place = 0
    for part in re.split(r"^\.\.\.$", shown, flags=re.MULTILINE):
        lines = [line.rstrip() for line in part.strip("\n").splitlines()]
        ends = [
            start + len(lines)
            for start in range(place, len(printed) - len(lines) + 1)
            if printed[start : start + len(lines)] == lines
        ]
        assert ends, f"not printed any more: {lines[:3]}"
        place = ends[0]


def test_every_kind_of_block_is_there() -> None:
    assert len(BLOCKS) >= 3
    assert len(ANSWERS) == 5
    assert len(README.splitlines()) <= 100
    for command in ("make brief", "make test"):
        assert f"\n    {command} " in README


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (README, ("14.4 13.0 18.5", "['chinese-exports', 'russian-exports']", "CHN 0.825")),
        (TOUR, ("14.4 13.0 18.5", "['chinese-exports', 'russian-exports']", "0.38")),
    ],
    ids=["README", "tour"],
)
def test_python_runs_and_says_what_its_comments_say(
    page: str,
    said: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(ROOT)
    [code] = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    for comment in said:
        assert comment in code
        assert comment in printed


def test_the_page_about_python_runs_from_top_to_bottom(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PYTHON, flags=re.DOTALL)
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "use-from-python.md", "exec"), names)
    printed = capsys.readouterr().out
    for words in ("56.3", "2021 to 2025", "PHL", "@misc{entrepot-", "inconsistent"):
        assert words in printed
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {"magnets.csv", "magnets.zip", "magnets.sdmx.csv", "share.json", "curve.svg"}
