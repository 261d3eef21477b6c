"""Learn the weights of the structural reading from labelled articles, and measure it.

    python benchmarks/reading.py TEXTS LABELS [TEXTS LABELS ...] [--write]

TEXTS/ID.txt are articles, LABELS/ID.yaml their labels. The texts are cut into parts, and each part
is read with weights learned on the others; ``--write`` keeps weights learned on all of them, and
``--test TEXTS LABELS`` reads other texts with those. Where not all texts are at hand that the
shipped weights were learned on, ``--from-shipped`` expects these before any text is seen.
``--second`` keeps the weights of the first reader and learns on these texts those of the second,
and how sure both make a reading; the first should not have learned on any of the texts.
"""

from __future__ import annotations

import argparse
import calendar
import json
import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml
from scipy.optimize import minimize

from entrepot.claims.draft import Article, article_of, structure
from entrepot.claims.draft.article import draft_by_rules
from entrepot.claims.draft.candidates import BALANCES, BUYS, SELLS, Choice
from entrepot.claims.draft.draft import Drafted
from entrepot.claims.draft.reading import numbers_of, table_in
from entrepot.claims.draft.readings import Structured, structured
from entrepot.claims.draft.readings import _chosen as chosen_of
from entrepot.claims.draft.scene import home_of, scenes
from entrepot.claims.draft.sentences import sentences
from entrepot.claims.draft.structure import Recorder
from entrepot.claims.draft.sureness import sureness, without_sums
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

WEIGHTS = Path(structure.__file__).with_name("weights.json")
PENALTY = {"what": 0.35, "flow": 0.35, "sides": 0.35, "period": 0.35}
PRIOR = {
    "what": {
        "level|u:money": 1.0,
        "growth|moved": 2.0,
        "share|Lnear:share": 1.0,
        "growth|Lnear:up": 1.0,
    }
    | {"growth|Lnear:down": 1.0, "share|of-flow": 1.0, "growth|signed": 1.0},
    "flow": {
        "fLo0": 1.0,
        "fLb": -1.0,
        "fRb": -1.0,
        "carry:none": 1.0,
        "dealt": 2.0,
        "aside": -3.0,
        "share-of": 1.0,
    }
    | {"R-though-left": -2.0, "R-adjacent:balance:level": 3.5, "R-adjacent:sell:share": 1.0}
    | {"R-adjacent:buy:share": 1.0, "R-more": 4.0},
    "sides": {
        "fit": 2.0,
        "not-fit": -2.0,
        "fit-owner": -1.0,
        "adj": 2.0,
        "not-adj": -2.0,
        "deal": 2.0,
    }
    | {
        "no-deal": -1.0,
        "touch-no": -1.0,
        "two": 2.0,
        "not-two": -1.0,
        "world-owns": -2.0,
        "deal-o": 1.0,
    }
    | {"share-world": -1.0, "stays-in-new-paragraph": -2.0, "nowhere": -0.5, "o:m:home": 0.5}
    | {"header": 2.0, "no-header": -1.0, "header-home": 1.0, "item": 3.0, "no-item": -1.0}
    | {
        "p:m:topic:title": 1.0,
        "p:m:topic:title:none": 1.0,
        "p:m:world:total": 1.0,
        "both:title:none": 1.5,
    }
    | {"home-o:export": 1.0, "home-o:import": 1.0, "home-p:import": -1.0, "home-p:export": -1.0}
    | {"home-o:deficit": 1.0, "home-o:surplus": 1.0, "home-o:trade": 1.0}
    | {"home-n:s": -1.0, "home-n:x": -1.0, "both:all:none": 1.5}
    | {"home-o:purchase:import": 2.0, "home-p:supply:import": 2.0}
    | {"home-o:supply:import": -2.5, "home-o:purchase:export": -2.5}
    | {"home-o:supply:export": 2.0, "home-p:purchase:export": 2.0}
    | {"touch-p-keeps": 1.0, "touch-o-keeps": 0.5},
    "period": {
        "tight": 3.0,
        "when-clause": 4.0,
        "yb:pair:none": 2.0,
        "opens-bracket": 4.0,
        "of-other": -2.0,
        "of-former": -4.0,
        "main:none:new": 1.0,
        "deal": 4.0,
        "no-deal": -2.0,
        "yb:both": 3.0,
        "yb:touch": 3.0,
        "mb:touch": 6.0,
        "yb:pair": 1.5,
        "yb:former": 2.0,
        "yb:earlier": 1.0,
        "carry:none": 1.5,
    }
    | {
        "last-left": 2.0,
        "tR": -1.0,
        "tI": -1.0,
        "tBL": -2.0,
        "tBR": -2.0,
        "opened": -1.0,
        "carry:some": -1.0,
    }
    | {"main:some": -1.5, "main:none": -0.5, "only": 1.0},
}
"""What is expected before any text is seen; the penalty is on what differs from it."""
OF_SENTENCES = 0.3
"""What a number of a made sentence counts beside one of an article, which is harder to read."""
LEVELS = ("value", "quantity", "balance", "quantity_balance")
FLAT = {"EU28": "EU27", "EU": "EU27", "WORLD": "WLD"}


