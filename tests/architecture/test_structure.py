"""What the layout promises: cheap imports, one door to the engine, a page for everything."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "entrepot"
HEAVY = (
    *("duckdb", "fastapi", "highspy", "jinja2", "narwhals", "pandas", "polars"),
    *("pyarrow", "starlette", "uvicorn"),
)
MODULES = sorted(SOURCE.rglob("*.py"))


def run(code: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=cwd, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_is_cheap_and_touches_nothing(tmp_path: Path) -> None:
    code = f"""
import socket, sys, pathlib
def refuse(*args, **keys): raise AssertionError("a socket was opened")
socket.socket = refuse
import entrepot
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    assert run(code, tmp_path).strip() == "[]"
    assert list(tmp_path.iterdir()) == []


def test_help_and_ask_load_no_charts(tmp_path: Path) -> None:
    code = f"""
import sys
import entrepot.cli.main
print([name for name in {HEAVY!r} if name in sys.modules])
import entrepot as ep
ep.ask("value", exporter="CHN", importer="RUS", period=2025, lake="none")
rest = ("fastapi", "jinja2", "highspy", "pandas", "polars")
print([name for name in rest if name in sys.modules])
"""
    assert run(code, tmp_path).splitlines() == ["[]", "[]"]


def test_the_process_for_texts_loads_no_framework(tmp_path: Path) -> None:
    code = """
import sys
import entrepot.serve.apart, entrepot.serve.views.check, entrepot.serve.views.screen
print([name for name in ("fastapi", "starlette", "uvicorn") if name in sys.modules])
"""
    assert run(code, tmp_path).strip() == "[]"


def test_public_names_exist() -> None:
    import entrepot

    for name in entrepot.__all__:
        assert getattr(entrepot, name) is not None
    with pytest.raises(AttributeError, match="no attribute"):
        entrepot.nothing  # noqa: B018


def test_only_a_package_lists_what_it_offers() -> None:
    listing = {
        path
        for path in MODULES
        if re.search(r"^__all__\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {path for path in listing if path.name != "__init__.py"} == set()
    assert len(listing) > 10


def test_only_the_engine_opens_duckdb() -> None:
    using = {
        path.relative_to(SOURCE).as_posix()
        for path in MODULES
        if re.search(r"duckdb\.connect\(", path.read_text(encoding="utf-8"))
    }
    assert using == {"engine.py"}


def test_only_the_store_writes_tables() -> None:
    writing = {
        path.relative_to(SOURCE).as_posix()
        for path in MODULES
        if re.search(
            r"\bCOPY\s*\(|CREATE (OR REPLACE )?(TEMP )?(TABLE|VIEW|SCHEMA)|INSERT INTO|DROP TABLE",
            path.read_text(encoding="utf-8"),
        )
    }
    # The last two: temporary tables that are needed on the way, gone with the connection.
    assert writing == {
        "lake/staged.py",
        "lake/store.py",
        "reconciliation/combine.py",
        "sources/temp_tables.py",
    }


def test_every_caveat_has_its_page() -> None:
    from entrepot.figures.caveats import CAVEATS

    for name in CAVEATS:
        page = ROOT / "docs" / "explanation" / f"{name}.md"
        assert page.is_file(), f"no page for caveat {name}"
        assert page.read_text(encoding="utf-8").startswith("# ")


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "benchmarks" / "README.md"]
    for page in pages:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_project_names_no_place_of_a_machine() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.suffix in (".py", ".md", ".toml", ".yml", ".yaml", ".csv", ".html", ".css"):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"(?<![\w.])/(work|root|home|tmp/bash)/", text), name


def dotted(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Imports for types count as well: what refers to each other is one thing."""
    names = {dotted(path): path for path in MODULES}
    imports: dict[str, set[str]] = {}
    for name, path in names.items():
        found = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                for one in node.names:
                    inner = f"{node.module}.{one.name}"
                    found.add(inner if inner in names else str(node.module))
            elif isinstance(node, ast.Import):
                found |= {one.name for one in node.names}
        imports[name] = (found & set(names)) - {name}
    sorter = TopologicalSorter(imports)
    try:
        sorter.prepare()
    except CycleError as error:
        pytest.fail(f"these import each other: {' <- '.join(error.args[1])}")
    assert sum(map(len, imports.values())) > len(names)  # imports were seen at all


def test_a_public_class_has_a_name_of_its_own() -> None:
    places: dict[str, list[str]] = {}
    for path in MODULES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(dotted(path))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
    assert len(places) > 100


def _names_under(head: str, docstring: str) -> list[str]:
    """Return the names that a section of a docstring describes."""
    found = re.search(rf"^{head}\n-+\n(.*?)(?=^\S[^\n]*\n-+\n|\Z)", docstring, re.M | re.S)
    lines = found[1].splitlines() if found else []
    named = (line.partition(":")[0] for line in lines if line and not line[0].isspace())
    return [name.strip().lstrip("*") for line in named for name in line.split(",")]


def _own_names(node: ast.FunctionDef | ast.ClassDef) -> set[str]:
    """Return the parameters of a function, or the fields, properties and parameters of a class."""
    if isinstance(node, ast.FunctionDef):
        given = node.args
        rest = [one for one in (given.vararg, given.kwarg) if one]
        return {one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs, *rest)}
    found = set()
    for one in ast.walk(node):
        if isinstance(one, ast.AnnAssign | ast.Assign):
            targets = one.targets if isinstance(one, ast.Assign) else [one.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
            found |= {target.attr for target in targets if isinstance(target, ast.Attribute)}
        elif isinstance(one, ast.FunctionDef):
            found |= {one.name} | (_own_names(one) if one.name == "__init__" else set())
    # A key that is a word of Python or of its library is called so with a sign behind it.
    return found | {name.rstrip("_") for name in found}


def test_docstrings_describe_what_is_there() -> None:
    seen, gone = 0, []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.ClassDef):
                continue
            text = ast.get_docstring(node) or ""
            named = [*_names_under("Parameters", text), *_names_under("Attributes", text)]
            seen += len(named)
            passes_on = isinstance(node, ast.FunctionDef) and node.args.kwarg
            absent = set(named) - _own_names(node) if named and not passes_on else ()
            gone += [f"{dotted(path)}.{node.name}: {name}" for name in absent]
    assert gone == []
    assert seen > 3000
