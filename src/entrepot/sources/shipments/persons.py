"""Natural persons in a register: found by their names, replaced before anything is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

PSEUDONYM = "NP-"
"""What a pseudonym begins with."""
ERASED = "erased"
"""What stands in the place of a name that was erased from a lake."""
# 40 bits: among a million names, two share a pseudonym in two cases of five.
_DIGITS = 10

_BEHIND = """
SA SAA SAC SACI SACIF SACIFI SACIFIA SAIC SAICF SAICFI SACEI SAU SAB SAPI SCA SCS SC SCRL SRL SAS
SASU SPA SNC SL SLU SLL LDA LTDA LTD LTDO LLP LP PLC INC CO GMBH MBH AG KG KGAA OHG EV BV NV VOF
CVBA BVBA OY OYJ APS KFT ZRT NYRT SRO DOO DD EOOD OOD FZC FZCO PTE PTY SDN BHD TBK CV KK GK STI
"""
"""Legal forms behind a name: in front they are initials or a name (KK SHARMA, DOO KIM)."""
_LAST = "AB AD"
"""Legal forms that are parts of names anywhere but at the end (ALI BIN AB RAHMAN)."""
_WORDS = """
CIA SARL LIMITADA LIMITED LLC INCORPORATED CORP CORPORATION CORPORACION COMPANIA COMPANY COMPAGNIE
COMPANHIA EIRL EURL UAB OOO OAO ZAO PAO TOO JSC OJSC CJSC PJSC FZE FZLLC DMCC PT PVT PRIVATE ANONIM
SIRKETI HOLDING HOLDINGS GROUP GRUPO GROUPE GRUPPE TRADING TRADE TRADERS IMPEX
INTERNATIONAL INTERNACIONAL INTERNACIONALES INTERCONTINENTAL GLOBAL WORLDWIDE OVERSEAS SERVICES
SERVICE FOODS FOOD CEMENT MOTORS MOTOR BANCO BANQUE FACTORY PLANTS SOLUTIONS SYSTEMS SYSTEM
RESOURCES MATERIALS METAL METALS PLASTICS TEXTILES FEED FEEDS SEEDS PRODUCTS PRODUCT SOCIEDAD
SOCIETE SOCIETA GESELLSCHAFT WERKE STORE STORES SHOP CENTER CENTRO CENTRE HOSPITAL CLINICA CLINIC
COLEGIO SCHOOL IGLESIA CONSORCIO CONSORTIUM UNION CLUB EMBAJADA EMBASSY GOBIERNO GOVERNMENT
MUNICIPALIDAD AGENCY AGENCIA INSTITUTO INSTITUTE AUTHORITY COUNCIL TRANSPORTES TRANSPORT AIRLINES
ZONA SUCURSAL CHEM AGRI FABRIC FABRICS ООО ОАО ЗАО ПАО АО ТОО
"""
"""Words of companies and bodies, each a word of a name without accents and full stops.

