"""Score a reader of articles: which numbers it reads, and how many of its claims are right.

``python benchmarks/claims/articles/score.py TEXTS [--set SET] [--show]``: reads each text
``TEXTS/ID.txt`` that has labels here (``ID.yaml``) with ``entrepot draft``, or with another command
(``--command "reader {file} --date {date}"``, which prints claims as JSON), and counts.

A number is *read* where a claim's ``says`` covers it, and read *rightly* where kind, areas with
their direction, period and base agree too. A claim on a number that cannot be checked, or on none,
is wrong.
"""

from __future__ import annotations

import calendar
import json
import re
import shlex
import subprocess
import sys
import unicodedata
from argparse import ArgumentParser
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
PROGRAM = Path(sys.executable).with_name("entrepot")
COMMAND = f"{PROGRAM} draft {{file}} --date {{date}} --json --quiet"
AGREE = {  # what a claim's kind may be for a label's measure
    "quantity": {"value", "quantity"},
    "balance": {"balance"},
    "import_share": {"import_share", "share"},
    "export_share": {"export_share", "share"},
    "trade_share": {"trade_share", "share", "import_share", "export_share", "ratio"},
    "goods_share": {"goods_share", "ratio", "share"},
    "price": {"price", "unit_value"},
    "cover_ratio": {"ratio"},
}
SAME = {"EU": "EU27", "EU28": "EU27", "WORLD": "WLD"}

Claim = dict[str, Any]


def normal(text: str) -> str:
    """Return a text as the offsets of the labels count it."""
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()
    return re.sub(r"^date \d{4}(-\d\d){0,2} ", "", text)


def days(period: object) -> tuple[str, str] | str | None:
    """Return first and last day of a period; words stay words."""
    if period is None:
        return None
    ends = re.split(r"\.\.|/", str(period).strip())
    found = []
    for end, last in ((ends[0], False), (ends[-1], True)):
        match = re.fullmatch(
            r"(\d{4})(?:-?(?:M?(\d\d)(?:-(\d\d))?|H([12])|Q([1-4])))?", end.strip()
        )
        if match is None:
            return str(period).lower()
        year, month, day, half, quarter = match.groups()
        if day:
            found.append(end.strip())
            continue
        first, final = (1, 12) if month is None else (int(month), int(month))
        if half:
            first, final = (1, 6) if half == "1" else (7, 12)
        if quarter:
            first, final = 3 * int(quarter) - 2, 3 * int(quarter)
        at = final if last else first
        when = calendar.monthrange(int(year), at)[1] if last else 1
        found.append(f"{year}-{at:02d}-{when:02d}")
    return found[0], found[1]


def area(name: object) -> str:
    """Return an area, the parts of a group in order."""
    parts = re.split(r"[+,]", str(name or "WLD").upper())
    return "+".join(sorted(SAME.get(part.strip(), part.strip()) for part in parts))


def areas(slots: Claim) -> object:
    """Return seller and buyer in order, as a set where the claim has no direction."""
    if "surplus_of" in slots or slots.get("flow") == "balance":
        first = slots.get("surplus_of", slots.get("exporter"))
        return frozenset((area(first), area(slots.get("partner", slots.get("importer")))))
    pair = area(slots.get("exporter")), area(slots.get("importer"))
    return frozenset(pair) if slots.get("flow") == "both" else pair


def flat(claim: Claim) -> Claim:
    """Return a claim with its slots beside its words."""
    if "kind" in claim:
        return claim
    found = {key: claim.get(key) for key in ("says", "quote", "at")}
    kind, slots = next((k, v) for k, v in claim.items() if isinstance(v, dict))
    base, relative, inner = slots.get("base"), slots.get("relative"), slots.get("of", slots)
    if kind in ("change", "ratio") and isinstance(inner, dict):
        name, deeper = next(((k, v) for k, v in inner.items() if isinstance(v, dict)), ("", inner))
        inner = deeper
        if kind == "change" and (relative or name in ("value", "balance")):
            kind = "balance_growth" if name == "balance" else "growth"
    if isinstance(inner, dict):
        found |= inner
    if kind == "growth" and found.get("quantity"):
        kind = "quantity_growth"
    if kind == "balance":
        found["flow"] = "balance"
    return found | {"kind": kind} | ({"base": base} if base is not None else {})


def agrees(claim: Claim, label: Claim) -> bool:
    """Whether a claim means what a label says, as printed or as the text meant it."""
    slots = label["definition"]
    meant = (label.get("error") or {}).get("meant") or {}
    readings = [slots, {**slots, **{k: v for k, v in meant.items() if k != "says"}}]
    return any(_agrees(claim, label["kind"], one) for one in readings)


