"""A release builds twice alike, holds what it needs, and what serves it keeps its promises."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import urllib.request
import zipfile
from pathlib import Path

import pytest

from entrepot.version import __version__

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import release  # noqa: E402

PACKAGING = ROOT / "packaging"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    found = release.build(folder)
    again = release.build(tmp_path_factory.mktemp("again"))
    assert found == again
    assert len(found) == 2
    return folder


def test_two_builds_have_the_same_bytes(built: Path) -> None:
    assert {one.name for one in built.glob("entrepot-*")} == {
        f"entrepot-{__version__}-py3-none-any.whl",
        f"entrepot-{__version__}.tar.gz",
    }


def test_the_wheel_has_types_licence_and_every_data_file(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
        about = wheel.read(f"entrepot-{__version__}.dist-info/METADATA").decode()
    data = subprocess.run(
        ["git", "ls-files", "src/entrepot"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\n")
    missing = {one.removeprefix("src/") for one in data if one} - names
    assert missing == set()
    assert "entrepot/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert "Classifier: Typing :: Typed" in about
    assert sum(info.file_size for info in zipfile.ZipFile(next(built.glob("*.whl"))).infolist())


def test_every_place_says_the_same_version() -> None:
    assert f"\nversion: {__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S+)", changes, re.MULTILINE)[0] == __version__
    first = re.search(r"^### (.+)$", changes, re.MULTILINE)
    assert first is not None
    assert first[1] == "What will change in your numbers"
    recipe = (PACKAGING / "conda" / "recipe.yaml").read_text(encoding="utf-8")
    assert f'version: "{__version__}"' in recipe


def test_documents_name_the_wheel_of_this_version() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    named = {
        version
        for page in pages
        for version in re.findall(r"entrepot-(\d+\.\d+\.\d+)", page.read_text(encoding="utf-8"))
    }
    assert named == {__version__}


def test_the_recipe_of_conda_has_the_dependencies_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    recipe = (PACKAGING / "conda" / "recipe.yaml").read_text(encoding="utf-8")
    conda = {"duckdb": "python-duckdb", "pyyaml": "pyyaml"}
    for line in project["dependencies"]:
        [(name, bounds)] = re.findall(r"^([A-Za-z0-9-]+)(.*)$", line.split(";")[0].strip())
        wanted = conda.get(name.lower(), name.lower())
        assert f"    - {wanted} {bounds}\n" in recipe, line
    assert f"    - python {project['requires-python']}\n" in recipe


def test_every_locked_package_of_the_program_has_a_licence() -> None:
    page = release.PAGE.read_text(encoding="utf-8")
    main = page.split("## Extras")[0]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for name, _ in release._PINNED.findall(lock):
        row = re.search(rf"^\| {re.escape(name)} \| (.+) \|$", main, re.MULTILINE)
        assert row is not None, f"{name}: run python tools/release.py licences"
        assert row[1] != "not stated", name


def test_the_container_has_no_rights_and_asks_for_its_health(tmp_path: Path) -> None:
    text = (PACKAGING / "Containerfile").read_text(encoding="utf-8")
    user = re.search(r"^USER (\d+)$", text, re.MULTILINE)
    assert user is not None
    assert int(user[1]) > 0
    assert text.index("USER ") < text.index("ENTRYPOINT")
    assert "--read-only" in text
    [check] = re.findall(r'CMD \["/opt/entrepot/bin/python", "-c", "(.+)"\]', text)
    from entrepot.serve.guard import HEALTH

    assert f"8000{HEALTH}'" in check
    # What it runs fails where nobody answers, and only there.
    seen: list[tuple[str, float]] = []

    def answered(address: str, timeout: float) -> None:
        seen.append((address, timeout))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(urllib.request, "urlopen", answered)
        exec(check, {})
    assert seen == [(f"http://127.0.0.1:8000{HEALTH}", 4)]


def test_the_service_gives_up_its_rights() -> None:
    text = (PACKAGING / "entrepot.service").read_text(encoding="utf-8")
    for line in ("DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes"):
        assert f"\n{line}\n" in text
    assert "--host 127.0.0.1" in text
