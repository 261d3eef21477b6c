"""Menus, labels and buttons in the reader's language; prose, numbers and drawings stay."""

from __future__ import annotations

import re
from html import unescape

import pytest
from tests.ask_server import Client

from entrepot.model.area_names import named_area
from entrepot.serve import create_app
from entrepot.serve.site import (
    SCRIPTS,
    area_label,
    by_label,
    in_language,
    messages,
    script,
    translated,
)
from entrepot.serve.site import _labels as labels
from entrepot.settings import LANGUAGES

OTHERS = [one for one in LANGUAGES if one != "en"]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    return Client(create_app(tmp_path_factory.mktemp("lake")))


def test_every_message_is_in_every_language() -> None:
    for text, row in messages().items():
        assert list(row) == list(LANGUAGES)
        assert all(one.strip() == one != "" for one in row.values()), text
        assert re.search("[а-яё]", row["ru"], re.I), text
        assert re.search("[\u4e00-\u9fff]", row["zh"]), text


@pytest.mark.parametrize("language", OTHERS)
def test_names_of_countries_are_understood_where_they_are_shown(language: str) -> None:
    """A picker offers them, and what is picked has to be read."""
    for code, row in labels().items():
        assert named_area(row[language]) == code


@pytest.mark.parametrize("path", ["/countries", "/explore", "/data", "/ask"])
@pytest.mark.parametrize("language", OTHERS)
def test_menu_and_buttons_are_in_the_language_and_say_so(
    client: Client, path: str, language: str
) -> None:
    page = client.get(path, **{"accept-language": f"{language}-XX,en;q=0.5"}).text
    menu = re.search(r'<nav aria-label="([^"]+)"><ul>(.*?)</ul>', page, re.DOTALL)
    assert menu is not None
    known = {row[language] for row in messages().values()}
    said = re.findall(r"<a [^>]*>([^<]+)</a>", menu[2])
    assert {unescape(one) for one in said} <= known
    assert menu[2].count(f'lang="{language}"') == len(said) == 6
    for tag in ("button", "label"):
        for more, text in re.findall(rf"<{tag}([^>]*)>([^<]+)</{tag}>", page):
            if path in ("/countries", "/explore") or tag == "button":
                assert f'lang="{language}"' in more, text
    assert page.count("<html lang=") == 1
    assert client.get(path).text != page


@pytest.mark.parametrize("path", ["/screen", "/search?q=zzxx", "/compare"])
@pytest.mark.parametrize("language", OTHERS)
def test_labels_of_every_form_are_in_the_language(client: Client, path: str, language: str) -> None:
    page = client.get(path, **{"accept-language": language}).text
    found = re.findall(r"<(?:label|button|legend|h1)\b([^>]*)>([^<]+)</", page)
    assert len(found) >= 2
    for more, text in found:
        assert f'lang="{language}"' in more, text


@pytest.mark.parametrize("path", ["/explore", "/country/DEU?goods=850511", "/country/RUS/from/CHN"])
@pytest.mark.parametrize("language", OTHERS)
def test_what_scripts_say_is_in_the_language(client: Client, path: str, language: str) -> None:
    page = client.get(path, **{"accept-language": language}).text
    said = re.findall(r' data-say-[a-z]+="([^"]+)"', page)
    assert len(said) > 4
    assert {unescape(one) for one in said} <= {row[language] for row in messages().values()}


def test_no_script_has_words_of_its_own() -> None:
    for name in SCRIPTS:
        text = script(name).body.decode()
        assert not re.search(r'(textContent = |"aria-label", |: )["`][A-Z]', text), name
        assert not re.search(r"`[^`\n]*\} [a-z]{2,}", text), name


def test_the_setting_is_for_who_chooses_none(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = client.get("/countries").text
    monkeypatch.setenv("ENTREPOT_LANGUAGE", "de")
    german = client.get("/countries")
    assert german.text != plain
    assert 'lang="de"' in german.text
    # Whatever the browser accepts, and unless the reader chooses.
    assert client.get("/countries", **{"accept-language": "fr"}).text == german.text
    assert 'lang="fr"' in client.get("/countries?lang=fr").text


def test_the_address_chooses_and_the_browser_remembers(client: Client) -> None:
    chosen = client.get("/country/DEU?goods=850511&lang=fr")
    assert "Pays" in chosen.text
    assert chosen.headers["set-cookie"].startswith("language=fr; ")
    plain = {"cookie": "language=fr"}
    assert client.get("/country/DEU?goods=850511", **plain).text == chosen.text
    english = client.get("/country/DEU?goods=850511&lang=en", **plain)
    assert english.text == client.get("/country/DEU?goods=850511").text
    # What is said on the page is an address that leads back to it, in each language.
    for one in LANGUAGES:
        assert f'href="/country/DEU?goods=850511&amp;lang={one}"' in chosen.text
    assert client.get("/countries?lang=xx").status_code == 400
    assert "Countries" in client.get("/countries", cookie="language=xx").text


def test_countries_are_in_the_order_of_their_names() -> None:
    codes = ["AUT", "EGY", "DEU", "ZAF", "HUN", "ESP"]
    german = in_language("de", lambda: [code for code, _ in by_label(codes)])
    assert german == ["EGY", "DEU", "AUT", "ESP", "ZAF", "HUN"]  # Ägypten before Deutschland
    french = in_language("fr", lambda: [name for _, name in by_label(["EGY", "ESP", "FIN", "ETH"])])
    assert french == ["Égypte", "Espagne", "Éthiopie", "Finlande"]
    chinese = in_language(
        "zh", lambda: [code for code, _ in by_label(["CHN", "DEU", "RUS", "FRA", "FJI", "NRU"])]
    )
    assert chinese == ["DEU", "RUS", "FRA", "FJI", "NRU", "CHN"]  # dé, é, fǎ, fěi, nǎo, zhōng
    assert in_language("es", lambda: area_label("DEU")) == "Alemania"
    assert area_label("DEU") == "Germany"


def test_code_drawings_and_what_readers_wrote_stay() -> None:
    kept = (
        "<pre>Goods</pre><svg><text>Goods</text></svg><textarea>Goods</textarea>"
        '<p>Goods are sold.</p><td class="number">1.5&nbsp;%</td><input value="Goods">'
    )
    assert in_language("de", lambda: translated(kept)) == kept
    both = '<th scope="col">Goods</th><a href="/x">Chart as SVG<span class="unseen">: x</span></a>'
    assert in_language("de", lambda: translated(both)) == (
        '<th scope="col" lang="de">Waren</th><a href="/x"><span lang="de">Diagramm als SVG</span>'
        '<span class="unseen">: x</span></a>'
    )
