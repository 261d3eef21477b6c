"""The flows that ship with the program: one snapshot, read as if it had been loaded.

They are no part of any catalog: `Lake.reading` shows them to the questions they can answer.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from entrepot.lake.catalog import Partition, RawEntry, Snapshot, StoredFile
from entrepot.lake.inventory import few_products
from entrepot.model.period import Period
from entrepot.model.product import UNNAMED
from entrepot.sources import source_info, split_address

SOURCE = "minerals"
_VINTAGE = "V202601"
_YEAR = Period.parse(2022)


@cache
def _about() -> dict[str, Any]:
    """Return what `tools/bundle_minerals.py` wrote about the rows it wrote."""
    found: dict[str, Any] = json.loads((_folder() / f"{SOURCE}.json").read_text(encoding="utf-8"))
    return found


def _folder() -> Path:
    return Path(str(files("entrepot.sources"))) / SOURCE


def is_bundled(source: str) -> bool:
    """Whether a source, or a release of it, is the one that ships as flows."""
    return split_address(source)[0] == SOURCE


def bundled_codes() -> frozenset[str]:
    """Return the six-digit codes of which the bundled rows hold all trade of their year."""
    return frozenset(_about()["codes"])


def bundled_scope() -> str:
    """Return how much the bundled rows are, as it stands in a title.

    Examples
    --------
    >>> bundled_scope()
    'bundled data: 30 codes, one year (2022)'
    """
    return f"bundled data: {len(bundled_codes())} codes, one year ({_YEAR})"


@cache
def bundled() -> Snapshot:
    """Return what a catalog would say of the bundled rows."""
    about = _about()
    # One file serves both sides: it is small, and read whole either way.
    path = str(_folder() / about["file"])
    stored = StoredFile(path, about["bytes"], about["sha256"], about["checksums"])
    part = Partition(
        period=_YEAR,
        rows=about["rows"],
        exporters=about["exporters"],
        importers=about["importers"],
        files={"importer": stored},
        nomenclatures=(UNNAMED,),
        products=len(about["codes"]),
        digits=6,
    )
    return Snapshot(
        source=SOURCE,
        id=about["read_from"][:12],
        vintage=_VINTAGE,
        nomenclature=UNNAMED,
        added_on="",
        # No bytes: the package has the hash of the delivered file, and not the file.
        raw=RawEntry(f"BACI_{_YEAR}_{_VINTAGE}", 0, about["read_from"]),
        partitions=(part,),
        # Thirty codes of some five thousand: without this finding they would pass for all trade.
        findings=few_products((part,)),
        title=source_info(SOURCE).title,
    )
