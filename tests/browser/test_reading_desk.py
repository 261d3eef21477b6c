"""The reading desk in headless Chromium: from paste to verdicts by keyboard, on any screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.browser.test_brief_page import SCREENS, violations

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

COUNTRIES = ("India", "Brazil", "Japan", "Mexico", "Vietnam", "Turkey", "Norway", "Chile")
ARTICLE = "\n\n".join(
    (
        "The year in trade",
        "publisher: The Trade Gazette\ndate: 2026-01-21",
        "China's exports to Russia fell by 3.4 % in 2025.",
        "Russia's exports to China fell by 9.9 % in 2025.",
        "Trade between China and Russia was 1.63 trillion yuan in 2025.",
        *(
            f"China's exports to {one} were ${100 + place} billion in 2024. China's share of "
            f"{one}'s imports was {20 + place} % in 2024."
            for place, one in enumerate(COUNTRIES)
        ),
        "Everything else, a trader said, rose by 12 %.",
    )
)
"""Twenty numbers: 17 that are read, two rates that name no currency, one that says little."""
HOSTILE = (
    "China's exports to Russia fell by 3.4 % in 2025 <img src=x onerror=document.title='taken'>"
    "</script><script>document.title='taken'</script> & \u2028 `${1}`."
)


def read_text(page: Page, text: str) -> None:
    page.locator("#text:focus").wait_for()  # the cursor is in the field, by itself
    page.keyboard.insert_text(text)
    page.keyboard.press("Control+Enter")
    page.locator(".num, .kicker:text-matches('^[45]')").first.wait_for()
    assert page.locator(".num").count(), page.locator("main").inner_text()


def settled(page: Page) -> str:
    return page.locator(".prog").inner_text()


def quiet(page: Page) -> None:
    """Wait until nothing is being tested."""
    page.locator("#desk:not([aria-busy=true])").wait_for()


def test_twenty_numbers_from_paste_to_verdicts_by_keyboard_alone(
    open_page: object, site: str, tmp_path: Path
) -> None:
    from entrepot.claims import check, read_document

    watched = open_page(site, "/desk")
    page = watched.page
    read_text(page, ARTICLE)
    assert page.locator(".num").count() == 20
    quiet(page)
    page.keyboard.press("Shift+A")
    assert not settled(page).startswith("0 ")
    for _ in range(40):
        if settled(page) == "20 of 20 settled":
            break
        quiet(page)
        here = page.locator("#panel").inner_text()
        if "Not interpreted" in here:
            page.keyboard.press("c")
            for field, words in (("importer", "Russia"), ("exporter", "China"), ("period", "2025")):
                assert page.locator(f"#panel [name={field}]").count() == 1
                for _ in range(12):
                    name = page.evaluate("document.activeElement.name")
                    if name == field:
                        break
                    page.keyboard.press("Shift+Tab" if name in ("attributed_to", "says") else "Tab")
                page.keyboard.press("Control+A")
                page.keyboard.insert_text(words)
            page.keyboard.press("Enter")
            assert "12 %" in page.locator("#panel").inner_text()
        elif page.locator(".opt").count():
            page.keyboard.press("1")
        page.keyboard.press("a")
    assert settled(page) == "20 of 20 settled"
    quiet(page)
    assert page.locator("h2").first.is_visible()
    assert "All 20 settled" in page.locator("#desk").inner_text()
    with page.expect_download() as saving:
        page.keyboard.press("w")
    file = tmp_path / "claims.yaml"
    saving.value.save_as(file)
    found = check(read_document(file))
    assert len(found.claims) == 20
    names = {
        "inconsistent": "Inconsistent",
        "differs": "Differs from the evidence",
        "not_enough_evidence": "Not enough evidence",
        "supported": "Supported",
    }
    shown = page.evaluate(
        "[...document.querySelectorAll('.num')].map(n => n.getAttribute('aria-label'))"
    )
    for item, words in zip(found.claims, shown, strict=True):
        expected = names.get(item.verdict, item.verdict)
        if item.qualifier == "quoted source only":
            expected = "Matches the quoted source only"
        assert expected in words, (item.id, words)
    watched.check()


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_the_desk_is_for_everybody(open_page: object, site: str, width: int, scheme: str) -> None:
    watched = open_page(site, "/desk", width, scheme)
    page = watched.page
    assert violations(page) == []
    read_text(page, ARTICLE)
    quiet(page)
    assert page.locator(".opt").count() > 1
    assert violations(page) == []
    page.keyboard.press("m")
    page.keyboard.press("c")
    assert violations(page) == []
    page.keyboard.press("Escape")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    assert violations(page) == []
    assert page.url == f"{site}/desk"
    watched.check()


def test_an_answer_shows_its_verdict_before_it_is_given_and_undo_takes_it_back(
    open_page: object, site: str
) -> None:
    page = open_page(site, "/desk").page
    read_text(page, ARTICLE)
    quiet(page)
    options = page.locator(".opt")
    offered = options.nth(0).locator(".chip").inner_text()
    assert page.locator("#n1").get_attribute("data-s") == "unsure"
    page.keyboard.press("1")
    quiet(page)
    assert page.locator("#n1").get_attribute("data-s") == "tested"
    assert offered in page.locator("#n1").get_attribute("aria-label")
    assert page.evaluate("document.activeElement.id") == "n1"
    page.keyboard.press("z")
    assert page.locator("#n1").get_attribute("data-s") == "unsure"
    page.keyboard.press("x")
    assert page.locator("#n1").get_attribute("data-s") == "nota"
    assert settled(page) == "1 of 20 settled"
    page.keyboard.press("z")
    assert settled(page) == "0 of 20 settled"


RISING = (
    "Exports from China to Russia were worth $111 billion in 2023, after $76 billion in 2022. "
    "In all, exports rose by 46 % in 2023."
)
"""Its last number leaves importer and exporter open, one question after the other."""


@pytest.mark.parametrize("as_file", [False, True])
def test_every_answer_leads_to_the_verdict_that_it_shows(
    open_page: object, site: str, tmp_path: Path, as_file: bool
) -> None:
    """The verdicts of the first question stood beside the answers to all later ones."""
    if as_file:
        from entrepot.claims.draft import article_of
        from entrepot.report.desk import write_desk

        file = write_desk(article_of(RISING), tmp_path / "desk.html")
        page = open_page(file.as_uri(), "").page
    else:
        page = open_page(site, "/desk").page
        read_text(page, RISING)
    page.locator("#n3").click()
    asked = []
    while page.locator(".opt").count():
        quiet(page)
        asked.append(page.locator(".ask h2").inner_text())
        for place in range(page.locator(".opt").count()):
            shown = page.locator(".opt").nth(place).locator(":scope > :last-child").inner_text()
            page.keyboard.press(str(place + 1))
            quiet(page)
            panel = page.locator("#panel").inner_text()
            if shown == "cannot be":
                assert "This cannot be tested" in panel
            else:
                assert shown
                verdict = page.locator("#panel .verd .chip").first.inner_text()
                assert verdict.startswith(shown), (asked, place)
            page.keyboard.press("z")
            quiet(page)
        page.keyboard.press("1")
    assert len(asked) == 2


def test_no_key_acts_while_a_field_has_the_focus_or_when_letters_are_off(
    open_page: object, site: str
) -> None:
    page = open_page(site, "/desk").page
    read_text(page, ARTICLE)
    page.keyboard.press("c")
    page.locator("#panel [name=period]").focus()
    page.keyboard.type("ajx")
    assert "ajx" in page.locator("#panel [name=period]").input_value()
    page.keyboard.press("Escape")
    assert settled(page) == "0 of 20 settled"
    page.keyboard.press("?")
    page.get_by_label("Switch off keys of a single letter").check()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("x")
    assert settled(page) == "0 of 20 settled"
    page.get_by_role("button", name="X not a trade figure").click()
    assert settled(page) == "1 of 20 settled"


def test_choices_stay_in_the_browser_and_the_text_is_in_no_address(
    open_page: object, site: str
) -> None:
    watched = open_page(site, "/desk")
    page = watched.page
    sent: list[tuple[str, str]] = []
    page.on("request", lambda one: sent.append((one.method, one.url)))
    read_text(page, ARTICLE)
    quiet(page)
    page.keyboard.press("2")
    page.keyboard.press("a")
    before = settled(page)
    assert before != "0 of 20 settled"
    page.reload()
    page.locator(".num").first.wait_for()
    assert settled(page) == before
    assert all(method == "GET" or url == f"{site}/api/desk" for method, url in sent)
    assert not any("Gazette" in url or "3.4" in url for _, url in sent)
    page.get_by_role("button", name="Another text").click()
    page.locator("#text").fill("Words first. " + ARTICLE)  # the sentences are the same
    page.keyboard.press("Control+Enter")
    page.locator(".num").first.wait_for()
    assert settled(page) == before


def test_hostile_words_stay_words(open_page: object, site: str) -> None:
    watched = open_page(site, "/desk")
    page = watched.page
    read_text(page, HOSTILE)
    quiet(page)
    assert page.title() == "Reading desk · Entrepôt"
    assert page.locator("article img, article script").count() == 0
    assert "<img src=x" in page.locator("article").inner_text()
    watched.check()


def test_a_text_without_numbers_and_none_at_all(open_page: object, site: str) -> None:
    page = open_page(site, "/desk").page
    page.locator("textarea:focus").wait_for()  # the page's script gives it the cursor
    page.keyboard.press("Control+Enter")
    page.get_by_role("status").filter(has_text="no text").wait_for()
    page.keyboard.insert_text("Nothing is counted here.")
    page.keyboard.press("Control+Enter")
    page.get_by_text("No trade figure found in 4 words.").wait_for()
    assert violations(page) == []


def test_as_a_file_it_works_alone_and_holds_a_hostile_text(
    open_page: object, site: str, tmp_path: Path
) -> None:
    from entrepot.claims import read_document
    from entrepot.claims.draft import article_of
    from entrepot.report.desk import write_desk

    file = write_desk(article_of(f"{ARTICLE}\n\n{HOSTILE}"), tmp_path / "desk.html")
    watched = open_page(file.as_uri(), "")
    page = watched.page
    page.locator(".num").first.wait_for()
    assert "taken" not in page.title()
    assert violations(page) == []
    offered = page.locator(".opt .chip").first.inner_text()
    page.keyboard.press("1")
    assert offered in page.locator("#panel").inner_text()
    page.keyboard.press("j")
    page.keyboard.press("1")
    page.keyboard.press("c")
    page.locator("#panel [name=period]").fill("2023")
    page.keyboard.press("Enter")
    assert "entrepot check" in page.locator("#panel").inner_text()
    with page.expect_download() as saving:
        page.keyboard.press("w")
    saving.value.save_as(tmp_path / "claims.yaml")
    found = {claim.id: claim for claim in read_document(tmp_path / "claims.yaml").claims}
    assert next(found["number-1"].quantity.levels()).currency == "CNY"
    assert str(next(found["number-2"].quantity.levels()).period) == "2023"
    assert watched.said == []
    assert [one for one in watched.outside if not one.startswith(("file:", "blob:"))] == []


def test_selected_words_become_a_number_to_check(open_page: object, site: str) -> None:
    watched = open_page(site, "/desk")
    page = watched.page
    first = "China's exports to Russia fell by 3.4 % in 2025."
    last = "Trade between China and Russia was 1.63 trillion yuan in 2025."
    read_text(page, f"{first} Sellers beat buyers two to one, two to one! {last}")
    quiet(page)
    assert page.locator(".num").count() == 2
    select = """(place) => {
      const paragraph = document.querySelector("#text p");
      const node = [...paragraph.childNodes].find((one) => one.nodeValue?.includes("two to one"));
      const range = document.createRange();
      range.setStart(node, node.nodeValue.indexOf("two to one", place));
      range.setEnd(node, range.startOffset + 10);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
    }"""
    page.evaluate(select, 40)  # the second time that they stand there
    page.keyboard.press("t")
    assert page.locator(".num").all_inner_texts()[1].startswith("two to one")
    whole = page.evaluate("document.querySelector('#text p').textContent")
    assert whole.index("two to one") < whole.index("two to one2") == whole.rindex("two to one")
    panel = page.locator("#panel").inner_text()
    assert "Number 2 of 3" in panel
    assert "“Sellers beat buyers two to one, two to one!”" in panel
    page.locator("#panel [name=measure]").select_option("value")
    page.locator("#panel [name=says]").fill("5 billion dollars")
    for field, words in (("importer", "Russia"), ("exporter", "China"), ("period", "2025")):
        page.locator(f"#panel [name={field}]").fill(words)
    page.keyboard.press("Enter")
    quiet(page)
    labels = page.locator(".num").evaluate_all("all => all.map(n => n.ariaLabel)")
    assert [label.split(":")[0] for label in labels] == [f"Number {n} of 3" for n in (1, 2, 3)]
    assert "interpreted and tested" in labels[1]
    assert "1.63 trillion yuan" in labels[2]
    assert "Supported" in labels[2]
    page.evaluate(select, 0)
    page.keyboard.press("t")
    assert page.locator(".num").count() == 4
    watched.check()
