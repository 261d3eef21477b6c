"""What the measures of a cut-off say about themselves."""

from __future__ import annotations

from entrepot.measures.passport import Passport

__all__ = ["CUTOFF"]

CUTOFF = Passport(
    id="cutoff",
    title="what a cut-off of goods would cost",
    function="cutoff",
    inputs=(
        "rows with exporter, importer, product and value, all trade of the world in these goods; "
        "the importer and the supplier that stops; elasticities of substitution between suppliers"
    ),
    columns=(
        ("loss", "what the goods are worth less to the buyer, of the bill, 0 to 1"),
        ("unmet_share", "what nobody replaces, of the bill, 0 to 1"),
        ("unmet", "what nobody replaces, in the unit of the value"),
        ("replaced", "what others supply more than before, in the unit of the value"),
        ("stopped", "what the supplier no longer delivers, in the unit of the value"),
        ("bill", "all imports of the goods, in the unit of the value"),
        ("shadow_price", "bill over what it is still worth; null where it is worth nothing"),
        ("cost_pct", "what the same usefulness would cost more at that price, % of the bill"),
        ("known_share", "part of the bill to which the loss belongs: the rest is null"),
        ("essential_share", "part of the bill with an elasticity of one or less, cut whole"),
    ),
    unit="share",
    range="0 to 1",
    null_rule=(
        "the loss is null where the supplier sells some of a product whose elasticity is unknown, "
        "not the same in all rows or below zero; all is null without imports; a flow that is not "
        "above zero is left out; where it is not known what one of the others can divert, or it is "
        "not 0 to 1, loss, unmet and replaced are null, and in total what is unmet and replaced"
    ),
    formula=(
        "q_j = min(r_j, t) q_j0, r_j = 1 + d x_j / q_j0, x_j what j sells elsewhere, r_c = 1 - cut "
        "for the supplier, t such that Σ q_j is the bill, if it can be; loss = 1 - (Σ ω_j "
        "(q_j/q_j0)^((σ-1)/σ))^(σ/(σ-1)), ω_j = q_j0 / bill; σ = 1: 1 - Π (q_j/q_j0)^ω_j; σ = 0: "
        "1 - min q_j/q_j0; several products: weighted by the bill"
    ),
    reference=(
        "Armington (1969), IMF Staff Papers 16(1), with limits to what others can supply; own "
        "derivation: at the prices of before, suppliers that are not at their limit keep their "
        "proportions, so the amounts need no elasticity and only their worth does"
    ),
)