Words that are names of people as well are left out: MILLS, STEEL, BANK, SAN (a part of surnames),
SIA, OU. So is ИП, which stands before the name of a person who trades.
"""
_BEGINNINGS = """
IMPORT EXPORT INDUSTR CHEMIC CHEMIE QUIMIC AGRO([^N]|N[A-Z]|$) AGRIC AGRIB FERTILI COMERCI COMMERC
DISTRIBU SERVICIO SERVIC LABORATOR FARMAC PHARM([^A]|A[^K]|A?$) ALIMENT NUTRI TECHNO TECHNI TECNO
TECNIC ELECTRO ELECTRI LOGIST MINERA MINERI COOPERAT ASOCIA ASSOCIA FUNDACI FOUNDAT UNIVERSI
MINISTER ENTERPR EMPRESA PRODUC SUMINISTR SUPPL[IY] MANUFACT FABRICA([^T]|TI|$) CONSTRUC ENERG
PETROL PETROCH PETROQ MACHINE MAQUINA EQUIP AUTOMO REPRESENT TRADIN CORPORAC CORPORAT INVERSION
INVESTM INVESTI MARKETING GANADER VETERIN AVICOL[AO] ACUIC PESQUER METALUR METALLUR METALMEC METALIC
PLASTIC TEXTIL DROGUER DEPOSIT ALMACEN SUPERMERC FERRETER LIBRERI
"""
"""Beginnings of such words; none of them begins a usual name of people (PETROV, MINERVA, AGRON)."""
# Legal forms written with blanks: S A C I Y F, S R L, L T D A, and East Asian words at any place.
_SPELLED = (
    r"(^| )S A( [A-Z]){0,5}( Y F)?$",  # S A C I Y F; written as one word it could be SANCHEZ
    r"(^| )SA[CIF]{1,5} Y F$",
    r"(^| )[SE] ?[RI]? ?R ?L( |$)",
    r"(^| )(S ?A ?S|L ?T ?D ?A?|L ?L ?C|C ?A|B ?V|N ?V|A ?S|ASA)$",
    "公司|集团|有限|株式会社|工厂|厂$|주식회사",
)
_SURNAME = r"(^| )D[AEO]S? SA( |$)"
"""Maria de Sá is no company."""


def _company_words() -> str:
    behind, words, starts, last = (
        "|".join(some.split()) for some in (_BEHIND, _WORDS, _BEGINNINGS, _LAST)
    )
    # One pattern for RE2, whose time does not grow with the number of words in it.
    return "|".join(
        (
            f" ({behind})( |$)",
            f" ({last})$",
            f"(^| )({words})( |$)",
            f"(^| )({starts})",
            *_SPELLED,
        )
    )


COMPANY = _company_words()
_AT_THE_END = (
    r"(?i)[ .,](LTD|LTDA|LIMITED|LLC|LLP|PLC|INC|CORP|CORPORATION|GMBH|SAC|SRL|EIRL|SARL|SPA|JSC|"
    r"OOO|TOO|ООО|ТОО|ЗАО|ОАО|ПАО|S\.A\.C|S\.R\.L|E\.I\.R\.L|S\.A|L\.L\.C|B\.V|N\.V|PTE|BHD|KFT|STI)\.?$"
)
"""Legal forms at the end of a name as it is written, each of which is a company by `COMPANY`."""


_GIVEN_NAMES = """
JUAN JOSE MARIA CARLOS LUIS JORGE PEDRO MIGUEL ANTONIO FRANCISCO MANUEL JAVIER FERNANDO RICARDO
EDUARDO ALEJANDRO ROBERTO RAFAEL ENRIQUE ALBERTO GUSTAVO PABLO SERGIO RAUL ANDRES JAIME RAMON
GUILLERMO ALFREDO MARTHA CARMEN TERESA PATRICIA GABRIELA CLAUDIA VERONICA BEATRIZ SILVIA LETICIA
GUADALUPE YOLANDA JOAO PAULO RAIMUNDO FRANCISCA ADRIANA MARCIA IVAN SERGEY SERGEI ALEKSANDR ALEKSEI
ALEXEY DMITRY DMITRII VLADIMIR NIKOLAI NIKOLAY ANDREI ANDREY YURI IGOR OLEG EVGENY EVGENII MIKHAIL
PAVEL VIKTOR OLGA NATALIA NATALYA ELENA SVETLANA TATIANA IRINA LYUDMILA OLEKSANDR VOLODYMYR MYKOLA
MEHMET MUSTAFA AHMET HASAN HUSEYIN IBRAHIM ISMAIL FATMA AYSE EMINE MOHAMMED MOHAMED MUHAMMAD AHMED
ABDUL HUSSEIN FATIMA AIGUL NURLAN BAKYT ASKAR GULNARA ARMEN TIGRAN GIORGI DAVIT ABEBE TESFAYE
BEKELE ALEMAYEHU TADESSE NGUYEN TRAN ИВАН СЕРГЕЙ АЛЕКСАНДР АЛЕКСЕЙ ДМИТРИЙ ВЛАДИМИР НИКОЛАЙ АНДРЕЙ
ЕВГЕНИЙ МИХАИЛ ОЛЬГА НАТАЛЬЯ ЕЛЕНА СВЕТЛАНА ТАТЬЯНА ИРИНА
"""
"""Given names that few brands begin with; JOHN, ROBERT and CARL begin many, and are left out."""
_GIVEN = rf"^({'|'.join(_GIVEN_NAMES.split())})( \p{{L}}{{2,}}){{1,3}}$"


_SIGNS = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
"""What Windows shows for bytes from 80 to 9F."""
_BYTES = "".join(chr(sign.encode("cp1252")[0]) for sign in _SIGNS)
_FURTHER = rf"[\x{{80}}-\x{{BF}}{_SIGNS}]"
_DAMAGED = (
    rf"[ÂÃ]{_FURTHER}|[ÄÅ][^\x{{00}}-\x{{7F}}©®«»\x{{C0}}-\x{{FF}}]|(?:[Î-Û]{_FURTHER}){{2,}}|"
    rf"[à-ï]{_FURTHER}{{2}}|[ð-ô]{_FURTHER}{{3}}"
)
"""Letters of UTF-8 whose bytes were read as those of a western office: Ã‘ for Ñ.

