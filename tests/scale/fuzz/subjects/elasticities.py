"""ProTEE: elasticities, and what stands in where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fuzz.grid import Grid
from fuzz.plain import Refused, choice, decoded, match, members, number, table
from fuzz.subject import Case, Expected, Made, Subject

if TYPE_CHECKING:
    from random import Random


def make(draw: Random) -> Made:
    rows = []
    for code in draw.sample(["10210", "010290", "010291", "020110", "854231", "854232"], 4):
        zero, positive = draw.choice(["00", "00", "10", "01"])
        sigma = draw.choice([f"-{draw.uniform(0.1, 30):.4f}", "-7", ""])
        rows.append([code, zero, positive, sigma])
    return Made(Grid(["HS6", "zero", "positive", "sigma"], rows), "ProTEE_0_1.csv")


def expect(case: Case) -> Expected:
    found = Expected()
    for _, data in members(case.data, case.name, case.packed):
        names, rows = table(decoded(data))
        if sorted(names) != sorted(["HS6", "zero", "positive", "sigma"]):
            raise Refused("columns")
        for row in rows:
            _one(found, dict(zip(names, row, strict=True)))
    return found


def _one(found: Expected, cells: dict[str, str]) -> None:
    code = match("[0-9]{5,6}", cells["HS6"], "code").zfill(6)
    zero, positive = (choice(cells[name], ("0", "1"), name) for name in ("zero", "positive"))
    if zero == positive == "1":
        raise Refused("both")
    sigma = cells["sigma"]
    value = None
    if sigma:
        if sigma[0] != "-":
            raise Refused("no negative number")
        value = -number(sigma[1:])
    status = "estimated" if value is not None else "not_estimated"
    status = "not_significant" if zero == "1" else "wrong_sign" if positive == "1" else status
    if value is not None and status != "estimated":
        found.rules.add("heading-average")
    if value is None:
        found.rules.add("no-elasticity")
    found.add((code, status), 1.0 if value is None else value)


SUBJECTS = (
    Subject(
        "elasticities", "elasticities", make, expect, ("product", "status"),
        ("elasticity", "heading_elasticity"), negative=True,
    ),
)  # fmt: skip
