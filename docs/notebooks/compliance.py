# %% [markdown]
# # Compliance: which list, on which day, by which text?
#
# Lists are dated: what was listed on a day follows from texts, each with its address.

# %%
import entrepot as ep

lists = ep.goods.goods_lists()
[(one.id, one.title) for one in lists][:5]

# %% [markdown]
# ## When was a code listed?

# %%
for one in ep.goods.goods_history("854231")[:5]:
    print(one.of.id, one.entry.applies, one.entry.act, one.match)

# %% [markdown]
# ## What changed between two days?

# %%
changes = ep.goods.goods_diff("chpl@2023-12-31", "chpl@2024-02-23")
changes

# %% [markdown]
# A customs code is a proxy for goods, not a classification of them: a match is a reason to look, never a finding.
#
# ## How much of a country's trade is on a list?

# %%
listed = ep.ask("import_share", importer="RUS", exporter="CHN", goods="chpl", period=2023)
print(f"{listed.value:.1%} of Russia's imports of listed goods came from China")
print(*(one.text for one in listed.caveats), sep="\n")
