"""What is handed on: no folder of the machine that made it, and sources by their names."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from entrepot.figures import ask
from entrepot.lake import Lake
from entrepot.report import brief
from entrepot.report.charts.alone import sources
from entrepot.report.parts import format_of
from entrepot.report.standalone import of_figure

if TYPE_CHECKING:
    from entrepot.report.parts import Brief

CLAIMS = Path(__file__).parents[2] / "examples" / "russia-china-dependence.yaml"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Brief, Path]:
    """A brief of a list and of claims that lie in a folder with a telling name."""
    folder = tmp_path_factory.mktemp("secret & <project>")
    (folder / "mine.csv").write_text("code,nomenclature\n854231,HS2017\n", encoding="utf-8")
    shutil.copy(CLAIMS, folder / "claims.yaml")
    lake = Lake.open(folder / "no-lake")
    told = brief("RUS", "CHN", str(folder / "mine.csv"), lake=lake, claims=folder / "claims.yaml")
    return told, folder


@pytest.mark.parametrize("suffix", [".html", ".md", ".json", ".xlsx", ".pdf"])
def test_no_folder_is_in_a_file(made: tuple[Brief, Path], suffix: str) -> None:
    told, folder = made
    written = format_of(folder / f"brief{suffix}")(told)
    text = words_of(written.encode() if isinstance(written, str) else written, suffix)
    assert "mine.csv" in text
    assert ("claims.yaml" in text) is (suffix != ".pdf")  # which names no commands
    for part in ("secret", str(folder.parent)):
        assert part not in text


def words_of(content: bytes, suffix: str) -> str:
    if suffix == ".pdf":
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return "".join(book.read(name).decode() for name in book.namelist())
    return content.decode()


def test_a_chart_names_publisher_and_vintage_and_no_hash(tmp_path: Path) -> None:
    """It named the first digits of a hash and neither publisher nor vintage."""
    lake = Lake.open(tmp_path / "no-lake")
    keys = {"importer": "DEU", "exporter": "CHN", "goods": "850511", "period": 2022}
    figure = ask("import_share", lake=lake, curve=True, **keys)
    told = " ".join(of_figure(figure).foot)
    assert "Source: CEPII BACI V202601 (30 codes); Entrepôt computation." in told
    assert figure.evidence[0].snapshot not in told
    printed = ask(
        "import_share", importer="RUS", exporter="CHN", goods="chpl", period=2023, lake=lake
    )
    assert "Entrepôt computation" not in sources([printed])
