"""A check shown: page, Markdown, note, ClaimReview; words of others stay words."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from entrepot.claims import Check, check, parse_document
from entrepot.claims.document import Todo
from entrepot.errors import RequestError
from entrepot.report.check_report import (
    ArticleText,
    UnreadText,
    claim_review,
    render_note,
    render_page,
    write_check,
    write_note,
)
from entrepot.report.check_report.entries import clean, entries, escaped, paragraphs, web
from entrepot.report.check_report.save import render_markdown
from entrepot.report.phrasing import cardinal

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "russia-china-dependence.yaml"
HOSTILE = (
    "</script><script>alert(1)</script> <img src=x onerror=alert(2)> 36 % ** {{ 7*7 }} 'q' "
    '\\"d\\" & [l](javascript:x) `c`'
)
TEXT = f'''format: 1
source:
  title: "<script>alert(0)</script> & a title"
  publisher: "<b>Bold</b> Press"
  url: "javascript:alert(3)"
claims:
  - id: "<i>share</i>"
    quote: "{HOSTILE}"
    import_share: {{importer: RUS, exporter: CHN, period: 2025}}
    says: 36 %
    attributed_to: "Gaidar <u>Institute</u>"
'''


@cache
def example() -> Check:
    return check(EXAMPLE)


@cache
def hostile() -> Check:
    return check(parse_document(TEXT))


class Reader(HTMLParser):
    """Counts elements and keeps texts, ids and links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.classes: list[str] = []
        self.data: dict[str, str] = {}
        self._in = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        keys = dict(attrs)
        assert not any(name.startswith("on") for name in keys)
        self.ids += [keys["id"]] if "id" in keys else []
        self.links += [keys["href"]] if tag == "a" else []
        self.classes += [keys.get("class", "")]
        self._in = tag
        if tag == "script":
            assert keys == {"type": "application/ld+json"}

    def handle_data(self, data: str) -> None:
        self.data[self._in] = self.data.get(self._in, "") + data


# The page


def test_every_number_is_marked_with_colour_and_sign_and_leads_to_what_was_found() -> None:
    page = render_page(example())
    marks = re.findall(r'<a class="mark (\w+)[^"]*" href="#(c\d+)"><svg', page)
    assert [verdict for verdict, _ in marks] == [item.verdict for item in example().claims]
    read = Reader(page)
    assert {name for _, name in marks} <= set(read.ids)
    assert len(read.ids) == len(set(read.ids))
    assert {link[1:] for link in read.links if link.startswith("#")} <= set(read.ids)


def test_the_page_shows_all_that_was_found() -> None:
    text = _plain(" ".join(Reader(render_page(example())).data.values()))
    for item in example().claims:
        words = [
            item.says,
            item.reason,
            item.evidence_needed,
            *(one.text for one in item.likely_errors),
        ]
        assert [one for one in words if _plain(one) not in text] == []
    assert "does not round to −6.5" in text
    assert "attributed to" in text


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("'", "’")).casefold()


def test_nothing_comes_from_outside_and_nothing_runs() -> None:
    page = render_page(example())
    read = Reader(page)
    assert not {"img", "link", "iframe", "object", "embed", "form"} & set(read.tags)
    assert read.tags.count("script") == 1
    assert "@import" not in page
    assert "url(" not in page
    assert all(link.startswith(("#", "https://", "http://")) for link in read.links)


def test_a_hostile_text_stays_text() -> None:
    read = Reader(render_page(hostile()))
    assert read.tags.count("script") == 1
    assert not {"img", "b1", "i", "u"} & set(read.tags)
    assert "alert(2)" in " ".join(read.data.values())
    assert not any("javascript" in link for link in read.links)
    assert json.loads(read.data["script"]) == claim_review(hostile())


def test_the_same_check_gives_the_same_page() -> None:
    assert render_page(example()) == render_page(check(EXAMPLE))


