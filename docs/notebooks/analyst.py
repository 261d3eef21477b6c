# %% [markdown]
# # Analyst: who supplies whom, and how sure is the number?
#
# All numbers are of the data that come with the program: published figures, and trade in 30 codes of critical minerals in
# 2022. With data of your own (`entrepot data add baci FILE`) the same lines answer for every code and year.

# %%
import entrepot as ep

figure = ep.ask("import_share", importer="DEU", exporter="CHN", goods="850511", period=2022)
figure

# %% [markdown]
# A figure has a value, a range under other defensible definitions, evidence and caveats.

# %%
print(f"{figure.value:.1%}, from {figure.low:.1%} to {figure.high:.1%}")
[one.id for one in figure.caveats]

# %% [markdown]
# ## All suppliers

# %%
suppliers = ep.ask("top_supplier", importer="DEU", goods="850511", period=2022)
suppliers.to_frame("pandas").head()

# %% [markdown]
# ## Several countries at once

# %%
panel = ep.ask_many(
    "import_share",
    importer=["DEU", "FRA", "ITA", "JPN"],
    exporter="CHN",
    goods="850511",
    period=2022,
)
panel

# %% [markdown]
# ## A question in words
#
# It is read as a definition first; what it leaves open is asked back.

# %%
read = ep.read_question("Wie viel Prozent der deutschen Magnete kamen 2022 aus China?")
print(read.read_as)
assert ep.ask(read.measure, **read.keys).id == figure.id

# %%
print(figure.cite())