A letter with a sign behind it can be both, as NESTLÉ® and ZOË® are: of scripts with letters of two
bytes there are several in a row, and none of the Latin ones ends in such a sign.
"""


def mended(cell: str) -> str:
    """Return SQL for a text without letters that were read in a wrong encoding, once or twice.

    It is long: where it is asked for often, in a subquery.
    """
    out = cell
    for _ in range(2):
        signs = f"string_split(translate(part, {literal(_SIGNS)}, {literal(_BYTES)}), '')"
        hexadecimal = f"list_transform({signs}, lambda sign: printf('%02X', unicode(sign)))"
        letter = f"coalesce(TRY(decode(unhex(array_to_string({hexadecimal}, '')))), part)"
        parts = f"regexp_extract_all({out}, {literal(f'(?s){_DAMAGED}|.')})"
        letters = f"lambda part: CASE WHEN length(part) = 1 THEN part ELSE {letter} END"
        out = f"array_to_string(list_transform({parts}, {letters}), '')"
    # Nearly all texts are ASCII, and go no further.
    found = f"CASE WHEN regexp_matches({cell}, {literal(_DAMAGED)}) THEN {out} ELSE {cell} END"
    return f"CASE WHEN strlen({cell}) = length({cell}) THEN {cell} ELSE {found} END"


def name_key(cell: str) -> str:
    """Return SQL for a name as it is compared: capitals, no accents, one blank between words."""
    plain = f"upper(strip_accents({cell}))"
    # Most names are words with one blank between them, and are found to be so in a fifth of the
    # time that replacing takes.
    return (
        f"CASE WHEN regexp_matches({plain}, '^[A-Z0-9]+(?: [A-Z0-9]+)*$') THEN {plain} "
        f"ELSE trim(regexp_replace({plain}, '[^\\p{{L}}\\p{{N}}]+', ' ', 'g')) END"
    )


def pseudonym(cell: str, salt: str) -> str:
    """Return SQL for the pseudonym of a name: the same name always has the same one in a lake.

    A hash with a secret: without the secret no name can be tried.
    """
    return (
        f"{literal(PSEUDONYM)} || "
        # Salt on both sides: a hash of salt and name alone could be extended to that of a longer
        # name.
        f"left(sha256({literal(salt)} || {name_key(cell)} || {literal(salt)}), {_DIGITS})"
    )


def is_pseudonym(cell: str) -> str:
    """Return SQL that says whether a name is a pseudonym, of this program or of another one."""
    # A kept file may be loaded again: a pseudonym is not hashed a second time.
    return f"regexp_full_match({cell}, '{PSEUDONYM}[0-9a-f]{{8,16}}')"


def without_persons(cell: str, salt: str, person: str, erased: Collection[str] = ()) -> str:
    """Return SQL for a name, or the pseudonym of one that may be a natural person's.

    Parameters
    ----------
    cell, salt
        SQL of the name, and the secret of the lake.
    person
        SQL that says so. Every name without a word of companies (`is_company`) is taken for a
        person's: a company that has a pseudonym is no harm, a person that has none is.
    erased
        Pseudonyms of names that were erased from this lake.
    """
    out = (
        f"CASE WHEN {cell} IS NULL THEN {cell} WHEN {person} THEN {hidden(cell, salt)} "
        f"ELSE {cell} END"
    )
    if not erased:
        return out
    return f"CASE WHEN {is_erased(cell, salt, erased)} THEN {literal(ERASED)} ELSE {out} END"


def is_company(cell: str) -> str:
    """Return SQL that says whether a name has a word of companies."""
    # "de Sá" loses its accent in the key and would read as the form SA of a company.
    key = f"regexp_replace({name_key(cell)}, {literal(_SURNAME)}, ' ')"
    # Searched for from the end and without a key: most names of companies go no further, and the
    # key of each is a third of the time of a load.
    return (
        f"CASE WHEN {legal_form(cell)} THEN true ELSE regexp_matches({key}, {literal(COMPANY)}) END"
    )


def brand_of_person(cell: str, names: Mapping[str, str]) -> str:
    """Return SQL that says whether a brand is the name of a natural person.

    Brands have no word of companies as a rule, so it takes other evidence: that a person of the
    line has the name, or that it begins with a usual given name, of several words.

    Parameters
    ----------
    cell
        SQL of the brand.
    names
        SQL of the sender, receiver and maker of the line as they were delivered, each with SQL that
        says whether it is a company.
    """
    key = name_key(cell)
    # CASE, because AND computes both of its sides: keys are made of the few names that are no
    # companies.
    words = f"string_split({key}, ' ')"
    mine = _own_words(words)
    same = []
    for name, firm in names.items():
        given = f"string_split({name_key(name)}, ' ')"
        theirs = _own_words(given)
        # All words of the person, or two: beside them in the name are a title, a town, another
        # person.
        enough = f"greatest(1, least(2, len({theirs})))"
        part = f"list_has_all({theirs}, {mine}) AND len({mine}) >= {enough}"
        same.append(
            f"CASE WHEN {cell} IS NULL OR {name} IS NULL OR {firm} THEN false "
            f"WHEN {given} = {words} THEN true "
            f"WHEN list_has_any({given}, {_longer(words, 1)}) THEN {part} ELSE false END"
        )
    given = f"regexp_matches({key}, {literal(_GIVEN)}) AND NOT {is_company(cell)}"
    # The name of the line may be one word, as 王伟 and Сидоров are. A given name alone begins many
    # brands: most have one word, and go no further.
    several = f"regexp_matches({cell}, '\\p{{L}}{{2}}[^\\p{{L}}\\p{{N}}]+\\p{{L}}')"
    full = f"CASE WHEN {several} THEN {given} ELSE false END"
    return f"coalesce({' OR '.join([*same, full])}, false)"


def legal_form(cell: str) -> str:
    """Return SQL that says whether a name ends in the legal form of a company."""
    # A sign stands before each form: codes and single words go no further.
    signs = " OR ".join(f"contains({cell}, '{sign}')" for sign in " .,")
    return f"CASE WHEN {signs} THEN regexp_matches({cell}, {literal(_AT_THE_END)}) ELSE false END"


def misplaced(cell: str) -> str:
    """Return SQL that says whether a number or code reads like a name of several words."""
    # The cheap tests first: nearly all cells are digits with a letter or two. The engine extracts
    # once for each text of a stored column that repeats, and matches once for each row.
    return (
        f"CASE WHEN {without_letters(cell)} THEN false "
        f"WHEN regexp_extract({cell}, '\\p{{L}}{{2}}') = '' THEN false "
        f"ELSE regexp_matches({cell}, {literal(_TWO_WORDS)}) END"
    )


def without_letters(cell: str) -> str:
    """Return SQL that is true of most texts of ASCII without a letter, and of no others."""
    # As many bytes as letters: scripts without capitals are none of ASCII.
    return f"strlen({cell}) = length({cell}) AND upper({cell}) = lower({cell})"


_TWO_WORDS = (
    r"\p{L}{3}.*[^\p{L}\p{N}]\p{L}{2}|\p{L}{2}[^\p{L}\p{N}]+\p{L}{3}|"
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]{2}"
)
_WITHOUT_BLANKS = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]{2,}"


def is_erased(cell: str, salt: str, erased: Collection[str]) -> str:
    """Return SQL that says whether a name was erased from the lake."""
    if not erased:
        return "false"  # a hash of every name would be a sixth of the work of a load
    gone = ", ".join(map(literal, sorted(erased)))
    return f"coalesce({hidden(cell, salt)} IN ({gone}), false)"


def hidden(cell: str, salt: str) -> str:
    """Return SQL for the pseudonym of a name; a pseudonym is its own."""
    return f"CASE WHEN {is_pseudonym(cell)} THEN {cell} ELSE {pseudonym(cell, salt)} END"


_APART = r"[^\p{L}\p{N}]"
"""What stands between the words of a name: no part of another word is a name."""
_APART_IN_ASCII = "[^A-Za-z0-9]"
"""The same in a text of ASCII. A pattern is made for each line that hides a name, and takes 40
times as long with the letters of all scripts between all words."""


def _apart(text: str) -> str:
    """Return SQL for the pattern of what stands between the words of a text."""
    in_ascii = f"strlen({text}) = length({text})"  # as many bytes as letters
    return f"CASE WHEN {in_ascii} THEN {literal(_APART_IN_ASCII)} ELSE {literal(_APART)} END"


def replaced(cell: str, words: str, by: str, apart: str = literal(_APART)) -> str:
    """Return SQL for a text with something in place of the whole words of a name.

    Parameters
    ----------
    cell, words, by, apart
        SQL of the text, of a pattern of the words in any capitals, of what stands there then, and
        of a pattern of what is between words.
    """
    pattern = f"'(?i)(^|' || {apart} || ')(?:' || {words} || ')($|' || {apart} || ')'"
    for _ in range(2):  # of two in a row, the first takes the blank of the second
        cell = f"regexp_replace({cell}, {pattern}, '\\1' || {by} || '\\2', 'g')"
    return cell


def between(words: str) -> str:
    """Return SQL for the pattern of a list of words with any signs between them."""
    return f"array_to_string({words}, '{_APART}+')"


def unnamed(rows: str, text: str, words: str) -> str:
    """Return SQL of rows without the names of a pattern in a column, also where it is damaged.

    Of a text with letters in a wrong encoding, only what has such a name is mended.
    """
    right = f"SELECT *, {mended(text)} AS __right FROM ({rows})"
    by = literal(f"[{ERASED}]")
    freed = f"SELECT *, {replaced('__right', words, by)} AS __freed FROM ({right})"
    return (
        f"SELECT * EXCLUDE (__right, __freed) REPLACE (CASE WHEN __freed <> __right THEN __freed "
        f"ELSE {text} END AS {text}) FROM ({freed})"
    )


_NO_NAME = """
MR MRS MS MISS DR PROF SR SRA SRTA DON DONA HERR FRAU MME MLLE DHR MEVR
IP PE FOP CHP FLP KH INDIVIDUAL ENTREPRENEUR SOLE TRADER PROPRIETOR PERSONA NATURAL NATURALE
ИП ЧП ФОП ФЛП ПБОЮЛ КХ КФХ ЖК ИНДИВИДУАЛЬНЫЙ ПРЕДПРИНИМАТЕЛЬ ЖЕКЕ КӘСІПКЕР
DE LA LAS LOS DEL DOS DAS DA DO DI DU LE EL AL VAN VON DER DEN BIN BINT IBN
Y AND UND ET OF FOR THE TO IN EN COM CON И ДЛЯ
"""
"""Titles, forms of sole traders and small words: beside a name, and of descriptions as well."""


def _own_words(words: str) -> str:
    """Return SQL for the words of a list that can be a person's: no title, number or small word."""
    small = ", ".join(map(literal, _NO_NAME.split()))
    return (
        f"list_filter({words}, lambda word: regexp_full_match(word, '\\p{{L}}+') "
        f"AND upper(word) NOT IN ({small}))"
    )


