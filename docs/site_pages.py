"""Write what the site of docs is built from: pages, notebooks with their outputs, and its menu.

`make site` runs this in the environment of the program, then mkdocs in one of its own, then this
again with ``--finish``, which looks for links that lead nowhere. The site works from a folder,
without a server and without anything from outside.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import sys
from pathlib import Path
from urllib.parse import unquote

from chart_review import page as chart_review
from notebook_files import ROOT, executed, scripts

from entrepot.version import __version__

DOCS = Path(__file__).parent
ROOMS = {
    "In five minutes": "five-minutes",
    "Tutorials": "tutorials",
    "How to": "how-to",
    "Notebooks": "notebooks",
    "Reference": "reference",
    "Explanation": "explanation",
}
# The theme has links that colour alone sets apart, and texts too faint for their ground.
STYLE = """\
.md-typeset a:not(.headerlink, .md-button) { text-decoration: underline; }
.md-content { min-width: 0; }
.md-typeset pre, .md-typeset .epf, .md-typeset .dataframe { max-width: 100%; overflow-x: auto; }
.md-typeset .dataframe { display: block; }
.md-tabs__link, .md-copyright { color: inherit; opacity: 1; }
[data-md-color-scheme="default"] { --md-default-fg-color--light: rgba(0, 0, 0, 0.62); }
"""
_LINK = re.compile(r"(!?\[[^\]]*\]\()([^)\s#]+)(#[^)\s]*)?(\))")
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_BLANK = re.compile(r"\n\s*\n")
_ELSEWHERE = ("http:", "https:", "mailto:")


def main(target: Path) -> None:
    """Write the sources of the site into a folder, with ``mkdocs.yml`` beside them."""
    pages = target / "pages"
    shutil.rmtree(target, ignore_errors=True)
    pages.mkdir(parents=True)
    for path in sorted(DOCS.rglob("*")):
        if path.suffix in (".md", ".svg", ".png"):
            _copy(path, pages / path.relative_to(DOCS), pages)
    (pages / "notebooks").mkdir(exist_ok=True)
    for script in scripts():
        shutil.copy(script.with_suffix(".ipynb"), pages / "notebooks")
        (pages / "notebooks" / f"{script.stem}.md").write_text(_notebook(script), encoding="utf-8")
    # Beside the page of charts, as a file that needs nothing else.
    (pages / "reference" / "chart-review.html").write_text(chart_review(), encoding="utf-8")
    (pages / "site.css").write_text(STYLE, encoding="utf-8")
    for room in ROOMS.values():
        _index(pages / room)
    (target / "mkdocs.yml").write_text(_settings(pages), encoding="utf-8")


def _copy(path: Path, to: Path, pages: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix != ".md":
        shutil.copy(path, to)
        return
    text = path.read_text(encoding="utf-8")
    to.write_text(
        _LINK.sub(lambda found: _relinked(found, path, to, pages), text), encoding="utf-8"
    )


def _relinked(found: re.Match[str], path: Path, to: Path, pages: Path) -> str:
    """Return a link as the site has it: files outside docs are copied into ``project``."""
    start, address, anchor, end = found.groups()
    if address.startswith(_ELSEWHERE):
        return found[0]
    meant = (path.parent / address).resolve()
    if meant.is_dir() and meant.is_relative_to(DOCS):
        meant /= "index.md"
    elif meant.is_relative_to(DOCS / "notebooks") and meant.suffix in (".py", ".ipynb"):
        meant = meant.with_suffix(".md")
    elif not meant.is_file() or not meant.is_relative_to(ROOT):
        return found[0]
    if meant.is_relative_to(DOCS):
        there = pages / meant.relative_to(DOCS)
    else:
        there = pages / "project" / meant.relative_to(ROOT)
        if not there.exists():
            there.parent.mkdir(parents=True, exist_ok=True)
            there.touch()  # two pages may name each other
            _copy(meant, there, pages)
    return f"{start}{Path(os.path.relpath(there, to.parent)).as_posix()}{anchor or ''}{end}"


def _notebook(script: Path) -> str:
    """Return a notebook as a page, with what it printed and showed."""
    parts = []
    for cell, printed, shown in executed(script):
        if cell.is_text:
            parts.append(cell.source)
            continue
        parts.append(f"```python\n{cell.source}\n```")
        parts += [f"```text\n{printed.rstrip()}\n```"] if printed else []
        if shown:  # a blank line would end the block of HTML
            whole = _BLANK.sub("\n", shown)
            parts.append(f'<div markdown="0">\n{whole}\n</div>')
    return "\n\n".join([*parts, f"[This notebook as a file]({script.stem}.ipynb)", ""])


def _index(room: Path) -> None:
    """Write a list of the pages of a room, if it has none."""
    if not room.is_dir() or (room / "index.md").exists():
        return
    title = next(name for name, folder in ROOMS.items() if folder == room.name)
    lines = [f"- [{_title(page)}]({page.name})" for page in sorted(room.glob("*.md"))]
    (room / "index.md").write_text("\n".join([f"# {title}", "", *lines, ""]), encoding="utf-8")


def _title(page: Path) -> str:
    found = _TITLE.search(page.read_text(encoding="utf-8"))
    return found[1].replace("`", "") if found else page.stem


def _settings(pages: Path) -> str:
    """Return the settings of mkdocs as JSON, which is YAML."""
    menu: list[object] = [{"Start": "README.md"}]
    for title, folder in ROOMS.items():
        rest = [
            {_title(page): page.relative_to(pages).as_posix()}
            for page in sorted((pages / folder).glob("*.md"), key=_title)
            if page.name != "index.md"
        ]
        menu.append({title: [f"{folder}/index.md", *rest]})
    return json.dumps(
        {
            "site_name": f"Entrepôt {__version__}",
            "site_description": "How dependent is one country on another?",
            "docs_dir": "pages",
            "site_dir": "../site",
            "use_directory_urls": False,
            "theme": {
                "name": "material",
                "font": False,
                "features": [
                    "navigation.indexes",
                    "navigation.tabs",
                    "toc.follow",
                    "content.code.copy",
                ],
                "palette": [
                    {"media": "(prefers-color-scheme: light)", "scheme": "default"},
                    {"media": "(prefers-color-scheme: dark)", "scheme": "slate"},
                ],
            },
            "extra_css": ["site.css"],
            "plugins": ["search", "offline"],
            "markdown_extensions": [
                "attr_list",
                "md_in_html",
                "tables",
                "admonition",
                {"toc": {"permalink": True}},
                "pymdownx.highlight",
                "pymdownx.superfences",
            ],
            "nav": menu,
            "validation": {
                "links": {"anchors": "warn", "not_found": "warn"},
                "nav": {"omitted_files": "ignore"},
            },
        },
        ensure_ascii=False,
        indent=1,
    )


_ADDRESS = re.compile(r"<(?P<tag>a|img|link|script)\b[^>]*?\b(?:href|src)=[\"']?(?P<to>[^\"' >]+)")
_ID = re.compile(r"\bid=[\"']?([^\"' >]+)")


SHIM = DOCS / "iframe-worker.js"
_FROM_ELSEWHERE = "https://unpkg.com/iframe-worker/shim"


_DIALOG = 'role="dialog"'


def finish(site: Path) -> None:
    """Put the script that search needs on a page that is a file beside the pages; name its box."""
    shutil.copy(SHIM, site / "assets")
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        up = "../" * len(page.relative_to(site).parent.parts)
        text = text.replace(_FROM_ELSEWHERE, f"{up}assets/{SHIM.name}")
        text = text.replace(_DIALOG, f'{_DIALOG} aria-label="Search"')
        page.write_text(text, encoding="utf-8")


def broken(site: Path) -> list[str]:
    """Return links of a built site that lead nowhere, and what it would load from elsewhere."""
    texts = {page: page.read_text(encoding="utf-8") for page in sorted(site.rglob("*.html"))}
    ids = {page: set(_ID.findall(text)) for page, text in texts.items()}
    found = set()
    for page, text in texts.items():
        if page.name == "404.html":  # its links begin at the root of a server
            continue
        for match in _ADDRESS.finditer(text):
            to = html.unescape(match["to"])
            if to.startswith((*_ELSEWHERE, "//", "data:")):
                if match["tag"] in ("img", "script") and not to.startswith("data:"):
                    found.add(f"{page.relative_to(site)}: {to} is loaded from elsewhere")
                continue
            path, _, anchor = unquote(to).partition("#")
            meant = (page.parent / path).resolve() if path else page
            if not meant.exists() or (anchor and meant in ids and anchor not in ids[meant]):
                found.add(f"{page.relative_to(site)}: {to}")
    return sorted(found)


if __name__ == "__main__":
    if "--finish" in sys.argv:
        built = Path(sys.argv[-1]).resolve()
        finish(built)
        trouble = broken(built)
        sys.stderr.write("".join(f"{one}\n" for one in trouble))
        sys.exit(bool(trouble))
    main(Path(sys.argv[1]))
