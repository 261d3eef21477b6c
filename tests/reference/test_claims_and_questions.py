"""A claim and a question with one definition: one number, and a range of what both say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep
from entrepot.claims import check, parse_document
from entrepot.claims.loaded_evidence import LakeAnswers, from_lake
from entrepot.figures.evaluate import evaluate
from entrepot.lake import Lake
from made_comtrade import CHINA, GERMANY, USA, WORLD, row, text_of

if TYPE_CHECKING:
    from entrepot.figures import Definition, Figure

HONG_KONG = 344
MAP = """
format: 1
id: own
nomenclature: HS2022
level: 6
reported_by: importer
valuation: CIF
columns:
  year: {role: period}
  seller: {role: exporter, codes: ISO3}
  buyer: {role: importer, codes: ISO3}
  code: {role: product}
  value: {role: value, currency: USD}
  mass: {role: mass, unit: kg}
"""
CLAIMS: dict[str, tuple[str, dict[str, Any]]] = {
    "import_share": ("40 %", {}),
    "value": ("500 USD", {}),
    "growth": ("20 %", {"base": 2021}),
}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Three years of two sources that disagree, with Hong Kong, weights and two chips of a list."""
    folder = tmp_path_factory.mktemp("claims")
    found = Lake.open(folder / "lake")
    rows, own = [], ["year,seller,buyer,code,value,mass"]
    for year in (2020, 2021, 2022):
        for code, part in (("854231", 1.0), ("854232", 0.4)):
            for place, (partner, name) in enumerate(
                ((CHINA, "CHN"), (HONG_KONG, "HKG"), (USA, "USA"))
            ):
                value = round(part * (500 + 40 * (year - 2020) - 150 * place))
                told = {"reporter": GERMANY, "period": year, "product": code}
                rows.append(row(value, partner=partner, mass=3 * value, **told))
                own.append(f"{year},{name},DEU,{code},{value * 1.1:.0f},{value * 2}")
            rows.append(row(2000 * part, partner=WORLD, mass=1e4, **told))
    (folder / "comtrade.csv").write_text(text_of(rows))
    (folder / "own.csv").write_text("\n".join(own) + "\n")
    found.add("comtrade", [folder / "comtrade.csv"])
    found.add("table", [folder / "own.csv"], mapping=MAP)
    return found


@pytest.mark.parametrize("goods", ["854231", "chpl"])
@pytest.mark.parametrize("measure", CLAIMS)
def test_one_definition_has_one_number(lake: Lake, measure: str, goods: str) -> None:
    says, more = CLAIMS[measure]
    keys: dict[str, Any] = {"importer": "DEU", "exporter": "CHN", "goods": goods, "period": 2022}
    keys |= more
    told = ", ".join(f"{name}: '{text}'" for name, text in keys.items())
    text = "format: 1\nsource: {title: A}\nclaims:\n  - {id: a, "
    [claim] = parse_document(f"{text}{measure}: {{{told}}}, says: '{says}'}}\n").claims
    found = {one.source: one for one in from_lake(claim, LakeAnswers(lake))}
    assert set(found) == {"comtrade", "table.own"}
    for source, one in found.items():
        figure = ep.ask(measure, lake=lake, source=source, curve=True, **keys)
        assert one.value == figure.value
        assert one.unit == figure.unit
        assert figure.specifications is not None
        same = [
            spec.value
            for spec in figure.specifications.items
            if spec.choices.get("window", "as asked") == "as asked"
            and spec.choices.get("quantity", "value") == "value"
            and spec.choices.get("goods", goods) == goods
        ]
        assert len(same) > 1  # Hong Kong at least
        assert one.loose.low <= min(same) <= max(same) <= one.loose.high


def test_a_definition_is_evaluated_once_for_a_text(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred equal claims took a minute: each was evaluated, for each weighing of the text."""
    keys = "importer: DEU, exporter: CHN, goods: '854231', period: 2022"
    entries = [
        f"  - {{id: c{one}, import_share: {{{keys}}}, says: {one + 30} %}}" for one in range(5)
    ]
    entries.append(f"  - {{id: d, value: {{{keys}, currency: USD}}, says: 500 USD}}")
    text = "\n".join(["format: 1", "source: {title: A}", "claims:", *entries, ""])
    asked: list[Definition] = []

    def counting(definition: Definition, held: Lake) -> Figure:
        asked.append(definition)
        return evaluate(definition, held)

    monkeypatch.setattr("entrepot.figures.evaluate.evaluate", counting)
    document = parse_document(text)
    check(document, lake)
    assert len(asked) == len(set(asked)) == 4  # two definitions, two sources
    answers = LakeAnswers(lake)
    for claim in document.claims:
        assert list(from_lake(claim, answers)) == list(from_lake(claim, LakeAnswers(lake)))