def _longer(words: str, letters: int) -> str:
    """Return SQL for the words of a list with more letters than a number of them."""
    return f"list_filter({words}, lambda word: length(word) > {letters})"


def _one_of(words: str) -> str:
    """Return SQL for the pattern of any word of a list."""
    return f"'(?:' || array_to_string({words}, '|') || ')'"


def _in_part(words: str, own: str, apart: str) -> str:
    """Return SQL for the pattern of a name in a text, in any order of its words.

    "PEREZ JUAN" for Juan Perez: as many words as the name has, each any of its words, or as many
    as are its own. A word twice passes too, which hides too much and never too little. Or two of
    its own words and what is between them: "Juan Perez" for IP Juan Perez (Lima). Neither is an
    initial, which could be that of a model: "Perez S/N" is not Perez S. (Lima).

    Parameters
    ----------
    words, own, apart
        SQL of the list of its words, of those of `_own_words`, and of a pattern of what is between
        words.
    """
    one, mine, sure = map(_one_of, (words, _longer(own, 1), _longer(own, 2)))
    full, whole = (
        f"{_one_of(some)} || '(?:' || {apart} || '+' || {_one_of(some)} || '){{' "
        f"|| len({some}) - 1 || '}}'"
        for some in (words, own)
    )
    inner = f"'(?:' || {apart} || '+' || {one} || ')*' || {apart} || '+'"
    part = f"'|' || {sure} || {inner} || {mine} || '|' || {mine} || {inner} || {sure}"
    return (
        f"({full} || CASE WHEN len({own}) > 1 THEN '|' || {whole} ELSE '' END "
        f"|| CASE WHEN len({_longer(own, 2)}) > 0 THEN {part} ELSE '' END)"
    )


