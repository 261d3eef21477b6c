"""The page of terms: what users see, its name in code and JSON, its meaning and its source."""

from __future__ import annotations

import csv
from pathlib import Path

from pieces import table

TERMS = Path(__file__).parent / "glossary.csv"
SOURCES = {
    "U": "UN Comtrade: wiki and help pages on bilateral asymmetries",
    "I": "International Merchandise Trade Statistics 2010, Compilers Manual (UNSD)",
    "E": "ESCAP working paper on asymmetries in mirror data",
    "B": "CEPII, page and paper of BACI",
    "M": "FAO, mirror flows and non-reporters (faoswsTrade)",
    "D": "IMF, guide to the Direction of Trade Statistics",
    "S": "SDMX, code list of observation status",
    "F": "FRED and ALFRED; the R package reviser",
    "O": "OECD, guide to Trade in Value Added",
    "W": "World Customs Organization, correlation tables",
    "C": "Eurostat and Finnish Customs on confidentiality",
    "G": "CEPII GeoDep; Bruegel on import concentration",
    "X": "specification-curve analysis (specr, mverse)",
    "V": "labels of the FEVER data set",
    "R": "schema.org, ClaimReview",
    "T": "statcheck; scrutiny",
    "A": "trade-law notes on transhipment and diversion via third countries",
    "K": "usual in the field; not looked up",
}
"""Where a term is from, by the letter in the table."""


def glossary() -> str:
    """Return a page with one table a group of terms."""
    with TERMS.open(encoding="utf-8", newline="") as file:
        terms = list(csv.DictReader(file))
    parts = [
        "# Glossary\n",
        (
            "One term for one thing, in texts, code, JSON and command line. Terms come from the "
            "literature where it has one; the last column says which.\n"
        ),
    ]
    for group in dict.fromkeys(term["group"] for term in terms):
        rows = [
            [
                term["term"],
                f"`{term['key']}`" if term["key"] else "",
                term["meaning"],
                term["source"],
            ]
            for term in terms
            if term["group"] == group
        ]
        parts += [f"## {group}\n", table(["term", "key", "meaning", "source"], rows) + "\n"]
    rows = [[letter, text] for letter, text in SOURCES.items()]
    parts += ["## Sources\n", table(["", "source"], rows) + "\n"]
    return "\n".join(parts)
