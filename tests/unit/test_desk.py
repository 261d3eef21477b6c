"""What the reading desk is told: numbers, best guesses, verdicts, and what each answer leads to."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
import yaml
from yaml.reader import Reader

from entrepot.claims import check, parse_document
from entrepot.claims.draft import article_of
from entrepot.errors import RequestError
from entrepot.report import desk
from entrepot.report.desk import check_desk, render_desk, sheet, verdicts_on

pytestmark = pytest.mark.slow

TEXT = (
    "China's exports to Russia fell by 3.4 % in 2025. Trade between China and Russia was "
    "1.63 trillion yuan in 2025. Everything else rose by 12 %."
)
TRADE = {"exporter": "CHN", "importer": "RUS", "flow": "both", "period": "2025"}


def number(index: int, claim: dict[str, Any], *, is_open: bool = False) -> dict[str, Any]:
    return {"index": index, "claim": claim, "open": is_open}


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    return sheet(article_of(TEXT, date="2026-01-21"))


def test_each_number_stands_where_the_text_has_it(shown: dict[str, Any]) -> None:
    text = shown["text"]
    assert [one["index"] for one in shown["numbers"]] == [1, 2, 3]
    for one in shown["numbers"]:
        assert text[one["start"] : one["end"]] == one["says"]
        assert one["says"] in one["quote"]
        assert one["quote"] in text
    json.dumps(shown)


def test_a_rate_without_a_currency_asks_for_it_and_one_with_it_does_not(
    shown: dict[str, Any],
) -> None:
    first, second, _ = shown["numbers"]
    assert first["state"] == "open"
    money = first["fields"]["currency"]
    assert {money["value"], *money["candidates"]} >= {"CNY", "USD"}
    assert second["state"] == "interpreted"
    assert "currency" not in second["fields"]


@pytest.mark.parametrize(
    ("before", "likely"), [("$76 billion", "USD"), ("500 billion yuan", "CNY"), ("", "CNY")]
)
def test_a_rate_is_likely_to_be_in_the_currency_of_the_amounts_before_it(
    before: str, likely: str
) -> None:
    levels = f"Exports from China to Russia were worth {before} in 2022. " if before else ""
    told = sheet(article_of(f"{levels}China's exports to Russia rose by 46 % in 2023."))
    money = told["numbers"][-1]["fields"]["currency"]
    assert money["value"] == likely
    assert {money["value"], *money["candidates"]} >= {"USD", "CNY"}


def test_answers_to_each_question_have_the_verdicts_of_their_own_claims() -> None:
    """Verdicts stood by place: the currency question showed those of the importer's."""
    text = (
        "Exports from China to Russia were worth $111 billion in 2023, after $76 billion in 2022. "
        "They rose by 46 % in 2023."
    )
    page = render_desk(article_of(text))
    inside = re.search(r'<script type="application/json" id="sheet">(.*?)</script>', page, re.S)
    assert inside is not None
    data = json.loads(inside[1])
    rate = next(one for one in data["numbers"] if "46" in one["says"])
    held = data["tested"]["tries"][str(rate["index"])]
    assert set(held) == {"importer", "exporter", "counted"}
    for name, outcomes in held.items():
        for value, outcome in outcomes.items():
            claim = json.loads(json.dumps(rate["claim"]))
            claim.pop("read_once", None)
            claim["growth"]["currency" if name == "counted" else name] = value
            others = [one for one in data["numbers"] if one["state"] == "interpreted"]
            told = verdicts_on(text, {"title": "A"}, [*others, {**rate, "claim": claim, "open": 0}])
            index = str(rate["index"])
            if index in told["refused"]:
                assert outcome == {"refused": told["refused"][index]}
            else:
                assert outcome["verdict"] == told["verdicts"][index]["verdict"]
    assert held["counted"]["CNY"]["verdict"] == "differs"


