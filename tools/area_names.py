"""Write ``model/area_names.csv`` and ``sources/table/national_codes.csv`` from maintained tables.

Usage: ``python tools/area_names.py --un country-codes.csv --brazil PAIS.csv --japan Countries.csv
--census country.txt --canada ODPF_6_CtyDesc.TXT``

Needs ``babel`` (Unicode CLDR; Unicode licence), ``pycountry`` (ISO 3166; of its texts the English
names of ISO only) and ``country_converter`` (GPL, so nothing of it is written: its expressions
check what is). The five files are

- ``--un``: data/country-codes.csv of the repository datasets/country-codes (public domain
  dedication): names of the United Nations in English, French, Spanish, Russian and Chinese;
- ``--brazil``: PAIS.csv, the table of countries of Brazil's foreign trade statistics (MDIC, Comex
  Stat), in Latin-1;
- ``--census``: Schedule C of the United States Census Bureau, its list of countries by code, with
  ISO codes: lines of code, name and ISO code, parted by ``|``;
- ``--canada``: ODPF_6_CtyDesc.TXT, which Statistics Canada puts into every file of its Canadian
  International Merchandise Trade (Open Government Licence - Canada), in Latin-1: two letters, three
  digits, first and last month, names in English and French;
- ``--japan``: codes and names of countries of Japan's trade statistics (Ministry of Finance), with
  the columns Code and Country.

A name that two areas have is written with an empty code, so that it is refused and not guessed.
"""

from __future__ import annotations

import argparse
import csv
import logging
from collections import defaultdict
from pathlib import Path
from typing import Any

import babel
import babel.languages
import country_converter
import pycountry

from entrepot.model.area_names import COLUMNS, name_key, words_of
from entrepot.model.areas import area, areas, by_code, by_name, known_areas

SRC = Path(__file__).parent.parent / "src/entrepot"
LANGUAGES = ("en", "fr", "es", "pt", "de", "ru", "zh", "zh_Hant", "tr", "ko", "ja")
UNCLEAR = ("China, Republic of", "China, Rep.", "República de China", "Virgin Islands")
"""Names that publishers use for two areas each."""