def nameless(rows: str, text: str, names: Mapping[str, str], erased: Collection[str]) -> str:
    """Return SQL of rows whose descriptions do not have the names that their lines hide.

    A pseudonym next to the name would be none. Names are taken off in any order of their words,
    in any capitals, and without a title, a town or a second person that stand beside them; where
    only accents differ, nothing of the text is left. A name of one word may be a word for goods,
    and stays, but not in scripts without blanks, where all names are one word. Of an erased name,
    the descriptions of other lines are freed as well.

    Parameters
    ----------
    rows
        SQL of rows with the names as they are kept.
    text
        SQL of the column of descriptions.
    names
        SQL of each column of names as kept, and of the column with the name as delivered.
    erased
        Pseudonyms of names that were erased; without any, other lines are not looked at.
    """
    out = rows
    for kept, given in names.items():
        is_hidden = f"({kept} = {literal(ERASED)} OR {is_pseudonym(kept)})"
        by = f"CASE WHEN {kept} = {literal(ERASED)} THEN '[' || {kept} || ']' ELSE {kept} END"
        # In steps, each with its columns: one text of all would repeat every list many times over.
        # CASE within CASE, because AND computes both of its sides, and nearly all lines hide none.
        # The name as it was given, between blanks, needs no pattern: to make one takes 25 ms in
        # scripts other than ASCII. What is left of the name afterwards is looked for below.
        apart = f"replace(' ' || {text} || ' ', ' ' || {given} || ' ', ' ' || {by} || ' ')"
        as_given = f"contains({text}, {given}) AND contains({given}, ' ')"
        plain = (
            f"SELECT * REPLACE (CASE WHEN {kept} <> {given} THEN CASE WHEN {is_hidden} "
            f"AND {as_given} THEN trim({apart}) ELSE {text} END ELSE {text} END AS {text}), "
            f"CASE WHEN {kept} <> {given} THEN CASE WHEN {is_hidden} "
            f"THEN string_split({name_key(given)}, ' ') END END AS __plain FROM ({out})"
        )
        # Once a line, not once a word of its name.
        plain = (
            f"SELECT *, CASE WHEN len(__plain) > 1 THEN upper(strip_accents({text})) END AS __text "
            f"FROM ({plain})"
        )
        # Cheap tests that fail for nearly all lines: lists and patterns are made for few. A word of
        # the key of a text is a part of the text, which costs less to look for.
        enough = "least(2, len(list_distinct(__plain)))"
        parts = "len(list_distinct(list_filter(__plain, lambda word: contains(__text, word))))"
        shared = f"len(list_intersect(string_split({name_key(text)}, ' '), __plain))"
        some = (
            f"SELECT *, CASE WHEN len(__plain) > 1 THEN CASE WHEN {parts} >= {enough} "
            f"THEN {shared} >= {enough} ELSE false END END AS __some, "
            f"CASE WHEN __plain IS NOT NULL "
            f"THEN regexp_matches({given}, {literal(_WITHOUT_BLANKS)}) END AS __one "
            f"FROM ({plain})"
        )
        lists = (
            "SELECT * EXCLUDE (__plain, __text), CASE WHEN __some OR __one THEN "
            f"regexp_extract_all({given}, '[\\p{{L}}\\p{{N}}]+') END AS __words, "
            f"CASE WHEN __some THEN __plain END AS __plain FROM ({some})"
        )
        own = ", ".join(
            f"CASE WHEN {words} IS NOT NULL THEN {_own_words(words)} END AS {name}"
            for words, name in (("__words", "__own"), ("__plain", "__own_plain"))
        )
        owned = f"SELECT *, {own} FROM ({lists})"
        one_word = (
            f"CASE WHEN __one AND len(__own) = 1 "
            f"THEN regexp_full_match(__own[1], {literal(_WITHOUT_BLANKS)}) "
            f"AND contains({text}, __own[1]) END"
        )
        named = _in_part("__words", "__own", "__apart")
        plainly = _in_part("__plain", "__own_plain", "' '")  # a key has blanks between its words
        found = (
            f"SELECT *, CASE WHEN {one_word} THEN __own[1] END AS __one_word, "
            f"CASE WHEN __some THEN {named} END AS __named, "
            f"CASE WHEN __some THEN {plainly} END AS __plainly "
            f"FROM (SELECT *, CASE WHEN __some THEN {_apart(text)} END AS __apart FROM ({owned}))"
        )
        freed = (
            "SELECT *, CASE WHEN __named IS NOT NULL "
            f"THEN {replaced(text, '__named', by, '__apart')} END AS __freed "
            f"FROM ({found})"
        )
        # Compared without accents: what is still found was spelt otherwise, and the text is given
        # up.
        left = f"regexp_matches({name_key('__freed')}, '(^| )(?:' || __plainly || ')($| )')"
        out = (
            "SELECT * EXCLUDE (__some, __one, __words, __plain, __own, __own_plain, __one_word, "
            "__apart, __named, __plainly, __freed) "
            f"REPLACE (CASE WHEN __one_word IS NOT NULL THEN replace({text}, __one_word, {by}) "
            f"WHEN __named IS NULL THEN {text} WHEN {left} THEN {by} ELSE __freed END AS {text}) "
            f"FROM ({freed})"
        )
    if erased and names:
        every = " UNION ALL ".join(
            f"SELECT {given} AS name FROM ({rows}) WHERE {kept} = {literal(ERASED)}"
            for kept, given in names.items()
        )
        words = between("regexp_extract_all(name, '[\\p{L}\\p{N}]+')")
        any_of = f"(SELECT string_agg(DISTINCT {words}, '|') FROM ({every}))"
        out = unnamed(out, text, any_of)
    return out


