"""Charts that stand alone: what each shows, framed with title and source, written to a file."""

from entrepot.report.standalone.catalogue import CHARTS, DRAWN, ELSEWHERE
from entrepot.report.standalone.frame import drawn, framed
from entrepot.report.standalone.kinds import chart, of_figure
from entrepot.report.standalone.parts import Alone
from entrepot.report.standalone.save import SUFFIXES, require_suffix, write

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
