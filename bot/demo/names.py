"""Invented names and codes: plausible to read, improbable to exist.

The words are rare characters that firms seldom use together; codes carry the
``YYYYYY`` body that no registrar issues; ID numbers belong to people born in
1901 in a county that does not exist.
"""

from __future__ import annotations

from random import Random

from stdnum.cn import ric

from domain.model.subject import SubjectKind
from domain.rules.codes import make_uscc

#: rulebook → place as it stands in names, six digits of its codes (from memory, only for looks)
PLACES: dict[str, tuple[str, str]] = {
    "xixia": ("西峡县", "411323"),
    "wuzhong": ("吴忠市", "640300"),
    "pinglu": ("平鲁区", "140603"),
    "huairen": ("怀仁市", "140681"),
    "hegang": ("鹤岗市", "230400"),
}
ELSEWHERE = ("示例县", "110100")

_FIRST = "霁翀璟淏澹岫砚栩甯珩昶翊旻沅湉筱芃菡霂暄"
_SECOND = "岫樾砚桐泠谷川渚禾舟坞溪苓筠杼榆枫麓汀陌"
_TRADES = (
    ("商贸", "批发零售"),
    ("建筑工程", "建筑"),
    ("物流运输", "交通运输"),
    ("食品加工", "食品生产"),
    ("餐饮服务", "餐饮"),
    ("农业开发", "农业"),
    ("机械制造", "制造"),
    ("环保科技", "生态环保"),
    ("物业服务", "物业"),
    ("文化传媒", "文化旅游"),
    ("医疗器械", "医药卫生"),
    ("信息技术", "互联网"),
)
_SHOPS = (
    ("百货店", "批发零售"),
    ("面馆", "餐饮"),
    ("汽修店", "居民服务"),
    ("理发店", "居民服务"),
    ("诊所", "医药卫生"),
)
_SOCIETIES = (("慈善服务中心", "社会服务"), ("商会", "行业协会"), ("艺术培训学校", "教育"))


class Namer:
    """Gives each subject of one jurisdiction a name and an industry nobody else has here."""

    def __init__(self, rulebook_id: str, random: Random) -> None:
        self.place, self.prefix = PLACES.get(rulebook_id, ELSEWHERE)
        words = [first + second for first in _FIRST for second in _SECOND if first != second]
        random.shuffle(words)
        self._words = iter(words)
        self._random = random

    def subject(self, kind: SubjectKind) -> tuple[str, str]:
        """A name and an industry for a subject of this kind."""
        word = next(self._words)
        match kind:
            case SubjectKind.LEGAL_PERSON:
                trade, industry = self._random.choice(_TRADES)
                return f"{self.place}{word}{trade}有限公司", industry
            case SubjectKind.SOLE_TRADER:
                shop, industry = self._random.choice(_SHOPS)
                return f"{self.place}{word}{shop}", industry
            case SubjectKind.SOCIAL_ORGANISATION:
                society, industry = self._random.choice(_SOCIETIES)
                return f"{self.place}{word}{society}", industry
            case SubjectKind.NATURAL_PERSON:
                return f"{word[0]}某{word[1]}", "个人"

    def code(self, number: int, kind: SubjectKind) -> str:
        """A synthetic unified code; not for natural persons."""
        return make_uscc(self.prefix, number, kind)

    def id_number(self, number: int) -> str:
        """A synthetic resident ID with a right check digit, 1 ≤ number ≤ 999."""
        head = f"{self.prefix[:2]}9999" + "19010101" + f"{number:03d}"
        return head + str(ric.calc_check_digit(head + "0"))
