"""Links and families against the tables of the United Nations, worked out again in plain Python."""

from __future__ import annotations

import csv
import itertools
from collections import Counter, defaultdict, deque
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from un_tables import sheet

import entrepot.goods
from entrepot.goods import Links, Variant, goods_list, goods_selection
from entrepot.goods.list_conversion import EXACT, reaches
from entrepot.model.product import known_codes

if TYPE_CHECKING:
    from collections.abc import Iterable

EDITIONS = ("HS2022", "HS2017", "HS2012", "HS2007", "HS2002", "HS1996", "HS1992")
PAIRS = tuple(itertools.pairwise(EDITIONS))
TEXT = "HS_consolidated_comtrade_concordances.csv"
BOOKS = {
    ("HS2022", "HS2017"): "HS 2022 to HS 2017 ConversionAndCorrelationTables.xlsx",
    ("HS2017", "HS2012"): "HS 2017 to HS 2012 ConversionAndCorrelationTables.xlsx",
}
MOST = 10
"""From how many old codes a new one may draw before it gathers remainders."""
SPANS = list(itertools.combinations(range(len(EDITIONS)), 2))
Node = tuple[str, str]
Pair = tuple[str, str]


@pytest.fixture(scope="module")
def raw(shared_data: Path) -> dict[Pair, set[Node]]:
    """New code and old code of every link that the tables have, by editions."""
    found: dict[Pair, set[Node]] = defaultdict(set)
    with (shared_data / "hs_concordance" / TEXT).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            newer, _, older = row["adjustment"].partition(" to ")
            pair = f"HS{newer}", f"HS{older}"
            if pair in PAIRS:
                found[pair].add((row["code.after"].zfill(6), row["code.before"].zfill(6)))
    return found


@pytest.fixture(scope="module")
def links(raw: dict[Pair, set[Node]]) -> Links:
    return Links(
        (newer, new, older, old) for (newer, older), rows in raw.items() for new, old in rows
    )


@pytest.fixture(scope="module")
def rules() -> list[dict[str, str]]:
    path = Path(entrepot.goods.__path__[0], "link_rules.csv")
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("pair", BOOKS)
def test_the_text_has_what_the_workbooks_have(
    raw: dict[Pair, set[Node]], shared_data: Path, pair: Pair
) -> None:
    rows = sheet(shared_data / "hs_concordance" / BOOKS[pair], 2)
    pairs = [tuple(cell.strip().zfill(6) for cell in row[:2]) for row in rows if len(row) >= 2]
    assert {row for row in pairs if all(code.isdigit() for code in row)} == raw[pair]


@pytest.mark.parametrize("pair", PAIRS)
def test_every_link_is_kept_set_aside_or_added(
    raw: dict[Pair, set[Node]], links: Links, rules: list[dict[str, str]], pair: Pair
) -> None:
    kept, aside = links.kept(*pair), links.set_aside(*pair)
    of_pair = [row for row in rules if (row["newer"], row["older"]) == pair]
    added = {(row["new_code"], row["old_code"]) for row in of_pair if row["action"] == "add"}
    assert kept | aside == raw[pair] | added
    assert kept & aside == set()
    assert kept - raw[pair] == added - raw[pair]
    assert all(len(code) == 6 and code.isdigit() for link in kept for code in link)
    # No old code loses its last link, and none that keeps its number loses that.
    assert {old for _, old in kept} == {old for _, old in raw[pair] | added}
    assert {(new, old) for new, old in raw[pair] if new == old} <= kept
    # What is set aside goes into a code that draws on many, or is named by hand.
    by_hand = [(row["new_code"], row["old_code"]) for row in of_pair if row["action"] == "aside"]
    drawn = Counter(new for new, _ in raw[pair])
    for new, old in aside:
        named = any(new.startswith(one) and old.startswith(other) for one, other in by_hand)
        assert named or drawn[new] > MOST


