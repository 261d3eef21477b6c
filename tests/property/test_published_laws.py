"""Laws of choosing and grouping statements, whatever rows come in whatever order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from entrepot.sources.published.parse import by_origin, matching, published, ranked

if TYPE_CHECKING:
    from entrepot.sources.published.row import Published

some = st.lists(st.sampled_from(published()), min_size=1, max_size=12, unique_by=lambda r: r.id)


@given(some, st.randoms(use_true_random=False))
def test_order_of_input_does_not_matter(rows: list[Published], random: object) -> None:
    mixed = list(rows)
    random.shuffle(mixed)
    assert ranked(mixed) == ranked(rows)
    assert list(by_origin(mixed)) == list(by_origin(rows))


@given(some, st.sampled_from(published()))
def test_a_better_row_is_not_overtaken_by_more_rows(rows: list[Published], row: Published) -> None:
    assert ranked([*rows, row])[0] in (ranked(rows)[0], row)


@given(some)
def test_the_first_origin_holds_the_best_row(rows: list[Published]) -> None:
    first = next(iter(by_origin(rows).values()))
    assert first[0] == ranked(rows)[0]


@given(st.sampled_from([row for row in published() if row.exporter and row.importer]))
def test_a_row_matches_what_it_states(row: Published) -> None:
    sides = {"exporter": row.exporter, "importer": row.importer}
    assert matching([row], period=row.period, base=row.base, measure=row.measure, **sides) == (row,)
