"""What a column of a list of shipments is, by its name: in the languages of customs papers."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from entrepot.model.display import MONEY

__all__ = ["ROLES", "ColumnRole", "currency_of", "head_of"]

# Compared by `_key`: no accents, capitals or punctuation, so that one spelling is enough here.
ROLES = {
    "code": "hs code|hscode|hs|hs6|hs8|hs10|hs number|hts|hts code|htsus|cn code|cn8|taric"
    "|taric code"
    "|commodity code|commodity|tariff code|tariff|tariff number|customs tariff number|product code"
    "|schedule b|customs code|warennummer|zolltarifnummer|statistische warennummer|hs-code|kn-code"
    "|code sh|code nc|nomenclature|code douanier|codigo arancelario|partida arancelaria|codigo hs"
    "|posicion arancelaria|ncm|codice doganale|nomenclatura combinata|gtip|gtip no|gtip kodu"
    "|тн вэд|код тн вэд|тнвэд|商品编码|海关编码|hs编码|税号|commodity_code|code",
    "date": "date|shipment date|date of shipment|ship date|shipping date|export date|date of export"
    "|import date|declaration date|date of declaration|invoice date|clearance date|departure date"
    "|day|datum|versanddatum|ausfuhrdatum|rechnungsdatum|date d'expedition|date d'exportation"
    "|fecha|fecha de embarque|fecha de exportacion|data|data spedizione|tarih|дата|日期|出口日期",
    "from": "from|exporter country|country of export|export country|exporting country|country from"
    "|dispatch country|country of dispatch|from country|origin/dispatch|ship from|shipped from"
    "|departure country|country of departure|country of consignment|consignor country"
    "|sender country|exporter|versendungsland|versandland|absenderland|ausfuhrland"
    "|pays d'expedition"
    "|pays de provenance|pais de procedencia|pais exportador|paese di provenienza|cikis ulkesi"
    "|страна отправления|起运国|启运国|出口国",
    "to": "to|destination|country of destination|destination country|importer country"
    "|import country"
    "|importing country|country of import|country to|to country|ship to|ship to country"
    "|consignee country|receiver country|buyer country|importer|bestimmungsland|empfangsland"
    "|empfaengerland|pays de destination|pais de destino|pais destino|paese di destinazione"
    "|varis ulkesi|страна назначения|目的国|运抵国",
    "origin": "origin|country of origin|origin country|made in|coo|ursprungsland|pays d'origine"
    "|pais de origen|paese di origine|mense ulkesi|страна происхождения|原产国",
    "via": "via|route|routing|transit|transit country|transit countries|via country|transshipment"
    "|transhipment|through|leitweg|route de transit|ruta|guzergah|маршрут|路线",
    "consignee": "consignee|consignee name|receiver|recipient|buyer|customer|importer name"
    "|buyer name"
    "|customer name|ultimate consignee|empfaenger|empfanger|kunde|destinataire|client|consignatario"
    "|destinatario|cliente|alici|получатель|грузополучатель|收货人",
    "value": "value|invoice value|customs value|statistical value|amount|total value|fob|fob value"
    "|cif|cif value|price|total|wert|rechnungswert|statistischer wert|valeur|valor|valore|deger"
    "|стоимость|金额|eur|usd|gbp",
    "mass": "mass|net mass|net weight|weight|kg|netto"
    "|gewicht|eigenmasse|nettogewicht|masse nette|poids net|peso neto|peso|peso netto|agirlik"
    "|net agirlik|вес|вес нетто|净重|重量|gross weight|gross mass",
    "description": "description|goods description|description of goods|product description"
    "|item description|commodity description|cargo description|goods|product name|item name"
    "|bezeichnung|warenbezeichnung|designation|designation des marchandises|descripcion"
    "|descripcion de mercaderia|descrizione|urun|esya tanimi|наименование товара|описание товара"
    "|品名|货物名称|商品名称",
    "currency": "currency|invoice currency|waehrung|wahrung|devise|moneda|valuta|doviz|валюта|币种",
}
"""Names of columns by what they are, as spreadsheets and customs software write them."""
_SECOND = {
    "code": "codigo ncm|codigo sh|codigo nc|codigo pautal|posicao pautal|код товара"
    "|код тн вэд еаэс|商品编号|hs编号",
    "date": "data de embarque|data de expedicao|data de exportacao|fecha de expedicion"
    "|exportdatum|дата отгрузки|дата отправки|发货日期|装运日期",
    "from": "exportland|abgangsland|pays d'exportation|pays exportateur|pays de depart"
    "|pais de exportacion|pais de expedicao|pais de exportacao|страна отправитель"
    "|страна экспорта|страна вывоза|发货国|起运国家|启运国家|出口国家",
    "to": "zielland|einfuhrland|importland|empfangerland|pays destination|pays importateur"
    "|pays d'importation|destino|pais importador|pais de importacion|pais de importacao"
    "|страна получатель|страна импорта|страна ввоза|进口国|目的国家|运抵国家|最终目的国",
    "origin": "origin country code|country of origin code|origin of goods|goods origin"
    "|country of manufacture|country of production|manufacturing country|ursprung|warenursprung"
    "|land des ursprungs|herkunftsland|herkunft|herstellungsland|produktionsland|pays origine"
    "|origine|origine des marchandises|pays de fabrication|pays de production|pais origen|origen"
    "|pais de fabricacion|pais de produccion|pais de origem|pais origem|origem|pais de fabrico"
    "|pais de producao|paese d'origine|mense|происхождение|страна происхождения товара"
    "|страна производства|страна производитель|страна изготовления|страна изготовитель"
    "|原产地|原产国家|原产地国|产地|原產國|原產地|制造国|生产国",
    "via": "durchfuhrland|transitland|pays de transit|pais de transito|rota|транзит"
    "|страна транзита|运输路线|中转国|过境国",
    "consignee": "warenempfanger|kaufer|acheteur|comprador|покупатель|收货单位|买方|客户",
    "value": "valor fob|valor cif|valeur fob|valeur caf|warenwert|zollwert|rechnungsbetrag"
    "|gesamtwert|betrag|valeur facture|valeur en douane|valeur statistique|montant|importe"
    "|valor aduanero|valor estadistico|valor aduaneiro|valor estatistico|сумма|цена"
    "|таможенная стоимость|статистическая стоимость|фактурная стоимость|总金额|价值|总价|总值|货值",
    "mass": "nettomasse|eigengewicht|masse|poids|masa neta|masa|peso liquido|massa liquida|massa"
    "|масса нетто|масса|bruttogewicht|rohmasse|poids brut|masse brute|peso bruto|вес брутто"
    "|масса брутто|毛重",
    "description": "beschreibung|warenbeschreibung|artikelbezeichnung|designation commerciale"
    "|descripcion de la mercancia|descricao|descricao das mercadorias|descricao da mercadoria"
    "|наименование|описание|货物描述|商品描述",
    "currency": "rechnungswahrung|monnaie|moeda|币制",
}
"""Names for the same that are looser, and count where no column has one of `ROLES`."""
_CURRENCIES = {name.casefold(): name for name in MONEY} | {
    "euro": "EUR", "euros": "EUR", "евро": "EUR", "欧元": "EUR", "美元": "USD", "人民币": "CNY",
    "rmb": "CNY", "руб": "RUB", "рубли": "RUB", "рублеи": "RUB",
}  # fmt: skip
_KILOGRAMS = frozenset(
    {"kg", "kgs", "kilo", "kilos", "kilogram", "kilograms", "kilogramm", "кг", "千克", "公斤"}
)
_FOREIGN = """
t to ton tons tonne tonnes tonnen toneladas mt g gr gram grams gramm mg lb lbs pound pounds oz ct
carat carats karat т тн тонн тонны г 吨 公吨 克 k 000 1000 thousand thousands tsd tausend million
millions mio mln mn m bn mrd billion teur keur meur tusd kusd musd milliers miles mil milhares тыс
млн млрд 千 万 百万 亿 万元 千元 万美元 千美元 pcs pieces stk stuck units l m2 m3 cbm
"""
_OTHER_UNITS = frozenset(_FOREIGN.split())
"""Units of which a column of values or masses is not read: it would be off by what they are."""
_BETWEEN = frozenset({"in", "en", "em", "v", "в"})
_ISO = frozenset({"iso", "iso2", "iso3", "alpha2", "alpha3", "alpha"})


class ColumnRole(NamedTuple):
    """What the name of a column says.

    Attributes
    ----------
    role
        What the column is; empty if it is not used.
    rank
        0 for a name of `ROLES`; one of a higher rank counts where none of a lower one is there.
    unit
        Words of a unit that is not read, for which the column is not used.
    """

    role: str = ""
    rank: int = 0
    unit: str = ""


def _key(name: str) -> str:
    # The Turkish dotless i has no decomposition, so it is replaced by hand ("alıcı", "ağırlık").
    bare = unicodedata.normalize("NFKD", name.casefold().replace("ı", "i").replace("ß", "ss"))
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[^\W_]+", bare))


_BY_KEY = {
    _key(name): ColumnRole(role, rank)
    for rank, table in ((1, _SECOND), (0, ROLES))
    for role, names in table.items()
    for name in names.split("|")
}


def head_of(name: str) -> ColumnRole:
    """Return what the column of this name is.

    Examples
    --------
    >>> head_of("Ursprung").role, head_of("Eigenmasse kg").role, head_of("Value (EUR)").role
    ('origin', 'mass', 'value')
    >>> head_of("Wert TEUR")
    ColumnRole(role='', rank=0, unit='teur')
    """
    if found := _BY_KEY.get(_key(name)):
        return found
    # NFKC: the wide brackets of Chinese texts are brackets, too.
    plain = unicodedata.normalize("NFKC", name)
    front, *behind = re.split(r"[(\[,]", plain, maxsplit=1)
    if behind and (found := head_of(front)).role:
        # What stands in brackets is said of the word before; only a unit keeps it from being used.
        return _with_unit(found, _key(behind[0]).split())
    words = _key(name).split()
    for at in range(len(words) - 1, 0, -1):
        if found := _BY_KEY.get(" ".join(words[:at])):
            return _with_words(found, words[at:])
    return ColumnRole()


def _with_unit(head: ColumnRole, words: list[str]) -> ColumnRole:
    """Return what a column is whose name has words in brackets."""
    if head.role not in ("value", "mass"):
        return head
    own, foreign = _units(head.role)
    if foreign.intersection(words) - own:
        return ColumnRole(unit=" ".join(words))
    return head


def _with_words(head: ColumnRole, words: list[str]) -> ColumnRole:
    """Return what a column is whose name has words behind a known one: a unit, or nothing else."""
    if head.role in ("from", "to", "origin"):
        # “Exporter code” may be a number of a firm; the code of an origin is a country's.
        rest = _ISO | ({"code"} if head.role == "origin" else set())
        return ColumnRole(head.role, 2) if rest.issuperset(words) else ColumnRole()
    if head.role not in ("value", "mass"):
        return ColumnRole()
    own, foreign = _units(head.role)
    if all(
        word in own or word in foreign or word in _BETWEEN or word[0].isdigit() for word in words
    ):
        return _with_unit(head, words)
    return ColumnRole()


def _units(role: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words of units in which a role is read, and those in which it is not."""
    money = frozenset(_CURRENCIES)
    if role == "value":
        return money, _OTHER_UNITS | _KILOGRAMS
    return _KILOGRAMS, _OTHER_UNITS | money


def currency_of(name: str) -> str:
    """Return the currency that the name of a column says; two in it say nothing.

    Examples
    --------
    >>> currency_of("Wert EUR"), currency_of("金额(美元)"), currency_of("EUR/USD")
    ('EUR', 'USD', '')
    """
    found = {_CURRENCIES[word] for word in _key(name).split() if word in _CURRENCIES}
    return found.pop() if len(found) == 1 else ""