@pytest.mark.parametrize("pair", PAIRS)
def test_the_rule_worked_out_again(
    raw: dict[Pair, set[Node]], links: Links, rules: list[dict[str, str]], pair: Pair
) -> None:
    rows, added = set(raw[pair]), set()
    for rule in rules:
        if (rule["newer"], rule["older"]) != pair:
            continue
        if rule["action"] == "add":
            added.add((rule["new_code"], rule["old_code"]))
        else:
            heads = rule["new_code"], rule["old_code"]
            rows = {
                row for row in rows
                if not (row[0].startswith(heads[0]) and row[1].startswith(heads[1]))
            }  # fmt: skip
    rows |= added
    before = {
        new: {old for _, old in group}
        for new, group in itertools.groupby(sorted(rows), lambda row: row[0])
    }
    many = {new for new, codes in before.items() if len(codes) > MOST}
    expected = set()
    for old, group in itertools.groupby(sorted(rows, key=lambda row: row[1]), lambda row: row[1]):
        there = {new for new, _ in group}
        stays = {new for new in there if new == old or new not in many or (new, old) in added}
        expected |= {(new, old) for new in stays or there}
    assert links.kept(*pair) == expected


def neighbours(links: Links, pairs: Iterable[Pair]) -> dict[Node, set[Node]]:
    found: dict[Node, set[Node]] = defaultdict(set)
    for newer, older in pairs:
        for new, old in links.kept(newer, older):
            found[newer, new].add((older, old))
            found[older, old].add((newer, new))
    return found


def reached(start: Node, near: dict[Node, set[Node]]) -> frozenset[Node]:
    """Everything that can be reached, breadth first."""
    seen, queue = {start}, deque([start])
    while queue:
        for node in near[queue.popleft()] - seen:
            seen.add(node)
            queue.append(node)
    return frozenset(seen)


@pytest.mark.parametrize(("first", "last"), SPANS)
def test_families_are_what_can_be_reached(links: Links, first: int, last: int) -> None:
    near = neighbours(links, PAIRS[first:last])
    families = links.families(EDITIONS[first], EDITIONS[last])
    assert families == links.families(EDITIONS[last], EDITIONS[first])
    assert families.keys() == near.keys()
    done: set[Node] = set()
    for node in near:
        if node in done:
            continue
        group = reached(node, near)
        done |= group
        members = {(name, code) for name, codes in families[node].members for code in codes}
        assert members == group
        assert all(families[one] is families[node] for one in group)


@pytest.mark.parametrize("pair", PAIRS)
def test_families_are_the_components_of_a_sparse_graph(links: Links, pair: Pair) -> None:
    families = links.families(*pair)
    nodes = sorted(families)
    place = {node: number for number, node in enumerate(nodes)}
    rows = [place[pair[0], new] for new, _ in links.kept(*pair)]
    columns = [place[pair[1], old] for _, old in links.kept(*pair)]
    graph = coo_array(([1] * len(rows), (rows, columns)), shape=(len(nodes), len(nodes)))
    count, label = connected_components(graph, directed=False)
    assert count == len({id(family) for family in families.values()})
    by_label: dict[int, set[int]] = defaultdict(set)
    for node, number in zip(nodes, label, strict=True):
        by_label[int(number)].add(id(families[node]))
    assert all(len(found) == 1 for found in by_label.values())


def test_how_large_families_get(raw: dict[Pair, set[Node]], links: Links) -> None:
    """The numbers that the choice of ten rests on."""
    largest = {
        pair: max(sum(len(codes) for _, codes in family.members)
                  for family in links.families(*pair).values())
        for pair in PAIRS
    }  # fmt: skip
    assert largest == {
        ("HS2022", "HS2017"): 29, ("HS2017", "HS2012"): 21, ("HS2012", "HS2007"): 41,
        ("HS2007", "HS2002"): 35, ("HS2002", "HS1996"): 71, ("HS1996", "HS1992"): 42,
    }  # fmt: skip
    near: dict[Node, set[Node]] = defaultdict(set)
    for new, old in raw["HS2022", "HS2017"]:
        near["new", new].add(("old", old))
        near["old", old].add(("new", new))
    assert max(len(reached(node, near)) for node in [("new", "854911"), ("new", "852491")]) == 2258


@pytest.mark.parametrize("pair", PAIRS)
def test_codes_of_the_editions_are_those_of_the_tables(
    raw: dict[Pair, set[Node]], pair: Pair
) -> None:
    newer, older = pair
    known = known_codes()
    for name, theirs in (
        (newer, {new for new, _ in raw[pair]}),
        (older, {old for _, old in raw[pair]}),
    ):
        ours = {code for code, editions in known.items() if name in editions}
        assert theirs <= ours
        assert len(ours - theirs) <= 3  # petroleum oils as BACI pools them, and strays


# What must never happen


