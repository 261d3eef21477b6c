"""The keys of a definition in words, for the command line and for addresses."""

from __future__ import annotations

__all__ = ["KEY_WORDS"]

KEY_WORDS: dict[str, tuple[type, str]] = {
    "importer": (str, "Who buys: RUS, EU27, CHN+HKG, WLD."),
    "exporter": (str, "Who sells: CHN, coalition, WLD."),
    "goods": (str, "all, chpl, chpl:4.B, chpl@2024-01-01, mine.csv, 85, 8542, inputs."),
    "period": (str, "2023, 2023-06, 2023Q2, 2022-03..2022-12."),
    "base": (str, "What a change is measured against: 2021."),
    "source": (str, "baci, baci@V202501, comtrade, published ...; default: the best."),
    "basis": (str, "dispatch, origin, seller, producer_hq."),
    "valuation": (str, "fob or cif."),
    "quantity": (str, "value, mass, items."),
    "currency": (str, "USD, EUR, CNY, CAD ...; default: that of the data."),
    "flow": (str, "one_way, or both for two-way trade."),
    "k": (int, "Number of suppliers, for cr."),
    "reported_by": (str, "Whose reports: exporter or importer."),
    "concordance": (str, "Lists in other editions: family, same_code, upper, lower, weighted ..."),
    "sector": (str, "Who buys inputs: C29; with --goods inputs."),
    "by": (str, "Contributions by product, exporter or importer."),
    "controls": (str, "Importers that an event did not reach: GEO+UZB; several sets: GEO+UZB,CHL."),
    "hubs": (str, "Importers that goods may go through: ARM+KAZ+KGZ."),
    "least": (float, "What controls must have bought before, such as 1e6."),
    "listed": (str, "List whose days are the events of a study: eu-xxiii."),
    "margin": (float, "What hubs add at most, as a part of what they paid: 0.2."),
    "production": (float, "What the importer made itself, in the unit of the values."),
    "sigma": (float, "Elasticity of substitution between suppliers, above one."),
    "trim": (float, "Leave out products whose price moved more than so many times, such as 5."),
    "fixed_supply": (str, "Suppliers that would send no more after a cut-off: coalition."),
    "spot": (str, "Rate of a day, per dollar: 7.1; or a day whose rate was published."),
}
"""For each key its type and what may stand there."""