def test_a_text_without_a_slip_or_conflict_has_no_empty_headings() -> None:
    honest = check(
        parse_document(
            "format: 1\nsource: {title: One}\nclaims:\n  - {id: a, value: {exporter: CHN, "
            "importer: RUS, flow: both, period: 2024}, says: $245 bn}\n"
        )
    )
    page = render_page(honest)
    assert "Figures that contradict each other" not in page
    assert "Likely error<" not in page
    assert "1 claim: 1 supported." in page


def test_a_text_without_claims_says_so() -> None:
    none = replace(hostile(), claims=(), conflicts=())
    page = render_page(none, ArticleText("Nothing.", {}))
    assert "The text makes no claim that can be read." in page
    assert "No figure in the text could be tested." in page
    assert "mark " not in page.split("</style>")[1]
    assert "no figure that could be tested" in render_note(none)
    assert render_markdown(none).startswith("# ")
    assert claim_review(none)["@graph"] == []


# The text


def _shown(found: Check, article: ArticleText | None = None) -> str:
    return "\n".join("".join(p.text for p in held) for held in paragraphs(found, article))


def test_an_article_is_shown_whole_with_its_numbers_in_place() -> None:
    body = "A head.\n\nChina supplied 36 % of what\nRussia imported. It was 42 of it.\n\nThe end."
    start, odd = body.index("36 %"), body.index("It was 42")
    claim = hostile().claims[0].id
    left = UnreadText(odd, odd + len("It was 42 of it."), "no measure")
    article = ArticleText(body, {claim: (start, start + 4)}, (left,))
    held = paragraphs(hostile(), article)
    assert len(held) == 3
    pieces = [piece for one in held for piece in one]
    assert [(p.text, p.claim) for p in pieces if p.claim] == [("36\u00a0%", claim)]
    assert [p.text for p in pieces if p.why] == ["It was 42 of it."]
    words = _shown(hostile(), article).replace("\u00a0", " ")
    assert words.split() == body.split()
    assert "no measure" in render_page(hostile(), article)


@pytest.mark.parametrize("places", [{}, {"a": (0, 4)}, {"a": (0, 4), "b": (2, 6)}, {"b": (8, 9)}])
@pytest.mark.parametrize(
    "left", [(), (UnreadText(1, 9, "why"),), (UnreadText(0, 10, "why"), UnreadText(3, 5, "w"))]
)
def test_no_letter_of_an_article_is_lost_or_said_twice(
    places: dict[str, tuple[int, int]], left: tuple[UnreadText, ...]
) -> None:
    assert _shown(hostile(), ArticleText("0123456789", places, left)) == "0123456789"


def test_a_quote_without_its_number_gets_it_behind() -> None:
    words = TEXT.replace("36 %\n", "half\n")
    held = paragraphs(check(parse_document(words)), None)
    assert held[0][-1].text == "half"
    assert held[0][-1].claim


def test_clean_drops_what_a_screen_would_obey() -> None:
    assert clean("a\x1b[2Jb\x07\u202ec\nd") == "a[2Jbc\nd"
    assert web("javascript:alert(1)") == web("data:text/html,x") == web('https://a"b') == ""
    assert web("https://a.b/c?d=e") == "https://a.b/c?d=e"


# Markdown


def test_markdown_has_every_claim_and_nothing_to_read_from_others() -> None:
    text = render_markdown(example())
    assert text.count("### ") == len(example().claims)
    assert all(sign in text for sign in "×≠?✓")
    wild = render_markdown(hostile())
    for sign in ("<script", "<img", "**bold", "[l]("):
        assert not re.search(rf"(?<!\\){re.escape(sign)}", wild)
    assert escaped("a*b_c`d\n# e") == r"a\*b\_c\`d \# e"


# The note


NEUTRAL = re.compile(
    r"\b(false|lie|lies|lied|lying|wrong|fake|mistake\w*|error\w*|bogus|mislead\w*|blunder\w*|"
    r"incorrect\w*|untrue|fail\w*|careless\w*|propaganda)\b",
    re.IGNORECASE,
)


