"""The result of a check, for readers and as JSON."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Literal

from entrepot.figures.card import fragment, table_html
from entrepot.goods.parse import NAMED
from entrepot.model.areas import WORLD
from entrepot.model.display import folded
from entrepot.model.interval import Interval
from entrepot.model.period import Period
from entrepot.model.table_files import TableResult

if TYPE_CHECKING:
    from datetime import date

    from entrepot.claims.comparison import Comparison
    from entrepot.claims.document import Claim, Source, Todo
    from entrepot.claims.quantity import Level

Verdict = Literal["supported", "differs", "inconsistent", "not_enough_evidence"]
VERDICTS: tuple[Verdict, ...] = ("inconsistent", "differs", "not_enough_evidence", "supported")
"""What is wrong first."""


def _asked(level: Level) -> tuple[str, ...] | None:
    """Return who reports a level, how often and of which goods; None of what no source has."""
    reporter = level.reporter or (level.exporter if level.exporter != WORLD else level.importer)
    if level.kind not in ("value", "mass") or level.goods.startswith(NAMED) or reporter == WORLD:
        return None
    if "@" in f"{reporter}{level.goods}" or level.period.freq == "D":
        return None
    if (level.kind, level.goods) == ("mass", "all"):
        return None
    return reporter, "A" if level.period.is_year else "M", level.goods


def _command(wanted: tuple[str, ...], period: Period) -> str:
    reporter, freq, goods = wanted
    when = f"{period.start:%Y-%m}..{period.end:%Y-%m}"
    if freq == "A":
        when = "..".join(dict.fromkeys((f"{period.start:%Y}", f"{period.end:%Y}")))
    elif period.freq == "M":
        when = str(period)
    # The Fund has all goods by partner; by goods the United Nations have what a country reports.
    source, of = ("imts", "") if goods == "all" else ("comtrade", f" --goods {goods}")
    return f"entrepot data get {source} --period {when} --freq {freq} --reporter {reporter}{of}"


@dataclass(frozen=True, slots=True)
class LikelyError:
    """A likely error: its kind, the other claim it involves, and what the claim would say."""

    kind: str
    other: str
    corrected: str
    text: str

    def to_dict(self) -> dict[str, str]:
        """Return as plain JSON types."""
        return {
            "kind": self.kind,
            "with": self.other,
            "corrected": self.corrected,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class Explained:
    """Errors that together explain all that is wrong in a text.

    Attributes
    ----------
    likely_errors
        Kind of each error, and ids of the claims it changes.
    """

    likely_errors: tuple[tuple[str, tuple[str, ...]], ...]

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "likely_errors": [
                {"kind": kind, "claims": list(names)} for kind, names in self.likely_errors
            ]
        }


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """A claim with its verdict.

    Attributes
    ----------
    qualifier
        ``quoted source only`` where only the quoted source itself could be compared, ``under
        another
        definition`` where only another definition agrees, else empty.
    arithmetic
        Sums behind the verdict, empty if there are none.
    implied
        Tightest bounds that all other claims and known levels leave for the number, in data
        units; an end is infinite where nothing bounds it. None if the others say nothing or
        cannot all be true.
    evidence_needed
        Which further number would settle the claim; empty if none is needed.
    """

    claim: Claim
    verdict: Verdict
    reason: str
    qualifier: str = ""
    against: tuple[Comparison, ...] = ()
    likely_errors: tuple[LikelyError, ...] = ()
    arithmetic: str = ""
    implied: Interval | None = None
    evidence_needed: str = ""

    @property
    def id(self) -> str:
        """Id of the claim in its file."""
        return self.claim.id

    @property
    def says(self) -> str:
        """The number as printed."""
        return self.claim.says.text

    @property
    def counted(self) -> Interval | None:
        """Least and largest of what definitions and series that were compared count.

        In data units; of a supported claim whose digits do not cover all of them, else None.
        """
        if self.verdict != "supported":
            return None
        unit, says = self.claim.quantity.unit, self.claim.interval
        values = [
            one.value
            for one in self.against
            if one.unit == unit and one.outcome != "allows" and math.isfinite(one.value)
        ]
        if not values or (says.low <= min(values) and max(values) <= says.high):
            return None
        return Interval(min(values), max(values))

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "id": self.id,
            "quote": self.claim.quote,
            "says": self.says,
            "attributed_to": self.claim.attributed_to,
            "verdict": self.verdict,
            "qualifier": self.qualifier,
            "reason": self.reason,
            "against": [item.to_dict() for item in self.against],
            "likely_errors": [error.to_dict() for error in self.likely_errors],
            "arithmetic": self.arithmetic,
            "implied": _ends(self.implied),
            "range": _ends(self.counted),
            "evidence_needed": self.evidence_needed,
        }


def _ends(bounds: Interval | None) -> dict[str, float | None] | None:
    """Return an interval for JSON, which has no infinity."""
    if bounds is None:
        return None
    ends = (bounds.low, bounds.high)
    low, high = (end if math.isfinite(end) else None for end in ends)
    return {"low": low, "high": high}


@dataclass(frozen=True, slots=True)
class Conflict:
    """Claims that cannot all be true, though any one less could.

    Attributes
    ----------
    because
        The arithmetic, with numbers.
    corrected
        The same after the likeliest error is corrected; empty if there is none.
    blamed
        Which claims the likeliest error behind it changes, else which of it cannot hold; empty
        where neither is known.
    unless
        How they could all be true after all, in words: as counts of two countries; else empty.
    """

    claims: tuple[str, ...]
    because: str
    corrected: str = ""
    blamed: tuple[str, ...] = ()
    unless: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "claims": list(self.claims),
            "because": self.because,
            "corrected": self.corrected,
            "blamed": list(self.blamed),
            "unless": self.unless,
        }


@dataclass(frozen=True, slots=True)
class ConflictBlock:
    """Conflicts that are laid to the same claims: one error, told once.

    Attributes
    ----------
    blamed
        Ids of the claims, empty where nothing tells who is wrong.
    first
        The conflict to show.
    others
        The further ones, of which it is enough to say with what the blamed do not fit either.
    """

    blamed: tuple[str, ...]
    first: Conflict
    others: tuple[Conflict, ...] = ()

    @property
    def also_against(self) -> tuple[str, ...]:
        """Ids of the claims that the blamed do not fit either, beside those of the first."""
        shown = {*self.blamed, *self.first.claims}
        names = (name for one in self.others for name in one.claims)
        return tuple(name for name in dict.fromkeys(names) if name not in shown)


@dataclass(frozen=True, slots=True)
class Check(TableResult):
    """A text checked: every claim with verdict and reason, and what conflicts.

    Attributes
    ----------
    source
        The text.
    claims
        In the order of the text.
    conflicts
        Minimal sets of claims that cannot hold together; all, unless `limits` says otherwise.
    explanations
        Sets of errors that explain everything that is wrong, the likeliest first.
    todo
        Numbers that were drafted from the text and not understood, so not tested.
    limits
        What was not looked for to the end, one sentence each; nearly always empty.
    """

    source: Source
    claims: tuple[CheckedClaim, ...]
    conflicts: tuple[Conflict, ...]
    explanations: tuple[Explained, ...] = ()
    todo: tuple[Todo, ...] = ()
    limits: tuple[str, ...] = ()

    @property
    def blocks(self) -> tuple[ConflictBlock, ...]:
        """The conflicts by what is blamed for them; each by itself where nothing is."""
        found: dict[object, list[Conflict]] = {}
        for number, one in enumerate(self.conflicts):
            # Without a culprit the number of the conflict is its key: none is merged with another.
            found.setdefault(one.blamed or number, []).append(one)
        return tuple(
            ConflictBlock(group[0].blamed, group[0], (*group[1:],)) for group in found.values()
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each claim: id, what it says, verdict, reason, likely error."""
        return [
            {
                "id": one.claim.id,
                "says": one.claim.says.text,
                "verdict": one.verdict,
                "reason": one.reason,
                "likely_error": one.likely_errors[0].kind if one.likely_errors else None,
            }
            for one in self.claims
        ]

    def _repr_html_(self) -> str:
        counts = ", ".join(
            f"{count} {name.replace('_', ' ')}" for name, count in self.summary.items() if count
        )
        rows = [
            [one["id"], one["says"], one["verdict"].replace("_", " "), one["reason"]]
            for one in self.rows()
        ]
        table = table_html(["claim", "says", "verdict", "reason"], rows, most=30)
        title = f'<p class="hd">{escape(self.source.title)}</p>'
        return fragment(self.source.title, [title, f'<p class="w">{escape(counts)}</p>', table])

    @property
    def summary(self) -> dict[str, int]:
        """Number of claims, and of each verdict."""
        counted = Counter(item.verdict for item in self.claims)
        order: tuple[Verdict, ...] = ("supported", "differs", "inconsistent", "not_enough_evidence")
        return {"claims": len(self.claims)} | {verdict: counted[verdict] for verdict in order}

    @property
    def to_load(self) -> tuple[str, ...]:
        """Commands that load data on claims for which there is no evidence at all."""
        spans: dict[tuple[str, ...], tuple[date, date]] = {}
        for item in self.claims:
            if item.verdict != "not_enough_evidence" or item.against or not item.evidence_needed:
                continue
            for level in item.claim.quantity.levels():
                if (wanted := _asked(level)) is not None:
                    first, last = spans.get(wanted, (level.period.start, level.period.end))
                    spans[wanted] = min(first, level.period.start), max(last, level.period.end)
        return tuple(
            _command(wanted, Period(first, last)) for wanted, (first, last) in spans.items()
        )

    @property
    def found_something(self) -> bool:
        """Whether a claim differs or cannot hold."""
        return any(item.verdict in ("differs", "inconsistent") for item in self.claims)

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "source": self.source.to_dict(),
            "claims": [item.to_dict() for item in self.claims],
            "conflicts": [conflict.to_dict() for conflict in self.conflicts],
            "conflict_blocks": [
                {
                    "blamed": list(block.blamed),
                    "conflicts": [self.conflicts.index(o) for o in (block.first, *block.others)],
                    "also_against": list(block.also_against),
                }
                for block in self.blocks
            ],
            "explanations": [item.to_dict() for item in self.explanations],
            "summary": self.summary,
            "todo": [item.to_dict() for item in self.todo],
            "limits": list(self.limits),
        }

    def in_counts(self) -> str:
        """Return the summary in words, what is wrong first."""
        words = [f"{len(self.claims)} claim{'' if len(self.claims) == 1 else 's'}"]
        verbs = {
            "inconsistent": ("inconsistent", "inconsistent"),
            "differs": ("differs", "differ"),
            "not_enough_evidence": ("without enough evidence",) * 2,
            "supported": ("supported", "supported"),
        }
        for verdict in VERDICTS:
            if count := self.summary[verdict]:
                words.append(f"{count} {verbs[verdict][count > 1]}")
        if self.todo:
            words.append(f"{len(self.todo)} not interpreted")
        return ", ".join(words)

    def to_json(self) -> str:
        """Return as JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1)

    def __str__(self) -> str:
        lines = [self.source.title, self.in_counts()]
        for verdict in VERDICTS:
            for item in self.claims:
                if item.verdict == verdict:
                    name = verdict.replace("_", " ")
                    lines.append(f"{name:>11}  {item.claim.id}: {item.claim.says.text}")
                    lines.append(f"{'':>13}{item.reason}")
        for rest in self.todo:
            lines += [f"{'not tested':>11}  {rest.says}: {rest.why}", f"{'':>13}{rest.quote}"]
        lines += self.limits
        return folded(lines)

    __repr__ = __str__  # a terminal shows what `print` does, and not every field
