"""Names of areas as publishers write them: which area each is, and what is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from entrepot.errors import BadFileError
from entrepot.model import area_names
from entrepot.model.area_names import (
    COLUMNS,
    completed_name,
    named_area,
    named_group,
    nearest_names,
)
from entrepot.model.areas import areas, known_areas
from entrepot.model.columns import read_table
from table_reading import read_text

ROWS = read_table(Path(area_names.__file__).with_name("area_names.csv"), COLUMNS)
PRINTED = {  # as tables of these publishers have them
    "TWN": "Taiwan, Province of China|Chinese Taipei|Other Asia, nes|Taiwan (Formosa)|台灣|Тайвань",
    "EGY": "Egypt, Arab Rep.|EGYPT A RP|Ägypten|Aegypten|Egipto|Egito|Mısır|埃及|ЕГИПЕТ|Égypte",
    "LAO": "LAO PEOPLE S DEM. REP.",
    "NLD": "HOLANDA|Países Baixos (Holanda)|Niederlande|Pays-Bas|NETHERLAND|Hollanda|Нидерланды",
    "CHN": "CHINA P RP|China, People's Republic of|КИТАЙ|Çin|ÇİN|中国|China (Rep. Popular)",
    "KOR": "Korea, Rep.|Rep. of Korea|Corea del Sur|Coreia do Sul|Südkorea|КОРЕЯ, РЕСПУБЛИКА|韩国",
    "PRK": "Korea, Dem. People's Rep.|KOREA DP RP|Dem. People's Rep. of Korea|Coreia do Norte",
    "COD": "Congo, Dem. Rep.|Dem. Rep. of the Congo|CONGO D. REP.|República Democrática del Congo",
    "COG": "Congo, Rep.|CONGO P REP|Congo-Brazzaville",
    "CIV": "Cote d'Ivoire|Côte d’Ivoire|COTE D' IVOIRE|Costa do Marfim|COTE D IVOIRE",
    "USA": "U S A|USA|United States of America|EE.UU.|Vereinigte Staaten|США|ABD|Etats-Unis",
    "GBR": "U K|Reino Unido|Vereinigtes Königreich|Royaume-Uni|Birleşik Krallık|英国",
    "CZE": "Czech Republic|Tcheca, República|Tschechien|Chequia|ЧЕХИЯ",
    "DOM": "Dominican Rep.|DOMINIC REP|República Dominicana",
    "GNB": "Guinea Bissau|Guinea-Bissau|Guiné-Bissau",
    "MKD": "Macedonia, North|North Macedonia|Nordmazedonien|Macedonia, FYR",
    "VNM": "Viet Nam|VIETNAM SOC REP|Вьетнам|越南|Vietnã",
    "RUS": "Russian Federation|Rusia, Federación de|Россия|Rusya Federasyonu|Rússia|俄罗斯",
}
PAIRS = [(code, name) for code, names in PRINTED.items() for name in names.split("|")]


@pytest.mark.parametrize(("code", "name"), PAIRS)
def test_a_name_as_a_publisher_prints_it(code: str, name: str) -> None:
    assert named_area(name) == code
    assert named_area(name.upper()) == code


@pytest.mark.parametrize(
    "name",
    ["ASEAN", "Africa", "Europe", "China, Republic of", "Virgin Islands", "Republic", "Islands",
     "of the", "", "Total", "Guinea Republic Bissau Ecuatorial"],
)  # fmt: skip
def test_what_is_no_area_or_two_is_none(name: str) -> None:
    assert named_area(name) is None


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("CIV", "COTE DIVOIRE|COTE DIVOIRE "),
        ("KEN", "Republik Kenia|República de Quenia|Republic of Kenya"),
        ("THA", "Königreich Thailand|KINGDOM OF THAILAND|Reino de Tailandia"),
        ("IRN", "Islamische Republik Iran|Iran, Islamische Republik"),
        ("ITA", "İtalya Cumhuriyeti"),
        ("USA", "ESTADOS UNIDOS (EE UU)|Estados Unidos (US)"),
        ("GBR", "UNITED KINGDOM(GB)"),
    ],
)
def test_a_state_is_known_without_its_form_and_with_its_letters_alone(
    code: str, names: str
) -> None:
    assert {named_area(name) for name in names.split("|")} == {code}


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("SDN", "Soudan (incl. Soudan du Sud 'SS' -> 2012)|Sudan (incl. South Sudan 'SS' -> 2012)"),
        ("MNE", "Monténégro (depuis 2007)"),
        ("ANT", "Netherlands Antilles (...2010)"),
        ("VGB", "ISLAS VIRG.BRIT|Британско-Виргинские острова"),
        ("VCT", "S.VTE.Y GRANAD."),
        ("PRK", "RPD COREA DEL N|Korea (DPRK)|Корея (КНДР)"),
        ("USA", "ESTADOS UNIDOS DE NORTEAMERICA"),
        ("CIV", "Cote d'lvoire"),
        (None, "Sudan (...2011)|India (...1974)|South Africa (...1999)"),
        (None, "Extra-EU27 (from 2020)|Unknown country|No Declarado|ZONA LIBRE DE COLON"),
    ],
)
def test_names_as_customs_offices_cut_and_print_them(code: str | None, names: str) -> None:
    assert {named_area(name) for name in names.split("|")} == {code}


@pytest.mark.parametrize(
    "name",
    ["Republic of China", "República de China", "Volksrepublik Congo",
     "Kore Demokratik Halk Cumhuriyeti", "Dominik Milletler Topluluğu", "Ekvator Cumhuriyeti",
     "United Republic", "Vereinigtes", "Guinea (GB)", "Niger (Nigeria)"],
)  # fmt: skip
def test_a_form_of_state_that_tells_two_apart_is_not_left_out(name: str) -> None:
    assert named_area(name) is None


def test_names_that_begin_as_others_are_told_apart() -> None:
    names = ("Guinea", "Guinea-Bissau", "Equatorial Guinea", "Papua New Guinea", "Niger",
             "Nigeria", "Dominica", "Dominican Republic", "Sudan", "South Sudan", "Samoa",
             "American Samoa", "Belgium", "Belgium-Luxembourg", "Netherlands",
             "Netherlands Antilles", "Congo", "Democratic Republic of the Congo", "India",
             "Indonesia", "Mali", "Malawi", "Austria", "Australia", "Oman", "Romania")  # fmt: skip
    assert len({named_area(name) for name in names} - {None}) == len(names)


def test_our_own_names_are_not_overruled() -> None:
    own = {name: one.code for one in areas() for name in (one.name, *one.aliases)}
    assert {name: named_area(name) for name in own} == own


def test_each_row_of_the_table_is_read_as_it_says() -> None:
    assert len(ROWS) > 3000
    assert {row["code"] for row in ROWS} <= {*known_areas(), ""}
    assert [row for row in ROWS if (named_area(row["name"]) or "") != row["code"]] == []
    rows = [(row["name"], row["code"], row["source"]) for row in ROWS]
    assert rows == sorted(rows)


def test_nearest_names_are_near_or_none() -> None:
    assert nearest_names("ASEAN") == []  # not Senegal
    assert nearest_names("Germani") == ["DEU"]
    assert nearest_names("Atlantis") == []
    assert named_group("European Union") or named_group("EU27")


@pytest.mark.parametrize(
    ("cut", "code"),
    [
        ("Bosnia and Herzego", "BIH"),
        ("CHINA, REPUBLICA POP", "CHN"),
        ("United States of Ame", "USA"),
        ("Taiwan, Province of", "TWN"),
        ("Iran, Islamic Republ", "IRN"),
        ("Democratic Republic", None),  # of Congo, of Korea
        ("República Democrátic", None),
        ("Virgin Isl", None),
        ("European Un", None),
        ("Niger", None),
        ("UNITED ARAB EMIR", "ARE"),
        ("KOREA, DEMOCRATIC PE", "PRK"),
        ("Central African R", "CAF"),
        ("REPUBLICA DA COSTA D", None),  # of Costa Rica, or of the Ivory Coast
        ("REPUBLICA FEDERATIVA", None),  # of many; the table has the full name of Brazil alone
        ("ETAT INDEPENDANT DE", None),
        ("COMMONWEALTH DE LAS", None),
        ("REPUBLIQUE DE L'ILE", None),
        ("ISLA DE SAN MARTIN (", None),
        ("Republica do Sudao d", "SSD"),  # of the South, as it goes on
        ("Virgin Islands of th", None),
        ("DOMINIK MILLETLER TO", None),
    ],
)
def test_a_cut_name_is_completed_where_one_area_has_it(cut: str, code: str | None) -> None:
    assert completed_name(cut) == code


def test_an_unknown_name_in_a_table_is_an_error_that_names_the_nearest(tmp_path: Path) -> None:
    mapping = (
        "format: 1\nreporter: KGZ\nflow: import\nperiod: '2023'\nproduct: TOTAL\n"
        "columns:\n  who: {role: partner, codes: names}\n"
        "  v: {role: value, currency: USD}\n"
    )
    rows, _ = read_text(tmp_path, "who,v\nHOLANDA,3\nBélgica,4\n", mapping)
    assert {row["exporter"]: row["value_usd"] for row in rows} == {"NLD": 3, "BEL": 4}
    with pytest.raises(BadFileError, match="unknown name of an area: 'Belgim'") as caught:
        read_text(tmp_path, "who,v\nBelgim,3\n", mapping)
    assert "did you mean BEL (Belgium)?" in caught.value.hint
    with pytest.raises(BadFileError, match="unknown name of an area: 'EU27'") as caught:
        read_text(tmp_path, "who,v\nEU27,3\n", mapping)
    assert "EU27 is a group of areas" in caught.value.hint
    with pytest.raises(BadFileError) as caught:
        read_text(tmp_path, "who,v\nASEAN,3\n", mapping)
    assert "SEN" not in caught.value.hint.replace("ASEAN", "")


def test_many_areas_cost_what_they_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seventy unknown ones took a minute, three thousand known ones were too deep."""
    looked: list[str] = []
    usual = area_names.named_area
    monkeypatch.setattr(area_names, "named_area", lambda name: looked.append(name) or usual(name))
    assert area_names.as_codes(",".join(["DEU"] * 3000)) == "+".join(["DEU"] * 3000)
    assert area_names.as_codes(",".join(["854231"] * 70)) == "+".join(["854231"] * 70)
    assert len(looked) < 3 * (3000 + 70)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        *(("Polska", "POL"), ("MAGYARORSZAG", "HUN"), ("Česko", "CZE"), ("Suomi", "FIN")),
        *(("Ελλάδα", "GRC"), ("България", "BGR"), ("Україна", "UKR"), ("Қазақстан", "KAZ")),
        *(("საქართველო", "GEO"), ("Հայաստան", "ARM"), ("مصر", "EGY"), ("Nederland", "NLD")),
    ],
)
def test_countries_are_known_by_what_they_call_themselves(name: str, code: str) -> None:
    assert named_area(name) == code
