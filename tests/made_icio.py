"""Small input-output tables, made here in the layouts of the OECD and of the package."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from entrepot.sources.icio import wheel

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.sources.icio.wheel import Benchmark

AREAS = ("CHN", "DEU", "HKG", "USA", "ROW")
SECTORS = ("A01", "C26", "C29", "J62_63")
FINAL = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")

Node = tuple[str, str]


@dataclass
class MadeUp:
    """Inputs by seller and buyer in million USD, with final sales, as plain dictionaries."""

    inputs: dict[tuple[Node, Node], float]
    final: dict[Node, float]
    areas: tuple[str, ...] = AREAS
    sectors: tuple[str, ...] = SECTORS
    taxes: dict[Node, float] = field(default_factory=dict)

    @property
    def nodes(self) -> list[Node]:
        return [(area, sector) for area in self.areas for sector in self.sectors]

    def output(self, node: Node) -> float:
        return sum(self.inputs.get((node, buyer), 0.0) for buyer in self.nodes) + self.final[node]

    def without(self, area: str) -> MadeUp:
        """Return the table without an area, whose purchases become final sales."""
        gone = {node for node in self.nodes if node[0] == area}
        sold = {
            node: sum(self.inputs.get((node, buyer), 0.0) for buyer in gone) for node in self.nodes
        }
        kept = {pair: v for pair, v in self.inputs.items() if not gone & set(pair)}
        final = {n: v + sold[n] for n, v in self.final.items() if n not in gone}
        return MadeUp(kept, final, tuple(a for a in self.areas if a != area), self.sectors)


def made_up(seed: int = 1, areas: tuple[str, ...] = AREAS) -> MadeUp:
    """Return a table with heavy tails, zeros and one tiny value."""
    chance = random.Random(seed)
    nodes = [(area, sector) for area in areas for sector in SECTORS]
    inputs = {
        (seller, buyer): round(chance.paretovariate(0.9) * (5 if seller[0] == buyer[0] else 1), 4)
        for seller in nodes
        for buyer in nodes
        if chance.random() < 0.8
    }
    inputs[nodes[0], nodes[-1]] = 0.0001
    final = {node: round(chance.paretovariate(1) * 50, 4) for node in nodes}
    return MadeUp(inputs, final, areas)


def text_of(table: MadeUp, split: dict[str, tuple[str, ...]] | None = None, digits: int = 4) -> str:
    """Return the table as the OECD ships it; `split` writes an area in equal parts."""
    parts = split or {}
    named = [
        (area, sector, label, 1 / len(labels))
        for area, sector in table.nodes
        for labels in [parts.get(area, (area,))]
        for label in labels
    ]
    head = [f"{label}_{sector}" for _, sector, label, _ in named]
    final = [f"{area}_{kind}" for area in table.areas for kind in FINAL]
    lines = [",".join(["V1", *head, *final, "OUT"])]
    for area, sector, label, part in named:
        seller = (area, sector)
        cells = [
            table.inputs.get((seller, (to, at)), 0.0) * part * share for to, at, _, share in named
        ]
        rest = [table.final[seller] * part, *([0.0] * (len(final) - 1))]
        out = table.output(seller) * part
        numbers = ",".join("0" if not v else f"{v:.{digits}f}" for v in (*cells, *rest, out))
        lines.append(f"{label}_{sector},{numbers}")
    width = len(head) + len(final) + 1
    output = [table.output((area, sector)) * part for area, sector, _, part in named]
    spent = [
        float(sum(map(float, column)))
        for column in zip(*(line.split(",")[1 : len(head) + 1] for line in lines[1:]), strict=True)
    ]
    value = [out - inputs - 1 for out, inputs in zip(output, spent, strict=True)]
    rest = ",1" * (width - len(head))
    for label, numbers in (("TLS", [1.0] * len(head)), ("VA", value), ("OUT", output)):
        lines.append(f"{label},{','.join(f'{v:.{digits}f}' for v in numbers)}{rest}")
    return "\n".join(lines) + "\n"


def written(folder: Path, text: str, name: str = "2022_SML.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def installed(held: Benchmark) -> wheel.Installed:
    """Return a table as the installed one of 2022; another table has another hash."""
    told = sha256(repr(held.grid.areas).encode() + held.coefficients.tobytes())
    told.update(held.output.tobytes())
    return wheel.Installed(held, 2022, told.hexdigest()[:12])


def arrays_of(table: MadeUp, cap: float = 0.98) -> dict[str, np.ndarray]:
    """Return the table as the package's makers make it: shares, inputs over output cut at `cap`."""
    nodes = [(area, sector) for sector in table.sectors for area in table.areas]
    values = np.array([[table.inputs.get((s, b), 0.0) for b in nodes] for s in nodes])
    output = np.array([table.output(node) for node in nodes])
    bought = values.sum(axis=0)
    shares = np.divide(values, bought, out=np.zeros_like(values), where=bought > 0)
    part = np.divide(bought, output, out=np.zeros_like(output), where=output > 0)
    return {
        "A": shares,
        "omb": np.minimum(part, cap),
        "go": output,
        "z": output - values.sum(axis=1),
        "countries": np.array(table.areas),
        "sectors": np.array(table.sectors),
    }


def with_value(seed: int, areas: tuple[str, ...]) -> MadeUp:
    """Return a table whose sectors add value: final sales make four fifths of output."""
    found = made_up(seed, areas)
    for node in found.nodes:
        bought = sum(found.inputs.get((seller, node), 0.0) for seller in found.nodes)
        found.final[node] = round(found.final[node] + 1.5 * bought, 4)
    return found
