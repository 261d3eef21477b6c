"""The rooms of `entrepot serve` in headless Chromium: for everybody, on any screen, by keyboard."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import expect
from tests.browser.test_brief_page import CLAIMS, DESKTOP, PHONE, SCREENS, violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request, Route

FIGURE = "/ask?measure=import_share&importer=DEU&exporter=CHN&goods=854231&period=2022"
FRAMES = (
    "show=suppliers&importer=DEU&goods=850511",
    "show=map&supplier=CHN&goods=850511",
    "show=exporters&goods=850511",
    "show=largest&goods=850511",
    "show=share&importer=RUS&supplier=CHN&goods=all",
    "show=share&importer=RUS&supplier=CHN&goods=chpl",
    "show=years&importer=DEU&goods=854231",
    "show=several&importer=DEU,FRA,ITA,USA,JPN,KOR,IND,BRA,MEX,POL&supplier=CHN&goods=850511",
    "show=definitions&importer=DEU&supplier=CHN&goods=854231",
)
"""Every kind of chart that is built on the page."""
COMPARED = "/compare?importer=DEU&supplier=CHN&goods=854231&supplier2=USA"
ROOMS = (
    "/",
    "/search?q=russia",
    "/search?q=unobtainium",
    "/countries",
    "/country/DEU",
    "/country/DEU/whole",
    "/goods/850511",
    "/country/DEU?goods=854231",
    "/country/DEU/from/CHN?goods=854231",
    "/country/RUS/from/CHN",
    "/country/RUS/from/CHN/whole",
    "/goods",
    "/goods/chpl",
    "/goods/854231",
    "/ask",
    FIGURE,
    "/ask?measure=hhi&importer=NPL&period=2023",
    COMPARED,
    "/compare",
    "/compare?importer=DEU&importer2=NPL&goods=854231",
    "/scenario",
    "/scenario?imposes=CHN&target=DEU&sectors=C26&leak=0.1&friction=0.3,0.6&inputs=0.5&outer=0.5",
    "/check",
    "/explore",
    "/explore?show=map&supplier=CHN&goods=850511",
    "/explore?show=suppliers&importer=DEU&goods=8703",
    "/measures",
    "/measures/hhi",
    "/data",
    "/docs",
    "/no-such-room",
)
ARTICLE = (
    "China's exports to Russia fell by 3.4 % in 2025. Trade reached 228.1 billion dollars. "
    "<script>document.title = 'taken'</script> Everything rose by 12."
)


@pytest.mark.parametrize("path", ROOMS)
def test_each_room_is_for_everybody(open_page: object, site: str, path: str) -> None:
    """It is opened once, as a server takes longer to write it than a browser to show it anew."""
    watched = open_page(site, path, PHONE)
    page = watched.page
    page.locator("[data-rest]").wait_for(state="detached")  # else it changes while it is looked at
    assert page.locator("h1").count() == 1
    assert page.locator("main").count() == 1
    assert page.evaluate("getComputedStyle(document.querySelector('.mast')).borderBottomStyle") == (
        "solid"
    )
    for width, scheme in SCREENS:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(f"innerWidth === {width}")
        for opened in ("false", "true"):
            page.evaluate(f"document.querySelectorAll('details').forEach(n => n.open = {opened})")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == [], (width, scheme)
    watched.check(missing=path == "/no-such-room")


@pytest.mark.parametrize("path", ["/", "/data", "/country/DEU?goods=854231"])
def test_an_empty_lake_says_how_to_fill_it(open_page: object, empty: str, path: str) -> None:
    watched = open_page(empty, path, PHONE)
    watched.page.locator("[data-rest]").wait_for(state="detached")
    assert violations(watched.page) == []
    if path == "/":
        assert "entrepot data add baci" in watched.page.locator("main").inner_text()
        watched.page.goto(f"{empty}/countries")
        watched.page.get_by_role("link", name="Russia from China", exact=True).click()
        expect(watched.page.locator("h1")).to_have_text(re.compile("^Russia"))
    watched.check()


def test_the_keyboard_goes_from_the_address_to_a_brief(open_page: object, site: str) -> None:
    watched = open_page(site, "/")
    page = watched.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.locator("main:target").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "importer"
    page.keyboard.type("Russia")
    for text in ("China", "High-priority goods"):
        page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/country/RUS/from/CHN?goods=chpl")
    page.go_back()
    assert page.locator("h1").inner_text().startswith("How dependent")
    page.go_forward()
    assert page.locator("h1").inner_text().startswith("Russia")
    watched.check()


def test_every_link_that_has_the_keyboard_shows_it(open_page: object, site: str) -> None:
    watched = open_page(site, FIGURE)
    page = watched.page
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        what = page.evaluate(
            "(() => { const n = document.activeElement; const s = getComputedStyle(n);"
            "return [n.tagName, n.textContent.slice(0, 30), s.outlineStyle] })()"
        )
        if what[0] == "BODY":
            break
        assert what[2] != "none", what
        seen.add(what[1])
    assert {"JSON", "Figure as CSV", "Explore"} <= seen


def test_what_leads_elsewhere_is_not_printed(browser: Browser, site: str) -> None:
    page = browser.new_page()
    page.goto(f"{site}/countries")
    for media, count in (("screen", 1), ("print", 0)):
        page.emulate_media(media=media)
        for name in ("API", "Deutsch"):
            assert page.locator("footer").get_by_role("link", name=name).count() == count
    page.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_pasted_article_is_marked_and_harmless(
    browser: Browser, site: str, *, scripts: bool
) -> None:
    page = browser.new_page(java_script_enabled=scripts)
    page.goto(f"{site}/check")
    page.get_by_label("Text", exact=True).fill(ARTICLE)
    page.get_by_role("button", name="Check").click()
    page.locator(".mark").first.wait_for()
    assert page.title() != "taken"
    assert "<script>" in page.locator(".prose").inner_text()
    page.locator(".mark").first.click()
    page.locator(".more:target").wait_for()
    if scripts:
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    page.close()


def test_a_pasted_claims_file_is_checked(browser: Browser, site: str) -> None:
    page = browser.new_page()
    page.goto(f"{site}/check")
    page.get_by_label("Text", exact=True).fill(CLAIMS.read_text(encoding="utf-8"))
    page.get_by_label("A claims file").check()
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".mark")).to_have_count(18)
    page.close()


@pytest.mark.parametrize(
    ("path", "name", "begins"),
    [
        ("/country/RUS/from/CHN/whole", "Table as CSV", "Period,"),
        ("/country/RUS/from/CHN/whole", "Chart as SVG", "<svg "),
        (FIGURE, "Figure as CSV", "measure,"),
        ("/goods/chpl", "Table as CSV", "code,"),
        ("/data", "Table as CSV", "source,"),
        (COMPARED, "Every figure as CSV", "side,"),
        (COMPARED, "Chart as SVG", "<svg "),
        ("/explore", "SVG", "<svg "),
        ("/explore", "CSV", "exporter,"),
        ("/explore", "XLSX", "PK"),
        ("/country/RUS/from/CHN/whole", "Brief as PDF", "%PDF-"),
        ("/country/RUS/from/CHN/whole", "Brief as XLSX", "PK"),
        ("/country/RUS/from/CHN/whole", "Brief as Markdown", "# "),
        ("/country/RUS/from/CHN/whole", "Brief as JSON", "{"),
        ("/measures", "Table as CSV", "id,"),
    ],
)
def test_downloads_open(open_page: object, site: str, path: str, name: str, begins: str) -> None:
    page = open_page(site, path).page
    if page.locator(".menu summary").count():  # forms of a file behind one button
        page.locator(".menu summary").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name=name).first.click()
    assert saved.value.path().read_bytes().startswith(begins.encode())


def test_a_chart_that_was_saved_stands_by_itself(open_page: object, site: str) -> None:
    watched = open_page(site, "/country/RUS/from/CHN/whole")
    links = watched.page.get_by_role("link", name="Chart as SVG")
    assert links.count() >= 4
    for number in range(links.count()):
        address = links.nth(number).get_attribute("href")
        chart = watched.page.request.get(f"{site}{address}", timeout=300_000)
        assert chart.ok
        assert "<style>" in chart.text()
        assert "http" not in chart.text().replace("http://www.w3.org/2000/svg", "")


def test_the_rest_of_a_brief_comes_to_its_answer(open_page: object, site: str) -> None:
    page = open_page(site, "/country/RUS/from/CHN/whole").page
    page.locator("#goods").wait_for()
    assert page.locator("[data-rest]").count() == 0
    names = page.locator("main > section[id]").evaluate_all("all => all.map(one => one.id)")
    assert {"share", "goods", "words", "again"} <= set(names)
    assert len(names) == len(set(names))
    links = page.locator(".contents a").evaluate_all("all => all.map(one => one.hash.slice(1))")
    assert links == names
    assert violations(page) == []


def test_without_scripts_the_answer_leads_to_the_rest(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/country/RUS/from/CHN")
    assert page.locator("#goods").count() == 0
    page.get_by_role("link", name="Open the whole brief").click()
    page.locator("#goods").wait_for()
    context.close()


@pytest.mark.parametrize("path", ["/", "/country/DEU", "/goods/850511"])
def test_pages_are_small(open_page: object, site: str, path: str) -> None:
    asked: list[Request] = []
    watched = open_page(site, "/countries")
    watched.page.wait_for_load_state("networkidle")
    watched.page.on("requestfinished", lambda one: asked.append(one))
    watched.page.goto(f"{site}{path}")
    watched.page.locator("[data-rest]").wait_for(state="detached")
    watched.page.wait_for_load_state("networkidle")
    found = [answer for one in asked if (answer := one.response()) and answer.status != 304]
    assert 0 < sum(len(gzip.compress(one.body())) for one in found) < 100_000


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_ranges_come_to_the_page_of_a_country(open_page: object, site: str, width: int) -> None:
    watched = open_page(site, "/country/DEU", width)
    page = watched.page
    page.locator("[data-rest]").wait_for(state="detached")
    assert page.locator("#suppliers svg.chart").count() == 2
    assert "range across definitions" in page.locator("#suppliers").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    watched.check()


def answered_whole(page: Page, words: str) -> None:
    """Let only the search for all of the words find something, and none for their first letters.

    A list that is shown is then the last one: none takes its place while a test goes through it.
    """

    def answer(route: Route) -> None:
        if parse_qs(urlsplit(route.request.url).query)["q"] == [words]:
            route.continue_()
        else:
            route.fulfill(json=[])

    page.route("**/search.json?*", answer)


def test_a_slash_goes_to_the_search_and_tab_to_the_next_group(open_page: object, site: str) -> None:
    watched = open_page(site, "/goods/chpl")
    page = watched.page
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    answered_whole(page, "german")
    page.keyboard.type("german")
    page.get_by_role("option", name="ermanium").first.wait_for()
    assert page.get_by_role("group").count() >= 2
    page.keyboard.press("Tab")
    chosen = page.locator("[role=option][aria-selected=true]")
    assert "Germany" in chosen.inner_text()
    page.keyboard.press("Tab")
    assert "ermanium" in chosen.inner_text()
    assert violations(page) == []
    watched.check()


@pytest.mark.parametrize("wait", [True, False])
def test_an_arrow_that_is_quicker_than_the_list_is_not_lost(
    open_page: object, site: str, wait: bool
) -> None:
    """Enter after it led to what the words alone lead to, the page of a country."""
    page = open_page(site, "/goods/chpl").page
    held: list[Route] = []
    page.route("**/search.json?*", lambda route: held.append(route))
    page.keyboard.press("/")
    page.keyboard.type("german")
    page.keyboard.press("ArrowDown")
    if not wait:
        page.keyboard.press("Enter")
    for _ in range(100):
        page.wait_for_timeout(50)
        if held:
            break
    held[-1].fulfill(
        json=[
            {
                "group": "Goods",
                "kind": "goods",
                "name": name,
                "about": "",
                "address": f"/goods/{name}",
            }
            for name in ("850511", "chpl")
        ]
    )
    if wait:
        page.locator("[role=option][aria-selected=true]").filter(has_text="850511").wait_for()
        page.keyboard.press("Enter")
    page.wait_for_url("**/goods/850511")


@pytest.mark.parametrize("width", [PHONE, 600, 700])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_chart_in_a_frame_needs_no_scroll_sideways(
    open_page: object, site: str, width: int, scheme: str
) -> None:
    watched = open_page(site, "/embed?show=suppliers&importer=DEU&goods=850511", width, scheme)
    page = watched.page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.scrollHeight") <= 900
    assert page.locator("nav").count() == 0
    assert violations(page) == []
    watched.check()


@pytest.mark.parametrize("width", [PHONE, 600])
@pytest.mark.parametrize("query", FRAMES)
def test_a_chart_in_a_low_frame_is_read(
    open_page: object, site: str, query: str, width: int
) -> None:
    """At 360 x 400 the suppliers of chips had type of 5 px, and had to be scrolled all the same."""
    page = open_page(site, f"/embed?{query}", width).page
    page.locator("svg.chart:visible").wait_for()
    page.set_viewport_size({"width": width, "height": 400})
    page.wait_for_function("innerHeight === 400")
    assert page.locator("svg.chart:visible").count() == 1
    smallest, long, wide = page.evaluate(LEGIBLE)
    assert smallest >= 9
    assert wide == width
    # Maps and definitions are higher than any low frame.
    assert long == 400 or "show=share&" in query or page.locator("svg.low").count() == 0


LEGIBLE = """() => {
  const words = [...document.querySelectorAll("svg.chart text")].filter(
    (one) => one.textContent.trim() && one.getBoundingClientRect().width > 0,
  );
  const sizes = words.map(
    (one) => parseFloat(getComputedStyle(one).fontSize) * one.getScreenCTM().a,
  );
  const root = document.documentElement;
  return [Math.min(...sizes), root.scrollHeight, root.scrollWidth];
}"""


@pytest.mark.parametrize("query", FRAMES)
def test_a_chart_in_the_page_of_a_desk_is_neither_cropped_nor_scrolled(
    open_page: object,
    browser: Browser,
    framed: str,
    desk: tuple[str, dict[str, str]],
    query: str,
) -> None:
    """The code that the page gives, pasted as it is into the page of another site."""
    address, pages = desk
    built = open_page(framed, f"/explore?{query}").page
    built.locator("pre[data-origin]").wait_for(state="attached")
    code = built.locator("pre[data-origin]").text_content()
    given = int(code.split('height="')[1].split('"')[0])
    frame, script = code.split("\n", 1)
    sandboxed = frame.replace("<iframe", '<iframe sandbox="allow-scripts"')
    highest = 0
    page = browser.new_page()
    for width in (320, 360, 520, 640, 700, 1000):
        page.set_viewport_size({"width": width, "height": 900})
        # What a sandbox takes away does not depend on the width.
        for html in (frame, f"{frame}\n{script}", *([sandboxed] if width == 360 else ())):
            pages["/article"] = f'<!doctype html><body style="margin:0">{html}'
            page.goto(f"{address}/article")
            inside = page.frames[1]
            inside.wait_for_url(f"{framed}/embed**")
            inside.locator("svg.chart:visible").wait_for()
            inside.wait_for_function("document.fonts.status === 'loaded'")
            if script in html:
                page.wait_for_function(f"document.querySelector('iframe').height != {given}")
                inside.wait_for_function(FITTED)
            wide, tall, scrolled, long, end, drawn, natural = inside.evaluate(FITS)
            assert (scrolled, long) == (wide, tall), (width, html)
            assert end <= tall
            assert abs(drawn - 1) < 0.01, "the drawing had to give way"
            assert natural <= tall <= (natural + 1 if script in html else given)
            highest = max(highest, natural)
    page.close()
    assert given <= highest + 120, "the frame is much higher than any chart in it"


FITS = """() => {
  const root = document.documentElement;
  const chart = [...document.querySelectorAll("svg.chart")].find((one) => one.clientHeight > 0);
  const [, , wide, tall] = chart.getAttribute("viewBox").split(" ").map(Number);
  const box = chart.getBoundingClientRect();
  const end = document.querySelector(".source").getBoundingClientRect().bottom;
  document.body.classList.add("natural");
  const natural = document.body.getBoundingClientRect().height;
  document.body.classList.remove("natural");
  const drawn = box.height / ((box.width * tall) / wide);
  return [innerWidth, innerHeight, root.scrollWidth, root.scrollHeight, end, drawn, natural];
}"""


FITTED = f"""() => {{
  const [, tall, , , , , natural] = ({FITS})();
  return document.fonts.status === "loaded" && natural <= tall && tall <= natural + 1;
}}"""
"""The page around has followed the last height that it was told."""


def test_the_answer_of_a_brief_is_mailed_with_the_address_of_its_note(
    open_page: object, public: str
) -> None:
    watched = open_page(public, "/country/DEU/from/CHN?goods=850511")
    link = watched.page.locator("a[data-mail]")
    link.wait_for()
    assert "82.5\u00a0%" in watched.page.locator("p.answer").inner_text()
    address = unquote(link.get_attribute("href") or "")
    assert address.startswith("mailto:?subject=Germany\u2019s dependence on China")
    assert "82.5" in address.split("&body=")[1]
    assert "https://trade.example/country/DEU/from/CHN/note.html?goods=850511" in address
    assert not watched.page.get_by_text("attach the PDF").is_visible()
    watched.check()


def test_a_mail_has_no_link_that_only_this_machine_can_open(open_page: object, site: str) -> None:
    watched = open_page(site, "/country/DEU/from/CHN?goods=850511")
    link = watched.page.locator("a[data-mail]")
    link.wait_for()
    body = unquote(link.get_attribute("href") or "").split("&body=")[1]
    assert "82.5" in body
    assert "http" not in body
    assert watched.page.get_by_text("the mail has no link, so attach the PDF").is_visible()
    watched.check()


def test_a_chart_gives_way_in_a_frame_that_is_too_low(open_page: object, site: str) -> None:
    page = open_page(site, f"/embed?{FRAMES[0]}", 640).page
    page.set_viewport_size({"width": 640, "height": 330})
    page.wait_for_function("innerHeight === 330")
    wide, tall, scrolled, long, end, drawn, natural = page.evaluate(FITS)
    assert (scrolled, long) == (wide, tall)
    assert end <= tall < natural
    assert drawn < 1


def test_a_phone_shows_the_chart_and_a_wide_screen_the_form_too(
    open_page: object, site: str
) -> None:
    page = open_page(site, "/explore", PHONE).page
    title, field = page.locator("#chart h2"), page.get_by_label("Importer", exact=True)
    expect(title).to_be_in_viewport()
    expect(field).not_to_be_visible()
    page.get_by_text("Change the chart").press("Enter")
    expect(field).to_be_visible()
    page.get_by_text("Change the chart").press("Enter")
    page.set_viewport_size({"width": DESKTOP, "height": 900})
    expect(field).to_be_visible()
    expect(title).to_be_in_viewport()


def test_links_of_a_chart_are_right_below_it(open_page: object, site: str) -> None:
    """Notes beside it may be longer than the chart."""
    page = open_page(site, "/country/RUS/from/CHN/whole").page
    assert page.locator("section:not(#again) .saves:has(a[download], a[href*='.csv'])").count() > 4
    far = page.locator("section[id]:not(#again) .saves").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().top"
        " - one.previousElementSibling.getBoundingClientRect().bottom)"
    )
    assert max(far) <= 40


def test_a_chart_is_built_by_keyboard(open_page: object, site: str) -> None:
    watched = open_page(site, "/explore")
    page = watched.page
    page.locator("#show").select_option("map")
    page.locator("#supplier").fill("China")
    page.locator("#goods").fill("Metal permanent magnets")
    page.locator("#title").fill("Magnets")
    page.keyboard.press("Enter")
    page.wait_for_url("**/explore?show=map**")
    assert page.locator("#chart h2").inner_text() == "Magnets"
    assert "Show" not in page.locator("#chart h2").inner_text()
    # The page begins at the chart now, so that its code is near for the keyboard too.
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.locator("button:focus", has_text="Embed this chart").count():
            break
    page.keyboard.press("Enter")
    page.locator("#embed:popover-open").wait_for()
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.locator("button[data-copy=embed-code]:focus").count():
            break
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.textContent !== 'Copy the code'")
    watched.check()
