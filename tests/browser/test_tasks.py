"""What a newcomer wants, by keyboard from a cold start, on a server without any loaded data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def reach(page: Page, name: str) -> None:
    """Go on with the tabulator until the element has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.locator(f"{name}:focus").count():
            return
    raise AssertionError(f"the keyboard does not reach {name}")


def test_a_dependence_is_found_and_mailed_as_one_page(page: Page, empty: str) -> None:
    """Batteries are not among the bundled goods: the page says what is known, and what to do."""
    page.goto(empty)
    reach(page, "form.askbar [name=goods]")
    page.keyboard.press("Control+A")
    page.keyboard.type("batteries")
    page.keyboard.press("Enter")
    page.wait_for_url("**/country/DEU/from/CHN?goods=8507")
    answer = page.locator("p.answer")
    expect(answer).to_have_text(
        re.compile(r"^China’s share of rechargeable batteries .* cannot be")
    )
    expect(answer).to_contain_text("in all inputs of industries, not in these goods: in 2022")
    expect(answer).to_contain_text("of the inputs, goods and services, that Germany imported")
    expect(page.locator(".need")).to_contain_text("trade in rechargeable batteries (HS 8507)")
    step = page.locator("p.saves", has_text="One step to what is missing")
    expect(step.locator("code")).to_have_text("entrepot data add baci FILE")
    expect(step.get_by_role("link")).to_have_attribute("href", "/data")
    link = page.locator("a[data-mail]")
    expect(link).to_be_visible()
    address = unquote(link.get_attribute("href") or "")
    assert address.startswith("mailto:?subject=")
    assert "cannot be computed" in address
    page.get_by_role("link", name="Open the note").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/note.html?goods=8507")
    expect(page.locator("h1")).to_contain_text("cannot be measured with the data available")
    expect(page.locator(".figs")).to_contain_text("imported inputs")
    expect(page.locator("main")).not_to_contain_text("entrepot data")


def test_a_chart_is_put_into_an_article(page: Page, empty: str) -> None:
    page.goto(f"{empty}/explore")
    expect(page.locator("#chart h2")).to_be_visible()
    # The button opens the sheet once the page's own code runs, which shows its hidden form.
    page.get_by_role("button", name="Embed this chart").focus()
    page.keyboard.press("Enter")
    form = page.locator("#embed:popover-open form.frame")
    expect(form).to_be_visible()
    expect(form.locator("..")).to_contain_text("Only this machine reaches this address")
    page.locator("#frame-width").select_option("600")
    page.locator("#frame-theme").select_option("dark")
    page.locator("#frame-title").fill('Magnets "now" & then')
    code = page.locator("#embed-code")
    expect(code).to_contain_text('width="600"')
    expect(code).to_contain_text('title="Magnets &quot;now&quot; &amp; then"')
    expect(code).to_contain_text("&amp;theme=dark")
    page.goto(empty + (page.locator("#embed-preview").get_attribute("href") or ""))
    expect(page.locator("h1")).to_have_text('Magnets "now" & then')
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


BEGIN = {"SVG": b"<svg", "PNG": b"\x89PNG", "XLSX": b"PK"}


@pytest.mark.parametrize("form", BEGIN)
def test_a_chart_of_a_country_is_saved_and_then_changed(page: Page, empty: str, form: str) -> None:
    page.goto(f"{empty}/country/DEU?goods=850511")
    page.locator("[data-rest]").wait_for(state="detached")
    with page.expect_download() as saved:
        page.get_by_role("link", name=re.compile(rf"{form}\s*: Suppliers")).click()
    assert saved.value.suggested_filename == f"suppliers-DEU.{form.lower()}"
    assert saved.value.path().read_bytes().lstrip().startswith(BEGIN[form])
    page.get_by_role("link", name="Change or embed this chart").click()
    expect(page.locator("#chart h2")).to_contain_text("Germany’s largest supplier")
    source = page.get_by_label("Source", exact=True)
    expect(source).to_have_value("")
    source.select_option("minerals")
    page.get_by_role("button", name="Draw").click()
    page.wait_for_url("**source=minerals**")
    expect(page.locator("#embed-code")).to_contain_text("source=minerals")


def test_importers_are_chips_that_the_keyboard_removes(page: Page, empty: str) -> None:
    page.goto(f"{empty}/explore?show=several&importer=DEU,FRA&supplier=CHN&goods=850511")
    box = page.locator("#importer")
    expect(box).to_be_visible()
    box.fill("Japan")
    page.keyboard.press("Enter")
    page.wait_for_url("**importer=Japan**")
    chips = page.locator(".chosen li a")
    expect(chips).to_have_text(["Germany ×", "France ×", "Japan ×"])
    page.get_by_role("link", name="Remove France").focus()
    page.keyboard.press("Enter")
    expect(chips).to_have_text(["Germany ×", "Japan ×"])


def test_each_mark_says_its_value_and_its_source(page: Page, empty: str) -> None:
    page.goto(f"{empty}/explore?show=suppliers&importer=DEU&goods=850511")
    chart = page.locator("svg.chart.wide")
    # Charts have a place in the order of the keyboard once they answer it.
    expect(chart).to_have_attribute("tabindex", "0")
    chart.focus()
    page.keyboard.press("ArrowRight")
    told = page.locator(".tooltip:visible")
    expect(told).to_contain_text("China")
    expect(told).to_contain_text("82.5")
    expect(told).to_contain_text("CEPII BACI")
