"""A release builds twice alike, holds what it needs, and what serves it keeps its promises."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
import tomllib
import urllib.error
import urllib.request
import zipfile
from importlib.metadata import requires
from pathlib import Path

import pytest
import yaml

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


def test_the_wheel_has_a_man_page_that_reads_as_one(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        page = wheel.read(f"entrepot-{__version__}.data/data/share/man/man1/entrepot.1").decode()
    assert f'"entrepot {__version__}"' in page
    # Every line is text or a request that man knows: a stray dot would swallow its line.
    requests = {line.split()[0] for line in page.splitlines() if line[:1] in (".", "'")}
    assert requests <= {'.\\"', ".TH", ".SH", ".SS", ".B", ".PP", ".TP"}
    assert not re.search(r"(?<!\\)(?:\\\\)*\\[^-e&]", page.split("\n", 1)[1])
    for words in ("goods match", "data export", "setup"):
        assert f"\n.SS {words}\n" in page
    if groff := shutil.which("groff"):
        drawn = subprocess.run(
            [groff, "-man", "-K", "utf8", "-T", "utf8", "-ww"],
            input=page,
            capture_output=True,
            text=True,
            check=True,
        )
        assert drawn.stderr == ""
        assert "--importer" in drawn.stdout


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
    recipe = yaml.safe_load(release.RECIPE.read_text(encoding="utf-8"))
    wanted = {f"python {project['requires-python']}"}
    for line in project["dependencies"]:
        [(name, bounds)] = re.findall(r"^([A-Za-z0-9-]+)(.*)$", line.split(";")[0].strip())
        wanted.add(f"{_CONDA.get(name.lower(), name.lower())} {bounds}".strip())
    # Equal: a dependency that the package no longer has goes from the recipe, too.
    assert sorted(recipe["requirements"]["run"]) == sorted(wanted)


_CONDA = {"duckdb": "python-duckdb"}
"""Packages that have another name there."""


def test_the_recipe_of_conda_builds_and_starts_what_the_package_does() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    recipe = yaml.safe_load(release.RECIPE.read_text(encoding="utf-8"))
    scripts = [f"{name} = {where}" for name, where in project["project"]["scripts"].items()]
    assert recipe["build"]["python"]["entry_points"] == scripts
    # The bound of the backend is that of the environment that builds wheel and sdist.
    built_with = {one for one in project["dependency-groups"]["build"] if "hatchling" in one}
    host = {one.replace(" ", "") for one in recipe["requirements"]["host"]}
    assert built_with <= host
    assert f"python{project['project']['requires-python']}" in host
    assert recipe["about"]["license"] == project["project"]["license"]
    assert recipe["package"]["name"] == project["project"]["name"]
    assert recipe["context"]["version"] == __version__
    # The file that `make wheel` writes.
    path = recipe["source"]["path"].replace("${{ version }}", __version__)
    assert (
        release.RECIPE.parent / path
    ).resolve() == ROOT / "dist" / f"entrepot-{__version__}.tar.gz"
    commands = [line.split()[0] for one in recipe["tests"] for line in one.get("script", [])]
    assert set(commands) <= set(project["project"]["scripts"])


def test_rattler_build_renders_the_recipe_of_conda() -> None:
    pytest.importorskip("rattler_build", reason="no rattler-build here: make recipe fetches it")
    name, version, run, host = release.rendered_recipe()
    recipe = yaml.safe_load(release.RECIPE.read_text(encoding="utf-8"))["requirements"]
    assert (name, version) == ("entrepot", __version__)
    assert [run, host] == [recipe["run"], recipe["host"]]


def test_every_locked_package_of_the_program_has_a_licence() -> None:
    page = release.PAGE.read_text(encoding="utf-8")
    main = page.split("## Extras")[0]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for name, _ in release._PINNED.findall(lock):
        row = re.search(rf"^\| {re.escape(name)} \| (.+) \|$", main, re.MULTILINE)
        assert row is not None, f"{name}: run python tools/release.py licences"
        assert row[1] != "not stated", name


@pytest.mark.parametrize(("name", "by", "bound", "why"), release.HELD)
def test_what_is_held_back_is_held_by_whom_the_page_names(
    name: str, by: str, bound: str, why: str
) -> None:
    needs = [one for one in requires(by) or () if re.match(rf"{re.escape(name)}\b", one)]
    assert any(bound in one for one in needs), f"{by} does not ask for {name}{bound}: make lock"
    assert f"| {name} | {bound} | {by} | {why} |" in release.PAGE.read_text(encoding="utf-8")


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


def _container() -> list[tuple[str, str]]:
    """Return the steps of the Containerfile: instruction and its words, lines joined."""
    text = (PACKAGING / "Containerfile").read_text(encoding="utf-8")
    joined = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    steps = [line.split(maxsplit=1) for line in joined.splitlines() if line.strip()]
    return [(name, " ".join(words.split())) for name, words in steps]


@pytest.mark.slow
def test_the_steps_of_the_container_run_and_what_they_serve_is_healthy(built: Path) -> None:
    """Without an engine: its folders are in a scratch folder, its root is bound read-only."""
    steps = _container()
    order = [name for name, _ in steps]
    assert order[0] == "FROM"
    assert order.index("COPY") < order.index("RUN") < order.index("USER") < order.index("ENV")
    root = Path(tempfile.mkdtemp(dir="/tmp"))
    root.chmod(0o755)
    try:
        _serve_from(steps, root, built)
    finally:
        shutil.rmtree(root, ignore_errors=True)


_READ_ONLY = """\
mount --bind "$0" "$0" && mount --bind "$0/tmp" "$0/tmp"
mount -o remount,bind,ro "$0" && mount -o remount,bind,ro /
! touch "$0/opt/new" 2>/dev/null || exit 99
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
"""


def _on_a_read_only_root(root: Path) -> list[str]:
    """Return what runs a command where only /tmp can be written, without rights, if it can be."""
    tried = shutil.which("unshare") and shutil.which("setpriv")
    if not tried or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        return []  # then the files are compared, before and after
    return ["unshare", "-m", "sh", "-ec", _READ_ONLY, str(root)]


def _serve_from(steps: list[tuple[str, str]], root: Path, built: Path) -> None:
    def inside(text: str) -> str:
        return re.sub(r"(?<![\w/.])/(opt|lake|tmp)\b", rf"{root}/\1", text).replace("8000", port)

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    for folder in ("opt", "lake", "tmp", "bin"):
        (root / folder).mkdir()
    (root / "bin" / "python").symlink_to(sys.executable)
    [copied] = [words for name, words in steps if name == "COPY"]
    pattern, target = copied.split()
    Path(inside(target)).mkdir(parents=True)
    for wheel in built.glob(Path(pattern).name):
        shutil.copy(wheel, inside(target))
    # What it depends on is that of this environment: a test fetches nothing.
    quiet = {**os.environ, "PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1"}
    quiet["PATH"] = f"{root / 'bin'}:{os.environ['PATH']}"
    for words in (words for name, words in steps if name == "RUN" and "useradd" not in words):
        subprocess.run(["sh", "-ec", inside(words)], env=quiet, check=True, capture_output=True)
    assert not (root / "tmp" / "wheel").exists()
    [site] = (root / "opt" / "entrepot" / "lib").glob("python3*/site-packages")
    (site / "here.pth").write_text(sysconfig.get_paths()["purelib"], encoding="utf-8")
    env = {"PATH": os.environ["PATH"], "ENTREPOT_TOKEN": "a-token-that-is-long-enough-for-it"}
    for words in (words for name, words in steps if name == "ENV"):
        env |= dict(inside(one).split("=", 1) for one in words.split())
    [entry] = [json.loads(inside(words)) for name, words in steps if name == "ENTRYPOINT"]
    [command] = [json.loads(inside(words)) for name, words in steps if name == "CMD"]
    [health] = [
        json.loads(inside(words.split(" CMD ")[1]))
        for name, words in steps
        if name == "HEALTHCHECK"
    ]
    before = {path for path in root.rglob("*") if root / "tmp" not in path.parents}

    def is_healthy() -> bool:
        return subprocess.run(health, env=env, capture_output=True).returncode == 0

    assert not is_healthy()
    with subprocess.Popen(
        [*_on_a_read_only_root(root), *entry, *command], env=env, cwd="/", stderr=subprocess.PIPE
    ) as serving:
        try:
            ends = time.monotonic() + 600
            while not is_healthy():
                assert serving.poll() is None, serving.stderr and serving.stderr.read().decode()
                assert time.monotonic() < ends
                time.sleep(0.2)
            asked = urllib.request.Request(f"http://127.0.0.1:{port}/")
            with pytest.raises(urllib.error.HTTPError, match="401"):
                urllib.request.urlopen(asked, timeout=200)
        finally:
            serving.send_signal(signal.SIGINT)
            serving.wait(200)
    after = {path for path in root.rglob("*") if root / "tmp" not in path.parents}
    assert after == before


def test_the_service_gives_up_its_rights() -> None:
    text = (PACKAGING / "entrepot.service").read_text(encoding="utf-8")
    for line in ("DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes"):
        assert f"\n{line}\n" in text
    assert "--host 127.0.0.1" in text