@dataclass(eq=False)
class Text:
    """A labelled article."""

    name: str
    article: Article
    labels: list[dict[str, Any]]


def squeezed(text: str) -> tuple[str, list[int]]:
    """Return a text with single blanks, and where each character of the text went."""
    out: list[str] = []
    places: list[int] = []
    for char in text:
        blank = char.isspace()
        if not (blank and (not out or out[-1] == " ")):
            out.append(" " if blank else char)
        places.append(max(len(out) - 1, 0))
    return "".join(out).strip(), places


def texts_in(folder: Path, labels: Path) -> list[Text]:
    """Read labelled articles."""
    found = []
    for path in sorted(labels.glob("*.yaml")):
        doc = yaml.safe_load(path.read_text(encoding="utf-8"))
        file = folder / f"{path.stem}.txt"
        if not file.exists() or "numbers" not in doc:
            continue
        raw = unicodedata.normalize("NFC", file.read_text(encoding="utf-8"))
        article = article_of(raw, date=str(doc["text"]["date"]))
        plain, _ = squeezed(article.text)
        shift = 0
        for label in doc["numbers"]:
            want = label["at"] + shift
            spots = [m.start() for m in re.finditer(re.escape(label["says"]), plain)]
            label["_at"] = min(spots, key=lambda spot: abs(spot - want)) if spots else None
            if spots:
                shift = label["_at"] - label["at"]
        found.append(
            Text(path.stem, article, [one for one in doc["numbers"] if one["_at"] is not None])
        )
    return found


SENTENCES: set[Text] = set()
"""Texts of which a number without a label may be anything."""


@cache
def taken_apart(text: Text) -> tuple[list[Any], str]:
    """Return the sentences of a text and whose trade it is about."""
    cut = [one for one in sentences(text.article.text) if table_in(one) is None]
    found = scenes(cut, [numbers_of(one) for one in cut])
    return found, home_of(found, text.article.text)


def read(text: Text, learned: Any, recorder: Recorder | None = None) -> list[Any]:
    """Read a text with some weights."""
    found, home = taken_apart(text)
    return structure.guesses(found, home, text.article.published, learned, recorder)


def sentences_in(path: Path) -> list[Text]:
    """Read sentences with their claims, as tests hold them, as small labelled texts."""
    found = []
    for n, case in enumerate(yaml.safe_load(path.read_text(encoding="utf-8"))):
        text = Text(f"{path.stem}-{n}", article_of(case["text"], date=str(case["date"])), [])
        _, places = squeezed(text.article.text)
        for scene in taken_apart(text)[0]:
            for number in scene.apart.numbers:
                said = (number.says.value, number.says.unit)
                for claim in case["claims"]:
                    value = abs(float(claim["says"]))
                    same = abs(abs(said[0]) - value) <= 1e-6 * value and said[1] == claim["unit"]
                    if same and claim["measure"] not in ("gdp", "gdp_share", "hhi", "rank"):
                        start, end = scene.sentence.place(number.start, number.end)
                        says = squeezed(text.article.text)[0][places[start] : places[end - 1] + 1]
                        text.labels.append(_label(claim, says, places[start]))
                        break
        found.append(text)
    SENTENCES.update(found)
    return found