@pytest.mark.parametrize("edition", EDITIONS[1:])
def test_chips_never_become_telephones(links: Links, edition: str) -> None:
    found = reaches(goods_list("chpl").entries, edition, links)
    for code in ("854151", "854159"):
        place = found["HS2022", code]
        assert not any(one.startswith("8517") for one in (*place.codes, *place.widest))
        assert place.kind == "no_safe_predecessor"
        assert place.codes == ()
        assert "854150" in place.widest
        assert place.family is not None
        assert not any(one.startswith("8517") for _, codes in place.family.members for one in codes)
    for variant in get_args(Variant):
        chosen = goods_selection("chpl", nomenclature=edition, variant=variant, links=links)
        assert chosen.codes is not None
        assert chosen.codes.isdisjoint({"851711", "851712", "851713", "851714", "851718"})


def test_parts_and_waste_do_not_spill(links: Links) -> None:
    """852990 sent parts to the new 8524, and nearly everything sends waste to the new 8549."""
    families = links.families("HS2022", "HS2017")
    assert families["HS2022", "852990"].members == (
        ("HS2022", ("852990",)), ("HS2017", ("852990",)),
    )  # fmt: skip
    assert families["HS2022", "901380"].codes("HS2017") == ("901380",)
    waste = {code for name, code in families if name == "HS2022" and code.startswith("8549")}
    assert {code for name, code in families if name == "HS2017" and code.startswith("8548")}
    for code in waste:
        family = families["HS2022", code]
        assert all(one.startswith("8549") for one in family.codes("HS2022"))
        assert all(one.startswith("8548") for one in family.codes("HS2017"))
    listed = {entry.code for entry in goods_list("chpl").entries}
    for code in listed:
        family = families["HS2022", code]
        assert sum(len(codes) for _, codes in family.members) <= 15
        assert waste.isdisjoint(family.codes("HS2022"))


def test_cameras_and_drones_stay_apart(links: Links) -> None:
    families = links.families("HS2022", "HS2017")
    cameras = families["HS2022", "852589"]
    new = set(cameras.codes("HS2022"))
    assert {code for code in new if not code.startswith("8806")} == {
        "852581", "852582", "852583", "852589",
    }  # fmt: skip
    assert cameras.codes("HS2017") == ("852580",)
    kept = links.kept("HS2022", "HS2017")
    assert not any(new.startswith("8806") and old.startswith("8802") for new, old in kept)
    for code in ("880211", "880212", "880220", "880230", "880240"):
        assert families["HS2017", code].codes("HS2022") == (code,)
    parts = families["HS2022", "880730"]
    assert (parts.codes("HS2022"), parts.codes("HS2017")) == (("880730",), ("880330",))
    drones = {code for name, code in families if name == "HS2022" and code.startswith("8806")}
    assert drones
    for code in drones - {"880610"}:  # camera drones were cameras, and nothing else is one now
        assert families["HS2022", code] is cameras
    chosen = goods_selection("chpl", nomenclature="HS2022", links=links, editions=["HS2017"])
    assert chosen.codes is not None
    assert chosen.codes.isdisjoint(drones)


def test_leading_zeros_are_kept_and_matter(links: Links) -> None:
    families = links.families("HS2012", "HS2007")
    assert families["HS2012", "010121"].codes("HS2007") == ("010110", "010190")
    assert ("HS2012", "10121") not in families


@pytest.mark.parametrize("edition", ["HS2017", "HS2012", "HS2002", "HS1992"])
@pytest.mark.parametrize("name", ["chpl", "eu-xxiii", "gb-3e", "ca-7"])
def test_no_exact_target_holds_goods_that_are_not_listed(
    links: Links, name: str, edition: str
) -> None:
    """An exact code can be followed back, over kept links alone, to listed codes only."""
    entries = goods_list(name).entries
    found = {key: one for key, one in reaches(entries, edition, links).items()
             if key[0] == "HS2022"}  # fmt: skip
    near = neighbours(links, PAIRS[: EDITIONS.index(edition)])
    whole = {code for _, code in found}
    for (_, code), place in found.items():
        if place.kind not in EXACT or place.family is None:
            continue
        assert place.codes
        assert (place.low, place.high) == (1.0, 1.0)
        for target in place.codes:
            back = {one for there, one in reached((edition, target), near) if there == "HS2022"}
            assert code in back
            assert back <= whole