def may_name(text: object) -> bool:
    """Return whether a text has two words, or one in a script without blanks, as names have."""
    words = re.findall(r"[^\W\d_]+", str(text))
    if any(re.search(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2}", word) for word in words):
        return True
    return len(words) > 1 and max(map(len, words)) > 2


# Blanks around @ occur in typed descriptions.
_MAIL = r"[\p{L}\p{N}._%+-]+ ?@ ?[\p{L}\p{N}.-]+\.\p{L}{2,}"
# A word for a telephone with seven digits or more, or + and nine: codes of goods have neither.
_PHONE = (
    r"(?i)(^|[^\p{L}\p{N}])(?:(?:tel|telf|telef|telefon|telefono|teléfono|telefone|phone|ph|cel|cell|"
    r"celular|mob|mobile|movil|móvil|fax|whatsapp|тел|телефон|моб|факс|电话|手机|电話|전화)"
    r"[.:： №#]*[+(]*[0-9][0-9 ().-]{5,}[0-9]|\+[0-9(][0-9 ().-]{7,}[0-9])"
)


def masked(cell: str) -> str:
    """Return SQL for a description without addresses of mail and numbers of telephones."""
    return (
        # Tested before it is replaced: replacing copies every text.
        f"CASE WHEN contains({cell}, '@') OR regexp_matches({cell}, {literal(_PHONE)}) THEN "
        f"regexp_replace(regexp_replace({cell}, {literal(_MAIL)}, '[mail]', 'g'), "
        f"{literal(_PHONE)}, '\\1[tel]', 'g') ELSE {cell} END"
    )
