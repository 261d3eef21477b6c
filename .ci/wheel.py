"""Install the wheel outside the checkout, on the oldest and the newest Python here, and use it.

Usage: python .ci/wheel.py [EXECUTABLE ...]; without one, Pythons are looked for on the path.

The suite runs from the checkout, so it cannot see a data file that the wheel lacks, a dependency
that only the tests bring, or a Python that the code does not run on. Says which Pythons are not
here, and fails if none is. Versions are those of requirements-dev.lock.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WANTED = ("3.11", "3.12", "3.13", "3.14")
EXTRAS = "serve,excel,mcp,pdf,stats"
TABLE = """reporter,partner,code,flow,value,kg,period
RUS,China,854231,M,5,10,2022
RUS,Germany,854231,M,15,10,2022
"""
MAPPING = """format: 1
id: made
title: Made up
publisher: nobody
licence: none
columns:
  reporter: {role: reporter, codes: ISO3}
  partner: {role: partner, codes: names}
  code: {role: product}
  flow: {role: flow, import: M, export: X}
  value: {role: value, currency: USD, scale: 1000}
  kg: {role: mass, unit: kg}
  period: {role: period}
nomenclature: HS2017
"""
IMPORTED = """
import pathlib, sys
import entrepot, entrepot.cli.main
[getattr(entrepot, name) for name in entrepot.__all__]
{imports}
files = {{getattr(one, "__file__", None) or "" for one in list(sys.modules.values())}}
print(entrepot.__file__)
print(*[one for one in files if pathlib.Path(one).is_relative_to({root!r})])
"""
FORMATS = ("html", "md", "json", "pdf", "xlsx")
PLAIN = ("html", "md", "json")


def main(given: list[str]) -> int:
    """Test on each Python; return the exit code."""
    started = time.monotonic()
    found = {version_of(path): path for path in given} if given else pythons()
    if found.pop("", None):
        print("wheel: one of the Pythons named does not start, or has no venv", file=sys.stderr)
        return 1
    missing = [version for version in WANTED if version not in found]
    if missing and not given:
        print(f"wheel: not here, so not tested: Python {', '.join(missing)}")
    if not found:
        print("wheel: no Python from 3.11 on was found, so nothing was tested", file=sys.stderr)
        return 1
    ends = sorted(found, key=lambda version: [int(part) for part in version.split(".")])
    chosen = list(dict.fromkeys((ends[0], ends[-1])))
    with tempfile.TemporaryDirectory(prefix="entrepot-wheel-") as name:
        folder = Path(name).resolve()
        wheel = build(folder)
        with ThreadPoolExecutor(2) as pool:
            runs = {
                version: pool.submit(try_on, found[version], wheel, folder / version)
                for version in chosen
            }
        bad = {version: run.exception() for version, run in runs.items() if run.exception()}
    for version, error in bad.items():
        print(f"wheel: Python {version} failed: {error}", file=sys.stderr)
    good = ", ".join(version for version in chosen if version not in bad)
    print(f"wheel: works on Python {good or 'none'} ({time.monotonic() - started:.0f} s)")
    return 1 if bad else 0


def pythons() -> dict[str, str]:
    """Return the Pythons at hand by version, those that start and can make environments.

    Every folder of the path is tried: a version manager puts a name there that starts nothing.
    """
    folders = os.environ.get("PATH", "").split(os.pathsep)
    found: dict[str, str] = {}
    for version in WANTED:
        places = [shutil.which(f"python{version}", path=folder) for folder in folders if folder]
        for path in dict.fromkeys(filter(None, places)):
            if version not in found and version_of(path) == version:
                found[version] = path
    own = version_of(sys.executable)
    return {own: sys.executable} | found if own in WANTED else found


def version_of(path: str) -> str:
    """Return what a Python says of itself; empty if it does not start (a shim) or has no venv."""
    words = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([path, "-c", words], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def build(folder: Path) -> Path:
    """Build the wheel with what the lock brought; nothing is downloaded for it."""
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    call([*pip, "-w", str(folder), str(ROOT)], folder)
    [wheel] = folder.glob("entrepot-*.whl")
    lock = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^([A-Za-z0-9._-]+==[^ \\]+(?: ;[^\\\n]*)?)", lock, re.M)
    (folder / "pins.txt").write_text("\n".join(pins) + "\n", encoding="utf-8")
    return wheel


def try_on(python: str, wheel: Path, folder: Path) -> None:
    """Install the wheel for one Python, without extras and with them, and use it."""
    folder.mkdir()
    call([python, "-m", "venv", str(folder / "venv")], folder)
    pip = [str(folder / "venv" / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    pip += ["--disable-pip-version-check", "--no-compile", "--only-binary", ":all:"]
    pip += ["-c", str(wheel.parent / "pins.txt")]
    call([*pip, str(wheel)], folder)
    Use(folder).without_extras()
    call([*pip, f"{wheel}[{EXTRAS}]"], folder)
    Use(folder).with_extras()


class Use:
    """The installed command, in a folder of its own that knows nothing of the checkout."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "venv" / "bin"

    def run(self, *words: str, code: int = 0) -> str:
        """Run the command and return what it prints."""
        return call([str(self.bin / "entrepot"), *words], self.folder, code=code)

    def without_extras(self) -> None:
        """Use help, questions, pages, a table of one's own, and an extra that is not installed."""
        self.imports("")
        expect("Usage" in self.run("--help"), "no help")
        version = next(self.folder.parent.glob("entrepot-*.whl")).name.split("-")[1]
        expect(self.run("--version") == f"entrepot {version}\n", "another version than the wheel's")
        expect("import_share" in self.run("measure", "list"), "no measures")
        ask = ["ask", "import_share", "--importer", "RUS", "--exporter", "CHN", "--period", "2023"]
        expect(json.loads(self.run(*ask, "--json"))["status"] == "ok", "published figures")
        expect("chpl" in self.run("goods", "list"), "no lists of goods")
        shutil.copy(ROOT / "examples" / "russia-china-dependence.yaml", self.folder / "claims.yaml")
        self.run("check", "claims.yaml", code=1)
        self.brief(PLAIN)
        (self.folder / "made.csv").write_text(TABLE, encoding="utf-8")
        (self.folder / "map.yaml").write_text(MAPPING, encoding="utf-8")
        lake = ["--lake", "elsewhere"]
        self.run("data", "add", "table.made", "made.csv", "--map", "map.yaml", *lake)
        value = ["ask", "import_share", "--importer", "RUS", "--exporter", "CHN"]
        value += ["--goods", "854231", "--period", "2022", "--source", "table.made", "--json"]
        value += lake
        expect(json.loads(self.run(*value))["value"] == 0.25, "a table of one's own")
        expect("entrepot[serve]" in self.run("serve", code=2), "an extra that is not there")

    def with_extras(self) -> None:
        """Use what the extras bring: a workbook and paper, an event study's imports, the server."""
        self.brief(FORMATS)
        self.imports("import pyfixest, scipy, python_calamine, entrepot.serve.agents")
        self.serve()

    def imports(self, imports: str) -> None:
        """Import the package, and look where all that it brings in comes from."""
        words = IMPORTED.format(imports=imports, root=str(ROOT))
        where, strays = self.python(words).split("\n")[:2]
        expect(Path(where).is_relative_to(self.folder), f"it imports {where}")
        expect(not strays, f"it imports from the checkout: {strays}")

    def python(self, words: str) -> str:
        """Run a few lines in the environment and return what they print."""
        return call([str(self.bin / "python"), "-c", words], self.folder)

    def brief(self, formats: tuple[str, ...]) -> None:
        """Write a brief once in each format."""
        outs = [word for one in formats for word in ("--out", f"brief.{one}")]
        self.run("brief", "RUS", "--supplier", "CHN", "--period", "2023", *outs)
        for one in formats:
            expect((self.folder / f"brief.{one}").stat().st_size > 5_000, f"brief.{one} is empty")

    def serve(self) -> None:
        """Start the server, ask for its page, and end it."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        words = [str(self.bin / "entrepot"), "serve", "--port", str(port), "--lake", "elsewhere"]
        log = self.folder / "serve.log"
        with log.open("w") as opened:
            server = subprocess.Popen(
                words, cwd=self.folder, env=clean(), stdout=opened, stderr=subprocess.STDOUT
            )
        try:
            for path in ("/healthz", "/", "/api/measures"):
                there = answers(f"http://127.0.0.1:{port}{path}", server)
                expect(there, f"{path} does not answer: {log.read_text()[-1500:]}")
        finally:
            server.terminate()
            server.wait(20)


def answers(address: str, server: subprocess.Popen[bytes]) -> bool:
    """Whether the server answers within half a minute."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=20) as answer:
                return bool(answer.status == 200 and answer.read())
        except urllib.error.HTTPError:
            return False
        except OSError:
            time.sleep(0.2)
    return False


def clean() -> dict[str, str]:
    """Return an environment that leads neither to the checkout nor to a lake of the user."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("ENTREPOT_")}
    for name in ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME"):
        kept.pop(name, None)
    return kept


def call(words: list[str], folder: Path | None = None, code: int = 0) -> str:
    """Run a program and return its output, both streams.

    Raises
    ------
    RuntimeError
        If it ends with another exit code.
    """
    done = subprocess.run(
        words, capture_output=True, text=True, cwd=folder, env=clean(), check=False
    )
    if done.returncode != code or "Traceback" in done.stderr:
        shown = f"{done.stdout[-1500:]}{done.stderr[-1500:]}"
        raise RuntimeError(f"{' '.join(words)}: exit code {done.returncode}, not {code}\n{shown}")
    return done.stdout if code == 0 else done.stdout + done.stderr


def expect(holds: bool, what: str) -> None:
    """Raise RuntimeError where something is not as it should be."""
    if not holds:
        raise RuntimeError(what)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
