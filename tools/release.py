"""What a release consists of: wheel and sdist that build twice alike, and the licences it rests on.

Usage: python tools/release.py build [FOLDER] | licences

`build` writes both into a folder (``dist``) and fails if a second build has other bytes.
`licences` writes docs/dependencies.md from the packages of this environment.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "dependencies.md"
EPOCH = "1767225600"
"""Time that every file of a release has: 1 January 2026; a clock would change its bytes."""
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)
_KNOWN = re.compile(r"License :: OSI Approved :: (.+)")


def build(folder: Path) -> dict[str, str]:
    """Build wheel and sdist from a clean copy of the files under version control.

    Returns
    -------
    dict
        SHA-256 of each file.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        source = Path(made) / "source"
        tracked = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout.split("\0")
        for name in filter(None, tracked):
            if (ROOT / name).is_file():
                (source / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, source / name)
        found = {}
        for target in ("wheel", "sdist"):
            subprocess.run(
                [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)],
                cwd=source,
                check=True,
                capture_output=True,
                env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH},
            )
    for path in sorted(folder.glob("entrepot-*")):
        found[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def licences() -> str:
    """Return a page with every locked package of the program, its licence and its home."""
    pinned = dict(_PINNED.findall((ROOT / "requirements.lock").read_text(encoding="utf-8")))
    extra = dict(_PINNED.findall((ROOT / "requirements-dev.lock").read_text(encoding="utf-8")))
    lines = [
        "<!-- Written by tools/release.py from the locks; change those, then run it again. -->",
        "# Dependencies and their licences",
        "",
        "Entrepôt has the Apache License 2.0. Packages of the first table are installed with it;",
        "those of the second come with extras and with the tools of development.",
        "",
        *_table(pinned),
        "",
        "## Extras and development",
        "",
        *_table({name: one for name, one in extra.items() if name not in pinned}),
        "",
    ]
    return "\n".join(lines)


def _table(packages: dict[str, str]) -> list[str]:
    rows = [f"| {name} | {_licence(name)} |" for name in sorted(packages)]
    return ["| package | licence |", "| --- | --- |", *rows]


def _licence(name: str) -> str:
    """Return the licence as the package states it: an expression, a class, or its first line."""
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return "not installed on this system"
    said = about.get("License-Expression") or ""
    classes = [
        found[1] for one in about.get_all("Classifier") or () if (found := _KNOWN.match(one))
    ]
    return said or ", ".join(classes) or (about.get("License") or "not stated").splitlines()[0][:60]


def main() -> int:
    """Do what the command line says."""
    if sys.argv[1:2] == ["licences"]:
        PAGE.write_text(licences(), encoding="utf-8")
        return 0
    if sys.argv[1:2] != ["build"]:
        sys.stderr.write(__doc__ or "")
        return 2
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else "dist")
    shutil.rmtree(folder, ignore_errors=True)
    first = build(folder)
    with tempfile.TemporaryDirectory() as again:
        second = build(Path(again))
    for name, digest in first.items():
        sys.stdout.write(f"{digest}  {name}\n")
    if first != second:
        sys.stderr.write("a second build has other bytes\n")
    return int(first != second)


if __name__ == "__main__":
    sys.exit(main())