def test_the_note_names_only_what_does_not_stand() -> None:
    note = render_note(example()).replace("\u00a0", " ")
    shown = [item for item in example().claims if item.verdict in ("inconsistent", "differs")]
    printed = [f"{place}. As published: {item.says}" for place, item in enumerate(shown, 1)]
    assert [words for words in printed if words not in note] == []
    assert note.count("As published:") == len(shown)
    assert note.count("Corrected value:") == len(shown)


WRONG_SUM = """format: 1
source: {title: A wrong sum, date: 2024-02-10}
claims:
  - id: out
    quote: q
    says: $111 billion
    value: {exporter: CHN, importer: RUS, period: 2023}
  - id: back
    quote: q
    says: $129 billion
    value: {exporter: RUS, importer: CHN, period: 2023}
  - id: both
    quote: q
    says: $260 billion
    value: {exporter: CHN, importer: RUS, flow: both, period: 2023}
"""


def test_a_published_figure_to_which_the_parts_add_up_decides_a_wrong_sum() -> None:
    found = check(parse_document(WRONG_SUM))
    (item,) = [one for one in found.claims if one.verdict == "inconsistent"]
    assert item.id == "both"
    assert "do not decide it" not in item.reason
    assert "has USD 240.1 bn" in item.reason
    assert "Corrected value: USD 240.1 bn." in render_note(found).replace("\u00a0", " ")


def test_no_number_is_corrected_to_a_figure_that_does_not_decide_it() -> None:
    checked = check(parse_document(WRONG_SUM))
    kept = [
        replace(
            one,
            reason=f"Contradicts it; published figures do not decide it: {one.reason}",
            likely_errors=(),
        )
        for one in checked.claims
    ]
    note = render_note(replace(checked, claims=tuple(kept)))
    assert "As published: $260 billion" in note
    assert "Corrected value" not in note


def test_the_note_is_neutral_and_has_sources_and_arithmetic() -> None:
    for found in (example(), hostile()):
        note = re.sub(r"https?://\S+", "", render_note(found))
        for item in found.claims:
            note = note.replace(item.claim.quote, "")
        assert not NEUTRAL.search(note), NEUTRAL.search(note)
    note = render_note(example())
    assert note.count("https://") >= 5
    assert "0.472 × (−3.4) + 0.528 × (−9.9) = −6.83" in note
    assert max(len(line) for line in note.splitlines()[1:] if "http" not in line) <= 78


def test_the_words_of_the_rule_would_be_found() -> None:
    assert NEUTRAL.search("The number is wrong.")
    assert NEUTRAL.search("a Mistake")


def test_a_note_about_nothing_says_so() -> None:
    text = TEXT.replace("36 %\n", "39 %\n").replace("  url: ", "  date: 2026-05\n  url: ")
    found = check(parse_document(text))
    assert not found.found_something
    note = " ".join(render_note(found).split())
    assert "No figure was found to differ" in note
    assert "one figure agreed with the quoted source only" in note  # which is no second source
    assert "agreed with a source" not in note


def test_a_note_tells_what_was_not_tested_from_what_agreed() -> None:
    found = example()
    note = " ".join(render_note(replace(found, todo=(Todo("A sentence.", "3"),))).split())
    held, untested = found.summary["supported"], found.summary["not_enough_evidence"]
    assert held
    assert untested
    assert f"{cardinal(held)} figures agreed with a source" in note
    assert "five figures agreed with the quoted source only" in note
    assert "three figures are not decided by published figures" in note
    assert "one figure could not be tested" in note
    assert untested == 5 + 3 + 1
    assert "One more figure in the text could not be interpreted" in note


def test_a_figure_that_evidence_contradicts_is_not_called_untested() -> None:
    """German magnets from China are 82.5 % in 2022: the note said that 61 % was not tested."""
    entry = (
        "  - id: magnets\n    says: 61 %\n    read_once: true\n    import_share: {exporter: CHN, "
        "importer: DEU, goods: '850511', period: 2022}\n"
    )
    found = check(parse_document(f"format: 1\nsource: {{title: A}}\nclaims:\n{entry}"))
    note = " ".join(render_note(found).replace("\xa0", " ").split())
    assert "may have been misread (61 %, against 82.5 %)" in note
    assert "tested" not in note


