"""Make texts from levels the checker did not make, some with one error; count what it finds.

``python -m benchmarks.claims [--count N] [--seed N] [--show] [--json FILE]``. The checker is asked
through `entrepot.check`, the documented call behind ``entrepot check FILE --json``.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from argparse import ArgumentParser
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from benchmarks.claims.errors import KINDS, Error, spoil, wanted
from benchmarks.claims.levels import TOPICS, make
from benchmarks.claims.prints import PRINT_KINDS, quoted
from benchmarks.claims.seen import contradicts, nameable, wider
from benchmarks.claims.texts import document, write

import entrepot

COUNT = 450
SEED = 1
TRIES = 40
QUOTING = ("customs", "institutes")
LANGUAGES = ("en", "en", "en", "de", "ru", "zh")
FLAGS = ("differs", "inconsistent", "inconsistent")


@dataclass(frozen=True)
class Text:
    """A text to check, and what was done to it."""

    topic: str
    raw: dict[str, Any]
    error: Error | None
    changed: frozenset[str] = frozenset()
    named: bool = False
    two: bool = False
    nameable: bool = False


@dataclass
class Tally:
    """Counts of one kind, topic or sort of text."""

    clean: int = 0
    alarms: int = 0
    refused: int = 0
    spoiled: int = 0
    seen: int = 0
    there: int = 0
    nameable: int = 0
    first: int = 0
    other: int = 0


def a_text(topic: str, kind: str | None, chance: random.Random) -> Text | None:  # noqa: C901
    """Return a text of a topic, right or with an error that can be seen; None after many tries."""
    for attempt in range(TRIES):
        lang = chance.choice(LANGUAGES)
        if topic in QUOTING:
            made = quoted(topic, kind, lang, chance)
            if made is None:
                continue
            raw, error, right, named = made
            pairs = zip(error.claims, right, strict=True) if error else ()
            touched = frozenset(one.name for one, old in pairs if one != old)
            return Text(topic, raw, error, touched, named, nameable=error is not None)
        world = make(topic, chance)
        if world is None:
            return None
        asked = wanted(world, kind, chance) if kind else []
        if kind and not asked:
            continue
        claims = write(world, lang, chance, asked)
        if len(claims) < 4 or contradicts(world, claims):
            continue
        two = any(one.counted for one in claims)
        named = bool(world.series.name)
        if kind is None:
            return Text(topic, document(world, claims, lang, chance), None, named=named, two=two)
        error = spoil(kind, world, claims, lang, chance)
        if error is None:
            continue
        changed = {a.name for a, b in zip(claims, error.claims, strict=True) if a != b}
        told = [wider(one) if one.name in changed else one for one in error.claims]
        if not contradicts(world, told):
            continue
        told_apart = error.known and nameable(world, claims, list(error.claims))
        if not told_apart and attempt < TRIES / 2 and chance.random() < 0.7:
            continue  # most texts say which of their numbers is wrong
        raw = document(world, list(error.claims), lang, chance)
        return Text(topic, raw, error, frozenset(changed), named, two, told_apart)
    return None


def texts(count: int, seed: int) -> list[Text]:
    """Return the texts of a seed: a third right, of the others as many of each kind as of any."""
    chance = random.Random(seed)
    topics = (*TOPICS, *QUOTING)
    found, turn = [], Counter[tuple[str, ...]]()
    for n in range(count):
        topic = topics[n % len(topics)]
        if (n // len(topics)) % 3 == 0:
            text = a_text(topic, None, chance)
        else:
            group = QUOTING if topic in QUOTING else tuple(TOPICS)
            kinds = PRINT_KINDS if topic in QUOTING else KINDS
            kind = kinds[turn[group] % len(kinds)]
            turn[group] += 1
            at = group.index(topic)  # a topic that cannot have the error gives way to the next
            tried = (a_text(one, kind, chance) for one in (*group[at:], *group[:at]))
            text = next((one for one in tried if one is not None), None)
        if text is not None:
            found.append(text)
    return found


def flags(answer: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the claims that are called wrong, each with the errors named."""
    found = {}
    for claim in answer["claims"]:
        if claim["verdict"] in FLAGS:
            found[claim["id"]] = claim.get("likely_errors") or claim.get("likely_errors") or []
    return found


