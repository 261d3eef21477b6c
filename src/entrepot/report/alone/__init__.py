"""Charts that stand alone: what each shows, framed with title and source, written to a file."""

from entrepot.report.alone.catalogue import CHARTS, DRAWN, ELSEWHERE
from entrepot.report.alone.frame import drawn, framed
from entrepot.report.alone.kinds import chart, of_figure
from entrepot.report.alone.parts import Alone
from entrepot.report.alone.save import SUFFIXES, require_suffix, write

__all__ = [
    "CHARTS",
    "DRAWN",
    "ELSEWHERE",
    "SUFFIXES",
    "Alone",
    "chart",
    "drawn",
    "framed",
    "of_figure",
    "require_suffix",
    "write",
]
