"""Text made plain character by character, so that positions stay; its pieces, each of a kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

SIMPLE = str.maketrans(
    "’"
    "億萬噸國對進貿額總後時間東歐韓臺灣際從來與關稅統計長減會達過還個導體電車機經濟產業發這邊幣"
    "兩開區務單價貴質輸銷運鋼鐵鋁銅鎳礦氣儲備應購買戰爭聯華廠設軟積據顯預測報較漲創紀錄歷約佔為"
    "僅餘們幾類種藥農動離鎂鋰鈷錳鉛鋅錫鎢鉬釩鈦圓亞馬羅維納爾蘭諾蓋蘇聖薩島澤敘緬紐門黃銀絲紡織"
    "俱藝術圖書視聽資訊網絡層屬鹽鹼劑膠紙漿飼糧麥穀豬雞魚蝦飲養麵樹齊專順擴縮確認實現調續穩態勢"
    "標節環級檔張寧熱帶頭號麼讓給許該話說請謂論講課誰諸獨獎壓擊數歲雙歸陸陳陽隊隨隱雖難雜霧靈靜"
    "頁頂項須頓領頻題顏願飛驗驟驚髮鬥魯鮮鳥麗黨齒龍龜"
    "場繼畫劃義員規則極構樣樓櫃權歡殘決況淨淺準滿漁無燈牆牽狀獲異當療盡監盤眾礎禮窮競筆範築簡簽糾純終組細結絕綜綠緊線練縣縱績繪繳職聲肅脅脫腦臨舉舊艙艱莊葉處補裝裡裏製複見覺"
    "觀觸訂訪評詢試詳誤談證識譯議護變豐貝負財貧貫責貯貼賀賃賣賠賬賽贈贏趕趨跡踐軌軍載輔輕輛輝輪輯轉辦遊遠適遲遷選遺鄉鄧醫釋針鈣鈾鉀鉑鉻銑鍋鍺鍵鎵鏈鏡鐘鑄鑑鑽閉閃閣閱闊闡陣陝"
    "階隻險響顆顧風飯飾館駐駛駕騰騙驅鬆鬧鴻點齡衝衛倉倫偉側傑傘傳債傷傾僑優儀儘償內冊凍凱別刪剛劇劉勁勞勵匯協卻厭厲參叢吳呂問啟喪喬嘗嚴圍園團壩壞壯壽夠夾奧婦媽孫學宮寬寫審寶"
    "將尋屆屢岡崗嶺帥師帳幫庫廢廈廳彈強彌徑徵徹恆悅惡愛慘慣慶慮憂憑憲懷懸戲戶拋掃掛採揚換揮損搶撥擁擇擋擔擬擠攝攔敗敵斷於昇晉曆曉棄楊榮槍槓樞橋橫檢欄沒濃烏煉煙爐營獻瑪瓊痲碼"
    "磚礙稱穫竊籌籃紅紛紹綁編緒緣緩縫繞罷羨習腳膚艦蘋虧蠶衆襲誌誘誠謝豎賓賦蹤躍軸輾遜遞郵鄰鈔鉅銜銳鋪鋸錯鎊鎖鐳鑒閒閘陰雲靂韋韌頗頸顛颱餅饋駁駿驕鯊鴨鵝齣龐賺廣鬱髒繫係徠訴註"
    "詞溫滲潔潛潤濕濾瀏灑犧獵琺祿禦穎糰綱緯聞臉臟興葷蔣薦藍蘆虛蝕襯諮謹贊贖趙轄辭迴逕連醬鋒鍊閏隕霽飽驛鬍鯉鷹黴擻殺毀氫氬湧滯漸澆濱瀝爛牠狹獅",
    "'"
    "亿万吨国对进贸额总后时间东欧韩台湾际从来与关税统计长减会达过还个导体电车机经济产业发这边币"
    "两开区务单价贵质输销运钢铁铝铜镍矿气储备应购买战争联华厂设软积据显预测报较涨创纪录历约占为"
    "仅余们几类种药农动离镁锂钴锰铅锌锡钨钼钒钛圆亚马罗维纳尔兰诺盖苏圣萨岛泽叙缅纽门黄银丝纺织"
    "具艺术图书视听资讯网络层属盐碱剂胶纸浆饲粮麦谷猪鸡鱼虾饮养面树齐专顺扩缩确认实现调续稳态势"
    "标节环级档张宁热带头号么让给许该话说请谓论讲课谁诸独奖压击数岁双归陆陈阳队随隐虽难杂雾灵静"
    "页顶项须顿领频题颜愿飞验骤惊发斗鲁鲜鸟丽党齿龙龟"
    "场继画划义员规则极构样楼柜权欢残决况净浅准满渔无灯墙牵状获异当疗尽监盘众础礼穷竞笔范筑简签纠纯终组细结绝综绿紧线练县纵绩绘缴职声肃胁脱脑临举旧舱艰庄叶处补装里里制复见觉"
    "观触订访评询试详误谈证识译议护变丰贝负财贫贯责贮贴贺赁卖赔账赛赠赢赶趋迹践轨军载辅轻辆辉轮辑转办游远适迟迁选遗乡邓医释针钙铀钾铂铬铣锅锗键镓链镜钟铸鉴钻闭闪阁阅阔阐阵陕"
    "阶只险响颗顾风饭饰馆驻驶驾腾骗驱松闹鸿点龄冲卫仓伦伟侧杰伞传债伤倾侨优仪尽偿内册冻凯别删刚剧刘劲劳励汇协却厌厉参丛吴吕问启丧乔尝严围园团坝坏壮寿够夹奥妇妈孙学宫宽写审宝"
    "将寻届屡冈岗岭帅师帐帮库废厦厅弹强弥径征彻恒悦恶爱惨惯庆虑忧凭宪怀悬戏户抛扫挂采扬换挥损抢拨拥择挡担拟挤摄拦败敌断于升晋历晓弃杨荣枪杠枢桥横检栏没浓乌炼烟炉营献玛琼麻码"
    "砖碍称获窃筹篮红纷绍绑编绪缘缓缝绕罢羡习脚肤舰苹亏蚕众袭志诱诚谢竖宾赋踪跃轴辗逊递邮邻钞巨衔锐铺锯错镑锁镭鉴闲闸阴云雳韦韧颇颈颠台饼馈驳骏骄鲨鸭鹅出庞赚广郁脏系系徕诉注"
    "词温渗洁潜润湿滤浏洒牺猎珐禄御颖团纲纬闻脸脏兴荤蒋荐蓝芦虚蚀衬咨谨赞赎赵辖辞回径连酱锋炼闰陨霁饱驿胡鲤鹰霉擞杀毁氢氩涌滞渐浇滨沥烂它狭狮",
)
"""Traditional signs as simplified ones, which the word lists have."""
_SPACES = dict.fromkeys(
    map(ord, "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"), " "
)
_SPACES |= dict.fromkeys(map(ord, "\u2008\u2009\u200a\u202f\u205f\u3000\t"), " ")
_MINUSES = dict.fromkeys(
    map(ord, "\u2212\u2012\u2013\u2014\u2010\u2011\ufe63\uff0d\uff5e\u301c"), "-"
)
_WIDE = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if code != 0xFF0D}
_WIDE[0xFF0C] = "\uff0c"  # a wide comma parts clauses and never digits
_OTHER = {0x2019: "'", 0x02BC: "'", 0x0451: "\u0435", 0xFFE5: "\u00a5"}  # ё as е
_PLAIN = {**_WIDE, **_SPACES, **_MINUSES, **_OTHER}

# Digits in groups, of which a year begins none ("2023 111 млрд"); a word; one Chinese character;
# any other sign.
_ATOM = re.compile(
    # A space groups only before exactly three digits: "14 500" is one number, "5 2024" two.
    r"(?P<numeral>\d+(?:(?:[.,]|(?<!\d{4})[ '](?=\d{3}(?!\d)))\d+)*|(?<![\d\w])\.\d+)"
    r"|[\u3400-\u9fff]"
    r"|(?:(?![\u3400-\u9fff])[^\W\d_])+"
    r"|\n|[^\s]"
)


class Atom(NamedTuple):
    """A word, numeral or sign with its place in the text."""

    text: str
    start: int
    end: int
    numeral: bool


def plain(text: str) -> str:
    """Return the text in small letters with one kind of space and of minus, of the same length."""
    mapped = text.translate(_PLAIN).translate(SIMPLE)
    # A few letters grow when lowered (İ becomes two signs): those stay, so that places hold.
    lowered = mapped.lower()
    if len(lowered) != len(mapped):
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in mapped)
    return lowered.translate(_OTHER)


def atoms(text: str) -> list[Atom]:
    """Cut plain text into words, numerals, signs and line ends.

    Examples
    --------
    >>> [atom.text for atom in atoms("us$1,630.5 bn (6%)")]
    ['us', '$', '1,630.5', 'bn', '(', '6', '%', ')']
    """
    return [
        Atom(found[0], found.start(), found.end(), found["numeral"] is not None)
        for found in _ATOM.finditer(text)
    ]


def texts_of_atoms(text: str) -> list[str]:
    """Return the texts of what `atoms` returns, in a third of the time."""
    return [found[0] for found in _ATOM.finditer(text)]


# Bounded, and without < inside: a lone < must not scan to the end of the text each time.
_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,4000}>")
_ADDRESS = re.compile(
    # Addresses are full of digits that are no numbers of the text. Bounded against backtracking.
    r"(?:https?://|www\.)[^\s<>\"]+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}"
)
_HIDDEN = ("script", "style")


def blanked(text: str) -> str:
    """Return the text with tags, scripts, styles and addresses blank, of the same length.

    Examples
    --------
    >>> blanked("<b>5</b> %")
    '   5     %'
    """
    for name in _HIDDEN:
        text = _without(text, name)
    for pattern in (_TAG, _ADDRESS):
        text = pattern.sub(lambda found: " " * len(found[0]), text)
    return text


def _without(text: str, name: str) -> str:
    """Blank from each opening tag of a name to its closing tag, or to the end."""
    opening = re.compile(rf"<{name}\b", re.IGNORECASE)
    closing = re.compile(rf"</{name}[^<>]{{0,100}}>", re.IGNORECASE)
    kept: list[str] = []
    at = 0
    # Not one expression with .*?: unclosed tags would make it quadratic.
    while found := opening.search(text, at):
        end = closing.search(text, found.end())
        stop = end.end() if end else len(text)
        kept += [text[at : found.start()], " " * (stop - found.start())]
        at = stop
    return "".join([*kept, text[at:]])


# Which language a text is in, by its letters and its commonest words.


_HAN = re.compile(r"[\u3400-\u9fff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_ENGLISH_SCALES = re.compile(r"\b(?:m|b|tr)illions?\b")  # German nouns have a capital letter
_LATIN = re.compile(r"[a-zäöüß]+")
_DECIMAL_COMMA = re.compile(r"(?<![\d.,])\d+,\d{1,2}(?![\d.,])")
_DECIMAL_POINT = re.compile(r"(?<![\d.,])\d+\.\d{1,2}\s?(?:%|[Pp]rozent|M(?:rd|io|ill))")
_ENOUGH = 200_000
"""Characters of a text that are looked at."""


def language_of(text: str) -> str:
    """Return ``en``, ``ru``, ``de`` or ``zh``; an empty text if nothing decides.

    Examples
    --------
    >>> language_of("um 6,5 Prozent"), language_of("на 6,5 %"), language_of("6,5 %")
    ('de', 'ru', '')
    """
    sample = text[:_ENOUGH].lower()
    han, cyrillic = len(_HAN.findall(sample)), len(_CYRILLIC.findall(sample))
    words = _LATIN.findall(sample)
    latin = sum(map(len, words))
    if han and 3 * han >= max(cyrillic, latin):  # a Chinese character says more than a letter
        return "zh"
    if cyrillic >= latin:
        return "ru" if cyrillic else ""
    german, english = (sum(word in _common(of) for word in words) for of in ("de", "en"))
    if german == english:
        return ""
    return "de" if german > english else "en"


def mixed_marks(text: str, language: str) -> bool:
    """Whether a text parts decimals in a way its language does not, so that "1,234" is unclear.

    Examples
    --------
    >>> mixed_marks("a share of 6,5 % of 1,234 firms", "en"), mixed_marks("1,234 firms", "en")
    (True, False)
    """
    marks = {"en": _DECIMAL_COMMA, "zh": _DECIMAL_COMMA, "de": _DECIMAL_POINT}
    # Russian is left out: it parts decimals by comma, and a point there is read so as well.
    return language in marks and marks[language].search(text) is not None


def could_be(phrase: str) -> tuple[str, ...]:
    """Return the languages a number phrase could be in, by its letters alone."""
    if _HAN.search(phrase):
        return ("zh",)
    if _CYRILLIC.search(phrase.replace("\u20bd", "")):
        return ("ru",)
    if _ENGLISH_SCALES.search(phrase):
        return ("en",)
    # Latin letters alone do not decide: both are tried, and both readings kept.
    return ("en", "de")


@cache
def _common(language: str) -> frozenset[str]:
    source = files("entrepot.claims.numbers") / "lexicons" / "common.txt"
    lines = source.read_text(encoding="utf-8").splitlines()
    parted = (line.partition(": ") for line in lines)
    return frozenset(
        word for name, _, words in parted if name == language for word in words.split()
    )


CORES = ("number", "fraction", "multiple", "comparable")
ASIDE = ("unknown", "code", "time", "ending", "month", "which", "link", "particle")
"""Words that are no part of a number phrase."""
NUMERIC = ("number", "unit", "scale", "currency")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a text.

    Attributes
    ----------
    kind
        A kind of the lexicon; ``number``; ``unknown`` for any other word or sign.
    value
        What it stands for.
    start, end
        Its place in the text.
    step
        Worth of the last digit of a number.
    other
        The other reading (value, step) of digits whose language is not known.
    """

    kind: str
    value: str | float | None
    text: str
    start: int
    end: int
    step: float = 0.0
    other: tuple[float, float] | None = None
    digits: bool = False
