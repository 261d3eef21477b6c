# %% [markdown]
# # Journalist: can these numbers all be true?
#
# `check` tests the claims of an article against each other, against arithmetic and against data.

# %%
import entrepot as ep

check = ep.check("examples/russia-china-dependence.yaml")
check.summary

# %%
for claim in check.claims:
    if claim.verdict == "inconsistent":
        print(claim.id, claim.verdict)

# %% [markdown]
# ## The table of claims

# %%
check.to_frame("pandas")[["id", "verdict"]].head(8)

# %% [markdown]
# ## A number to print beside the claim
#
# It comes with its range, its source and the caveats that a reader should see.

# %%
figure = ep.ask("import_share", importer="RUS", exporter="CHN", goods="chpl", period=2023)
print(figure)

# %% [markdown]
# ## Cite it

# %%
print(figure.cite("bibtex", accessed="2026-11-30"))
