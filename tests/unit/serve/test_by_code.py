"""Whoever calls an area by its name is sent to the address with its code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.ask_server import Client

from entrepot.serve import create_app

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    folder: Path = tmp_path_factory.mktemp("named") / "a-lake-of-nobody"
    return Client(create_app(folder))


SENT = {
    "/country/Russia": "/country/RUS",
    "/country/russian%20federation?goods=85,8542": "/country/RUS?goods=85,8542",
    "/country/rus": "/country/RUS",
    "/country/Germany/suppliers.csv?goods=all": "/country/DEU/suppliers.csv?goods=all",
    "/country/RUS/from/China?period=2023": "/country/RUS/from/CHN?period=2023",
    "/country/Kazakhstan/from/Russia/whole": "/country/KAZ/from/RUS/whole",
    "/country/Kazakhstan/from/RUS/tiers.csv": "/country/KAZ/from/RUS/tiers.csv",
    "/country/Kazakhstan/from/RUS/brief.pdf": "/country/KAZ/from/RUS/brief.pdf",
    "/country/Kazakhstan+kyrgyzstan/from/RUS": "/country/KAZ+KGZ/from/RUS",
    "/go?goods=Cobalt&importer=&period=2022&source=minerals": (
        "/goods/8105?period=2022&source=minerals"
    ),
    "/go?goods=850511&importer=Japan&period=2022&source=": "/country/JPN?goods=850511&period=2022",
    "/go?goods=850511&importer=Japan&supplier=China&period=2022&source=baci": (
        "/country/JPN/from/CHN?goods=850511&period=2022"
    ),
    "/country/Russia?goods=a%0d%0ab%26c": "/country/RUS?goods=a%0D%0Ab%26c",
}


@pytest.mark.parametrize(("named", "code"), SENT.items())
def test_a_name_leads_to_the_code(client: Client, named: str, code: str) -> None:
    answer = client.get(named)
    assert (answer.status_code, answer.headers["location"]) == (303, code)


@pytest.mark.parametrize("path", ["/country/RUS", "/country/KAZ+KGZ", "/country/coalition@2024"])
def test_a_code_is_answered_itself(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/country/Atlantis", "/country/Russia/from/Atlantis/whole"])
def test_what_nothing_is_called_is_not_there(client: Client, path: str) -> None:
    answer = client.get(path)
    while answer.status_code == 303:
        answer = client.get(answer.headers["location"])
    assert answer.status_code == 404
    assert "Atlantis" in answer.text