def test_what_was_not_understood_has_a_guess_and_no_verdict(shown: dict[str, Any]) -> None:
    last = shown["numbers"][-1]
    assert last["state"] == "not_interpreted"
    assert last["why"]
    assert last["fields"]["measure"]["value"] == "growth"
    said = {field["certainty"] for field in last["fields"].values()}
    assert said <= {"stated", "inferred", "best guess", "open"}
    assert "3" not in shown["tested"]["verdicts"]


def test_the_verdicts_are_those_of_a_check_of_the_same_claims(shown: dict[str, Any]) -> None:
    claims = [one["claim"] for one in shown["numbers"] if one["claim"]]
    lines = [f"  - {json.dumps({'id': str(i), **claim})}" for i, claim in enumerate(claims, 1)]
    source = json.dumps({key: value for key, value in shown["source"].items() if value})
    file = "\n".join(["format: 1", f"source: {source}", "claims:", *lines])
    found = {one.id: one.verdict for one in check(parse_document(file)).claims}
    numbers = [number(i, claim) for i, claim in enumerate(claims, 1)]
    told = verdicts_on(TEXT, shown["source"], numbers)
    assert {name: one["verdict"] for name, one in told["verdicts"].items()} == found
    assert told["note"].startswith("Subject: ")


WRONG = number(1, {"quote": "", "value": TRADE, "says": "9.63 trillion yuan"})
RIGHT = number(2, {"quote": "", "value": TRADE, "says": "1.63 trillion yuan"})


def test_a_claim_with_an_open_field_puts_no_verdict_on_another() -> None:
    source = {"title": "A text"}
    both = verdicts_on(TEXT, source, [WRONG, RIGHT])
    assert both["conflicts"][0]["numbers"] == ["1", "2"]
    assert both["conflicts"][0]["if"] == []
    doubtful = verdicts_on(TEXT, source, [WRONG | {"open": True}, RIGHT])
    assert doubtful["verdicts"]["2"] == verdicts_on(TEXT, source, [RIGHT])["verdicts"]["2"]
    assert doubtful["conflicts"][0]["if"] == ["1"]
    assert "9.63" not in doubtful["note"]
    assert "9.63" in both["note"]


def test_the_box_of_a_conflict_says_the_likely_error_of_its_numbers() -> None:
    text = (
        "China's exports to Russia were $111 billion in 2023, and its imports from Russia $129 "
        "billion. Trade between China and Russia was $420 billion in 2023."
    )
    told = verdicts_on(text, {"title": "A"}, sheet(article_of(text))["numbers"])
    said = [one["error"] for one in told["verdicts"].values() if one["error"]]
    assert said == ["$420 billion fits as $240 billion, two digits exchanged."]
    [conflict] = told["conflicts"]
    assert conflict["errors"] == said


def test_each_answer_is_tried_with_all_other_claims_as_they_stand() -> None:
    claims = [{**RIGHT["claim"], "says": f"{value} trillion yuan"} for value in ("1.63", "9.63")]
    told = verdicts_on(TEXT, {"title": "A"}, [RIGHT], tries={"1": [*claims, {"says": "nothing"}]})
    first, second, third = told["tries"]["1"]
    assert first["verdict"] == "supported"
    assert second["verdict"] in ("inconsistent", "differs")
    assert third["refused"]


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        ({"value": {**TRADE, "importer": "Rusnia"}, "says": "3 %"}, "Rusnia"),
        ({"value": TRADE, "says": "a lot"}, "a lot"),
        ({"value": TRADE, "says": "3 bn dollars", "quote": "Never said."}, "not in the text"),
        ({"says": "3 %"}, "exactly one quantity"),
        ({"value": TRADE, "says": "3 bn dollars", "colour": "red"}, "colour"),
        ({"value": "all", "says": "3 bn dollars"}, "value"),
    ],
)
def test_a_claim_that_no_file_would_take_is_refused_alone(
    claim: dict[str, Any], words: str
) -> None:
    told = verdicts_on(TEXT, {"title": "A"}, [number(1, claim), RIGHT])
    assert words in told["refused"]["1"]
    assert list(told["verdicts"]) == ["2"]