def measure(made: list[Text], folder: Path) -> tuple[dict[str, Tally], list[str]]:  # noqa: C901
    """Check all texts; return counts by topic, kind and sort, and what went wrong."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    misses = []
    for n, text in enumerate(made):
        path = folder / f"{n:04d}.yaml"
        path.write_text(yaml.safe_dump(text.raw, allow_unicode=True, sort_keys=False), "utf-8")
        groups = ["all", f"topic {text.topic}"]
        groups += ["named" if text.named else "not named"] + ["two series"] * text.two
        if text.error:
            groups.append(f"error {text.error.kind}")
        counts = [tallies[group] for group in groups]
        try:
            answer = entrepot.check(str(path)).to_dict()
        except entrepot.EntrepotError as problem:
            for one in counts:
                one.refused += 1
            misses.append(f"{path.name} {text.topic}: refused, {problem}")
            continue
        found = flags(answer)
        if text.error is None:
            for one in counts:
                one.clean += 1
                one.alarms += bool(found)
            if found:
                misses.append(f"{path.name} {text.topic}: false alarm at {_told(answer, found)}")
            continue
        there = {
            name: likely_errors for name, likely_errors in found.items() if name in text.changed
        }
        first = [likely_errors[0]["kind"] for likely_errors in there.values() if likely_errors]
        right = bool(first) and first[0] in text.error.accepted
        elsewhere = [
            likely_errors[0]["kind"]
            for name, likely_errors in found.items()
            if name not in there and likely_errors
        ]
        wrong = not right and bool(first or elsewhere)
        for one in counts:
            one.spoiled += 1
            one.seen += bool(found)
            one.there += bool(there)
            one.nameable += text.nameable
            one.first += text.nameable and right
            one.other += text.nameable and wrong
        if not found:
            misses.append(f"{path.name} {text.topic}: {text.error.kind} not seen at {_at(text)}")
        elif text.nameable and not right:
            named = ", ".join(first or elsewhere) or "none"
            misses.append(
                f"{path.name} {text.topic}: {text.error.kind} named {named} at {_at(text)}"
                + ("" if there else f"; flagged {', '.join(found)}")
            )
    return dict(tallies), misses


def _at(text: Text) -> str:
    says = {one["id"]: one["says"] for one in text.raw["claims"]}
    return "; ".join(f"{name} {says[name]!r}" for name in sorted(text.changed))


def _told(answer: dict[str, Any], found: dict[str, Any]) -> str:
    return "; ".join(
        f"{one['id']} {one['says']!r} {one['verdict']}: {one['reason'][:160]}"
        for one in answer["claims"]
        if one["id"] in found
    )


def table(tallies: dict[str, Tally]) -> str:
    """Return the counts as a table."""
    lines = [
        (
            "| | right texts | false alarms | | with an error | seen | | at the claim | |"
            " nameable | right one first | | another first |"
        ),
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    order = ["all", "named", "not named", "two series"]
    order += sorted(set(tallies) - set(order))
    for group in order:
        one = tallies.get(group)
        if one is None:
            continue
        lines.append(
            f"| {group} | {one.clean} | {one.alarms} | {_part(one.alarms, one.clean)} |"
            f" {one.spoiled} | {one.seen} | {_part(one.seen, one.spoiled)} |"
            f" {one.there} | {_part(one.there, one.spoiled)} |"
            f" {one.nameable} | {one.first} | {_part(one.first, one.nameable)} | {one.other} |"
        )
    refused = tallies["all"].refused if "all" in tallies else 0
    return "\n".join([*lines, "", f"Refused as no claims file: {refused}."])


def _part(some: int, whole: int) -> str:
    return f"{100 * some / whole:.1f} %" if whole else ""


def main() -> None:
    """Print the table."""
    parser = ArgumentParser(
        "python -m benchmarks.claims", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--count", type=int, default=COUNT, help=f"texts, else {COUNT}")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of chance, else {SEED}")
    parser.add_argument("--show", action="store_true", help="list what went wrong")
    parser.add_argument("--keep", type=Path, help="folder that keeps the texts as claims files")
    parser.add_argument("--json", type=Path, help="write counts and misses here")
    asked = parser.parse_args()
    made = texts(asked.count, asked.seed)
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        start = time.process_time()
        tallies, misses = measure(made, folder)
        spent = time.process_time() - start
    print(f"{len(made)} texts, seed {asked.seed}, {spent:.0f} s of processor time.\n")
    print(table(tallies))
    if asked.show:
        print("\n" + "\n".join(misses))
    if asked.json:
        counts = {name: vars(one) for name, one in tallies.items()}
        asked.json.write_text(json.dumps({"counts": counts, "misses": misses}, indent=1), "utf-8")


if __name__ == "__main__":
    main()