def test_a_settled_difference_asks_for_no_evidence() -> None:
    entry = (
        "  - id: magnets\n    says: 61 %\n    import_share: {exporter: CHN, importer: DEU, "
        "goods: '850511', period: 2022}\n"
    )
    found = check(parse_document(f"format: 1\nsource: {{title: A}}\nclaims:\n{entry}"))
    assert [(one.verdict, one.evidence_needed) for one in found.claims] == [("differs", "")]
    assert "Evidence needed" not in render_page(found)


def test_evidence_that_the_reason_asks_for_is_not_asked_for_again() -> None:
    found = {one.id: one for one in entries(example())}
    assert "evidence needed: exports from China to Mexico in 2025" in found["like-mexico"].reason
    assert found["like-mexico"].evidence_needed == ""
    assert found["share-of-russian-exports"].evidence_needed


def test_a_note_is_no_all_clear_while_figures_are_open() -> None:
    text = TEXT.replace("36 %\n", "39 %\n").replace("  url: ", "  date: 2026-05\n  url: ")
    found = check(parse_document(text))
    note = " ".join(render_note(found, unsettled=3).split())
    assert "No figure that is settled was found to differ" in note
    assert "Three figures of the text are still open, so this note is not about them." in note
    assert "still open" in render_note(replace(found, claims=()), unsettled=1)
    assert "One figure of the text is still open" in " ".join(
        render_note(example(), unsettled=1).split()
    )


TWO_COUNTS = """format: 1
source: {title: Two counts}
claims:
  - {id: sold, value: {exporter: CHN, importer: KAZ, period: 1999}, says: $24.7 billion,
     attributed_to: Chinese customs}
  - {id: trade, value: {exporter: KAZ, importer: CHN, flow: both, period: 1999}, says: $22 billion}
"""


def test_what_two_countries_may_count_is_headed_so_and_no_error() -> None:
    found = check(parse_document(TWO_COUNTS))
    assert not found.found_something
    note = " ".join(render_note(found).split())
    assert (
        "## Figures that contradict each other within one country’s statistics\n"
        in render_markdown(found)
    )
    assert (
        "Two of its numbers contradict each other within one country’s statistics"
        in render_page(found)
    )
    assert (
        "Figures in the text that contradict each other within one country’s statistics: - "
        "$24.7 billion" in note
    )
    assert "agree only if they come from two countries’ statistics" in note
    assert "No figure was found" not in note
    assert "As published" not in note
    assert "within one country" not in render_markdown(check(parse_document(TYPO)))


TYPO = """format: 1
source: {title: One typo}
claims:
  - {id: there, value: {exporter: CHN, importer: RUS, period: 2022}, says: $76.12 billion}
  - {id: there-growth, growth: {exporter: CHN, importer: RUS, period: 2022, base: 2021,
     currency: USD}, says: rose 12.8 percent}
  - {id: back, value: {exporter: RUS, importer: CHN, period: 2022, reporter: CHN},
     says: $104.15 billion}
  - {id: back-growth, growth: {exporter: RUS, importer: CHN, period: 2022, base: 2021,
     currency: USD, reporter: CHN}, says: rose 43.4 percent}
  - {id: both, value: {exporter: CHN, importer: RUS, flow: both, period: 2022},
     says: $190.27 billion}
  - {id: both-growth, growth: {exporter: CHN, importer: RUS, flow: both, period: 2022, base: 2021,
     currency: USD}, says: grew 29.3 percent}
"""


def test_one_error_is_told_once() -> None:
    found = check(parse_document(TYPO))
    (block,) = found.blocks
    assert block.blamed == ("back",)
    assert len(found.conflicts) > 1
    page, markdown, note = render_page(found), render_markdown(found), render_note(found)
    words = " ".join(note.split())
    for text in (page, markdown, words):
        assert "104.15" in text
        assert text.count("It also conflicts with") == 1
        assert text.count(found.conflicts[1].because) == 0
    assert page.count('<div class="conflict">') == 1
    assert "more such conflict" not in page
    assert len(re.findall(r"(?m)^- ", note)) == 1


