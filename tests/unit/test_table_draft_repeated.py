"""Rows that say one flow several times: what a draft settles by itself, and what it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from entrepot.errors import BadFileError
from entrepot.sources.table.draft.draft import Draft, draft_mapping
from table_reading import read_table

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

HEAD = "period,reporterISO,flowCode,partnerISO,cmdCode,primaryValue,motCode,note\n"
KEY = "2022,KAZ,M,CHN,854231"
CODES = HEAD.replace("note", "classificationCode")


def drafted(folder: Path, *rows: str, head: str = CODES) -> Draft:
    path = folder / "mine.csv"
    path.write_text(head + "".join(f"{row}\n" for row in rows))
    return draft_mapping(path)


def read(folder: Path, draft: Draft, **answers: str) -> float:
    text = draft.text
    for key, answer in answers.items():
        text = text.replace(f"{key}: TODO", f"{key}: {answer}")
    found, _ = read_table(folder / "mine.csv", text, folder)
    return sum(row["value_usd"] for row in found)


def test_totals_beside_their_parts_are_kept_alone(tmp_path: Path) -> None:
    draft = drafted(
        tmp_path,
        f"{KEY},10,0,H6",
        f"{KEY},7,2100,H6",
        f"{KEY},3,3200,H6",
        "2022,KAZ,M,DEU,854231,5,0,H6",
    )
    assert draft.questions == ()
    assert draft.mapping["select"] == {"motCode": "0"}
    assert "motCode" not in draft.mapping["ignore"]
    assert draft.rows == 2
    assert read(tmp_path, draft) == 15
    assert any(finding.count == 2 for finding in draft.findings)  # the parts that were left out


def test_a_flow_without_a_total_is_not_lost_unasked(tmp_path: Path) -> None:
    draft = drafted(
        tmp_path, f"{KEY},10,0,H6", f"{KEY},10,2100,H6", "2022,KAZ,M,DEU,854231,5,2100,H6"
    )
    assert [one.key for one in draft.questions] == ["repeated"]
    assert "select: {motCode: '0'}, which keeps 1 of 2 flows" in draft.text


def test_an_unknown_mode_is_no_total(tmp_path: Path) -> None:
    """Where parts come to more than what stands under 0, zero says that the mode is not known."""
    draft = drafted(tmp_path, f"{KEY},1,0,H6", f"{KEY},70,2100,H6", f"{KEY},30,3200,H6")
    assert [one.key for one in draft.questions] == ["repeated"]
    assert read(tmp_path, draft, repeated="sum") == 101


def test_what_tells_the_rows_apart_is_named_and_only_what_reads_is_offered(tmp_path: Path) -> None:
    draft = drafted(tmp_path, f"{KEY},7,2100,H6", f"{KEY},3,3200,H6")
    [question] = draft.questions
    assert question.choices == ("sum",)  # copies would be equal
    assert "# these rows differ in motCode ('2100', '3200')" in draft.text
    assert read(tmp_path, draft, repeated="sum") == 10
    same = drafted(tmp_path, f"{KEY},7,2100,H6", f"{KEY},7,3200,H6")
    assert same.questions[0].choices == ("sum", "once")
    assert read(tmp_path, same, repeated="once") == 7


def test_rows_are_tried_before_other_questions_are_answered(tmp_path: Path) -> None:
    """Who answers all that is asked at first is not refused afterwards."""
    draft = drafted(tmp_path, f"{KEY},7,2100,a", f"{KEY},3,3200,b", head=HEAD)
    assert [one.key for one in draft.questions] == ["nomenclature", "repeated"]
    assert read(tmp_path, draft, nomenclature="HS2022", repeated="sum") == 10


def test_a_total_that_parts_add_up_to_is_named_where_no_column_tells_it(tmp_path: Path) -> None:
    draft = drafted(tmp_path, *(f"{KEY},{value},1,H6" for value in (10, 6, 4)))
    assert "of 1 flows with three rows or more the others add up to the largest in 1" in draft.text
    apart = drafted(tmp_path, *(f"{KEY},{value},1,H6" for value in (10, 6, 5)))
    assert "add up to the largest" not in apart.text


def test_the_refusal_names_what_differs_too(tmp_path: Path) -> None:
    draft = drafted(tmp_path, f"{KEY},7,2100,H6", f"{KEY},3,3200,H6")
    text = draft.text.replace("repeated: TODO", "repeated: refuse")
    with pytest.raises(BadFileError) as caught:
        read_table(tmp_path / "mine.csv", text, tmp_path)
    assert "differ in motCode ('2100', '3200'), which the mapping ignores" in caught.value.why


REGIONS = ("Nord", "Süd", "Land")
MANY = [f"2022,KAZ,M,CHN,8542{n:02},{{}},{{}},H6" for n in range(12)]


def with_totals(word: str = "Land") -> list[str]:
    """Twelve flows of a country by two regions, and the country; who reads parts alone has 12."""
    rows = []
    for n, row in enumerate(MANY):
        rows += [row.format(100 + n, "Nord"), row.format(7 * n + 1, "Süd")]
        rows += [row.format(101 + 8 * n, word)]
    return rows


TRUTH = sum(101 + 8 * n for n in range(12))


def test_a_total_is_found_by_its_parts_whatever_it_is_called(tmp_path: Path) -> None:
    """It was offered as parts or copies only: adding all up doubled every value."""
    draft = drafted(tmp_path, *with_totals(), head=CODES.replace("motCode", "zone"))
    assert draft.questions == ()
    assert draft.mapping["select"] == {"zone": "Land"}
    assert read(tmp_path, draft) == TRUTH


def test_a_total_that_no_column_tells_is_kept_where_the_others_add_up_to_it(
    tmp_path: Path,
) -> None:
    rows = [row.replace(f",{zone},", ",x,") for row in with_totals() for zone in REGIONS
            if f",{zone}," in row]  # fmt: skip
    draft = drafted(tmp_path, *rows)
    assert draft.questions == ()
    assert draft.mapping["repeated"] == "totals"
    assert read(tmp_path, draft) == TRUTH
    text = draft.text.replace("repeated: totals", "repeated: sum")
    with pytest.raises(
        BadFileError, match="a total is listed with its parts in 12 of 12"
    ) as caught:
        read_table(tmp_path / "mine.csv", text, tmp_path)
    assert "repeated: totals" in caught.value.hint


def test_one_flow_that_adds_up_proves_nothing(tmp_path: Path) -> None:
    draft = drafted(tmp_path, *(f"{KEY},{value},1,H6" for value in (10, 6, 4)))
    [question] = draft.questions
    assert question.choices == ("totals", "sum")
    assert read(tmp_path, draft, repeated="totals") == 10


def test_totals_that_do_not_add_up_are_refused_with_the_flow(tmp_path: Path) -> None:
    rows = [*with_totals(), f"{KEY},1000,Nord,H6", f"{KEY},100,Süd,H6", f"{KEY},2500,Land,H6"]
    draft = drafted(tmp_path, *rows, head=CODES.replace("motCode", "zone"))
    assert [one.key for one in draft.questions] == ["repeated"]
    text = draft.text.replace("repeated: TODO", "repeated: totals")
    with pytest.raises(BadFileError, match="none is what the others add up to") as caught:
        read_table(tmp_path / "mine.csv", text, tmp_path)
    assert "854231" in caught.value.what


def test_totals_in_two_dimensions_are_both_selected(tmp_path: Path) -> None:
    """As UN Comtrade has them: modes of transport within customs procedures, and codes with names
    that say the same twice."""
    head = HEAD.replace("motCode,note", "zone,zone name,kind,classificationCode")
    rows = []
    for n in range(6):
        key = f"2022,KAZ,M,CHN,8542{n:02}"
        a, b, c = 10 + n, 20 + 3 * n, 5 * n + 1
        rows += [f"{key},{a},1,Nord,x,H6", f"{key},{b},2,Sued,x,H6", f"{key},{a + b},3,All,x,H6",
                 f"{key},{c},1,Nord,y,H6", f"{key},{c},2,Sued,y,H6", f"{key},{2 * c},3,All,y,H6",
                 f"{key},{a + c},1,Nord,z,H6", f"{key},{b + c},2,Sued,z,H6",
                 f"{key},{a + b + 2 * c},3,All,z,H6"]  # fmt: skip
    draft = drafted(tmp_path, *rows, head=head)
    assert draft.mapping["select"] == {"zone": "3", "kind": "z"}
    assert read(tmp_path, draft) == sum(30 + 4 * n + 2 * (5 * n + 1) for n in range(6))