def _label(claim: dict[str, Any], says: str, at: int) -> dict[str, Any]:
    d = {k: v for k, v in claim.items() if k not in ("says", "unit", "attributed_to")}
    kind = d["measure"]
    if kind == "change":
        kind = d["measure"] = "change_points" if claim["unit"] == "points" else "share_growth"
    if kind == "balance":
        d |= {"surplus_of": d.pop("exporter", "WLD"), "partner": d.pop("importer", "WLD")}
    if kind == "ratio":
        d["measure"] = "goods_share" if claim["unit"] in ("percent", "share") else "ratio"
    return {"says": says, "_at": at, "kind": kind, "checkable": True, "definition": d}


@cache
def _squeezed(text: Text) -> tuple[str, list[int]]:
    return squeezed(text.article.text)


def label_of(text: Text, scene: Any, number: Any) -> dict[str, Any] | None:
    """Return the label of a number."""
    _, places = _squeezed(text)
    start, end = scene.sentence.place(number.start, number.end)
    low, high = places[start], places[end - 1] + 1
    hits = [one for one in text.labels if one["_at"] < high and low < one["_at"] + len(one["says"])]
    hits.sort(
        key=lambda one: (
            not one["checkable"],
            -min(high, one["_at"] + len(one["says"])) + max(low, one["_at"]),
        )
    )
    return hits[0] if hits else None


def side(name: Any) -> str:
    parts = [
        FLAT.get(one.strip().upper(), one.strip().upper()) for one in re.split(r"[+,]", str(name))
    ]
    return "+".join(sorted(parts))


def days(period: Any) -> Any:
    """Return first and last day of a period, or None."""
    if period is None:
        return None
    out = []
    ends = re.split(r"\.\.|/", str(period).strip())
    for end, last in ((ends[0], False), (ends[-1], True)):
        m = re.fullmatch(
            r"(\d{4})(?:-?(?:M?(\d\d)(?:-(\d\d))?|H([12])|Q([1-4])))?", end.strip(), re.IGNORECASE
        )
        if not m:
            return None
        year, first, final = int(m[1]), 1, 12
        if m[3]:
            out.append(end.strip())
            continue
        if m[2]:
            first = final = int(m[2])
        elif m[4]:
            first, final = (1, 6) if m[4] == "1" else (7, 12)
        elif m[5]:
            first, final = 3 * int(m[5]) - 2, 3 * int(m[5])
        month = final if last else first
        day = calendar.monthrange(year, month)[1] if last else 1
        out.append(f"{year}-{month:02d}-{day:02d}")
    return tuple(out)


def what_of(label: dict[str, Any] | None) -> str:
    """Return what a labelled number is."""
    if label is None or label["kind"] == "none" or "definition" not in label:
        return "other"
    measure = label["definition"]["measure"]
    if label["kind"] == "change_points":
        return "points"
    if measure in LEVELS:
        return "level"
    if measure.endswith("_change"):
        return "change"
    if measure.endswith("growth"):
        return "growth" if not measure.startswith(("production", "capacity")) else "other"
    if measure.endswith("share"):
        return "goods" if measure == "goods_share" else "share"
    return "ratio" if measure in ("ratio", "cover_ratio", "price_ratio") else "other"


def rights(
    label: dict[str, Any] | None, part: str, choices: Any, more: dict[str, str]
) -> list[int]:
    """Return which choices are right."""
    if part == "what":
        return [n for n, one in enumerate(choices) if one.value[0] == what_of(label)]
    if label is None or "definition" not in label:
        return []
    meanings = [label["definition"]]
    meant = (label.get("error") or {}).get("meant")
    if meant:
        meanings.append({**meanings[0], **{k: v for k, v in meant.items() if k != "says"}})
    return sorted({n for d in meanings for n in _rights(d, part, choices, more)})


