"""The page of a check in headless Chromium: readable by everybody, without a script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.browser.test_brief_page import (
    CLAIMS,
    DESKTOP,
    PHONE,
    SCREENS,
    TABLET,
    opened,
    violations,
)

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

FILLER = "A sentence that says nothing of weight. " * 40


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Pages of the example: its quotes, and a long article made of them with a part unread."""
    from entrepot.claims import check, parse_document
    from entrepot.report.check_report import ArticleText, UnreadText, write_check

    folder = tmp_path_factory.mktemp("checks")
    found = check(CLAIMS)
    text, places = "", {}
    for item in found.claims:
        quote = item.claim.quote
        if (at := quote.find(item.says)) >= 0:
            places[item.id] = (len(text) + at, len(text) + at + len(item.says))
        text += f"{quote} {FILLER}\n\n"
    odd = "Another thing rose by 12."
    left = UnreadText(len(text), len(text) + len(odd), "it does not say what rose")
    article = ArticleText(text + odd, places, (left,))
    long = "a" * 150
    words = parse_document(
        f"format: 1\nsource: {{title: {long}}}\nclaims:\n  - id: {long}\n    quote: {long} 36 %\n"
        f"    import_share: {{importer: RUS, exporter: CHN, period: 2025, goods: 'named:{long}'}}\n"
        "    says: 36 %\n"
    )
    return {
        "long": write_check(check(words), folder / "long.html"),
        "quotes": write_check(found, folder / "quotes.html"),
        "article": write_check(found, folder / "article.html", article),
    }


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
@pytest.mark.parametrize("name", ["quotes", "article"])
def test_axe_finds_no_violation(
    browser: Browser, pages: dict[str, Path], name: str, width: int, scheme: str
) -> None:
    with opened(browser, pages[name], width, color_scheme=scheme) as page:
        assert violations(page) == []
        page.evaluate(
            "document.querySelectorAll('details').forEach(n => {n.name = ''; n.open = true})"
        )
        assert violations(page) == []


@pytest.mark.parametrize("width", [PHONE, TABLET, 1121, DESKTOP])
@pytest.mark.parametrize("name", ["quotes", "article", "long"])
def test_the_page_never_scrolls_sideways(
    browser: Browser, pages: dict[str, Path], name: str, width: int
) -> None:
    with opened(browser, pages[name], width) as page:
        page.evaluate(
            "document.querySelectorAll('details').forEach(n => {n.name = ''; n.open = true})"
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_click_on_a_number_opens_what_was_found_without_a_script(
    browser: Browser, pages: dict[str, Path], width: int
) -> None:
    with opened(browser, pages["quotes"], width, java_script_enabled=False) as page:
        page.locator(".mark.differs").first.click()
        shown = page.locator(".more:target")
        shown.wait_for()
        assert "39" in shown.inner_text()
        shown.locator(".back a").click()
        page.locator(".prose span:target").wait_for()


def test_on_a_wide_screen_the_text_stays_where_it_is_read(
    browser: Browser, pages: dict[str, Path]
) -> None:
    with opened(browser, pages["article"], DESKTOP) as page:
        mark = page.locator(".mark").last
        mark.scroll_into_view_if_needed()
        before = page.evaluate("scrollY")
        assert before > 1000
        mark.click()
        page.locator(".more:target").wait_for()
        assert abs(page.evaluate("scrollY") - before) < 150
        box = page.locator(".more:target").bounding_box()
        assert box is not None
        assert 0 <= box["y"] < 900


def test_the_verdict_is_told_by_sign_and_word_too(browser: Browser, pages: dict[str, Path]) -> None:
    with opened(browser, pages["quotes"]) as page:
        signs = page.evaluate(
            "[...document.querySelectorAll('.mark')].map(n => [n.classList[1],"
            "n.querySelector('path').getAttribute('d'), n.textContent])"
        )
    drawn = {verdict: path for verdict, path, _ in signs}
    assert len(drawn) == len(set(drawn.values())) == 4
    assert all(verdict.replace("_", " ") in text for verdict, _, text in signs)


def test_nothing_is_asked_from_outside(browser: Browser, pages: dict[str, Path]) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(pages["quotes"].as_uri())
    page.wait_for_load_state("networkidle")
    page.close()
    assert asked == [pages["quotes"].as_uri()]


def test_it_prints_on_white_with_everything_opened(
    browser: Browser, pages: dict[str, Path]
) -> None:
    with opened(browser, pages["quotes"], 794, color_scheme="dark") as page:
        page.emulate_media(media="print", color_scheme="dark")
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        heights = page.evaluate(
            "[...document.querySelectorAll('.more')].map(n => n.getBoundingClientRect().height)"
        )
    assert ground == "rgb(255, 255, 255)"
    assert len(heights) == 18
    assert min(heights) > 40
