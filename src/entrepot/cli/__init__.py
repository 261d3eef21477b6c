"""The command line: one file a noun, and what all of them share."""

from __future__ import annotations

import sys

from entrepot.cli.stops import end_in_order


def run() -> None:
    """Load the program and start it; Ctrl-C ends it while it is being loaded as it does later."""
    end_in_order()
    try:
        from entrepot.cli.main import run as begin
    except KeyboardInterrupt:
        sys.stderr.write("\nstopped\n" if sys.stderr.isatty() else "stopped\n")
        sys.exit(130)
    begin()