def _rights(d: dict[str, Any], part: str, choices: Any, more: dict[str, str]) -> list[int]:
    balance = "surplus_of" in d
    both = d.get("flow") == "both"
    seller, buyer = (
        side(d.get("surplus_of") or d.get("exporter") or "WLD"),
        side(d.get("partner") or d.get("importer") or "WLD"),
    )
    if part == "flow":
        want = BALANCES if balance else ("trade",) if both else (*SELLS, *BUYS)
        reporter = side(d["reporter"]) if d.get("reporter") else ""
        if not balance and not both and reporter:
            want = SELLS if reporter == seller else BUYS if reporter == buyer else want
        return [n for n, one in enumerate(choices) if one.value[0] in want]
    if part == "sides":
        kind = more["kind"]
        found = []
        for n, one in enumerate(choices):
            pair = tuple(map(side, one.value))
            if kind in BUYS:
                pair = pair[::-1]
            if both or balance:
                ok = set(pair) == {seller, buyer} and (kind == "trade" or kind in BALANCES)
            else:
                ok = pair == (seller, buyer) and kind in (*SELLS, *BUYS)
            if ok:
                found.append(n)
        return found
    want = days(d.get("period"))
    if want is None:
        return []
    return [n for n, one in enumerate(choices) if days(one.value[0]) == want]


def learn(
    texts: list[Text], rounds: int = 2, shipped: dict[str, dict[str, float]] | None = None
) -> dict[str, dict[str, float]]:
    """Return weights learned on texts, from those expected or from those `shipped`."""
    learned: dict[str, dict[str, float]] = {}
    expected = shipped or PRIOR
    for _ in range(rounds):
        cases: dict[str, list[tuple[list[Any], list[int]]]] = defaultdict(list)
        for text in texts:
            recorder = Recorder()
            read(text, learned, recorder)
            for scene, number, part, choices, more in recorder.seen:
                label = label_of(text, scene, number)
                if label is None and text in SENTENCES:
                    continue
                good = rights(label, part, choices, more)
                if good and len(choices) > 1:
                    cases[part].append((choices, good))
        learned = {
            # Shipped weights were learned on more texts than are at hand: they count for more.
            part: fitted(found, PENALTY[part] * (4 if shipped else 1), expected[part])
            for part, found in cases.items()
        }
    return learned


def fitted(
    cases: list[tuple[list[Any], list[int]]], penalty: float, prior: dict[str, float]
) -> dict[str, float]:
    """Return the weights of one part: a conditional logit with a quadratic penalty."""
    count = Counter(f for choices, _ in cases for one in choices for f in one.features)
    names = sorted({*(name for name, often in count.items() if often > 1), *prior})
    expected = np.array([prior.get(name, 0.0) for name in names])
    at = {name: n for n, name in enumerate(names)}
    rows, columns, starts, good, first = [], [], [], [], []
    row = 0
    for n, (choices, right) in enumerate(cases):
        starts.append(row)
        for m, one in enumerate(choices):
            for name in one.features:
                if name in at:
                    rows.append(row)
                    columns.append(at[name])
            good.append(m in right)
            first.append(n)
            row += 1
    from scipy.sparse import csr_matrix

    matrix = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(row, len(names)))
    is_good, of = np.array(good), np.array(first)

    def loss(weights: Any) -> tuple[float, Any]:
        scores = matrix @ weights
        top = np.full(len(cases), -np.inf)
        np.maximum.at(top, of, scores)
        powers = np.exp(scores - top[of])
        total = np.bincount(of, powers, len(cases))
        right = np.bincount(of, powers * is_good, len(cases))
        chance = powers / total[of]
        wanted = np.where(is_good, powers, 0) / right[of]
        value = -np.log(right / total).sum()
        apart = weights - expected
        value += penalty * (apart @ apart)
        return value, matrix.T @ (chance - wanted) + 2 * penalty * apart

    done = minimize(loss, expected, jac=True, method="L-BFGS-B", options={"maxiter": 120})
    return {
        name: round(float(w), 3) for name, w in zip(names, done.x, strict=True) if abs(w) > 0.02
    }


