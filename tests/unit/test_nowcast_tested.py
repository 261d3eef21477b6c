"""Classes of flows whose intervals failed in the backtests are refused, by the recorded table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from entrepot.errors import NoEvidenceError
from entrepot.measures.nowcast import tested
from entrepot.measures.nowcast.tested import (
    ALL,
    LEAST_WINDOWS,
    OFF,
    SIZES,
    ClassedFlow,
    Kind,
    class_of,
    failed,
    refuse_failed,
)

KIND = Kind("exports of made-up flows", "DEU", "exporter", "some", currency="EUR")
FLOW = ClassedFlow(
    reporters=frozenset({"DEU"}),
    side="exporter",
    goods="some",
    source="",
    history=60,
    day=date(2024, 12, 31),
    size=50.0,
    currency="EUR",
)


def made(ahead: int, in_80: float = 0.8, size: str = ALL, above: float = 0.0) -> tested.Tested:
    return tested.Tested(KIND, "value", 12, ahead, size, above, 1234, in_80, 0.95, 7.0)


def test_off_is_more_than_six_points_from_either_promise() -> None:
    assert not made(3, 0.8 + OFF - 0.001).is_off
    assert made(3, 0.8 + OFF + 0.001).is_off
    assert made(3, 0.8 - OFF - 0.001).is_off
    assert replace(made(3), in_95=0.88).is_off
    assert not replace(made(3), in_95=None).is_off


def test_a_class_between_classes_that_are_off_is_refused_too() -> None:
    classes = [made(6), made(7, 0.7), made(8), made(9, 0.7), made(10), made(11)]
    assert [one.ahead for one in classes if failed(one, classes)] == [7, 8, 9]
    # Farther than the last one that failed, nothing was tested.
    far = [made(10, 0.7), made(11)]
    assert [one.ahead for one in far if failed(one, far)] == [10, 11]
    # Nearer than all that failed, something may hold.
    near = [made(1), made(2, 0.7)]
    assert [one.ahead for one in near if failed(one, near)] == [2]


def test_a_class_tested_for_too_short_a_time_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    long, short = replace(made(3), windows=LEAST_WINDOWS), replace(made(9), windows=2.25)
    assert [failed(one, (long, short)) for one in (long, short)] == [False, True]
    monkeypatch.setattr(tested, "tested_classes", lambda: (long, short))
    with pytest.raises(NoEvidenceError, match="not tested for long enough") as caught:
        refuse_failed("value", FLOW, months=12, ahead=7)
    assert caught.value.why == (
        "exports of made-up flows, a period that ends 9 months after the last report: the test is "
        "as long as 2.2 windows, and 5 are needed, because years differ"
    )
    # Of generated flows there are as many years as are drawn, and of some others only three.
    assert not replace(short, kind=Kind("generated flows")).is_short
    assert not replace(short, kind=replace(KIND, up_to=47)).is_short


def test_the_class_is_of_the_size_and_of_no_fewer_months_ahead() -> None:
    classes = [
        made(ahead, size=size, above=above)
        for ahead in (3, 6)
        for size, above in zip((ALL, *SIZES), (0.0, 0.0, 10.0, 100.0), strict=True)
    ]
    found = {
        (ahead, size): class_of(classes, 12, ahead, replace(FLOW, size=size))
        for ahead in (2, 4, 9)
        for size in (5.0, 10.0, 1e9, None)
    }
    assert {key: (one.ahead, one.size) for key, one in found.items()} == {
        (ahead, size): (there, name)
        for ahead, there in ((2, 3), (4, 6), (9, 6))
        for size, name in ((5.0, "small"), (10.0, "middle"), (1e9, "large"), (None, ALL))
    }
    # Amounts in another currency are no size of these classes.
    assert class_of(classes, 12, 3, replace(FLOW, currency="USD")).size == ALL


def test_the_reason_names_the_class_and_what_its_intervals_had(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    classes = (made(11, 0.912, "small"), made(11), made(3, size="small"))
    monkeypatch.setattr(tested, "tested_classes", lambda: classes)
    with pytest.raises(NoEvidenceError) as caught:
        refuse_failed("value", FLOW, months=12, ahead=10)
    assert caught.value.why == (
        "exports of made-up flows, small flows, a period that ends 11 months after the last "
        "report: 80 % intervals had 91.2 % and 95 % intervals 95.0 % of 1,234 values"
    )
    assert refuse_failed("value", FLOW, months=12, ahead=3) is classes[2]


@pytest.mark.parametrize(
    "other",
    [
        {"reporters": frozenset({"DEU", "FRA"})},
        {"reporters": frozenset()},
        {"side": "importer"},
        {"goods": "all"},
        {"source": "shipments"},
    ],
)
def test_a_kind_is_of_its_reporter_side_and_goods(other: dict[str, object]) -> None:
    assert KIND.fits(FLOW)
    assert not KIND.fits(replace(FLOW, **other))  # type: ignore[arg-type]
    assert not replace(KIND, up_to=59).fits(FLOW)
    assert replace(KIND, up_to=60).fits(FLOW)


def test_classes_of_the_table_are_answered_or_refused_as_they_were_tested() -> None:
    """By a flow of each class: what is more than six points off gets no answer."""
    for one in tested.tested_classes():
        kind = one.kind
        flow = ClassedFlow(
            reporters=frozenset({kind.reporters if kind.reporters != "EU27" else "AUT"}),
            side=kind.side or "importer",
            goods=kind.goods or "some",
            source=kind.source,
            history=min(kind.up_to or 96, 96),
            day=date(2024, 12, 31),
            size=one.above if one.size != ALL else None,
            currency=kind.currency,
        )
        if kind.reporters == "":
            flow = replace(flow, reporters=frozenset({"CHL"}))
        found: tested.Tested | None
        try:
            found = refuse_failed(one.measure, flow, months=one.months, ahead=one.ahead)
        except NoEvidenceError:
            found = None
        assert found in (None, one)
        if one.is_off or one.is_short:
            assert found is None, one


def test_the_table_has_the_months_that_are_asked_for() -> None:
    known = {
        (one.kind.flows, one.measure, one.months, one.ahead) for one in tested.tested_classes()
    }
    assert {(one[0], one[3]) for one in known if one[1:3] == ("value", 12)} >= {
        ("generated flows", ahead) for ahead in range(1, 12)
    }
    assert {one[1] for one in known} == {"value", "share", "hhi", "cr", "unit_value"}


def test_what_was_never_tested_is_refused() -> None:
    register = replace(FLOW, source="shipments", side="importer")
    with pytest.raises(NoEvidenceError, match="hhi are not tested on customs registers"):
        refuse_failed("hhi", register, months=12, ahead=3)
