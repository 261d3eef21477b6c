"""The zeros that files lose come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.product import product_code

if TYPE_CHECKING:
    from pathlib import Path


def test_every_code_of_a_real_list_is_read(shared_data: Path) -> None:
    text = (shared_data / "formats" / "baci_product_codes_HS17_V202301.csv").read_text("utf-8")
    codes = [line.split(",")[0].strip('"') for line in text.splitlines()[1:] if line[1:2].isdigit()]
    assert len(codes) > 5000
    read = {product_code(code) for code in codes}
    assert len(read) == len(set(codes))
    assert {len(code) for code in read} == {6}
