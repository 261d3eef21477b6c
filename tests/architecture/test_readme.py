"""What the README shows is what the program prints."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n\$ (entrepot [^\n]*)\n(.*?)\n```", README, flags=re.DOTALL)


@pytest.mark.parametrize(("command", "shown"), BLOCKS, ids=[command for command, _ in BLOCKS])
def test_output_is_real(command: str, shown: str, tmp_path: Path) -> None:
    """Lines stand in this order in the output; ``...`` leaves some out."""
    code = "import sys; from entrepot.cli.main import run; sys.argv = sys.argv[1:]; run()"
    done = subprocess.run(
        [sys.executable, "-c", code, *command.split()],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env={"ENTREPOT_LAKE": str(tmp_path / "none"), "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    printed = [line.rstrip() for line in done.stdout.strip("\n").splitlines()]
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


def test_both_kinds_of_block_are_there() -> None:
    assert len(BLOCKS) >= 3
    assert "```python" in README


def test_python_runs_and_says_what_its_comments_say(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    [code] = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    comments = re.findall(r"^# ([^:,\n]+\]?)", code, flags=re.MULTILINE)
    assert len(comments) == 3
    for comment in ("14.4 13.0 18.5", "['chinese-exports', 'russian-exports']", "0.38"):
        assert comment in code
        assert comment in printed
