# %% [markdown]
# # Nowcast: what is the value now?
#
# Monthly statistics end some months ago. `ask` estimates a period that is not reported in full, if no source has a value for
# it. The months here are made up, so that the truth is known; with your own, load them as any other table.

# %%
import random
import tempfile
from pathlib import Path

import entrepot as ep

folder = Path(tempfile.mkdtemp())
draw = random.Random(7)
buyers = ["KAZ", "FRA", "ITA", "ESP", "POL", "TUR", "BRA", "IND"]
size = {buyer: 2e6 * 0.7**place for place, buyer in enumerate(buyers)}
months = [f"{2021 + at // 12}-{at % 12 + 1:02d}" for at in range(48)]
truth = {
    (buyer, month): size[buyer]
    * 1.006**at
    * (1.3 if at % 12 == 11 else 1)
    * draw.lognormvariate(0, 0.1)
    for buyer in buyers
    for at, month in enumerate(months)
}


def rows(first, last):
    """Return the lines of some months."""
    return [
        f"{month},DEU,{buyer},845811,{truth[buyer, month]:.0f}"
        for buyer in buyers
        for month in months[first:last]
    ]


mapping = """
format: 1
id: months
nomenclature: HS2022
level: 6
reported_by: exporter
valuation: FOB
columns:
  when: {role: period}
  seller: {role: exporter, codes: ISO3}
  buyer: {role: importer, codes: ISO3}
  code: {role: product}
  value: {role: value, currency: USD}
"""


def load(name, first, last):
    """Add some months to the lake."""
    path = folder / name
    path.write_text("\n".join(["when,seller,buyer,code,value", *rows(first, last), ""]))
    lake.add("table", [path], mapping=mapping)


lake = ep.Lake.open(folder / "lake")
load("to-july.csv", 0, 43)

# %% [markdown]
# ## Seven of twelve months are reported

# %%
question = {"exporter": "DEU", "importer": "KAZ", "goods": "845811", "source": "table.months"}
now = ep.ask("value", period=2024, lake=lake, **question)
now

# %% [markdown]
# Its status is `nowcast`. It has intervals of 80 and 95 %, from errors of such estimates in the past, and no range.

# %%
print(now.status, round(now.value))
for level, (low, high) in now.nowcast["intervals"].items():
    print(level, round(low), round(high))

# %% [markdown]
# Six methods, each with what it says, its weight and its usual error:

# %%
for one in now.nowcast["methods"]:
    print(
        f"{one['method']:14} {one['value']:12,.0f}  weight {one['weight']:.2f}  error {one['past_error']:.1%}"
    )

# %% [markdown]
# ## Other measures

# %%
for measure in ("growth", "export_share"):
    found = ep.ask(measure, period=2024, lake=lake, **question)
    print(measure, found.status, round(found.value, 3), found.nowcast["intervals"]["80"])

# %% [markdown]
# ## A nowcast is no evidence
#
# `nowcast=False` answers from reports alone. `check` never uses a nowcast.

# %%
without = ep.ask("value", period=2024, lake=lake, nowcast=False, **question)
print(without.status)
assert without.value is None

# %% [markdown]
# ## The reported value arrives
#
# Then it is the answer, and the nowcast is gone. How far off was it?

# %%
load("to-december.csv", 43, 48)
reported = ep.ask("value", period=2024, lake=lake, **question)
print(reported.status, f"{now.value / reported.value - 1:+.1%}")
low, high = now.nowcast["intervals"]["95"]
assert low < reported.value < high
