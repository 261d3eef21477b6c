"""Read inputs one after another and tell of each: a process that may die of what it reads.

Arguments: subject, first number, how many; as often as wanted. One line of JSON for each input.
"""

from __future__ import annotations

import faulthandler
import json
import resource
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.engine import connect
from fuzz.build import build
from fuzz.subjects import subjects
from fuzz.trial import attempt

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ADDRESSES = 8 * 2**30
"""Bytes of address space, so that a parser that goes wild dies alone."""


def main(words: list[str]) -> None:
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES, MOST_ADDRESSES))
    warnings.simplefilter("error")
    known = subjects()
    connection = connect(threads=1, memory="512MB")
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as root:
        for name, number in _jobs(words):
            subject = known[name]
            case = build(subject, number)
            folder = Path(root) / "input"
            folder.mkdir()
            begun = time.monotonic()
            outcome = attempt(subject, case, connection, folder)
            told = {
                "subject": name,
                "number": number,
                "kind": outcome.kind,
                "judged": outcome.judged,
                "findings": outcome.findings,
                "seconds": round(time.monotonic() - begun, 3),
                "memory": _memory(),
            }
            if outcome.kind == "bug":
                told |= {"text": outcome.text, "did": case.did}
            print(json.dumps(told), flush=True)


def _jobs(words: list[str]) -> Iterator[tuple[str, int]]:
    for name, first, count in zip(words[::3], words[1::3], words[2::3], strict=True):
        for number in range(int(first), int(first) + int(count)):
            yield name, number


def _memory() -> int:
    """Return the most memory that this process or one it started has held, in MiB.

    Not from `getrusage`: that counts for this process what its parent held when it was started.
    """
    status = Path("/proc/self/status")
    used = resource.getrusage
    if not status.exists():
        return (
            max(used(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
            // 1024
        )
    lines = status.read_text(encoding="ascii").splitlines()
    own = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return max(own, used(resource.RUSAGE_CHILDREN).ru_maxrss) // 1024


if __name__ == "__main__":
    main(sys.argv[1:])
