"""处罚类别 in the words of the law, and numbered acts."""

from __future__ import annotations

import pytest

from domain.errors import Refused
from domain.rules.cleaning_sanctions import clean_sanctions, numbered_items, sanctions_in


@pytest.mark.parametrize(
    "written,sanctions",
    [
        ("警告;罚款", ("警告", "罚款")),
        ("罚款、警告", ("警告", "罚款")),
        ("罚款，没收违法所得、没收非法财物", ("罚款", "没收违法所得", "没收非法财物")),
        ("没收非法所得", ("没收违法所得",)),
        ("吊销营业执照", ("吊销许可证件",)),
        ("暂扣许可证、暂扣执照", ("暂扣许可证件",)),
        ("责令停产停业", ("责令停产停业",)),
        ("责令限期改正", ("责令改正",)),
        ("其他-责令补种", ("其他",)),
        ("", ()),
        ("无", ()),
    ],
)
@pytest.mark.clause("S2-18")
def test_sanctions_are_split_and_named_as_the_law_names_them(
    written: str, sanctions: tuple[str, ...]
) -> None:
    assert clean_sanctions(written) == sanctions


def test_an_unknown_sanction_is_named() -> None:
    with pytest.raises(Refused, match="不知所云"):
        clean_sanctions("罚款、不知所云")


def test_a_sentence_names_its_sanctions() -> None:
    assert sanctions_in("给予警告，并处罚款2000元，没收违法所得") == ("警告", "罚款", "没收违法所得")
    assert sanctions_in("已缴纳") == ()


@pytest.mark.parametrize(
    "text,items",
    [
        ("1.甲；2.乙", ("甲", "乙")),
        ("一、甲；二、乙。三、丙", ("甲", "乙", "丙")),
        ("（一）甲；（二）乙", ("甲", "乙")),
        ("①甲;②乙", ("甲", "乙")),
        ("罚款0.5万元；罚款1.5万元", ("罚款0.5万元；罚款1.5万元",)),
        ("甲行为", ("甲行为",)),
        ("", ()),
    ],
)
@pytest.mark.clause("S2-19")
def test_numbered_items_are_taken_apart(text: str, items: tuple[str, ...]) -> None:
    assert numbered_items(text) == items
