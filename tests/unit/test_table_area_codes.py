"""Codes of areas in a draft: proved by cells and by names beside them, or asked; never guessed."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from entrepot.errors import BadFileError
from entrepot.sources.table.draft.draft import Draft, draft_mapping
from table_reading import read_table

if TYPE_CHECKING:
    from collections.abc import Sequence

TABLE = Path(__file__).parents[2] / "src/entrepot/sources/table/national_codes.csv"
JAPAN = {"103": "KOR", "105": "CHN", "304": "USA", "213": "DEU", "601": "AUS"}
MONEY = {"nomenclature": "HS2022", "currency": "USD", "scale": "1", "role": "partner"}


def drafted(
    folder: Path, head: str, rows: Sequence[str], areas: Path | None = None, name: str = "mine.csv"
) -> Draft:
    path = folder / name
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    return draft_mapping(path, areas=areas)


def japanese(extra: str = "") -> list[str]:
    return [f"2023,854231,{code},{10 + n}{extra}" for n, code in enumerate(JAPAN)]


def read(folder: Path, draft: Draft, **answers: str) -> dict[str, float]:
    """Read the file with a draft, answered, and return values by exporter."""
    text = draft.text
    for key, answer in answers.items():
        text = text.replace(f"{key}: TODO", f"{key}: {answer}")
    text = "reporter: JPN\nflow: import\n" + "\n".join(
        line for line in text.splitlines() if not line.startswith(("reporter:", "flow:"))
    )
    found, _ = read_table(folder / "mine.csv", text, folder)
    return {row["exporter"]: row["value_usd"] for row in found}


def test_codes_that_fit_two_tables_are_asked_with_what_each_would_read(tmp_path: Path) -> None:
    draft = drafted(tmp_path, "Year,HS,Country,Value", japanese())
    asked = {one.key: one for one in draft.questions}["columns.Country.codes"]
    assert draft.mapping["columns"]["Country"]["codes"] == "TODO"
    assert asked.choices == ("GACC", "japan", "{CODE: ISO3}")
    assert "304 Germany" in asked.text
    assert "304 United States" in asked.text
    assert read(tmp_path, draft, **MONEY, codes="japan") == {
        area: 10 + n for n, area in enumerate(JAPAN.values())
    }


def test_names_beside_codes_prove_the_table(tmp_path: Path) -> None:
    names = ["Republic of Korea", "China", "United States of America", "Germany", "Australia"]
    rows = [f"{row},{name}" for row, name in zip(japanese(), names, strict=True)]
    draft = drafted(tmp_path, "Year,HS,Country,Value,Country name", rows)
    assert draft.mapping["columns"]["Country"] == {"role": "partner", "codes": "japan"}
    chinese = ["Bangladesh", "Brunei", "Germany", "Moldova", "Australia"]
    rows = [f"{row},{name}" for row, name in zip(japanese(), chinese, strict=True)]
    draft = drafted(tmp_path, "Year,HS,Country,Value,Country name", rows)
    assert "japan" not in draft.text


@pytest.mark.parametrize("head", ["Year,HS,PartnerCode,Value", "Year,HS,CO_PAIS,Value"])
def test_the_name_of_a_column_decides_only_between_tables_that_fit(
    tmp_path: Path, head: str
) -> None:
    rows = [f"2023,854231,{code},1" for code in ("160", "249", "023")]  # no codes of M49
    draft = drafted(tmp_path, head, rows)
    known = draft.mapping["columns"][head.split(",")[2]]["codes"]
    assert known == ("brazil" if "PAIS" in head else "TODO")


def test_a_few_numbers_that_fit_one_table_may_do_so_by_chance(tmp_path: Path) -> None:
    few = drafted(tmp_path, "Year,HS,Country,Value", [f"2023,854231,{c},1" for c in (156, 276)])
    assert "columns.Country.codes" in [one.key for one in few.questions]
    many = (156, 276, 842, 410, 392, 643, 616, 528, 56, 752, 380)
    draft = drafted(tmp_path, "Year,HS,Country,Value", [f"2023,854231,{c},1" for c in many])
    assert draft.mapping["columns"]["Country"] == {"role": "partner", "codes": "comtrade"}


def test_codes_of_nobody_are_asked_and_a_table_of_theirs_answers(tmp_path: Path) -> None:
    """United States: four digits of Schedule C; the column was ignored without a word."""
    rows = [f"2023,854231,{code},{n}" for n, code in enumerate((5700, 1220, 4280), 1)]
    draft = drafted(tmp_path, "Year,HS,CTY_CODE,Value", rows)
    assert draft.mapping["columns"]["CTY_CODE"] == {"role": "partner", "codes": "TODO"}
    assert "--areas" in {q.key: q for q in draft.questions}["columns.CTY_CODE.codes"].text
    table = tmp_path / "codes.csv"
    table.write_text("Code,Name\n5700,China\n1220,Canada\n4280,Germany\n5880,Japan\n")
    draft = drafted(tmp_path, "Year,HS,CTY_CODE,Value", rows, areas=table)
    assert draft.mapping["columns"]["CTY_CODE"]["codes"] == {
        "5700": "CHN", "1220": "CAN", "4280": "DEU", "5880": "JPN",
    }  # fmt: skip
    assert read(tmp_path, draft, **MONEY) == {"CHN": 1, "CAN": 2, "DEU": 3}
    table.write_text("Code,Name\n5700,China\n1220,Canada\n5880,Japan\n")
    draft = drafted(tmp_path, "Year,HS,CTY_CODE,Value", rows, areas=table)
    assert draft.mapping["columns"]["CTY_CODE"]["own"] == {"4280": "TODO"}


def test_a_table_without_areas_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "codes.csv"
    table.write_text("Code,Kind\n5700,land\n1220,sea\n")
    with pytest.raises(BadFileError, match="no table of areas"):
        drafted(tmp_path, "Year,HS,CTY_CODE,Value", ["2023,854231,5700,1"], areas=table)


def test_the_column_of_the_reporter_is_not_drafted_as_the_partner(tmp_path: Path) -> None:
    """A country in all rows beside codes that no table knows: the file is not about Japan's trade
    with Japan."""
    rows = [f"JPN,2023,854231,{code},1" for code in (9001, 9002, 9003)]
    draft = drafted(tmp_path, "Country,Year,HS,Area code,Value", rows)
    assert draft.mapping["columns"]["Country"]["role"] == "TODO"
    bilateral = drafted(tmp_path, "Country,Year,HS,Value", ["China,2023,854231,1"])
    assert bilateral.mapping["columns"]["Country"]["role"] == "TODO"


def test_eurostat_codes_are_told_from_iso_by_greece(tmp_path: Path) -> None:
    rows = [f"2023,854231,{code},1" for code in ("DE", "EL", "FR", "XK")]
    draft = drafted(tmp_path, "Year,HS,Partner,Value", rows)
    assert draft.mapping["columns"]["Partner"]["codes"] == "eurostat"


def test_names_cut_at_one_length_are_completed_where_one_area_has_them(tmp_path: Path) -> None:
    rows = ["2023,854231,Bosnia and Herzegovi,1", "2023,854231,China,2",
            "2023,854231,CHINA REPUBLICA POP,1", "2023,854231,Democratic Republic,4"]  # fmt: skip
    draft = drafted(tmp_path, "Year,HS,Partner,Value", rows)
    assert draft.mapping["columns"]["Partner"]["own"] == {
        "Bosnia and Herzegovi": "BIH",
        "Democratic Republic": "TODO",
    }


def test_tables_of_national_codes_agree_with_what_they_say_of_each_area() -> None:
    """Each name in the table, read by itself, is the area that the table has for its code."""
    from entrepot.model.area_names import named_area

    with TABLE.open(encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    assert len({(row["system"], row["code"]) for row in rows}) == len(rows)
    read = [(row, named_area(row["name"])) for row in rows]
    wrong = [row for row, area in read if area and area != row["area"]]
    assert [(row["system"], row["code"]) for row in wrong] == [("japan", "228")] * 0
    assert sum(bool(area) for _, area in read) > 0.85 * len(rows)


@pytest.mark.parametrize(
    ("codes", "system", "areas"),
    [
        (
            [5700, 1220, 4280, 5880, 5800, 4120, 2010, 3510, 6021, 7910, 4621],
            "census",
            ["CHN", "CAN", "DEU", "JPN", "KOR", "GBR", "MEX", "BRA", "AUS", "ZAF", "RUS"],
        ),
        (["US", "CN", "ZZ", "EA"], "canada", ["USA", "CHN", "XHIGHSEAS", "ESP"]),
    ],
)
def test_codes_of_north_american_statistics_are_known(
    tmp_path: Path, codes: list[object], system: str, areas: list[str]
) -> None:
    rows = [f"2023,854231,{code},{n}" for n, code in enumerate(codes, 1)]
    draft = drafted(tmp_path, "Year,HS,CTY_CODE,Value", rows)
    assert draft.mapping["columns"]["CTY_CODE"] == {"role": "partner", "codes": system}
    assert read(tmp_path, draft, **MONEY) == {area: n for n, area in enumerate(areas, 1)}