SPELLINGS = {  # as printed by the publisher named; short forms that no table above has
    "World Bank": {
        "Venezuela, RB": "VEN", "Lao PDR": "LAO", "Hong Kong SAR, China": "HKG",
        "Hong Kong, China": "HKG", "Macao SAR, China": "MAC", "Macao, China": "MAC",
        "West Bank and Gaza": "PSE", "Virgin Islands (U.S.)": "VIR", "Micronesia, Fed. Sts.": "FSM",
        "Korea, Dem. Rep.": "PRK", "Kyrgyz Republic": "KGZ", "Slovak Republic": "SVK",
        "Serbia, FR(Serbia/Montenegro)": "SCG", "Congo, Dem. Rep.": "COD", "Congo, Rep.": "COG",
        "Turkiye": "TUR", "Wallis and Futura Isl.": "WLF", "Occ.Pal.Terr": "PSE",
        "Fr. So. Ant. Tr": "ATF", "Untd.St of America": "USA",
        "Ethiopia(excludes Eritrea)": "ETH", "Fm Sudan": "XSUDAN", "Gambia, The": "GMB",
        "Bahamas, The": "BHS", "Yemen, Rep.": "YEM", "Macedonia, FYR": "MKD",
    },
    "ITC Trade Map": {
        "Taipei, Chinese": "TWN", "Macedonia, North": "MKD", "Libya, State of": "LBY",
        "Palestine, State of": "PSE", "Macedonia, The Former Yugoslav Republic of": "MKD",
        "British Virgin Islands": "VGB", "Swaziland": "SWZ", "Ship stores and bunkers": "XBUNKERS",
        "Area Nes": "XNES", "Bolivia, Plurinational State of": "BOL",
        "Venezuela, Bolivarian Republic of": "VEN",
    },
    "India, Ministry of Commerce": {
        "U S A": "USA", "U K": "GBR", "U ARAB EMTS": "ARE", "KOREA RP": "KOR", "KOREA DP RP": "PRK",
        "CHINA P RP": "CHN", "VIETNAM SOC REP": "VNM", "BANGLADESH PR": "BGD",
        "SRI LANKA DSR": "LKA", "YEMEN REPUBLC": "YEM", "NETHERLAND": "NLD", "PAKISTAN IR": "PAK",
        "FIJI IS": "FJI", "SOLOMON IS": "SLB", "TANZANIA REP": "TZA", "CONGO D. REP.": "COD",
        "CONGO P REP": "COG", "COTE D' IVOIRE": "CIV", "SAUDI ARAB": "SAU", "PAPUA N GNA": "PNG",
        "GUINEA BISSAU": "GNB", "CAPE VERDE IS": "CPV", "DOMINIC REP": "DOM", "EGYPT A RP": "EGY",
        "TURKEY": "TUR", "CZECH REPUBLIC": "CZE", "MYANMAR": "MMR",
        "AFGHANISTAN TIS": "AFG", "AMERI SAMOA": "ASM", "ANTIGUA": "ATG",
        "BAHARAIN IS": "BHR", "BOSNIA-HRZGOVIN": "BIH", "BR VIRGN IS": "VGB", "C AFRI REP": "CAF",
        "EQUTL GUINEA": "GNQ", "FR GUIANA": "GUF", "FR POLYNESIA": "PYF", "FR S ANT TR": "ATF",
        "HEARD MACDONALD": "HMD", "KYRGHYZSTAN": "KGZ", "LAO PD RP": "LAO",
        "N. MARIANA IS.": "MNP", "NAURU RP": "NRU", "NETHERLANDANTIL": "ANT", "NIUE IS": "NIU",
        "PANAMA C Z": "PCZ", "SAHARWI A.DM RP": "ESH", "SAO TOME": "STP", "ST KITT N A": "KNA",
        "ST PIERRE": "SPM", "ST VINCENT": "VCT", "STATE OF PALEST": "PSE", "TOKELAU IS": "TKL",
        "TRINIDAD": "TTO", "TURKS C IS": "TCA", "UNION OF SERBIA & MONTENEGRO": "SCG",
        "WALLIS F IS": "WLF", "UNSPECIFIED": "XNES",
    },
    "customs of Nepal": {
        "Holy See (Vatican)": "VAT", "Kazakstan": "KAZ", "Serbia (Europe)": "SRB",
        "Not specified": "XNES",
    },
    "HM Revenue and Customs": {
        "Bosnia & Herz.": "BIH", "Br Virgin Is": "VGB", "Irish Republic": "IRL",
        "Occ Palest Terr": "PSE", "Turks & Caicos": "TCA", "St Pierre-Mique": "SPM",
    },
    "US International Trade Commission": {"Eswatini (Swaziland)": "SWZ"},
    "Australian Bureau of Statistics": {"China (excludes SARs and Taiwan)": "CHN"},
    "customs offices of Spanish America": {
        "HOLANDA": "NLD", "EE.UU.": "USA", "EEUU": "USA", "ESTADOS UNIDOS": "USA",
        "ESTADOS UNIDOS DE AMERICA": "USA", "COREA DEL SUR": "KOR", "COREA": "KOR",
        "CHINA, REPUBLICA POPULAR": "CHN", "TAIWAN (FORMOSA)": "TWN", "INGLATERRA": "GBR",
        "HONG-KONG": "HKG", "ALEMANIA OCCIDENTAL": "DEU", "RUSIA, FEDERACION DE": "RUS",
        "UCRANIA": "UKR", "REINO UNIDO": "GBR", "BIRMANIA": "MMR", "TURQUIA": "TUR",
        "BIELORRUSIA": "BLR", "MOLDAVIA": "MDA",
        "ANTIGUA Y BBUDA": "ATG", "ANTILLAS NEERLA": "ANT", "BELAU": "PLW",
        "BOSNIA HEZGVINA": "BIH", "EMIR.ARAB.UNID.": "ARE", "GROENLADIA": "GRL",
        "GUINEA ECUATRL": "GNQ", "ISLAS MALDIVAS": "MDV", "ISLAS TONGA": "TON",
        "ISLAS VIRG.BRIT": "VGB", "ISLAS VIRG.EUA": "VIR", "KASAJSTAN": "KAZ", "KIRGISTAN": "KGZ",
        "MONSERRAT": "MSR", "MYANMAR (EX BIR": "MMR", "PPUA.NVA.GUINEA": "PNG",
        "REP.CENT.AFRIC.": "CAF", "REPUBLICA DE YE": "YEM", "RPD COREA DEL N": "PRK",
        "S.TOM.PRINCIPE": "STP", "S.VTE.Y GRANAD.": "VCT", "SAMOA OCC.": "WSM",
        "SNT.KIT & NEVIS": "KNA", "THAILANDIA": "THA", "TRINID.Y TOBAGO": "TTO",
        "ESTADOS UNIDOS DE NORTEAMERICA": "USA", "HOLANDA, NEDERLAND": "NLD",
        "Belarus (Bielorusia)": "BLR", "Federación Rusa": "RUS", "FED. RUSA": "RUS",
        "E.U.A.": "USA", "EUA": "USA", "R.P. CHINA": "CHN", "RP CHINA": "CHN",
        "CHINA CONTINENTAL": "CHN", "TAIWAN, PROVINCIA DE CHINA": "TWN",
        "REP. FED. DE ALEMANIA": "DEU", "KIRGUIZISTAN": "KGZ", "MEJICO": "MEX",
    },
    "customs offices of Portuguese-speaking countries": {
        "Federação Russa": "RUS", "Cingapura": "SGP",
    },
    "invoices in English": {
        "PR China": "CHN", "P.R. China": "CHN", "China PR": "CHN", "China P.R.": "CHN",
        "P.R.C.": "CHN", "S. Korea": "KOR", "RSA": "ZAF", "FYROM": "MKD", "Byelorussia": "BLR",
    },
    "invoices in Italian and Polish": {
        "Federazione Russa": "RUS", "Stati Uniti": "USA", "Rosja": "RUS",
    },
    "customs of Russia and Kazakhstan": {
        "США": "USA", "СОЕДИНЕННЫЕ ШТАТЫ": "USA", "КОРЕЯ, РЕСПУБЛИКА": "KOR", "ЮЖНАЯ КОРЕЯ": "KOR",
        "КНР": "CHN", "ТАЙВАНЬ (КИТАЙ)": "TWN", "ОАЭ": "ARE", "БЕЛОРУССИЯ": "BLR",
        "КИРГИЗИЯ": "KGZ", "МОЛДАВИЯ": "MDA", "ТУРКМЕНИЯ": "TKM", "ТУРЦИЯ": "TUR", "ЧЕХИЯ": "CZE",
        "СОЕДИНЕННОЕ КОРОЛЕВСТВО": "GBR", "ВЬЕТНАМ": "VNM", "ГОНКОНГ": "HKG", "ЮАР": "ZAF",
        "ГОЛЛАНДИЯ": "NLD",
    },
    "customs of China and Taiwan": {
        "中国台湾": "TWN", "中国香港": "HKG", "中国澳门": "MAC", "台澎金马关税区": "TWN",
        "韩国": "KOR", "南韓": "KOR", "朝鲜": "PRK", "北韓": "PRK", "俄罗斯联邦": "RUS",
        "中國大陸": "CHN", "中国大陆": "CHN", "阿联酋": "ARE", "阿聯酋": "ARE", "美國": "USA",
        "德國": "DEU", "越南": "VNM",
        "Cote d'lvoire": "CIV",
    },
    "customs of Korea": {
        "러시아 연방": "RUS", "마샬군도": "MHL", "호주": "AUS", "홍콩": "HKG", "마카오": "MAC",
    },
    "statistics of Japan": {"米国": "USA", "豪州": "AUS"},
    "statistics of Turkey": {
        "Rusya Federasyonu": "RUS", "ABD": "USA", "Amerika Birleşik Devletleri": "USA",
        "Güney Kore Cumhuriyeti": "KOR", "Çin Halk Cumhuriyeti": "CHN", "BAE": "ARE",
        "Türkiye": "TUR", "Birleşik Krallık": "GBR", "İngiltere": "GBR",
        "Birleşik Arap Emirlikleri": "ARE", "Hollanda": "NLD", "Tayvan": "TWN",
        "Çek Cumhuriyeti": "CZE", "Beyaz Rusya": "BLR", "Fildişi Sahili": "CIV",
    },
    "customs of Ethiopia and Armenia": {
        "Christmas Island[Australia]": "CXR", "Zaire": "COD", "American Saoma": "ASM",
        "Folkland Islands (Malvinas)": "FLK", "French Southern Terrirories": "ATF",
    },
    "statistics of Kyrgyzstan": {
        "Буве": "BVT", "Bouvet": "BVT", "Burkino Faso": "BFA", "Буркино Фасо": "BFA",
        "Coconut islands": "CCK", "Кокосовые осторова": "CCK", "Eastern SAMOA": "ASM",
        "Восточное САМОА": "ASM", "Bostwana": "BWA", "Боствана": "BWA", "Korea (DPRK)": "PRK",
        "Корея (КНДР)": "PRK", "Китай (Сар Гонконг)": "HKG", "Тайвань. Китайская провинция": "TWN",
        "Британско-Виргинские острова": "VGB", "Каймановы Острова": "CYM",
        "Ливийская Арабская Джамахирия": "LBY", "Македония": "MKD",
        "Нидерландские Антильские острова": "ANT", "Свазиленд": "SWZ", "Тимор-Лесте": "TLS",
        "Заир": "COD",
    },
    "Eurostat in French": {
        "Iles Cocos (ou Iles Keeling)": "CCK", "Iles Falkland (Malouines)": "FLK",
        "Saint-Christophe-et-Nevis": "KNA", "Sainte-Hélène, Ascension et Tristan da Cunha": "SHN",
        "Sint-Maarten (partie néerlandaise)": "SXM",
    },
    "International Monetary Fund": {
        "Anguilla, United Kingdom-British Overseas Territory": "AIA",
        "Montserrat, United Kingdom-British Overseas Territory": "MSR",
        "Sint Maarten, Kingdom of the Netherlands": "SXM",
    },
    "statistics in German and French": {
        "Vereinigte Staaten von Amerika": "USA", "USA": "USA", "Großbritannien": "GBR",
        "Korea, Republik": "KOR", "Russische Föderation": "RUS", "Tschechische Republik": "CZE",
        "Moldau, Republik": "MDA", "Weißrussland": "BLR", "Elfenbeinküste": "CIV",
        "Etats-Unis d'Amérique": "USA", "Pays-Bas": "NLD", "Hollande": "NLD",
        "Corée (République de)": "KOR", "Grande-Bretagne": "GBR", "VR China": "CHN", "VAE": "ARE",
        "Taiwan, Province de Chine": "TWN",
    },
}  # fmt: skip
BRAZIL_ODD = {"099": "BES", "150": "GGY", "152": "JEY", "321": "GGY", "393": "JEY", "489": "MYT",
    "693": "BLM", "698": "MAF", "025": "DDR", "786": "ATB", "840": "SUN", "895": "PCZ",
    "388": "YUG", "781": "ATF", "292": "SGS", "665": "ZWE"}  # fmt: skip
