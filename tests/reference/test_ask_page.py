"""Every command on the page about questions is one that can be asked, and none is forgotten."""

from __future__ import annotations

import re
import shlex
from datetime import date
from pathlib import Path

import pytest

import entrepot as ep
from entrepot.figures.questions import QUESTIONS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "ask-more-than-a-share.md"
ASKED = re.findall(r"^\| [^|]+ \| `(\w+ --[^`]+)` \|", PAGE.read_text(encoding="utf-8"), re.M)
NUMBERS = ("sigma", "production", "least")


@pytest.mark.parametrize("words", ASKED, ids=lambda words: words.split()[0])
def test_what_the_page_asks_can_be_asked(words: str, tmp_path: Path) -> None:
    measure, *rest = shlex.split(words)
    keys = {
        name.removeprefix("--").replace("-", "_"): text
        for name, text in zip(rest[::2], rest[1::2], strict=True)
    }
    figure = ep.ask(measure, lake=tmp_path, **keys)
    assert figure.definition.measure == measure
    assert figure.value is not None or figure.reason
    assert {str(figure.definition.to_dict()[name]) for name in keys if name not in NUMBERS} >= {
        str(date.today().year) if text == "now" else text
        for name, text in keys.items()
        if name in ("importer", "exporter", "period", "listed")
    }
    for name in NUMBERS:
        assert name not in keys or figure.definition.to_dict()[name] == float(keys[name])


def test_the_page_has_every_question_with_a_key_of_its_own() -> None:
    special = {"by", "controls", "hubs", "least", "listed", "production", "sigma", "spot"}
    wanted = {name for name, one in QUESTIONS.items() if special & set(one.reads) or one.months}
    assert wanted <= {words.split()[0] for words in ASKED}
    assert {"cdi", "churn", "real_growth"} <= {words.split()[0] for words in ASKED}
