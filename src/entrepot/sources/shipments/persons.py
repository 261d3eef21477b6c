"""Natural persons in a register: found by their names, replaced before anything is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["ERASED", "PSEUDONYM", "hidden", "masked", "name_key", "pseudonym", "without_persons"]

PSEUDONYM = "NP-"
"""What a pseudonym begins with."""
ERASED = "erased"
"""What stands in the place of a name that was erased from a lake."""
_DIGITS = 10

_WHOLE = """
SA SAA SAC SACI SACIF SACIFI SAIC SAICF SACEI SAU SAB SAPI SCA SCS SC SCRL SRL SARL SAS SASU EIRL
EURL SPA SNC SL SLU SLL LDA LTDA LIMITADA LTD LTDO LIMITED LLC LLP LP PLC INC INCORPORATED CORP
CORPORATION CORPORACION CO CIA COMPANIA COMPANY COMPAGNIE COMPANHIA GMBH MBH AG KG KGAA OHG EV BV
NV VOF CVBA BVBA OY OYJ AB ASA APS AS KFT ZRT NYRT SRO DOO DD AD EOOD OOD SIA UAB OU OOO OAO ZAO
PAO AO TOO JSC OJSC CJSC PJSC FZE FZC FZCO FZLLC DMCC PTE PTY SDN BHD PT TBK CV KK GK PVT PRIVATE
STI TIC SAN ANONIM SIRKETI HOLDING HOLDINGS GROUP GRUPO GROUPE GRUPPE TRADING TRADE TRADERS IMPEX
INTERNATIONAL INTERNACIONAL INTERNACIONALES INTERCONTINENTAL GLOBAL WORLDWIDE OVERSEAS SERVICES
SERVICE FOODS FOOD STEEL CEMENT MOTORS MOTOR BANK BANCO BANQUE MILLS MILL FACTORY PLANT PLANTS
SOLUTIONS SYSTEMS SYSTEM RESOURCES MATERIALS METALS PLASTICS TEXTILES FEED FEEDS SEEDS PRODUCTS
PRODUCT SOCIEDAD SOCIETE SOCIETA GESELLSCHAFT WERKE STORE STORES SHOP CENTER CENTRO CENTRE
HOSPITAL CLINICA CLINIC COLEGIO SCHOOL CHURCH IGLESIA CONSORCIO CONSORTIUM UNION CLUB EMBAJADA
EMBASSY GOBIERNO GOVERNMENT MUNICIPALIDAD AGENCY AGENCIA INSTITUTO INSTITUTE AUTHORITY COUNCIL
TRANSPORTES TRANSPORT AIRLINES ZONA BRANCH SUCURSAL ООО ОАО ЗАО ПАО АО ТОО ИП
"""
"""Words of companies and bodies, each a word of a name without accents and full stops."""
_BEGINNINGS = """
IMPORT EXPORT INDUSTR CHEMI CHEM QUIMIC AGRO AGRI FERTIL COMERCI COMMERC DISTRIBU SERVICIO SERVIC
LABORATOR FARMAC PHARM ALIMENT NUTRI TECHN TECNO TECNIC ELECTR LOGIST MINER COOPERAT ASOCIA
ASSOCIA FUNDACI FOUNDAT UNIVERSI MINISTER ENTERPR EMPRESA PRODUC SUMINISTR SUPPL MANUFACT FABRIC
CONSTRUC ENERG PETRO MACHIN MAQUIN EQUIP AUTOMO REPRESENT TRADIN CORPORA INVERSION INVEST
MARKETING GANADER VETERIN AVICOL ACUIC PESQUER METAL PLASTIC TEXTIL DROGUER DEPOSIT ALMACEN
SUPERMERC FERRETER LIBRER
"""
"""Beginnings of such words."""
_SPELLED = (
    r"(^| )S ?A( ?[A-Z]){0,5}( Y F)?$",  # S A C I Y F
    r"(^| )[SE] ?[RI]? ?R ?L( |$)",
    r"(^| )(S ?A ?S|L ?T ?D ?A?|C ?A|B ?V|N ?V|A ?S)$",
    "公司|集团|有限|株式会社|工厂|厂$|주식회사",
)


def _company_words() -> str:
    whole = "|".join(_WHOLE.split())
    starts = "|".join(_BEGINNINGS.split())
    return "|".join((f"(^| )({whole})( |$)", f"(^| )({starts})", *_SPELLED))


COMPANY = _company_words()


def name_key(cell: str) -> str:
    """Return SQL for a name as it is compared: capitals, no accents, one blank between words."""
    return (
        f"trim(regexp_replace(upper(strip_accents({cell})), "
        r"'[^\p{L}\p{N}]+', ' ', 'g'))"
    )


def pseudonym(cell: str, salt: str) -> str:
    """Return SQL for the pseudonym of a name: the same name always has the same one in a lake.

    A hash with a secret: without the secret no name can be tried.
    """
    return (
        f"{literal(PSEUDONYM)} || "
        f"left(sha256({literal(salt)} || {name_key(cell)} || {literal(salt)}), {_DIGITS})"
    )


def without_persons(cell: str, salt: str, person: str = "", erased: Collection[str] = ()) -> str:
    """Return SQL for a name, or the pseudonym of one that may be a natural person's.

    Every name without a word of companies is taken for a person's: a company that has a pseudonym
    is no harm, a person that has none is.

    Parameters
    ----------
    cell, salt
        SQL of the name, and the secret of the lake.
    person
        SQL that says so by other evidence, such as the number of a taxpayer.
    erased
        Pseudonyms of names that were erased from this lake.
    """
    is_company = f"regexp_matches({name_key(cell)}, {literal(COMPANY)})"
    test = f"NOT {is_company}"
    if person:
        test = f"({test} OR {person})"
    out = (
        f"CASE WHEN {cell} IS NULL OR starts_with({cell}, {literal(PSEUDONYM)}) THEN {cell} "
        f"WHEN {test} THEN {pseudonym(cell, salt)} ELSE {cell} END"
    )
    if not erased:
        return out
    gone = ", ".join(map(literal, sorted(erased)))
    return f"CASE WHEN {hidden(cell, salt)} IN ({gone}) THEN {literal(ERASED)} ELSE {out} END"


def hidden(cell: str, salt: str) -> str:
    """Return SQL for the pseudonym of a name; a pseudonym is its own."""
    is_hidden = f"starts_with({cell}, {literal(PSEUDONYM)})"
    return f"CASE WHEN {is_hidden} THEN {cell} ELSE {pseudonym(cell, salt)} END"


def masked(cell: str) -> str:
    """Return SQL for a description without addresses of mail and numbers of telephones."""
    mail = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}"
    phone = (
        r"(?i)\b(tel|telf|telefono|teléfono|phone|cel|celular|mobile|fax)[.: ]*"
        r"\+?[0-9][0-9 ()-]{6,}[0-9]"
    )
    return (
        f"CASE WHEN contains({cell}, '@') OR regexp_matches({cell}, {literal(phone)}) THEN "
        f"regexp_replace(regexp_replace({cell}, {literal(mail)}, '[mail]', 'g'), "
        f"{literal(phone)}, '[tel]', 'g') ELSE {cell} END"
    )
