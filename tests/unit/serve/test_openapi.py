"""Every operation of the API under made-up requests, right and wrong, as its description has them.

Nothing is forgiven: an answer of the server's own fault, a status or a media type that is not
described, and a body that does not fit its description each fail.
"""

from __future__ import annotations

from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance
from tests.denied import CODE, denied

from entrepot.serve import Access, apart, create_app
from entrepot.sources.icio import wheel
from entrepot.sources.icio import wheel as arrays
from made_icio import arrays_of, installed, made_up

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from schemathesis import APIOperation, BaseSchema, Case

OPERATIONS = [
    *("GET /api/ask", "GET /api/ask.csv", "GET /api/ask.parquet"),
    "GET /api/question",
    *("GET /api/compare", "GET /api/compare.csv", "GET /api/compare.parquet"),
    *("GET /api/scenario", "GET /api/scenario.csv", "GET /api/scenario.parquet"),
    *("GET /api/brief", "GET /api/brief.csv", "GET /api/brief.parquet"),
    *("GET /api/measures", "GET /api/measures.csv", "GET /api/measures.parquet"),
    *("GET /api/areas", "GET /api/areas.csv", "GET /api/areas.parquet"),
    *("GET /api/goods/{name}", "POST /api/check", "POST /api/desk"),
]
EXAMPLES = 15
SENSE = {
    "importer": ["RUS", "KAZ+KGZ", "EU27", "NPL"],
    "importer2": ["KAZ", "WLD"],
    "exporter": ["CHN", "CHN+HKG", "coalition"],
    "supplier": ["CHN", "USA"],
    "supplier2": ["TUR"],
    "imposes": ["DEU", "others", "DEU+USA"],
    "target": ["RUS", "others"],
    "sectors": ["C26", "C26,C29"],
    "friction": ["0.3", "0.3,0.6"],
    "goods": ["all", "chpl", "chpl:1", "854231,854232", "inputs"],
    "goods2": ["85"],
    "period": ["2023", "2022-03..2022-12", "2023Q2", "0001", "9999"],
    "period2": ["2022"],
    "base": ["2021"],
    "source": ["published", "baci", "computed"],
}
"""Values that let a request come further than to the first unknown word."""
UNDECIDABLE = [positive_data_acceptance]
"""A description cannot tell that a text names no country."""


@pytest.fixture(autouse=True)
def _cache_beside_it(own_cache: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a server keeps in the user's cache is no file of a lake; temporary ones are let pass."""
    with TemporaryDirectory() as place:
        monkeypatch.setenv("ENTREPOT_CACHE", place)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("openapi")


@pytest.fixture(scope="module")
def schema(folder: Path) -> Iterator[BaseSchema]:
    """The description, on no lake and beside a small installed table of inputs."""
    table = arrays_of(made_up(5, ("CHN", "DEU", "HKG", "RUS", "USA")))
    held = installed(arrays.benchmark(table, "made up"))
    app = create_app(folder / "no-lake", access=Access(hosts=None))  # the client has its own name
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wheel, "installed", lambda: held)
        patch.setattr(wheel, "installed_file", lambda: folder)
        patch.setattr(apart, "CODE", CODE)
        patch.setattr(apart, "_idle", [])
        apart.get_ready()
        yield schemathesis.openapi.from_asgi("/openapi.json", app)
        apart._end_all()


def operations(schema: BaseSchema) -> dict[str, APIOperation]:
    found = [result.ok() for result in schema.get_all_operations()]
    return {one.label: one for one in found}


def test_every_operation_is_tried(schema: BaseSchema) -> None:
    assert sorted(operations(schema)) == sorted(OPERATIONS)


@pytest.mark.parametrize("mode", ["positive", "negative"])
@pytest.mark.parametrize("label", OPERATIONS)
def test_an_operation_answers_as_it_is_described(
    schema: BaseSchema, folder: Path, label: str, mode: str
) -> None:
    operation = operations(schema)[label]
    if mode == "negative" and not _can_be_broken(operation):
        return  # it takes nothing, or any text

    @given(case=operation.as_strategy(schemathesis.GenerationMode(mode)), data=st.data())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def tried(case: Case, data: st.DataObject) -> None:
        if mode == "positive":
            sensible = data.draw(st.dictionaries(st.sampled_from(sorted(SENSE)), st.just(None)))
            for name in sensible.keys() & set(case.query or {}):
                case.query[name] = data.draw(st.sampled_from(SENSE[name]))
        with denied(folder) as found:
            answer = case.call()
        assert found == []
        assert answer.status_code < 500, f"{case.as_curl_command()}: {answer.text[:300]}"
        case.validate_response(answer, excluded_checks=UNDECIDABLE)

    tried()


def _can_be_broken(operation: APIOperation) -> bool:
    """Whether a request can go against the description: with keys of a kind, or a body."""
    kinds = [one.definition.get("schema", {}) for one in operation.query]
    return bool(operation.body) or any(one != {"type": "string"} for one in kinds)
