"""The export of the Chinese customs query, in English and Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.areas import by_code
from entrepot.sources.parser import FileOptions
from fuzz.grid import Grid
from fuzz.plain import Refused, choice, decoded, match, members, table
from fuzz.subject import Case, Expected, Made, Subject
from made_gacc import CHINESE, ENGLISH

if TYPE_CHECKING:
    from random import Random

_ROLES = {
    "date of data": "date", "数据年月": "date", "commodity code": "product", "商品编码": "product",
    "trading partner code": "partner", "贸易伙伴编码": "partner",
    "customs regime code": "regime", "贸易方式编码": "regime",
    "locations of importers and exporters code": "province", "注册地编码": "province",
    "quantity": "quantity", "第一数量": "quantity", "unit": "unit", "第一计量单位": "unit",
    "supplementary quantity": "quantity 2", "supplimentary quantity": "quantity 2",
    "第二数量": "quantity 2", "supplementary unit": "unit 2", "supplimentary unit": "unit 2",
    "第二计量单位": "unit 2", "us dollar": "usd", "美元": "usd", "renminbi yuan": "cny",
    "人民币": "cny", "commodity": "label 1", "商品名称": "label 1", "trading partner": "label 2",
    "贸易伙伴名称": "label 2", "customs regime": "label 3", "贸易方式名称": "label 3",
    "locations of importers and exporters": "label 4", "注册地名称": "label 4",
}  # fmt: skip
_NUMBER = r"[0-9]{1,15}(\.[0-9]+)?|[0-9]{1,3}(,[0-9]{3}){1,4}(\.[0-9]+)?"


def make(draw: Random) -> Made:
    names = draw.choice([ENGLISH, CHINESE]).split(",")
    if draw.random() < 0.3:
        names[-2] = "人民币" if names[-2] == "美元" else "Renminbi Yuan"
    dates = draw.random() < 0.4
    if draw.random() < 0.3:
        names.pop()
    digits = draw.choice([8, 8, 6])
    rows: dict[tuple[str, ...], list[str]] = {}
    for _ in range(draw.randint(2, 12)):
        code = draw.choice(["01012900", "85423190", "85423110", "07032010"])[:digits]
        code = code[1:] if code[0] == "0" and draw.random() < 0.3 else code
        partner, regime, province = (
            draw.choice(some) for some in (("110", "344", "116", "142"), ("10", "39"), ("11", "44"))
        )
        date = draw.choice(["202301", "202302"])
        cells = [code, "goods", partner, "Hong Kong，a", regime, "Other", province, "Beijing"]
        cells += [f"{draw.randint(0, 10**6):,}", draw.choice(["Kilogram", "千克", "Gram"])]
        cells += draw.choice([["0", "?"], ["93", "Number of item"], ["", ""]])
        cells.append(f"{draw.randint(0, 10**8):,}")
        key = (date if dates else "", code.zfill(digits), partner, regime, province)
        rows[key] = ([date] if dates else []) + cells + ([""] if names[-1] == "" else [])
    if dates:
        names = ["数据年月" if "美元" in names or "人民币" in names else "Date of data", *names]
    flow = draw.choice(["import", "export"])
    mapping = f"format: 1\nflow: {flow}\n" + ("" if dates else "period: '2024-03'\n")
    return Made(
        Grid(names, list(rows.values())),
        "export.csv",
        FileOptions(mapping=mapping),
        encoding=draw.choice(["gb18030", "utf-8"]),
        fixed=names[-1] == "",
        note=(flow, None if dates else "2024-03-01"),
    )


def expect(case: Case) -> Expected:
    found = Expected()
    for _, data in members(case.data, case.name, case.packed):
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            text = decoded(data, ("utf-16",))
        else:
            text = decoded(data, ("utf-8-sig", "gb18030"))
        _one(found, *table(text.removeprefix("\ufeff")), *case.note)
    return found


def _one(
    found: Expected, names: list[str], rows: list[list[str]], flow: str, start: str | None
) -> None:
    places = _places(names)
    lines = [{role: row[place] for role, place in places.items()} for row in rows]
    if (start is None) != ("date" in places):
        raise Refused("no period, or two")
    sizes = {len(match("[0-9]{5,8}", line["product"], "product")) for line in lines}
    level = next((one for one in (8, 6) if sizes <= {one - 1, one}), None)
    if level is None:
        raise Refused("codes of two levels")
    seen = set()
    flows = set()
    for line in lines:
        code = line["product"].zfill(level)
        for role in ("regime", "province"):
            match("[0-9A-Za-z]+", line.get(role, "0"), role)
        for role in ("quantity", "quantity 2"):
            match(rf"({_NUMBER})|\??", line.get(role, ""), role)
        match("", line.get("empty", ""), "behind the last comma")
        partner = by_code("gacc")[choice(line["partner"], by_code("gacc"), "partner")]
        money = match(_NUMBER, line["usd" if "usd" in line else "cny"], "amount")
        when = start
        if when is None:
            date = match("(199|20[0-9])[0-9](0[1-9]|1[0-2])", line["date"], "month")
            when = f"{date[:4]}-{date[4:]}-01"
        one = (when, code, partner, line.get("regime"), line.get("province"))
        if one in seen:
            raise Refused("a line twice")
        seen.add(one)
        sides = (partner, "CHN") if flow == "import" else ("CHN", partner)
        told = "importer" if flow == "import" else "exporter"
        key = (told, "M", when, *sides, code[:6])
        if key in flows:
            found.rules.add("lines-added")
        flows.add(key)
        found.add(key, float(money.replace(",", "")))


def _places(names: list[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        last = place == len(names) - 1
        role = "empty" if last and not name else _ROLES.get(name.casefold())
        if role is None or role in places:
            raise Refused(f"column {name}")
        places[role] = place
    if not {"product", "partner"} <= places.keys() or ("usd" in places) == ("cny" in places):
        raise Refused("a column is missing, or two currencies")
    return places


SUBJECTS = (Subject("gacc", "gacc", make, expect),)
