# %% [markdown]
# # Economist: definitions, ranges, and what a loss of supply costs
#
# The specification curve evaluates a measure under every combination of defensible choices.

# %%
import entrepot as ep

share = ep.ask(
    "import_share", importer="RUS", exporter="CHN", goods="chpl", period=2023, curve=True
)
share

# %% [markdown]
# Which choice moves the number most, and how many definitions there are:

# %%
print(len(share.specifications.items), share.specifications.most_influential)

# %% [markdown]
# ## Which side depends more on the other?

# %%
ratio = ep.ask("asymmetry", importer="RUS", exporter="CHN", period=2025)
print(round(ratio.value, 1), round(ratio.low, 1), round(ratio.high, 1))

# %% [markdown]
# ## Concentration of suppliers

# %%
panel = ep.ask_many("hhi", importer=["DEU", "USA", "JPN"], goods=["850511", "280461"], period=2022)
panel.to_frame("pandas")[["importer", "goods", "value"]]

# %% [markdown]
# ## A supply cut-off
#
# The loss depends on how well suppliers replace each other (`sigma`), and no value fits all goods: try more than one.

# %%
for sigma in (2, 5):
    loss = ep.ask(
        "cutoff", importer="DEU", exporter="CHN", goods="850511", period=2022, sigma=sigma
    )
    print(sigma, f"{loss.value:.1%}")

# %% [markdown]
# ## Value added behind the flow

# %%
origin = ep.ask("origin", importer="DEU", exporter="CHN", goods="inputs:C26", period=2022)
print(f"{origin.value:.1%}" if origin.value is not None else origin.reason)