def says_it(kind: str, keys: dict[str, Any], label: dict[str, Any] | None) -> bool:
    """Whether a claim says what a label says: kind, areas with direction, period and base."""
    if label is None or not label["checkable"] or "definition" not in label:
        return False
    meanings = [label["definition"]]
    meant = (label.get("error") or {}).get("meant")
    if meant:
        meanings.append({**meanings[0], **{k: v for k, v in meant.items() if k != "says"}})
    return any(_says_it(kind, keys, one) for one in meanings)


KINDS = {
    **dict.fromkeys(("value", "quantity"), ("value",)),
    "balance": ("balance",),
    "quantity_balance": ("balance", "value"),
    "trade_share": ("trade_share", "import_share", "export_share", "ratio"),
    **dict.fromkeys(("goods_share", "price_ratio", "cover_ratio", "index", "ratio"), ("ratio",)),
}


def _says_it(kind: str, keys: dict[str, Any], d: dict[str, Any]) -> bool:
    if kind not in KINDS.get(d["measure"], (d["measure"],)):
        return False
    flat = dict(keys["of"] if kind == "ratio" else keys)
    both = flat.get("flow") == "both" or (kind == "trade_share" and d.get("flow") == "both")
    flow = "surplus" if kind == "balance" else "trade" if both else "export"
    choice = Choice((flat.get("exporter", "WLD"), flat.get("importer", "WLD")), ())
    if not _rights(d, "sides", [choice], {"kind": flow}):
        return False
    since = days(d.get("base"))
    period = Period.parse(flat["period"])
    base = days(str(flat.get("base") or period.before()))
    return days(flat["period"]) == days(d.get("period")) and (
        since is None or base == since or "growth" not in kind
    )


@dataclass
class Record:
    """A number, how it was read, and whether that is right."""

    text: Text
    fold: int
    says: str
    facts: Any
    claim: Any
    right: bool
    rules: Any
    rules_right: bool
    label: Any
    guess: Any
    why: str = ""
    scene: Any = None


@cache
def by_rules(text: Text) -> dict[tuple[int, int], Any]:
    """Return what the rules alone read, by place: a claim or the reason why not."""
    found = draft_by_rules(text.article)
    places: dict[tuple[int, int], Any] = {one.place: one for one in found.claims}
    for left in found.left:
        places |= dict.fromkeys(left.places, left.why)
    return places


def records(texts: list[Text], learned: Any, fold: int) -> list[Record]:
    """Read texts and judge each number."""
    found = []
    for text in texts:
        rules = by_rules(text)
        for place, one in structured(text.article, rules, learned).items():
            label = label_of(text, one.scene, one.guess.number)
            ruled, claim = rules.get(place), one.claim
            found.append(
                Record(
                    text,
                    fold,
                    text.article.text[place[0] : place[1]],
                    one.facts,
                    claim,
                    claim is not None and says_it(claim.kind, claim.keys, label),
                    ruled,
                    isinstance(ruled, Drafted) and says_it(ruled.kind, ruled.keys, label),
                    label,
                    one.guess,
                    one.why,
                    one.scene,
                )
            )
    return found


_FIXED = 1e4


def calibrated(
    found: list[Record],
    penalty: float = 4.0,
    shipped: dict[str, float] | None = None,
    facts_of: Callable[[Record], Mapping[str, float]] = lambda one: one.facts,
    free: tuple[str, ...] = ("",),
) -> dict[str, float]:
    """Return the weights of how sure a reading is: a logistic regression on what was right.

    Facts that do not begin as one of those that are `free` keep the weights that are shipped.
    """
    kept = [one for one in found if one.claim is not None]
    count = Counter(fact for one in kept for fact in facts_of(one))
    names = sorted({*(name for name, often in count.items() if often > 2), *(shipped or {})})
    strict = np.array([penalty if name.startswith(free) else _FIXED for name in names])
    expected = np.array([(shipped or {}).get(name, 0.0) for name in names])
    at = {name: n for n, name in enumerate(names)}
    matrix = np.zeros((len(kept), len(names)))
    for row, one in enumerate(kept):
        for fact, size in facts_of(one).items():
            if fact in at:
                matrix[row, at[fact]] = size
    weight = np.array([OF_SENTENCES if one.text in SENTENCES else 1.0 for one in kept])
    right = np.array([one.right for one in kept], dtype=float)

    def loss(weights: Any) -> tuple[float, Any]:
        scores = matrix @ weights
        value = (weight * (np.logaddexp(0, scores) - right * scores)).sum()
        chance = 1 / (1 + np.exp(-scores))
        slope = matrix.T @ (weight * (chance - right))
        apart = weights - expected
        return value + (strict * apart) @ apart, slope + 2 * strict * apart

    done = minimize(loss, expected, jac=True, method="L-BFGS-B")
    return {
        name: round(float(w), 3) for name, w in zip(names, done.x, strict=True) if abs(w) > 0.02
    }


