"""A lake in the layout of BACI in which Germany's chips reach Russia through Kyrgyzstan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

CHIPS, COATS = 854231, 620331
AREAS = {"DEU": 276, "KGZ": 417, "RUS": 643, "CHN": 156, "GEO": 268, "ARM": 51, "USA": 842}
YEARS = range(2017, 2023)
# Thousand US dollars from 2017 to 2021, and in 2022.
TRADE = {
    ("DEU", "RUS", CHIPS): (900, 100),
    ("DEU", "KGZ", CHIPS): (10, 510),
    ("KGZ", "RUS", CHIPS): (4, 404),
    ("CHN", "KGZ", CHIPS): (20, 20),
    ("CHN", "RUS", CHIPS): (500, 700),
    ("DEU", "CHN", CHIPS): (800, 800),
    ("DEU", "GEO", CHIPS): (30, 30),
    ("DEU", "ARM", CHIPS): (30, 33),
    ("DEU", "KGZ", COATS): (100, 100),
    ("KGZ", "RUS", COATS): (50, 50),
    ("KGZ", "GEO", COATS): (5, 5),
    ("DEU", "GEO", COATS): (70, 70),
}


def lake(folder: Path, trade: dict[tuple[str, str, int], tuple[int, int]] = TRADE) -> Lake:
    """Return the lake; a kilogram costs ten dollars on the way in, and twelve on the way out.

    What is zero has no row.
    """
    folder.mkdir(exist_ok=True)
    held = Lake.open(folder / "lake")
    for year in YEARS:
        lines = ["t,i,j,k,v,q"]
        for (seller, buyer, code), values in trade.items():
            value = values[year == YEARS[-1]]
            if not value:
                continue
            price = 12 if seller == "KGZ" else 10
            lines.append(f"{year},{AREAS[seller]},{AREAS[buyer]},{code},{value},{value / price}")
        file = folder / f"BACI_HS17_Y{year}_V202601.csv"
        file.write_text("\n".join([*lines, ""]), encoding="utf-8")
        held.add("baci", [file])
    return held