def _agrees(claim: Claim, kind: str, slots: Claim) -> bool:
    kinds = AGREE.get(slots["measure"], {slots["measure"]})
    if kind == "change_points":
        kinds = {"change", "change_points"}
    period, base = days(slots.get("period")), days(slots.get("base"))
    said, before = days(claim.get("period")), days(claim.get("base"))
    if isinstance(base, tuple) and before is None and isinstance(said, tuple):
        before = tuple(f"{int(day[:4]) - 1}{day[4:]}" for day in said)  # type: ignore[assignment]
    mine = {**claim, "flow": "balance"} if "surplus_of" in slots else claim
    if claim.get("kind") == "trade_share":
        mine = {**claim, "flow": "both"}  # of trade both ways: neither side is the seller
    return (
        claim.get("kind") in kinds
        and areas(mine) == areas(slots)
        and (said == period if isinstance(period, tuple) else not isinstance(said, tuple))
        and (not isinstance(base, tuple) or before == base)
    )


def place(claim: Claim, text: str, labels: list[Claim]) -> tuple[int, int] | None:
    """Return where a claim's number stands in the text."""
    says = normal(str(claim.get("says") or ""))
    if says not in text:
        says = re.sub(r"^[-−+](an? )?", "", says)  # a reader may put a sign before it
    if says not in text and (digits := re.search(r"\d[\d.,\s]*\d|\d", says)):
        says = digits[0]  # of a cell of a table: its unit stands at the head of its column
    if not says:
        return None
    if isinstance(claim.get("at"), int):
        return claim["at"], claim["at"] + len(says)
    quote = normal(str(claim.get("quote") or ""))
    start = text.find(quote) if quote else -1
    inside = [start + m.start() for m in re.finditer(re.escape(says), quote)] if start >= 0 else []
    spots = inside or [m.start() for m in re.finditer(re.escape(says), text)]
    on = [at for at in spots if any(_meet(at, at + len(says), label) for label in labels)]
    return ((on or spots)[0], (on or spots)[0] + len(says)) if spots else None


def _meet(start: int, end: int, label: Claim) -> bool:
    return bool(label["at"] < end and start < label["at"] + len(label["says"]))


def read(file: Path, head: Claim, command: str) -> list[Claim]:
    """Return what the reader claims of a text."""
    words = shlex.split(command.format(file=shlex.quote(str(file)), date=head["date"]))
    run = subprocess.run(words, capture_output=True, text=True, check=False)
    found = json.loads(run.stdout) if run.stdout.strip() else []
    return [flat(one) for one in (found["claims"] if isinstance(found, dict) else found)]


def score(
    text: str, labels: list[Claim], claims: list[Claim]
) -> tuple[dict[str, Counter[str]], list[str]]:
    """Return counts by kind, and what was read wrongly or not at all."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    wrong, done = [], set()
    for label in labels:
        if label["checkable"]:
            counts[label["kind"]]["labels"] += 1
    for claim in claims:
        where = place(claim, text, labels)
        on = [label for label in labels if where and _meet(*where, label)]
        on.sort(key=lambda label: not label["checkable"])
        if not on or not on[0]["checkable"]:
            counts["none"]["claims"] += 1
            wrong.append(f"no checkable number: {claim.get('says')!r} as {claim.get('kind')}")
            continue
        label, right = on[0], agrees(claim, on[0])
        first = label["at"] not in done
        if not first and right:
            continue  # the same number once more
        done.add(label["at"])
        counts[label["kind"]]["claims"] += 1
        counts[label["kind"]]["read"] += first
        counts[label["kind"]]["right"] += first and right
        if not right:
            wrong.append(f"wrong: {label['says']!r}, is {label['definition']}")
    for label in labels:
        if label["checkable"] and label["at"] not in done:
            wrong.append(f"not read: {label['says']!r} ({label['kind']})")
    return counts, wrong


def main() -> None:
    """Print the counts."""
    parser = ArgumentParser("score.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("texts", type=Path, help="folder with ID.txt for the labels ID.yaml")
    parser.add_argument("--labels", type=Path, default=HERE / "labels", help="folder of labels")
    parser.add_argument("--set", default="all", help="development, test, or all (default)")
    parser.add_argument("--command", default=COMMAND, help="reader, with {file} and {date}")
    parser.add_argument("--show", action="store_true", help="list what went wrong")
    asked = parser.parse_args()
    tables: dict[str, Counter[str]] = defaultdict(Counter)
    for path in sorted(asked.labels.glob("*.yaml")):
        labels = yaml.safe_load(path.read_text("utf-8"))
        head, file = labels["text"], asked.texts / f"{path.stem}.txt"
        if asked.set not in ("all", head["set"]) or not file.is_file():
            continue
        text = normal(file.read_text("utf-8"))
        counts, wrong = score(text, labels["numbers"], read(file, head, asked.command))
        for kind, counter in counts.items():
            for group in ("all", f"language {head['lang']}", f"kind {kind}"):
                tables[group].update(counter)
        if asked.show:
            print("\n".join(f"{path.stem}: {line}" for line in wrong))
    print(f"{'':<22} labels  read  right  claims  precision")
    for group, one in sorted(tables.items()):
        share = [100 * one[k] / one["labels"] if one["labels"] else 0 for k in ("read", "right")]
        precision = 100 * one["right"] / one["claims"] if one["claims"] else 0
        print(
            f"{group:<22} {one['labels']:>6} {share[0]:>5.1f} {share[1]:>6.1f}"
            f" {one['claims']:>7} {precision:>9.1f}"
        )


if __name__ == "__main__":
    main()