SECOND = "second:"
OF_BOTH = 4.0
"""The penalty on what the second reader says of how sure a reading is."""


def with_second(first: Any, texts: list[Text]) -> dict[str, Any]:
    """Return the weights of a first reader with those of a second that is learned on texts."""
    kept = {part: table for part, table in first.items() if not part.startswith(SECOND)}
    return kept | {SECOND + part: table for part, table in learn(texts).items()}


def both_readers(
    texts: list[Text], more: list[Text], folds: int
) -> tuple[list[Record], dict[int, float], dict[str, Any]]:
    """Read each text with a second reader learned on others; return also the weights to keep."""
    first = structure.weights()
    found: list[Record] = []
    beside: list[Record] = []
    for fold in range(folds):
        apart, sentences_apart = texts[fold::folds], more[fold::folds]
        rest = [one for one in more + texts if one not in apart + sentences_apart]
        learned = with_second(first, rest)
        found += records(apart, learned, fold)
        # Made to be misread: of these the articles have too few.
        beside += records(sentences_apart, learned, fold)
    sure: dict[int, float] = {}
    for fold in range(folds):
        others = [one for one in found + beside if one.fold != fold]
        table = calibrated(others, OF_BOTH, first["sure"])
        sure |= {id(one): sureness(one.facts, {"sure": table}) for one in found if one.fold == fold}
    kept = with_second(first, more + texts)
    kept["sure"] = calibrated(found + beside, OF_BOTH, first["sure"])
    kept["said"] = calibrated(
        found + beside, OF_BOTH, first["said"], lambda one: without_sums(one.facts)
    )
    return found, sure, kept


def _taken(one: Record, sure: float) -> bool | None:
    """Return whether the claim that a number becomes is right; None where it becomes none."""
    read = structure_of(one, sure)
    chosen, _ = chosen_of(one.rules, read)
    if chosen is None:
        return None
    return one.rules_right if chosen is one.rules else one.right


def structure_of(one: Record, sure: float) -> Structured:
    return Structured(one.guess, one.scene, one.claim, one.why, sure, one.facts)


def _language(text: Text) -> str:
    return next(part for part in text.name.split("-") if len(part) == 2 and part.isalpha())


def _shown(one: Record, sure: float) -> str:
    """Return a number as it was read beside what it is."""
    d = (one.label or {}).get("definition") or {}
    guess = one.guess
    mark = "ok " if one.right else "BAD" if one.claim else "-- "
    read = (guess.what, guess.kind, ">".join(guess.sides), str(guess.period), str(guess.base))
    kind = f"as {one.claim.kind}" if one.claim else ""
    seller, buyer = d.get("surplus_of") or d.get("exporter"), d.get("partner") or d.get("importer")
    said = (
        d.get("measure"),
        f"{seller}>{buyer}",
        d.get("flow", ""),
        d.get("period"),
        d.get("base"),
    )
    checkable = one.label and one.label["checkable"]
    why = one.rules if isinstance(one.rules, str) else ""
    return (
        f"{mark} {sure:.2f} {one.text.name[:10]} {one.says!r} {' '.join(read)} {kind} | "
        f"{' '.join(map(str, said))} {'' if checkable else 'NOT CHECKABLE'} {why}"
    )


