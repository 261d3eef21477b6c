"""Value-added origin against numbers that another package prints.

Table, decomposition of bilateral flows by sector (exporter perspective, source-based) and origin by
sector: S. Krantz, "Global Value Chain Decomposition with icio", article of the R package icio 1.0.0
(2026), which reproduces the icio command of Belotti, Borin and Mancini for Stata. The table is the
example "leather" of the R package decompr (Quast and Kummritz 2015).
"""

from __future__ import annotations

import numpy as np
import pytest

import entrepot as ep
from entrepot.measures.origin import Solved, economy, solved

AREAS = ("Argentina", "Turkey", "Germany")
SECTORS = ("Agriculture", "Leather", "Transport")
NODES = [(area, sector) for area in AREAS for sector in SECTORS]
INPUTS = """
16.1 5.1 1.8 3.2 4.3 0.4 3.1 2.8 4.9
2.4 8.0 3.2 0.1 3.2 1.6 1.2 3.9 11.5
0.9 0.5 4.0 0.0 0.1 0.3 0.0 0.4 0.5
1.1 1.9 0.2 18.0 13.2 6.1 9.0 3.1 8.9
0.3 2.8 0.1 6.1 28.1 6.3 2.1 2.5 25.6
0.0 0.1 0.3 4.1 3.2 8.9 0.2 0.0 1.8
1.2 4.2 0.3 4.1 1.2 0.6 29.0 19.5 17.9
1.3 1.1 0.0 3.2 4.8 2.6 5.1 29.1 24.1
2.1 1.4 3.0 4.1 3.1 3.9 11.3 8.1 51.3
"""
FINAL = """
21.5 6.1 8.4
16.2 1.9 5.1
11.0 0.5 0.8
7.5 29.5 14.2
8.9 24.9 16.9
1.2 18.5 4.9
9.2 17.9 51.2
7.9 10.1 38.5
25.1 35.2 68.4
"""
OUTPUT = "77.7 58.3 19.0 112.7 124.6 43.2 156.3 127.8 217.0"
FLOWS = """
Turkey Agriculture Argentina 10.7 8.9591095 8.7346635 0.22444602 1.7408905 1.6914093 0.049481197
Turkey Leather Argentina 12.1 9.8259679 9.5634845 0.26248341 2.2740321 2.2161439 0.057888186
Turkey Transport Argentina 1.6 1.1210406 1.0476459 0.07339473 0.4789594 0.4625597 0.016399618
Germany Agriculture Argentina 14.9 12.7315559 12.4755135 0.25604243 2.1684441 2.0962209 0.072223200
Germany Leather Argentina 10.3 8.5456405 8.3338317 0.21180881 1.7543595 1.6952298 0.059129673
Germany Transport Argentina 31.6 21.2976809 20.0216436 1.27603729 10.3023191 9.9457626 0.356556480
Argentina Agriculture Turkey 14.0 12.5642780 12.4371868 0.12709119 1.4357220 1.4094133 0.026308772
Argentina Leather Turkey 6.8 5.2626672 5.1463769 0.11629029 1.5373328 1.5147708 0.022562035
Argentina Transport Turkey 0.9 0.6361968 0.6072535 0.02894336 0.2638032 0.2574840 0.006319211
Germany Agriculture Turkey 23.8 20.3363108 19.9273303 0.40898052 3.4636892 3.3483259 0.115363232
Germany Leather Turkey 20.7 17.1742484 16.7485744 0.42567402 3.5257516 3.4069182 0.118833420
Germany Transport Turkey 46.3 31.2051464 29.3355095 1.86963692 15.0948536 14.5724306 0.522422944
Argentina Agriculture Germany 19.2 17.2310098 17.0567133 0.17429648 1.9689902 1.9329096 0.036080601
Argentina Leather Germany 21.7 16.7940996 16.4229968 0.37110283 4.9059004 4.8339009 0.071999434
Argentina Transport Germany 1.7 1.2017051 1.1470343 0.05467078 0.4982949 0.4863586 0.011936287
Turkey Agriculture Germany 35.2 29.4729584 28.7345939 0.73836447 5.7270416 5.5642624 0.162779264
Turkey Leather Germany 47.1 38.2481890 37.2264561 1.02173293 8.8518110 8.6264777 0.225333351
Turkey Transport Germany 6.9 4.8344878 4.5179730 0.31651476 2.0655122 1.9947889 0.070723354
"""
"""Exporter, sector, importer; exports, domestic content, DVA, DDC, foreign content, FVA, FDC."""
CONTENT = """
28.52278143 2.79395126 0.35606694 1.81066955 3.11738415 0.35901126 1.23641723 1.30283802 4.12087363
1.06206936 19.12053186 0.41813924 0.48370042 1.83290239 0.43058635 0.59370415 1.15375958 4.74903511
0.21043693 0.14228369 1.06369578 0.03329456 0.07905450 0.04024626 0.02318460 0.07482343 0.19326212
0.71952151 1.34237213 0.11504126 34.92704803 6.99949698 1.47711579 2.55430885 1.52213499 6.18062537
0.41201175 1.38523849 0.11764036 2.69291816 40.16714096 1.31799873 1.10939926 1.15207241 9.50690317
0.03482652 0.08553139 0.02667530 0.81210167 0.90751892 3.16041392 0.11511911 0.07448266 0.64647326
0.92530356 2.25142713 0.16222512 2.31122022 2.05958253 0.51211484 29.87633590 5.24719728 9.60069308
0.64666560 0.72785683 0.08244379 1.53837777 2.54889673 0.63316614 1.45935830 18.95868110 8.15831503
0.66638333 0.65080723 0.25807221 1.29066963 1.48802285 0.56934671 1.73217260 1.51401054 34.74381924
"""
"""Value added of each sector (row) in what each sector (column) exports."""


def numbers(text: str) -> np.ndarray:
    return np.array([[float(word) for word in line.split()] for line in text.strip().splitlines()])


@pytest.fixture(scope="module")
def world() -> Solved:
    return solved(economy(numbers(INPUTS), numbers(OUTPUT)[0], NODES, final=numbers(FINAL)))


@pytest.mark.parametrize("line", FLOWS.strip().splitlines())
def test_flows_as_printed(world: Solved, line: str) -> None:
    exporter, sector, importer, *printed = line.split()
    found = ep.measures.value_added_origin(
        world, [exporter], [importer], made=[sector], perimeter="exporter"
    )
    content = (found.dva + found.ddc, found.dva, found.ddc)
    foreign = (found.fva + found.fdc, found.fva, found.fdc)
    for value, text in zip((found.gross, *content, *foreign), printed, strict=True):
        digits = len(text.partition(".")[2])
        assert value == pytest.approx(float(text), rel=0, abs=0.5000001 * 10**-digits)


@pytest.mark.parametrize("column", range(9))
def test_content_by_origin_as_printed(world: Solved, column: int) -> None:
    exporter, sector = NODES[column]
    abroad = [area for area in AREAS if area != exporter]
    found = ep.measures.value_added_origin(world, [exporter], abroad, made=[sector])
    printed = numbers(CONTENT)[:, column].reshape(3, 3).sum(axis=1)
    content = dict(zip(found.names, found.once + found.again, strict=True))
    assert [content[area] for area in AREAS] == pytest.approx(printed, rel=0, abs=1.5e-8)