def test_too_many_claims_are_refused_with_what_to_do() -> None:
    with pytest.raises(RequestError, match="more than 200 claims"):
        verdicts_on(TEXT, {"title": "A"}, [number(i, RIGHT["claim"]) for i in range(201)])


def test_as_a_file_it_names_its_own_style_and_program_and_carries_the_text_as_data() -> None:
    hostile = f"{TEXT} </script><script>alert(1)</script>"
    page = render_desk(article_of(hostile))
    assert page == render_desk(article_of(hostile))
    assert "alert(1)</script>" not in page
    assert "default-src 'none'" in html.unescape(page)
    inside = re.search(r'<script type="application/json" id="sheet">(.*?)</script>', page, re.S)
    assert inside is not None
    data = json.loads(inside[1])
    assert data["text"] == hostile
    assert len(data["tested"]["tries"]["1"]["counted"]) >= 2
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", page)


def test_a_file_name_of_another_kind_is_refused() -> None:
    from pathlib import Path

    with pytest.raises(RequestError, match="reading desk"):
        check_desk(Path("desk.yaml"))


def test_a_claim_with_open_keys_is_kept_and_not_tested() -> None:
    file = parse_document(
        "format: 1\nsource: {title: A}\nclaims:\n"
        "  - {id: a, growth: {exporter: CHN, importer: RUS, period: 2025}, says: -3 %, "
        "open: [currency]}\n"
    )
    assert file.claims == ()
    assert file.todo[0].why == "open: currency"


def test_a_claims_file_can_carry_every_text_that_is_read() -> None:
    found = sheet(article_of("China supplied 57\ufffe% of Russia's imports\uffff\x9f in 2023."))
    assert found["numbers"]
    for one in found["numbers"]:
        assert not Reader.NON_PRINTABLE.search(one["quote"] + one["says"])
        assert yaml.safe_load(json.dumps(one["quote"], ensure_ascii=False)) == one["quote"]


@pytest.mark.parametrize("sign", ["\ufffe", "\uffff", "\x9f"])
def test_a_publisher_is_kept_without_what_a_claims_file_cannot_carry(sign: str) -> None:
    assert article_of(TEXT, publisher=f"Daily{sign}News").publisher == "Daily News"


@pytest.mark.parametrize(
    "piece", ["The deficit with China was 3 tons. ", "all else rose by 12 %, ", "其他上升12%，"]
)
def test_guesses_read_no_sentence_and_no_paragraph_anew_for_each_number(
    monkeypatch: pytest.MonkeyPatch, piece: str
) -> None:
    read: list[int] = []
    for name in ("marks", "when"):
        real = getattr(desk, name)

        def counted(text: str, *rest: Any, real: Any = real) -> Any:
            read.append(len(text))
            return real(text, *rest)

        monkeypatch.setattr(desk, name, counted)

    def cost(times: int) -> int:
        read.clear()
        assert len(sheet(article_of(piece * times))["numbers"]) == times
        return sum(read)

    assert 0 < cost(120) < 3.3 * cost(60)  # four times as much, if all is read for each number


def test_a_sentence_of_many_numbers_is_not_quoted_whole_for_each() -> None:
    """A text of 90 kB was answered with 24 MB."""
    text = "China exported 5 million dollars" + ", 6 million, 7 %" * 5300 + "."
    found = sheet(article_of(text), tested=False)
    assert len(found["numbers"]) > 10_000
    assert all(one["says"] in one["quote"] for one in found["numbers"])
    assert all(one["quote"] in text for one in found["numbers"])
    assert len(json.dumps(found)) < 10_000_000
    # One of usual length is quoted whole.
    text = f"The {'very ' * 40}large exports to Russia fell by 3.4 % in {'long ' * 40}2025."
    [one, *_] = sheet(article_of(text), tested=False)["numbers"]
    assert one["quote"] == text