"""Codes of Brazil whose ISO code in the table is another country's or ``ZZZ``, by their names."""
BRAZIL_NOWHERE = {"990": "XSTORES", "997": "XORGS", "999": "XNES", "998": "XNES", "994": "XNES",
    "000": "XNES", "995": "XNES"}  # fmt: skip
JAPAN_ODD = {
    "104": "PRK", "154": "KGZ", "158": "PSE", "216": "PRT", "219": "GIB", "249": "FRO",
    "301": "GRL", "303": "SPM", "314": "BMU", "315": "BHS", "317": "TCA", "324": "PRI",
    "325": "VIR", "328": "CYM", "334": "MSR", "335": "KNA", "336": "VCT", "337": "AIA",
    "338": "BLM", "414": "FLK", "415": "ATB", "502": "ESP", "508": "ESH", "516": "CIV",
    "523": "ESP", "529": "CAF", "532": "COG", "533": "COD", "537": "SHN", "548": "REU",
    "557": "IOT", "560": "SSD", "607": "COK", "608": "TKL", "616": "PCN", "618": "NCL",
    "620": "GUM", "625": "MHL", "626": "FSM", "627": "MNP", "701": "XNES", "702": "XNES",
}  # fmt: skip
"""Japan's names with an owner in brackets, or short for others; each read by its own words."""
JAPAN_LEFT = {"327": "islands of several owners", "605": "several", "622": "several",
    "703": "bonded warehouses"}  # fmt: skip

