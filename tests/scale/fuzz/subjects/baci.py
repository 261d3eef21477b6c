"""BACI: `t,i,j,k,v,q`, plain or in a zip."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from entrepot.model.areas import area, by_code
from entrepot.sources.parser import FileOptions
from fuzz.grid import Grid
from fuzz.plain import Refused, choice, decoded, match, members, number, optional, rounded, table
from fuzz.subject import Case, Expected, Made, Subject

if TYPE_CHECKING:
    from random import Random

CODES = (156, 643, 398, 842, 276, 699, 4, 8, 51)
NAMES = ("BACI_HS17_Y2022_V202501.csv", "BACI_HS17_V202501.csv", "mine.csv")


def make(draw: Random) -> Made:
    name = draw.choice((*NAMES, NAMES[0], NAMES[0]))
    year = 2022 if "Y2022" in name else draw.choice([2021, 2022, 2023])
    rows, seen = [], set()
    for _ in range(draw.randint(3, 12)):
        i, j = draw.sample(CODES, 2)
        k = draw.choice(["10121", "850110", "270900", "010190", "854231", "999999"])
        if (i, j, k.zfill(6)) in seen:
            continue
        seen.add((i, j, k.zfill(6)))
        v = draw.choice([f"{draw.uniform(0, 900):.3f}", str(draw.randint(0, 10**6)), "1.5e3"])
        q = draw.choice(["", "NA", "0", f"{draw.uniform(0, 90):.3f}", " 12 "])
        rows.append([str(year), str(i), draw.choice([str(j), f"{j:03}"]), k, v, q])
    said = FileOptions() if name.startswith("BACI") else FileOptions("HS2017", "V202501")
    return Made(Grid(list("tijkvq"), rows), name, said, packs=name.startswith("BACI"))


def expect(case: Case) -> Expected:
    found = Expected()
    inside = members(case.data, case.name, case.packed)
    packed = case.data[:4] in (b"PK\x03\x04", b"PK\x05\x06") or inside[0][0] != case.name
    count = 0
    for name, data in inside:
        if packed and re.search(r"(country|product)_codes|read_?me", name, re.IGNORECASE):
            continue
        count += 1
        _table(found, name, decoded(data), case)
    if not count:
        raise Refused("no year file")
    return found


def _table(found: Expected, name: str, text: str, case: Case) -> None:
    names, rows = table(text)
    if sorted(names) != sorted("tijkvq"):
        raise Refused("columns")
    said = re.match(r"BACI_HS(\d\d)(?:_Y(\d{4}))?(?:.*_(V\d{6}\w*))?", name, re.IGNORECASE)
    if not said and not case.said.nomenclature:
        raise Refused("no edition")
    release = (said and said[3]) or case.said.vintage
    last = int(release[1:5]) - 1 if release else date.today().year
    years = range(2017, last + 1) if not said or not said[2] else [int(said[2])]
    areas = {c: iso for c, iso in by_code("baci").items() if area(iso).kind != "aggregate"}
    codes = {text: iso for c, iso in areas.items() for text in (c, c.zfill(3))}
    for row in rows:
        cells = dict(zip(names, row, strict=True))
        year = int(choice(cells["t"], {str(one) for one in years}, "year"))
        exporter = codes[choice(cells["i"], codes, "area")]
        importer = codes[choice(cells["j"], codes, "area")]
        product = match(r"[0-9]{1,6}", cells["k"], "product").zfill(6)
        optional(cells["q"], "NA")
        told = "both"
        if year >= 2022 and "RUS" in (exporter, importer):
            told = "exporter" if importer == "RUS" else "importer"
        key = (told, "A", f"{year}-01-01", exporter, importer, product)
        found.add(key, rounded(number(cells["v"]) * 1000))


SUBJECTS = (Subject("baci", "baci", make, expect),)
