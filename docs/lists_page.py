"""The reference page on lists of goods, from their `act.yml` files and tables."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from pieces import plain, table

from entrepot.goods import GoodsList, goods_lists
from entrepot.goods.library import acts

if TYPE_CHECKING:
    from datetime import date

    from entrepot.goods.lists import Act

LISTS = Path(__file__).parents[1] / "src" / "entrepot" / "goods" / "lists"
NOTE = """\
A code is a proxy and [no classification](../explanation/legal-note.md): the law describes goods in
words. `entrepot goods show LIST` prints every code with its days and its text.

- *codes* are those on the list on the day it was read until, or on its last day if it was repealed;
  *rows* are all that ever were, one for each stretch of time; *ex* are rows of that day that
  [cover a part of a code](../explanation/ex-codes.md): by their text, or as lines of a tariff.
- *primary* means read in the official text, *secondary* that another publication says so,
  *inferred* that it follows from comparing two texts.
- What the days mean, and why a list can be longer than what is known of it on a day:
  [what was on a list on a day](../explanation/list-day.md).
"""


def bundled() -> list[GoodsList]:
    """Return the lists that ship with the package: a user's own are nobody else's business."""
    known = {act.id for act in acts()}
    return [item for item in goods_lists() if item.act.id in known]


def lists() -> str:
    """Return a page with every list: its act, the texts read, what is missing, how sure it is."""
    head = ["list", "what", "of", "direction", "first day", "read until", "codes", "rows", "ex"]
    rows = [
        [
            f"[`{item.id}`](#{item.id})",
            item.short,
            item.act.jurisdiction,
            item.direction,
            item.begins.isoformat(),
            item.known_until.isoformat(),
            f"{len({entry.code for entry in item.entries}):,}",
            f"{len(item.history):,}",
            f"{sum(entry.is_partial for entry in item.entries):,}",
        ]
        for item in bundled()
    ]
    return "\n".join(
        [
            "# Lists of goods\n",
            NOTE,
            table(head, rows) + "\n",
            *(text for act in acts() for text in _act(act)),
        ]
    )


def _act(act: Act) -> list[str]:
    held = [item for item in bundled() if item.act.id == act.id]
    texts = [
        [
            f"[{text.id}]({text.url})",
            f"{text.title} (package {text.package})" if text.package else text.title,
            text.adopted.isoformat(),
            _day(text.applies),
            plain(text.read),
        ]
        for text in sorted(act.texts, key=lambda text: text.adopted)
    ]
    gaps = [[gap.title, plain(gap.known)] for gap in act.missing]
    return [
        f"## {act.title}\n",
        f"{plain(act.about)}\n",
        f"Address: <{act.url}>. {plain(act.licence).rstrip('.')}.{_read_again(act.id)}\n",
        *(text for item in held for text in _list(item)),
        "### Texts read\n",
        table(["text", "title", "adopted", "applies", "what of it was read"], texts) + "\n",
        *(["### Not established\n", table(["what", "known"], gaps) + "\n"] if gaps else []),
    ]


def _list(item: GoodsList) -> list[str]:
    sure = Counter(entry.certainty for entry in item.history)
    counts = [
        f"{sure[kind]:,} {kind}" for kind in ("primary", "secondary", "inferred") if sure[kind]
    ]
    dated = sum(entry.adopted is not None for entry in item.history)
    served = sum(entry.wind_down is not None for entry in item.history)
    facts = [
        f"Codes in {', '.join(item.nomenclatures)}",
        f"{len(item.history):,} rows: {', '.join(counts)}",
        f"{dated or 'none'} dated by the act that listed them",
    ]
    facts += [f"{served:,} with a last day for old contracts"] if served else []
    parts = [[f"`{item.id}:{part.id}`", part.short, part.meaning] for part in item.parts]
    return [
        f"### {item.id}\n",
        f"{item.title}. {plain(item.complete)}\n",
        f"{'; '.join(facts)}.\n",
        *([table(["part", "what", "meaning"], parts) + "\n"] if parts else []),
    ]


def _read_again(act: str) -> str:
    path = LISTS / act / "reread.csv"
    if not path.is_file():
        return ""
    with path.open(encoding="utf-8") as file:
        count = sum(1 for _ in csv.DictReader(file))
    rows = "one row was" if count == 1 else f"{count:,} rows were"
    return f" Of these lists {rows} read a second time, with the result in `{act}/reread.csv`."


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
