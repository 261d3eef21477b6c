"""What scripts add to the page: search while typing, tabs, tooltips; all by keyboard."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from tests.browser.test_brief_page import DESKTOP, PHONE, violations
from tests.browser.test_page import COMPARED, FIGURE, answered_whole

from entrepot.serve import service
from entrepot.serve.views import country, home

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Route

    from entrepot.lake import Lake
    from entrepot.serve.answer import ServedAnswer

BRIEF = "/country/RUS/from/CHN/whole"
TEXT = "China's exports to Russia fell by 3.4 % in 2025. Everything rose by 12."


def typed(page: Page, words: str) -> None:
    answered_whole(page, words)
    page.get_by_role(
        "combobox", name="Search countries, goods, lists and measures"
    ).press_sequentially(words)
    page.get_by_role("listbox").wait_for()


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_search_offers_what_is_typed_and_the_keyboard_takes_it(
    open_page: object, site: str, width: int
) -> None:
    watched = open_page(site, "/", width)
    page = watched.page
    box = page.locator("#q")
    typed(page, "russ")
    options = page.get_by_role("option")
    assert options.first.inner_text().startswith("Russia")
    assert box.get_attribute("aria-expanded") == "true"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    page.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    assert options.first.get_attribute("aria-selected") == "true"
    page.keyboard.press("ArrowUp")
    assert options.last.get_attribute("aria-selected") == "true"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/country/RUS")
    page.go_back()
    assert page.locator("h1").inner_text().startswith("How dependent")
    watched.check()


def test_escape_closes_the_search_and_enter_alone_searches(open_page: object, site: str) -> None:
    watched = open_page(site, "/goods")
    page = watched.page
    typed(page, "china")
    page.keyboard.press("Escape")
    page.get_by_role("listbox").wait_for(state="hidden")
    assert page.locator("#q").input_value() == "china"
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=china")
    assert "Found for" in page.locator("h1").inner_text()
    watched.check()


@pytest.mark.parametrize(("words", "path"), [("chpl", "/goods/chpl"), ("8542.31", "/goods/854231")])
def test_lists_and_codes_are_offered_and_taken_by_pointer(
    open_page: object, site: str, words: str, path: str
) -> None:
    page = open_page(site, "/data").page
    typed(page, words)
    page.get_by_role("option").first.click()
    page.wait_for_url(f"**{path}")


def test_hostile_words_are_shown_as_text(open_page: object, site: str) -> None:
    """Also where a list of the owner had them for a name, and the server found it."""
    watched = open_page(site, "/")
    words = "<img src=x onerror=alert(1)>"
    hit = {"group": words, "name": words, "about": words, "address": "/", "kind": ""}
    watched.page.route("**/search.json?*", lambda route: route.fulfill(json=[hit]))
    watched.page.locator("#q").press_sequentially(words)
    expect(watched.page.get_by_role("option")).to_have_text(f"{words} {words}")
    assert watched.page.locator("img").count() == 0
    watched.page.unroute_all()
    with watched.page.expect_response("**/search.json?*") as found:
        watched.page.keyboard.press("Backspace")
    assert found.value.ok
    assert watched.page.locator("img").count() == 0
    watched.check()


def test_tabs_go_by_arrow_keys_and_show_one_part(open_page: object, site: str) -> None:
    watched = open_page(site, FIGURE)
    page = watched.page
    tabs = page.get_by_role("tab")
    assert tabs.all_inner_texts() == ["Cite", "Open in Python", "On a terminal"]
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    assert tabs.nth(1).get_attribute("aria-selected") == "true"
    shown = page.get_by_role("tabpanel")
    assert shown.count() == 1
    assert "import entrepot as ep" in shown.inner_text()
    page.keyboard.press("End")
    assert "entrepot ask import_share" in page.get_by_role("tabpanel").inner_text()
    page.keyboard.press("ArrowRight")
    assert "Entrepôt" in page.get_by_role("tabpanel").inner_text()
    assert violations(page) == []
    watched.check()


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_tooltip_tells_the_row_of_the_table_by_keyboard(
    open_page: object, site: str, width: int
) -> None:
    watched = open_page(site, COMPARED, width)
    page = watched.page
    chart = page.locator("svg.chart").locator("visible=true").first
    chart.focus()
    page.keyboard.press("ArrowRight")
    tip = page.locator(".tooltip").locator("visible=true")
    first = tip.inner_text()
    assert "2021" in first
    assert "Source" in first
    page.keyboard.press("End")
    assert "2022" in tip.inner_text()
    box = tip.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    page.keyboard.press("Escape")
    assert tip.count() == 0
    watched.check()


MARKS = """() => [...document.querySelectorAll("figure")].flatMap((figure, place) =>
  [...figure.querySelectorAll("svg.chart.wide [data-row]")].map((mark) => ({
    figure: place,
    title: mark.querySelector("title").textContent,
    row: mark.dataset.row,
    column: mark.dataset.column ?? "",
    heads: [...figure.querySelectorAll("details.data thead th")].map(
      (cell) => cell.textContent.trim()),
    cells: [...figure.querySelectorAll("details.data tbody tr")[mark.dataset.row].children].map(
      (cell) => cell.textContent.trim()),
  })))"""
SPAN = re.compile(r"20\d\d to 20\d\d")
"""A row of a reporter tells of all its years, each of which is a mark."""
GERMAN = "/country/DEU/from/CHN/whole?goods=854231"


@pytest.mark.parametrize(("path", "least"), [(BRIEF, 30), (COMPARED, 4), (GERMAN, 8)])
def test_each_mark_belongs_to_the_row_that_says_the_same(
    browser: Browser, site: str, path: str, least: int
) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(site + path)
    marks = page.evaluate(MARKS)
    page.close()
    assert len(marks) >= least
    spans = [one for one in marks if any(SPAN.search(cell) for cell in one["cells"])]
    rows = [(one["figure"], one["row"], one["column"]) for one in marks if one not in spans]
    assert len(set(rows)) == len(rows)
    for one in marks:
        told = [*one["cells"], *([one["heads"][int(one["column"])]] if one["column"] else [])]
        years = set(re.findall(r"\b(20\d\d)\b", one["title"]))
        assert all(any(year in cell for cell in told) for year in years), one
        numbers = {n for n in re.findall(r"\d[\d.]*", one["title"]) if n not in years}
        words = [part for part in re.split(r": |, |; ", one["title"]) if part in told]
        assert words or any(n in cell for n in numbers for cell in one["cells"]), one


KINDS = """() => [...document.querySelectorAll("figure")].flatMap((figure) =>
  [...figure.querySelectorAll("svg.chart.wide")].map((chart) => ({
    told: chart.getAttribute("aria-label"),
    marks: chart.querySelectorAll("title").length,
    rows: chart.querySelectorAll("[data-row]").length,
    tiles: chart.querySelectorAll("title").length > 200,
  })))"""


@pytest.mark.parametrize(("path", "least"), [(BRIEF, 4), (GERMAN, 3)])
def test_all_charts_of_a_brief_have_rows_behind_their_marks(
    browser: Browser, site: str, path: str, least: int
) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(site + path)
    charts = page.evaluate(KINDS)
    page.close()
    assert len(charts) >= least
    for one in charts:
        assert one["rows"] == one["marks"] or (one["tiles"] and one["rows"]), one


def test_arrow_keys_follow_the_table_and_go_up_and_down(open_page: object, site: str) -> None:
    watched = open_page(site, GERMAN)
    page = watched.page
    chart = page.locator("svg.chart.wide").filter(has=page.locator("[data-column]")).first
    tip = page.locator(".tooltip").locator("visible=true")
    chart.focus()
    page.keyboard.press("ArrowRight")
    assert tip.locator("strong").count() == 1
    first = tip.inner_text()
    page.keyboard.press("ArrowRight")
    assert tip.inner_text() != first
    page.keyboard.press("Home")
    assert tip.inner_text() == first
    world = page.locator("svg.chart.wide").filter(has=page.locator("rect:nth-of-type(200)")).first
    world.focus()
    page.keyboard.press("ArrowRight")
    assert "China" in tip.inner_text()  # the largest supplier is the first row
    page.keyboard.press("ArrowDown")
    below = tip.inner_text()
    assert "China" not in below
    page.keyboard.press("ArrowUp")
    assert tip.inner_text() != below
    assert violations(page) == []
    watched.check()


def test_the_tooltip_of_a_mark_is_its_own_row_also_among_equal_numbers(
    open_page: object, site: str
) -> None:
    watched = open_page(site, COMPARED)
    page = watched.page
    chart = page.locator("svg.chart.wide")
    page.goto(f"{site}{COMPARED}")
    told = page.evaluate(
        """() => [...document.querySelectorAll("details.data tbody tr")].map((row) =>
        [...row.children].map((cell) => cell.textContent.trim()).filter(Boolean))"""
    )
    chart.focus()
    shown = []
    for _ in told:
        page.keyboard.press("ArrowRight")
        tip = page.locator(".tooltip").locator("visible=true")
        shown.append(tip.locator("dd").all_inner_texts())
    plain = [sorted(" ".join(cell.split()) for cell in row) for row in told]
    seen = [sorted(" ".join(cell.split()) for cell in row) for row in shown]
    assert sorted(seen) == sorted(plain)


def test_every_mark_of_a_brief_has_a_tooltip_by_pointer(open_page: object, site: str) -> None:
    watched = open_page(site, BRIEF)
    page = watched.page
    charts = page.locator("svg.chart.wide")
    assert charts.count() >= 4
    for number in range(charts.count()):
        chart = charts.nth(number)
        chart.focus()
        page.keyboard.press("ArrowRight")
        tip = page.locator(".tooltip").locator("visible=true")
        assert tip.count() == 1
        assert len(tip.inner_text()) > 5
        page.keyboard.press("Escape")
    mark = page.locator("svg.chart.wide circle, svg.chart.wide path").first
    mark.scroll_into_view_if_needed()
    chart = charts.first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    for step in range(40):
        page.mouse.move(box["x"] + box["width"] * step / 40, box["y"] + box["height"] * 0.6)
        page.evaluate("new Promise(requestAnimationFrame)")  # moves are handled once a frame
        if page.locator(".tooltip").locator("visible=true").count():
            break
    else:
        pytest.fail("the pointer meets no mark")
    watched.check()


@pytest.mark.parametrize("path", ["/", BRIEF, COMPARED, FIGURE, "/check"])
def test_without_scripts_everything_is_there(browser: Browser, site: str, path: str) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(site + path)
    assert page.locator(".tabs, .tooltip, .found").count() == 0
    for panel in page.locator("[data-tab]").all():
        assert panel.is_visible()
    if path == "/":
        page.locator("#q").fill("russia")
        page.locator("#q").press("Enter")
        page.get_by_role("link", name="Russia", exact=True).first.click()
        page.wait_for_url(f"{site}/country/RUS")
    page.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_file_is_uploaded_and_marked(
    browser: Browser, site: str, tmp_path: Path, *, scripts: bool
) -> None:
    file = tmp_path / "article.txt"
    file.write_text(TEXT, encoding="utf-8")
    page = browser.new_page(java_script_enabled=scripts)
    page.goto(f"{site}/check")
    if scripts:
        page.get_by_role("tab", name="Upload").click()
    page.get_by_label("Or a file").set_input_files(file)
    page.get_by_role("button", name="Check").click()
    page.locator(".mark").first.wait_for()
    page.go_back()
    page.get_by_label("Or a file").wait_for(state="attached")
    page.close()


@pytest.mark.parametrize(
    ("tab", "has_file", "words"),
    [("Upload", True, "3.4"), ("Paste", True, "7.7"), ("Upload", False, "7.7")],
)
def test_of_a_pasted_text_and_a_file_the_one_that_is_seen_is_checked(
    browser: Browser, site: str, tmp_path: Path, tab: str, *, has_file: bool, words: str
) -> None:
    file = tmp_path / "article.txt"
    file.write_text(TEXT, encoding="utf-8")
    page = browser.new_page()
    page.goto(f"{site}/check")
    page.locator("#text").fill(TEXT.replace("3.4", "7.7"))
    page.get_by_role("tab", name="Upload").click()
    if has_file:
        page.get_by_label("Or a file").set_input_files(file)
    page.get_by_role("tab", name=tab).click()
    page.get_by_role("button", name="Check").click()
    page.locator(".mark").first.wait_for()
    expect(page.locator("main")).to_contain_text(words)
    page.close()


OPENING = "/country/RUS/from/CHN"


def test_the_rest_of_a_brief_is_announced_and_takes_the_focus(browser: Browser, site: str) -> None:
    page = browser.new_page()
    held: list[Route] = []
    page.route("**/whole*", lambda route: held.append(route))
    page.goto(site + OPENING)
    link = page.get_by_role("link", name="Open the whole brief")
    link.focus()
    page.wait_for_function("document.querySelectorAll('main > p[role=status]').length === 1")
    for _ in range(3000):  # it is asked for in the same moment, and told here a little later
        if held:
            break
        page.wait_for_timeout(20)
    held[0].continue_()
    page.locator("#over-time, #share").first.wait_for()
    page.wait_for_function("document.activeElement.tagName === 'H2'")
    assert page.locator("main > p[role=status]").inner_text() == "The whole page is loaded."
    assert page.url == site + OPENING
    page.close()


def test_a_rest_whose_time_was_over_is_asked_again(browser: Browser, site: str) -> None:
    """A country's page said after a minute that its ranges could not be loaded, and left it so."""
    page = browser.new_page()
    page.clock.install()
    asked: list[str] = []

    def busy_at_first(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(status=503, body="")
        else:
            route.continue_()

    page.route("**/whole*", busy_at_first)
    with page.expect_response("**/whole*"):
        page.goto(f"{site}/country/DEU?goods=850511")
    page.clock.run_for(10_000)
    page.locator("[data-rest]").wait_for(state="detached")
    assert len(asked) >= 2  # a machine that is busy itself may say so once more
    assert page.url == f"{site}/country/DEU?goods=850511"
    page.close()


def test_an_opening_and_a_rest_of_different_data_are_not_mixed(browser: Browser, site: str) -> None:
    page = browser.new_page()

    def changed(route: Route) -> None:
        if route.request.resource_type != "fetch":
            route.continue_()
            return
        found = route.fetch()
        body = re.sub(r'(<meta name="lake-state" content=")', r"\1later ", found.text())
        assert "later " in body
        route.fulfill(response=found, body=body)

    page.route("**/whole*", changed)
    page.goto(site + OPENING)
    page.wait_for_url("**/country/RUS/from/CHN/whole")
    assert page.locator("[data-rest]").count() == 0
    page.close()


def test_a_file_that_is_no_text_gets_a_clear_answer(
    browser: Browser, site: str, tmp_path: Path
) -> None:
    file = tmp_path / "article.pdf"
    file.write_bytes(b"%PDF-1.4")
    page = browser.new_page()
    page.goto(f"{site}/check")
    page.get_by_role("tab", name="Upload").click()
    page.get_by_label("Or a file").set_input_files(file)
    page.get_by_role("button", name="Check").click()
    expect(page.locator("main")).to_contain_text(".txt")
    page.wait_for_load_state()
    assert violations(page) == []
    page.close()


def test_two_sides_are_compared_from_the_form_and_back_and_forward_work(
    open_page: object, site: str
) -> None:
    watched = open_page(site, "/compare")
    page = watched.page
    page.get_by_label("Importer", exact=True).fill("Germany")
    page.get_by_label("Supplier", exact=True).fill("CHN")
    page.get_by_label("Goods", exact=True).fill("854231")
    page.get_by_label("Supplier, second").fill("United States")
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare?importer=Germany**")
    assert "United States" in page.locator("h1").inner_text()
    assert page.locator("svg.chart").locator("visible=true").count() == 1
    page.go_back()
    assert page.locator("h1").inner_text().startswith("Compare two")
    page.go_forward()
    assert "United States" in page.locator("h1").inner_text()
    watched.check()


@pytest.mark.parametrize("path", ["/", "/compare", "/check", "/goods/chpl", "/data", FIGURE])
def test_a_page_with_its_scripts_is_below_200_kb(open_page: object, site: str, path: str) -> None:
    """What travels is counted: the outlines of a map shrink to a third when they are packed."""
    asked: list[Any] = []
    watched = open_page(site, "/icon.svg")
    watched.page.on("requestfinished", lambda one: asked.append(one))
    watched.page.goto(site + path)
    watched.page.wait_for_load_state("networkidle")
    # The icon is known already, and does not travel again.
    sizes = [size for one in asked if (size := one.sizes()["responseBodySize"])]
    assert len(sizes) >= 5, sizes  # the page, its style, its scripts
    assert sum(sizes) < 200_000, sizes


def test_enter_after_a_whole_question_goes_to_its_answer(open_page: object, site: str) -> None:
    """A reader who typed the question pressed Enter, and then Tab twelve times through a list."""
    watched = open_page(site, "/")
    page = watched.page
    typed(page, "germany china magnets")
    first = page.get_by_role("option").first
    assert first.get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    page.wait_for_url("**/country/DEU/from/CHN?goods=*")
    watched.check()


def test_a_page_gives_way_to_its_answer(
    open_page: object, fresh: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is painted before, and again only when there is something else to show."""
    go, asked = threading.Event(), country.country_page

    def slowly(*args: Any, **keys: Any) -> ServedAnswer:
        go.wait(300)
        return asked(*args, **keys)

    monkeypatch.setattr(country, "country_page", slowly)
    monkeypatch.setattr(service, "PATIENCE", 0.1)
    watched = open_page(fresh, "/country/DEU?goods=854231&period=2021")
    page = watched.page
    try:
        page.locator("[data-wait]").wait_for()
        assert page.locator("h1").inner_text().startswith("Germany")
        assert violations(page) == []
    finally:
        go.set()
    page.locator("[data-wait]").wait_for(state="detached")
    page.locator("#suppliers").wait_for()
    watched.check()


def test_nobody_loses_a_question_that_is_half_written(
    open_page: object, fresh: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, asked = threading.Event(), home.home_page

    def slowly(lake: Lake) -> ServedAnswer:
        go.wait(300)
        return asked(lake)

    monkeypatch.setattr(home, "home_page", slowly)
    monkeypatch.setattr(service, "PATIENCE", 0.1)
    watched = open_page(fresh, "/?lang=en")
    page = watched.page
    try:
        page.locator("[data-wait]").wait_for()
        page.get_by_label("Importer").fill("Nepal")
    finally:
        go.set()
    page.get_by_role("link", name="Show it").wait_for()
    assert page.locator("[data-wait] [role=status]").inner_text() == "The answer is there."
    assert page.get_by_label("Importer").input_value() == "Nepal"
    page.get_by_role("link", name="Show it").click()
    page.locator("#example").wait_for()
    watched.check()
