"""Fuzz the parsers for as long as wanted, and write down what came of it.

Usage: ``python tools/fuzz.py run [NAME ...] [--inputs N]``, ``... one NAME NUMBER [--keep FILE]``
to make one input again, ``... retry`` to read again what was a bug and count anew what is mended,
``... report`` to write ``benchmarks/FUZZ.md``.

Inputs are made from name and number alone. A run counts into ``benchmarks/fuzz``, to be committed
with the page, and goes on behind what is counted there, until there are as many as wanted: without
--inputs, as many thousand as the weight of a kind of files says. ``--again`` begins at the first.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "scale"), str(ROOT / "tests")]

from fuzz import report  # noqa: E402
from fuzz.build import build  # noqa: E402
from fuzz.subjects import subjects  # noqa: E402
from fuzz.trial import attempt  # noqa: E402
from fuzz.watch import SECONDS, TOGETHER, Tally, watch  # noqa: E402

KEPT, PAGE = ROOT / "benchmarks" / "fuzz", ROOT / "benchmarks" / "FUZZ.md"


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    ways = parser.add_subparsers(required=True)
    run = ways.add_parser("run", help="read inputs and count")
    run.add_argument("names", nargs="*", metavar="NAME", choices=[*subjects(), []])
    run.add_argument("--inputs", type=int, help="how many of each there should be in the end")
    run.add_argument("--again", action="store_true", help="forget what was counted")
    run.add_argument("--seconds", type=float, default=SECONDS, help="what one may take")
    run.add_argument("--version", default="", help="what to call the code that is read with")
    run.set_defaults(do=_run)
    one = ways.add_parser("one", help="make one input again and read it")
    one.add_argument("name", choices=subjects())
    one.add_argument("number", type=int)
    one.add_argument("--keep", type=Path, help="where to write it")
    one.set_defaults(do=_one)
    ways.add_parser("retry", help="read open bugs again").set_defaults(do=_retry)
    ways.add_parser("report", help="write the page").set_defaults(do=_report)
    said = parser.parse_args()
    said.do(said)


def _run(said: argparse.Namespace) -> None:
    version = said.version or _version()
    bugs = 0
    for name in said.names or subjects():
        wanted = said.inputs or subjects()[name].weight * 1000
        first = 0 if said.again else report.counted(KEPT, name)
        for start in range(first, wanted, TOGETHER):  # a run that is stopped loses little
            job = (name, start, min(TOGETHER, wanted - start))
            tally = watch([job], seconds=said.seconds, seen=_seen)[name]
            report.keep(KEPT, name, start, tally, version)
            bugs += len(tally.bugs)
    sys.exit(1 if bugs else 0)


def _seen(name: str, tally: Tally) -> None:
    print(
        f"  {name}: {tally.inputs:,} inputs, {tally.refused:,} refused, {tally.read:,} read, "
        f"{len(tally.bugs)} bugs, {tally.seconds:,.0f} s, {tally.memory} MiB",
        flush=True,
    )
    for bug in tally.bugs[-3:]:
        print(f"    {bug['number']}: {bug['text'][:200]!r} {bug['did']}", flush=True)


def _one(said: argparse.Namespace) -> None:
    from entrepot.engine import connect

    subject = subjects()[said.name]
    case = build(subject, said.number)
    print(f"{case.name}, {len(case.data):,} bytes: {', '.join(case.did) or 'as it should be'}")
    if said.keep:
        said.keep.write_bytes(case.data)
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "input"
        folder.mkdir()
        outcome = attempt(subject, case, connect(threads=1), folder)
    print(f"{outcome.kind}: {outcome.text}")
    print("findings:", ", ".join(outcome.findings) or "none")


def _retry(_: argparse.Namespace) -> None:
    for name, counts in report.kept(KEPT).items():
        for number in [bug["number"] for bug in counts["bugs"]]:
            tally = watch([(name, number, 1)])[name]
            report.count_anew(KEPT, name, number, tally, _version())
            print(f"  {name} {number}: {'still a bug' if tally.bugs else 'mended'}", flush=True)


def _report(_: argparse.Namespace) -> None:
    report.write(KEPT, PAGE)
    print(PAGE)


def _version() -> str:
    command = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
