"""Make texts with known slips, check them, and print how many are seen and named.

``python -m benchmarks.claims [COUNT] [SEED]``; with ``--write`` the table goes to RESULTS.md.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from benchmarks.claims.measure import Tally, in_parts
from benchmarks.claims.slips import KINDS

RESULTS = Path(__file__).with_name("RESULTS.md")
COUNT = 1000
SEED = 20260101


def main() -> None:
    """Print the table, and write it if told to."""
    parser = ArgumentParser(
        "python -m benchmarks.claims", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("count", type=int, nargs="?", default=COUNT, help=f"texts, else {COUNT}")
    parser.add_argument("seed", type=int, nargs="?", default=SEED, help=f"of chance, else {SEED}")
    parser.add_argument("--write", action="store_true", help="put the table into RESULTS.md")
    asked = parser.parse_args()
    report = table(in_parts(asked.count, asked.seed), asked.count, asked.seed)
    print(report)
    if asked.write:
        RESULTS.write_text(f"{HEAD}\n{report}\n", encoding="utf-8")


HEAD = """# How good the checker of claims is

Written by `python -m benchmarks.claims --write`; do not edit by hand.

Texts of 4 to 12 claims are made from consistent levels: published totals of Chinese customs, the
IMF's series of Russia, China and Russia in BACI (where that data is at hand), and made-up trade of
any country with four partners, now and then with a territory that is in or out (Hong Kong, Taiwan,
the United Kingdom) and with a price as unit value, mean and median. Numbers are printed as news
does (digits, words, relation). A quarter of the texts is left as it is, half gets one slip, a
quarter two. For seven in ten the checker is told published levels beside the text, for the rest it
has the text alone; texts of published totals are checked against all that is bundled.

What can be seen is decided before a slip is put in (`rule.py`), by interval arithmetic that shares
nothing with the checker's solver: from the other claims as they were printed, and from the levels
that are published, with the revisions that a base may have had. A slip inside these bounds cannot
be seen in principle and is not made. *Nameable* are those where the bounds pin the number that was
meant (to three times its digits, or 2 %), and, for a number of another definition, that number
too.

"Seen" means that something in the text is called wrong; "first" that the right kind stands first at
one of the claims that were changed; "first three" that it stands among the three shown. A slip that
could as well have been another one (the year before for a first release, euros for a valuation)
counts as wrong where the other is named first.

The checker was mended on texts of other seeds than this one. Texts by hand, of other countries,
languages and layouts, are in `tests/cases/slips`; they are no part of the counts below.
"""


def table(tally: Tally, count: int, seed: int) -> str:
    """Return the counts by kind and in total."""
    lines = [
        f"{count} texts, {tally.claims} claims, seed {seed}: {tally.seconds:.0f} s of CPU time.",
        "",
        (
            f"Untouched: {tally.untouched} texts, {tally.alarms} false alarms"
            f" ({_part(tally.alarms, tally.untouched)})."
        ),
        "",
        "| slip | made | seen | | nameable | first | | first three | | cannot be seen, left out |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for kind in (*KINDS, "all"):
        kinds = KINDS if kind == "all" else (kind,)
        made, seen, nameable, first, third, out = (
            sum(counter[one] for one in kinds)
            for counter in (
                *(tally.made, tally.seen, tally.nameable, tally.first, tally.third),
                tally.left_out,
            )
        )
        lines.append(
            f"| {kind} | {made} | {seen} | {_part(seen, made)} | {nameable} | {first} |"
            f" {_part(first, nameable)} | {third} | {_part(third, nameable)} | {out} |"
        )
    return "\n".join(lines)


def _part(some: int, whole: int) -> str:
    return f"{some / whole:.1%}" if whole else "–"


if __name__ == "__main__":
    main()