def test_the_steps_of_a_sum_stand_one_below_the_other() -> None:
    page = render_page(check(parse_document(TYPO)))
    (shown,) = re.findall(r"<h3>Arithmetic</h3>\s*(<ol.*?</ol>)", page, flags=re.DOTALL)[:1]
    assert shown.count("<li>") > 1
    assert "; " not in shown
    assert page.count("Corrected value") == 0  # the slip's own sentence says it


def test_what_was_not_looked_for_to_the_end_is_said_everywhere() -> None:
    limit = "There may be more conflicts than those listed: too many claims share their flows."
    cut = replace(example(), limits=(limit,))
    shown = (render_page(cut), render_markdown(cut), " ".join(render_note(cut).split()), str(cut))
    for text in shown:
        assert limit.replace(":", "\\:") in text or limit in text
    assert all(limit not in render(example()) for render in (render_page, render_markdown))


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    assert write_check(example(), tmp_path / "new" / "found.html").is_file()


# ClaimReview


def test_claim_review_has_the_fields_of_schema_org() -> None:
    data = claim_review(example())
    assert data["@context"] == "https://schema.org"
    assert len(data["@graph"]) == len(example().claims)
    for review, item in zip(data["@graph"], example().claims, strict=True):
        assert review["@type"] == "ClaimReview"
        assert review["claimReviewed"]
        assert review["author"] == {"@type": "Organization", "name": "Entrepôt"}
        claim = review["itemReviewed"]
        assert claim["@type"] == "Claim"
        # A number that the text misquotes is its own, not that of whom it names.
        misquoted = item.reason.startswith("The quoted source has")
        author = "" if misquoted else item.claim.attributed_to
        assert claim["author"]["name"] == (author or "The Moscow Times")
        assert claim["appearance"]["headline"] == example().source.title
        rating = review["reviewRating"]
        assert rating["@type"] == "Rating"
        assert rating["alternateName"].startswith(
            {"not_enough_evidence": "Not enough evidence"}.get(
                item.verdict, item.verdict.capitalize()
            )
        )
        assert "ratingValue" not in rating
        assert rating["ratingExplanation"]


def test_claim_review_leaves_out_what_is_not_known() -> None:
    assert "url" not in json.dumps(claim_review(hostile()))
    assert "" not in _leaves(claim_review(hostile()))
    known = check(parse_document(TEXT.replace("javascript:alert(3)", "https://a.example/b")))
    claim = claim_review(known)["@graph"][0]["itemReviewed"]
    assert claim["appearance"]["url"] == "https://a.example/b"


def _leaves(data: Any) -> list[Any]:
    if isinstance(data, dict):
        return [leaf for value in data.values() for leaf in _leaves(value)]
    if isinstance(data, list):
        return [leaf for value in data for leaf in _leaves(value)]
    return [data]


# Files


def test_each_suffix_writes_its_format(tmp_path: Path) -> None:
    starts = {
        ".html": "<!doctype html>",
        ".md": "# ",
        ".json": "{",
        ".jsonld": "{",
        ".txt": example().source.title,
    }
    for suffix, start in starts.items():
        path = write_check(example(), tmp_path / f"found{suffix}")
        assert path.read_text(encoding="utf-8").startswith(start)
    assert write_note(example(), tmp_path / "note.txt").stat().st_size > 1000
    assert len(list(tmp_path.iterdir())) == len(starts) + 1


def test_reviews_in_a_file_cannot_end_the_element_that_they_are_put_into(tmp_path: Path) -> None:
    """A quotation with an end of a script ran what came behind it, on the page of who used it."""
    text = write_check(hostile(), tmp_path / "found.jsonld").read_text(encoding="utf-8")
    assert not set("<>&") & set(text)
    assert json.loads(text) == claim_review(hostile())


@pytest.mark.parametrize("name", ["found.docx", "found"])
def test_a_name_that_cannot_be_written_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RequestError):
        write_check(example(), tmp_path / name)
    with pytest.raises(RequestError):
        write_note(example(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []
