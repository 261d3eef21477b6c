"""Write docs/reference from the code; with --check only say whether it is up to date."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer.main
from chart_pictures import pictures
from charts_page import charts
from glossary_page import glossary
from lists_page import bundled, lists
from notebook_files import notebook, scripts
from pieces import plain, table
from published_conflicts import filled
from python_page import python

from entrepot.claims.published_checks import findings
from entrepot.cli.main import app
from entrepot.figures.caveats import CAVEATS
from entrepot.measures import all_metadata
from entrepot.model.areas import groups
from entrepot.model.columns import columns
from entrepot.sources import SourceInfo, source_ids, source_info
from entrepot.sources.published.parse import published

if TYPE_CHECKING:
    from entrepot.sources.info import Download

FOLDER = Path(__file__).parent / "reference"
CONFLICTS = Path(__file__).parent / "explanation" / "published-conflicts.md"
NOTE = "<!-- Written by docs/build.py from the code; change the code, then run `make docs`. -->\n"


def commands() -> str:
    """Return a page with every command, its options and its example."""
    parts = ["# Commands\n"]
    root = typer.main.get_command(app)
    parts.append((root.help or "").strip() + "\n")
    parts += [text for name, command in root.commands.items() for text in _command(name, command)]
    return "\n".join(parts)


def _command(path: str, command: Any) -> list[str]:
    if hasattr(command, "commands"):
        return [
            text
            for name, inner in command.commands.items()
            for text in _command(f"{path} {name}", inner)
        ]
    options = []
    arguments = []
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            arguments.append(parameter.human_readable_name)
        elif parameter.name != "help":
            options.append([f"`{', '.join(parameter.opts)}`", parameter.help or ""])
    usage = " ".join(["entrepot", path, *arguments])
    text = [f"## {path}\n", f"    {usage}\n", (command.help or "").strip() + "\n"]
    text += [f"{command.epilog}\n"] if command.epilog else []
    if options:
        text.append(table(["option", "meaning"], options) + "\n")
    return text


def measures() -> str:
    """Return a page with the methodology sheet of every measure."""
    parts = ["# Measures\n"]
    for item in all_metadata():
        rows = [
            ["inputs", item.inputs],
            ["unit", item.unit],
            ["range", item.range],
            ["no value when", item.null_rule],
            ["formula", item.formula],
            ["reference", item.reference],
        ]
        parts += [f"## {item.id}\n", f"{item.title}\n", table(["", ""], rows) + "\n"]
    return "\n".join(parts)


def dictionary() -> str:
    """Return a page with every column of the canonical tables."""
    parts = ["# Columns\n"]
    for name in dict.fromkeys(column.table for column in columns()):
        rows = [
            [
                f"`{column.name}`",
                column.key,
                column.type,
                column.unit,
                column.null_rule,
                column.meaning,
            ]
            for column in columns()
            if column.table == name
        ]
        parts += [
            f"## {name}\n",
            table(["column", "key", "type", "unit", "null", "meaning"], rows) + "\n",
        ]
    return "\n".join(parts)


def sources() -> str:
    """Return a page that lists the sources."""
    infos = [source_info(name) for name in source_ids()]
    rows = [
        [f"[{info.id}](sources/{info.id}.md)", info.title, info.publisher, f"`{info.brings}`"]
        for info in infos
    ]
    return "# Sources\n\n" + table(["id", "title", "publisher", "table"], rows) + "\n"


def source(info: SourceInfo) -> str:
    """Return the page of one source."""
    facts = [
        ["publisher", info.publisher],
        ["licence", plain(info.licence)],
        ["cite as", plain(info.citation)],
        ["where", info.url],
        ["covers", plain(info.coverage)],
        ["rhythm", plain(info.rhythm)],
        ["valuation", info.valuation or ""],
        ["rows go to", f"[{info.brings}](../columns.md#{info.brings})"],
        [
            "a newer release takes the place of",
            "the whole period" if info.whole else "its reporters",
        ],
        ["expected", plain(_bounds(info))],
    ]
    parts = [f"# {info.id}\n", f"{info.title}.\n"]
    parts.append(table(["", ""], [row for row in facts if row[1]]) + "\n")
    if info.quirks:
        parts.append("## Oddities to know\n")
        for quirk in info.quirks:
            more = _link(quirk.docs)
            parts.append(f"- **{quirk.id}**: {plain(quirk.text)}{more}")
        parts.append("")
    if info.notes:
        parts += ["## How it is read\n", *(f"- {plain(note)}" for note in info.notes), ""]
    if info.repairs:
        parts += ["## Corrections\n", *(f"- {plain(one.why)}" for one in info.repairs), ""]
    if info.download:
        parts += [f"## Download\n\n    entrepot data get {info.id}\n", *_ways(info.download)]
    return "\n".join(parts)


def _bounds(info: SourceInfo) -> dict[str, str]:
    found = {}
    for name, span in info.bounds.model_dump().items():
        form = "{:.0f}" if name == "years" else "{:,.0f}"
        words = {"least": "from {}", "most": "up to {}"}
        ends = [words[end].format(form.format(n)) for end, n in span.items() if n is not None]
        if ends:
            found[name.replace("_", " ")] = " ".join(ends)
    return found


def _link(docs: str) -> str:
    if not docs or docs.startswith("reference/sources"):
        return ""
    return f" ([more](../../{docs}.md))"


def _ways(download: Download) -> list[str]:
    rows = [
        [
            way.id,
            f"`{way.address}`",
            "tried" if way.verified else "not tried",
            plain(way.known_from),
        ]
        for way in download.ways
    ]
    note = [f"{plain(download.note)}\n"] if download.note else []
    return [*note, table(["way", "address", "", "known from"], rows) + "\n"]


def vocabulary() -> str:
    """Return a page with groups, goods lists and caveats."""
    found = [[f"`{group.code}`", group.name, group.note] for group in groups()]
    held = [[f"[`{item.id}`](lists.md#{item.id})", item.title] for item in bundled()]
    caveats = [[f"[{name}](../explanation/{name}.md)", text] for name, text in CAVEATS.items()]
    return "\n".join(
        [
            "# Groups, lists and caveats\n",
            "## Groups of countries\n",
            table(["code", "name", "note"], found) + "\n",
            "## Lists of goods\n",
            table(["id", "title"], held) + "\n",
            "## Caveats\n",
            table(["caveat", "meaning"], caveats) + "\n",
        ]
    )


PAGES = {
    "commands.md": commands,
    "charts.md": charts,
    "measures.md": measures,
    "columns.md": dictionary,
    "sources.md": sources,
    "lists.md": lists,
    "vocabulary.md": vocabulary,
    "glossary.md": glossary,
    "python.md": python,
    **{f"sources/{name}.md": partial(source, source_info(name)) for name in source_ids()},
}


def main() -> int:
    """Write the pages, or compare them with ``--check``."""
    (FOLDER / "sources").mkdir(parents=True, exist_ok=True)
    (FOLDER / "charts").mkdir(exist_ok=True)
    drawn = {f"charts/{name}.svg": text for name, text in pictures().items()}
    written_pages = {name: NOTE + build() for name, build in PAGES.items()}
    known = {FOLDER / name for name in (*written_pages, *drawn)}
    held = (path for path in FOLDER.rglob("*") if path.suffix in (".md", ".svg"))
    stale = [path.name for path in held if path not in known]
    for name, text in (written_pages | drawn).items():
        path = FOLDER / name
        if "--check" in sys.argv:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(name)
        else:
            path.write_text(text, encoding="utf-8")
    for script in scripts():
        path, text = script.with_suffix(".ipynb"), notebook(script)
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path.name)
    written = CONFLICTS.read_text(encoding="utf-8")
    page = filled(written, findings(published("all")))
    if "--check" not in sys.argv:
        CONFLICTS.write_text(page, encoding="utf-8")
    elif page != written:
        stale.append(CONFLICTS.name)
    if stale:
        sys.stderr.write(f"out of date: {', '.join(stale)}; run `make docs`\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