def _report(title: str, found: list[Record], sure: dict[int, float], texts: list[Text]) -> None:
    """Print how many checkable numbers became claims, and how many of these are right."""
    checkable = [label for text in texts for label in text.labels if label["checkable"]]
    print(f"{title}: {len(texts)} texts, {len(checkable)} checkable numbers, {len(found)} numbers")
    ruled = [one for one in found if isinstance(one.rules, Drafted)]
    print(f"rules alone: {sum(one.rules_right for one in ruled)} of {len(ruled)} right")
    for limit in (0.5, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.96, 0.98):
        over = [one for one in found if one.claim is not None and sure[id(one)] >= limit]
        right = sum(one.right for one in over)
        share, whole = right / max(len(over), 1), right / len(checkable)
        print(f"structure from {limit}: {len(over)}, {share:.1%} right, {whole:.1%} of all")
    judged = [(one, _taken(one, sure[id(one)])) for one in found]
    taken = [(one, good) for one, good in judged if good is not None]
    right = sum(good for _, good in taken)
    share, read = right / max(len(taken), 1), len(taken) / len(checkable)
    print(f"claims: {len(taken)} ({read:.1%}), {share:.1%} right, {right / len(checkable):.1%}")
    for name, of_label, of_text in (
        ("language", lambda text, label: _language(text), lambda one: _language(one.text)),
        ("kind", lambda text, label: label["kind"], lambda one: (one.label or {}).get("kind", "-")),
    ):
        labels = Counter(
            of_label(text, label) for text in texts for label in text.labels if label["checkable"]
        )
        claims = Counter(of_text(one) for one, _ in taken)
        good = Counter(of_text(one) for one, right in taken if right)
        for key in sorted({*labels, *claims}):
            print(f"{name} {key}: {labels[key]} checkable, {claims[key]} read, {good[key]} right")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--test", nargs=2, type=Path, metavar=("TEXTS", "LABELS"), default=())
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--from-shipped", action="store_true")
    parser.add_argument("--second", action="store_true")
    parser.add_argument("--folds", type=int, default=4)
    a = parser.parse_args()
    texts = [
        text
        for folder, labels in zip(a.folders[::2], a.folders[1::2], strict=True)
        for text in texts_in(folder, labels)
    ]
    # A text that two sets hold must not be learned in one part and read in another.
    texts = list({squeezed(one.article.text)[0]: one for one in texts}.values())
    folder = Path(__file__).resolve().parents[1] / "tests" / "cases" / "drafting"
    more = [text for path in sorted(folder.glob("*.yaml")) for text in sentences_in(path)]
    if a.second:
        found, sure, learned = both_readers(texts, more, a.folds)
        _report("developing, each text read by a second reader of others", found, sure, texts)
        if a.write:
            _write(learned)
        return
    _first_reader(a, texts, more)


def _first_reader(a: argparse.Namespace, texts: list[Text], more: list[Text]) -> None:
    shipped = structure.weights() if a.from_shipped else None
    found = []
    beside: list[Record] = []
    for fold in range(a.folds):
        apart, other = texts[fold :: a.folds], more[fold :: a.folds]
        learned = learn([one for one in more + texts if one not in apart + other], 2, shipped)
        found += records(apart, learned, fold)
        beside += records(other, learned, fold)
    sure = {}
    for fold in range(a.folds):
        others = [one for one in found + beside if one.fold != fold]
        table = calibrated(others, shipped=shipped["sure"] if shipped else None)
        for one in found:
            if one.fold == fold:
                sure[id(one)] = sureness(one.facts, {"sure": table})
    _report("developing, each text read with weights of others", found, sure, texts)
    if a.show:
        for one in found:
            print(_shown(one, sure[id(one)]))
    if not (a.write or a.test):
        return
    learned = learn(more + texts, 2, shipped)
    sure_before = shipped["sure"] if shipped else None
    learned["sure"] = calibrated(found + beside, shipped=sure_before)
    learned["said"] = calibrated(found + beside, facts_of=lambda one: without_sums(one.facts))
    if a.test:
        test = texts_in(*a.test)
        kept = records(test, learned, 0)
        _report("test", kept, {id(one): sureness(one.facts, learned) for one in kept}, test)
    if a.write:
        _write(learned)


def _write(learned: Any) -> None:
    text = json.dumps(learned, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    WEIGHTS.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