CENSUS_ODD = {"4803": "XKX", "5082": "PSE", "5083": "PSE", "7660": "COD"}
"""Codes of Schedule C whose ISO code is missing or another country's, by their names."""
CANADA_ODD = {"YU": "YUG", "SU": "SUN", "DD": "DDR", "ZR": "COD", "EA": "ESP"}
"""Codes of Canada that ISO has not, or no more, by their names."""


def main() -> None:
    """Write all tables, and say which names were refused and which the check doubts."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("un", "brazil", "japan", "census", "canada"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    given = parser.parse_args()
    brazil = _read(given.brazil, "latin-1", ";")
    found: list[tuple[str, str, str]] = [
        *((name, one.code, "entrepot") for one in areas() for name in (one.name, *one.aliases)
          if one.kind != "aggregate" or one.code == "WLD"),
        *((name, code, who) for who, held in SPELLINGS.items() for name, code in held.items()),
        *_of_the_un(given.un),
        *_of_iso(),
        *_of_cldr(),
        *_of_brazil(brazil),
    ]  # fmt: skip
    _write(SRC / "model/area_names.csv", COLUMNS, _names(found))
    _write(SRC / "serve/area_labels.csv", ("code", *_SITE), labels())
    codes = [
        *_codes_of_brazil(brazil),
        *_codes_of_japan(_read(given.japan, "utf-8", ",")),
        *_codes_of_the_census(given.census.read_text(encoding="utf-8")),
        *_codes_of_canada(given.canada.read_text(encoding="latin-1")),
    ]
    _write(SRC / "sources/table/national_codes.csv", ("system", "code", "area", "name"), codes)


def _of_the_un(path: Path) -> list[tuple[str, str, str]]:
    keys = [f"UNTERM {language} {kind}" for language in ("English", "French", "Spanish", "Russian",
            "Chinese") for kind in ("Short", "Formal")]  # fmt: skip
    keys += [f"official_name_{two}" for two in ("en", "fr", "es", "ru", "cn")]
    rows = _read(path, "utf-8", ",")
    return [(row[key], row["ISO3166-1-Alpha-3"], "United Nations") for row in rows for key in keys]


def _of_iso() -> list[tuple[str, str, str]]:
    return [
        (name, one.alpha_3, "ISO 3166")
        for one in pycountry.countries
        for key in ("name", "official_name", "common_name")
        if (name := getattr(one, key, None))
    ]


def _of_cldr() -> list[tuple[str, str, str]]:
    two = by_code("alpha2")
    found = []
    for language in LANGUAGES:
        for code, name in babel.Locale.parse(language).territories.items():
            if code in two:
                found.append((name, two[code], f"CLDR {language}"))
                spelled = _without_umlauts(name)
                if language == "de" and spelled != name:
                    found.append((spelled, two[code], "CLDR de"))
    # What each calls itself: Polska, Suomi, საქართველო.
    for code, ours in two.items():
        for language in babel.languages.get_official_languages(code, de_facto=True):
            try:
                name = babel.Locale.parse(language).territories.get(code)
            except babel.UnknownLocaleError:
                continue
            if name:
                found.append((name, ours, f"CLDR {language}"))
    return found


_SHORT = {  # CLDR has the names of offices, which a list of countries need not
    "HKG": ("Hongkong", "Hong Kong", "Hong Kong", "Гонконг", "中国香港"),
    "MAC": ("Macau", "Macao", "Macao", "Макао (САР)", "中国澳门"),
}
_SITE = ("de", "es", "fr", "ru", "zh")


def labels() -> list[tuple[str, ...]]:
    """Return one name of each area in each language of the site, for lists that people read."""
    found = []
    territories = {one: babel.Locale.parse(one).territories for one in _SITE}
    for two, code in sorted(by_code("alpha2").items(), key=lambda pair: pair[1]):
        names = _SHORT.get(code) or tuple(territories[one].get(two, "") for one in _SITE)
        if all(names):
            found.append((code, *names))
    return found


def _without_umlauts(name: str) -> str:
    for sign, spelled in zip("äöüÄÖÜ", ("ae", "oe", "ue", "Ae", "Oe", "Ue"), strict=True):
        name = name.replace(sign, spelled)
    return name


def _of_brazil(rows: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    codes = {code: ours for _, code, ours, _ in _codes_of_brazil(rows)}
    return [
        (" ".join(row[key].split()), codes[row["CO_PAIS"]], "Brazil, MDIC")
        for row in rows
        for key in ("NO_PAIS", "NO_PAIS_ING", "NO_PAIS_ESP")
        # Some codes are parts (Madeira, Dubai): their names are no names of the whole.
        if row["CO_PAIS"] in codes and _is_whole(row) and codes[row["CO_PAIS"]][0] != "X"
    ]


def _is_whole(row: dict[str, str]) -> bool:
    return row["CO_PAIS"] not in {"020", "100", "151", "237", "367", "396", "423", "452", "583",
        "873", "490", "563", "566", "569"}  # fmt: skip


def _codes_of_brazil(rows: list[dict[str, str]]) -> list[tuple[str, str, str, str]]:
    found = []
    for row in rows:
        code = row["CO_PAIS"]
        ours = BRAZIL_ODD.get(code) or BRAZIL_NOWHERE.get(code) or row["CO_PAIS_ISOA3"]
        if ours in known_areas():
            found.append(("brazil", code, ours, " ".join(row["NO_PAIS"].split())))
        else:
            print(f"brazil {code} {row['NO_PAIS']}: no area of ours, left out")
    return found


def _codes_of_japan(rows: list[dict[str, str]]) -> list[tuple[str, str, str, str]]:
    found = []
    for row in rows:
        code, name = row["Code"], " ".join(row["Country"].split())
        ours = JAPAN_ODD.get(code) or by_name(name) or _by_key.get(name_key(name))
        if code in JAPAN_LEFT or not ours:
            print(f"japan {code} {name}: left out")
            continue
        found.append(("japan", code, ours, name))
    return found


def _codes_of_the_census(text: str) -> list[tuple[str, str, str, str]]:
    """Return the countries of Schedule C by the ISO codes in it."""
    two = by_code("alpha2")
    found = []
    for line in text.splitlines():
        code, _, rest = line.partition("|")
        name, _, iso = rest.rpartition("|")
        if not code.strip().isdigit():
            continue
        row = code.strip(), " ".join(name.split())
        ours = CENSUS_ODD.get(row[0]) or two.get(iso.strip())
        if not ours:
            print(f"census {' '.join(row)} ({iso.strip()}): no area of ours, left out")
            continue
        found.append(("census", row[0], ours, row[1]))
    return found


def _codes_of_canada(text: str) -> list[tuple[str, str, str, str]]:
    """Return the countries of today by letters and digits, and those before them where none is."""
    two = by_code("alpha2")
    lines = [
        (line[:2].strip(), line[3:6], line[18:24], line[25:108].strip())
        for line in text.splitlines()
        if line[3:6].isdigit()
    ]
    found: dict[str, tuple[str, str, str, str]] = {}
    for letters, digits, _, name in sorted(lines, key=lambda line: line[2], reverse=True):
        ours = by_name(name) or CANADA_ODD.get(letters) or two.get(letters)
        if ours not in known_areas():
            print(f"canada {letters} {digits} {name}: no area of ours, left out")
            continue
        for code in (letters, digits) if letters != "CS" else (digits,):  # of two countries
            found.setdefault(code, ("canada", code, str(ours), name))
    return [found[code] for code in sorted(found)]


_by_key: dict[str, str] = {}


def _names(found: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Return one row a wording, with the code that its key has: empty where two areas have it."""
    by_key: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for name, code, source in found:
        plain = name.strip(" *")
        if plain and code in known_areas():
            by_key[name_key(plain)][code].append((plain, source))
    for name in UNCLEAR:
        for one in ("one area", "another"):
            by_key[name_key(name)][one].append((name, "entrepot"))
    rows = []
    for key, codes in sorted(by_key.items()):
        ours = {code for code, held in codes.items() if any(s == "entrepot" for _, s in held)}
        live = {code for code in codes if code in known_areas() and area(code).valid_to is None}
        # Ours is checked by hand; and a name of today is not that of a country that is no more.
        use = ours if len(ours) == 1 else live if len(live) == 1 else set(codes)
        if len(use) > 1:
            print(f"refused: {key!r} is {', '.join(sorted(use))}")
        _by_key[key] = next(iter(use)) if len(use) == 1 else ""
        wordings: dict[frozenset[str], tuple[str, str]] = {}
        for name, source in (pair for code in sorted(use) for pair in codes[code]):
            wordings.setdefault(frozenset(words_of(name)), (name, source))
        rows += [(name, _by_key[key], source) for name, source in wordings.values()]
    _doubt(rows)
    return sorted(rows)


def _doubt(rows: list[tuple[str, str, str]]) -> None:
    """Print names in English that ``country_converter`` reads as another area."""
    logging.getLogger("country_converter").setLevel(logging.CRITICAL)
    english = [row for row in rows if row[1] and row[0].isascii()]
    said: Any = country_converter.convert([row[0] for row in english], to="ISO3", not_found="")
    for (name, code, source), other in zip(english, said, strict=True):
        if isinstance(other, str) and other != code and other in known_areas():
            print(f"doubt: {name!r} of {source} is {code} here and {other} by country_converter")


def _read(path: Path, encoding: str, delimiter: str) -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as opened:
        return list(csv.DictReader(opened, delimiter=delimiter))


def _write(path: Path, names: tuple[str, ...], rows: list[Any]) -> None:
    with path.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened, lineterminator="\n").writerows([names, *rows])
    print(f"{path.name}: {len(rows)} rows")


if __name__ == "__main__":
    main()
