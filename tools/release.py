"""What a release consists of: wheel and sdist that build twice alike, and the licences it rests on.

Usage: python tools/release.py build [FOLDER] | licences | man | recipe

`build` writes both into a folder (``dist``) and fails if a second build has other bytes.
`licences` writes docs/dependencies.md from the packages of this environment. `man` writes
packaging/entrepot.1, which a build writes anew. `recipe` renders the recipe of conda as
rattler-build does, which has to be installed (py-rattler-build), and prints what it needs.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "dependencies.md"
MAN = ROOT / "packaging" / "entrepot.1"
RECIPE = ROOT / "packaging" / "conda" / "recipe.yaml"
EPOCH = "1767225600"
"""Time that every file of a release has: 1 January 2026; a clock would change its bytes."""
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)
_KNOWN = re.compile(r"License :: OSI Approved :: (.+)")
HELD = (
    ("jsonschema-rs", "schemathesis", "<0.61", "the tool that tests the API takes no newer one"),
    ("mpmath", "sympy", "<1.4", "takes no newer one; both come with tests"),
    ("pyspark", "entrepot", "<4.2", "the tests on Spark ran with 4.1 and with no newer one"),
    ("python-dateutil", "botocore", "<3", "the object store of the tests takes no newer one"),
    ("typer", "entrepot", "<0.29", "0.29 imports pydantic in every command: 0.15 s more"),
)
"""Locked below their newest release: package, which one demands it, the bound, and why."""


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
        (source / MAN.relative_to(ROOT)).write_text(man_page(), encoding="utf-8")
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


def man_page() -> str:
    """Return `man entrepot`: every command with its options, the settings and the exit codes."""
    import typer.main

    from entrepot.cli.main import app
    from entrepot.settings import CONFIG_KEYS
    from entrepot.version import __version__

    root: Any = typer.main.get_command(app)
    parts = [
        '.\\" Written by tools/release.py from the commands.',
        f'.TH ENTREPOT 1 "" "entrepot {__version__}" "User Commands"',
        ".SH NAME",
        "entrepot \\- measure trade dependence between countries",
        ".SH SYNOPSIS",
        ".B entrepot",
        "COMMAND [OPTIONS]",
        ".SH DESCRIPTION",
        *_paragraphs(root.help or ""),
        ".SH COMMANDS",
    ]
    for name, command in root.commands.items():
        parts += _man_command(name, command)
    parts.append(".SH ENVIRONMENT")
    for meaning, variable in CONFIG_KEYS.values():
        if variable:
            parts += [".TP", f".B {_roff(variable)}", _roff(meaning)]
    parts.append(".SH EXIT STATUS")
    for code, meaning in EXIT_CODES.items():
        parts += [".TP", f".B {code}", _roff(meaning)]
    parts += [".SH SEE ALSO", "entrepot COMMAND \\-\\-help; entrepot doctor; entrepot config"]
    return "\n".join(parts) + "\n"


EXIT_CODES = {
    0: "Done.",
    1: "Done, and something is wrong: a claim differs, data have errors, a watched figure changed.",
    2: "The request or a file cannot be used.",
    3: "No loaded data answer the question.",
    4: "Disk, network or another program failed.",
    70: "An internal error of the program.",
    130: "Stopped with Ctrl-C.",
}


def _man_command(path: str, command: Any) -> list[str]:
    if hasattr(command, "commands"):
        return [
            text
            for name, inner in command.commands.items()
            for text in _man_command(f"{path} {name}", inner)
        ]
    named = [one for one in command.params if one.param_type_name == "argument"]
    usage = " ".join(["entrepot", path, *(one.human_readable_name for one in named)])
    parts = [f".SS {_roff(path)}", f".B {_roff(usage)}", *_paragraphs(command.help or "")]
    parts += _paragraphs(command.epilog or "")
    for one in command.params:
        if one.param_type_name != "argument" and one.name != "help":
            parts += [".TP", f".B {_roff(', '.join(one.opts))}", _roff(one.help or "")]
    return parts


def _paragraphs(text: str) -> list[str]:
    found = [" ".join(one.split()) for one in text.strip().split("\n\n") if one.strip()]
    return [line for one in found for line in (".PP", _roff(one))]


def _roff(text: str) -> str:
    """Return text as roff takes it: no escapes, no line that is read as a request."""
    plain_text = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{plain_text}" if plain_text[:1] in (".", "'") else plain_text


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
        "## Below the newest release",
        "",
        "`make lock` resolves the locks anew, on the newest releases. These are below it:",
        "",
        "| package | bound | of | why |",
        "| --- | --- | --- | --- |",
        *(f"| {name} | {bound} | {by} | {why} |" for name, by, bound, why in HELD),
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


def rendered_recipe() -> tuple[str, str, list[str], list[str]]:
    """Return name, version, and what the recipe of conda needs to run and to be built.

    Nothing is downloaded: rattler-build reads the recipe and fills in its expressions.
    """
    tool = importlib.import_module("rattler_build")
    recipe = tool.Stage0Recipe.from_file(str(RECIPE))
    [variant] = recipe.render(tool.VariantConfig(), tool.RenderConfig())
    found = variant.recipe
    needs = found.requirements
    return (
        str(found.package.name),
        str(found.package.version),
        [str(one) for one in needs.run],
        [str(one) for one in needs.host],
    )


def main() -> int:
    """Do what the command line says."""
    if sys.argv[1:2] == ["licences"]:
        PAGE.write_text(licences(), encoding="utf-8")
        return 0
    if sys.argv[1:2] == ["recipe"]:
        name, version, run, host = rendered_recipe()
        sys.stdout.write(f"{name} {version}\n")
        sys.stdout.writelines(f"run   {one}\n" for one in run)
        sys.stdout.writelines(f"host  {one}\n" for one in host)
        return 0
    if sys.argv[1:2] == ["man"]:
        MAN.write_text(man_page(), encoding="utf-8")
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
