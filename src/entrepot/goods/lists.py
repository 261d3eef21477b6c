"""Lists of controlled goods: what is on them, in which part, in which edition, since when."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from entrepot.errors import NoEvidenceError, UnknownNameError
from entrepot.model.tables import read_table

__all__ = ["GoodsList", "ListEntry", "ListSource", "Tier", "goods_list", "goods_lists"]

_FOLDER = Path(__file__).parent / "lists"
_COLUMNS = (
    "code",
    "tier",
    "description",
    "nomenclature",
    "valid_from",
    "seen_from",
    "seen_certainty",
)


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One code of a list.

    Attributes
    ----------
    code
        Product code as the list prints it, six digits, zeros kept.
    tier
        Part of the list, e.g. ``"4.B"``.
    description
        What it is, in words of our own; the list's own text governs.
    nomenclature
        Edition of the Harmonized System the code belongs to.
    valid_from
        Day of the version of the list that this entry is taken from.
    seen_from
        Day from which the code is known to be on the list; it may have been there earlier.
    seen_certainty
        ``primary``: read in an official text; ``inferred``: follows from comparing two texts.
    """

    code: str
    tier: str
    description: str
    nomenclature: str
    valid_from: date
    seen_from: date
    seen_certainty: str

    def to_dict(self) -> dict[str, str]:
        """Return as plain JSON types, days as text."""
        return {name: str(item) for name, item in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Tier:
    """A part of a list: id, short name for sentences, meaning."""

    id: str
    short: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ListSource:
    """A text the list was taken from, and what it gives."""

    title: str
    publisher: str
    url: str
    gives: str


@dataclass(frozen=True, slots=True)
class GoodsList:
    """A dated list of goods.

    Attributes
    ----------
    id, title, short
        Id in a definition, official title, and the name used in sentences.
    version
        Day of the version held.
    nomenclature
        Edition its codes belong to.
    about, certainty
        What it is, and how sure the codes are.
    """

    id: str
    title: str
    short: str
    version: date
    nomenclature: str
    jurisdiction: str
    about: str
    certainty: str
    tiers: tuple[Tier, ...]
    sources: tuple[ListSource, ...]
    entries: tuple[ListEntry, ...]

    def part(self, tier: str) -> tuple[ListEntry, ...]:
        """Return the entries of a tier; ``3`` takes 3.A and 3.B together.

        Raises
        ------
        UnknownNameError
            If the list has no such tier.
        """
        wanted = tier.upper()
        found = tuple(e for e in self.entries if wanted in (e.tier, e.tier.partition(".")[0]))
        if not found:
            raise UnknownNameError(
                f"tier of {self.id}", tier, (t.id for t in self.tiers), hint=self._choices()
            )
        return found

    def on(self, day: date) -> tuple[ListEntry, ...]:
        """Return the entries known to be on the list on `day`.

        Raises
        ------
        NoEvidenceError
            If the list's state on that day is not established.
        """
        found = tuple(entry for entry in self.entries if entry.seen_from <= day)
        if not found:
            first = min(entry.seen_from for entry in self.entries)
            raise NoEvidenceError(
                f"what was on {self.id} on {day} is not established",
                why="the earliest text that was read is of a later day",
                hint=f"ask for {first} or later",
            )
        return found

    def tier_title(self, tier: str) -> str:
        """Return the short names of a tier, e.g. ``"machine tools"``."""
        tiers = {entry.tier for entry in self.part(tier)}
        return "; ".join(t.short for t in self.tiers if t.id in tiers)

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types, days as text."""
        found = asdict(self)
        found["version"] = self.version.isoformat()
        found["entries"] = [entry.to_dict() for entry in self.entries]
        return found

    def _choices(self) -> str:
        return f"its tiers: {', '.join(tier.id for tier in self.tiers)}"


@cache
def goods_lists() -> tuple[GoodsList, ...]:
    """Return every list held, by id."""
    return tuple(_read(folder) for folder in sorted(_FOLDER.iterdir()) if (folder / "list.yml").exists())


def goods_list(name: str) -> GoodsList:
    """Return one list by its id.

    Raises
    ------
    UnknownNameError
        If there is no such list.
    """
    known = {item.id: item for item in goods_lists()}
    if name not in known:
        hint = f"lists: {', '.join(known)}"
        raise UnknownNameError("list of goods", name, known, hint=hint)
    return known[name]


def _read(folder: Path) -> GoodsList:
    import yaml

    # Bundled files are checked against their closed model by a test, and not again at every
    # start: pydantic would take longer than the answer to most questions.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    head = yaml.load((folder / "list.yml").read_text(encoding="utf-8"), Loader=loader)
    return GoodsList(
        id=head["id"],
        title=head["title"],
        short=head["short"],
        version=date.fromisoformat(head["version"]),
        nomenclature=head["nomenclature"],
        jurisdiction=head["jurisdiction"],
        about=head["about"],
        certainty=head["certainty"],
        tiers=tuple(Tier(**tier) for tier in head["tiers"]),
        sources=tuple(ListSource(**source) for source in head["sources"]),
        entries=tuple(
            ListEntry(
                code=row["code"],
                tier=row["tier"],
                description=row["description"],
                nomenclature=row["nomenclature"],
                valid_from=date.fromisoformat(row["valid_from"]),
                seen_from=date.fromisoformat(row["seen_from"]),
                seen_certainty=row["seen_certainty"],
            )
            for row in read_table(folder / f"{head['id']}.csv", _COLUMNS)
        ),
    )
