# %% [markdown]
# # Method: measures on a frame of your own
#
# Measures are pure functions from frame to frame. They take pandas, Polars, pyarrow, DuckDB and Spark.

# %%
import pandas

import entrepot as ep

flows = pandas.DataFrame(
    {
        "importer": ["RUS"] * 4 + ["KAZ"] * 2,
        "exporter": ["CHN", "DEU", "TUR", "KOR", "CHN", "RUS"],
        "value_usd": [50.0, 30.0, 15.0, 5.0, 40.0, 60.0],
    }
)
found = ep.measures.hhi(flows, by=["importer"])
found

# %% [markdown]
# The same by hand:

# %%
shares = flows["value_usd"] / flows.groupby("importer")["value_usd"].transform("sum")
by_hand = (shares**2).groupby(flows["importer"]).sum()
by_hand

# %%
ours = found.set_index("importer")["hhi"]
assert abs(ours - by_hand).max() < 1e-12

# %% [markdown]
# ## Every measure has a methodology sheet

# %%
[(one.id, one.unit) for one in ep.measures.all_metadata()][:8]

# %%
sheet = ep.measures.measure_metadata("hhi")
print(sheet.formula, sheet.null_rule, sep="\n")
