"""Money of files, exact to the fen, and the cross-check of column and text."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refused
from domain.rules.cleaning_money import (
    Amount,
    MoneyUnit,
    Stated,
    clean_amount,
    settle,
    stated_confiscations,
    stated_fines,
    yuan,
)


@pytest.mark.parametrize(
    "cell,number,unit",
    [
        (0.2, "0.2", None),
        (2000, "2000", None),
        ("2,000.50", "2000.50", None),
        ("¥1,000", "1000", None),
        ("￥1，000元", "1000", MoneyUnit.YUAN),
        ("0.2万元", "0.2", MoneyUnit.WAN),
        ("3万", "3", MoneyUnit.WAN),
        ("壹千元", "1000", MoneyUnit.YUAN),
        ("人民币贰万叁仟伍佰元整", "23500", MoneyUnit.YUAN),
        ("十二万元", "120000", MoneyUnit.YUAN),
        ("1亿元", "100000000", MoneyUnit.YUAN),
    ],
)
def test_amounts(cell: object, number: str, unit: MoneyUnit | None) -> None:
    assert clean_amount(cell).value == Amount(Decimal(number), unit)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cell", ["5,000000", "1,00", "12,34,567", "1.2.3", "-5", -5, "两千多元", True, float("nan")]
)
def test_torn_negative_and_unreadable_amounts_are_refused(cell: object) -> None:
    with pytest.raises(Refused):
        clean_amount(cell)  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", [None, "", "无", "\\N"])
def test_no_amount(cell: str | None) -> None:
    assert clean_amount(cell).value is None


@pytest.mark.parametrize(
    "text,fen",
    [
        ("罚款2000元", 200_000),
        ("处以罚款人民币2,000.00元整", 200_000),
        ("处2000元的罚款", 200_000),
        ("处贰仟元罚款", 200_000),
        ("罚款0.2万元", 200_000),
        ("没收违法所得500元，并处罚款2000元", 200_000),
        ("1.罚款1000元；2.罚款1000元，合计罚款2000元", 200_000),
    ],
)
def test_fines_in_words(text: str, fen: int) -> None:
    assert stated_fines(text).only == fen


def test_confiscations_are_no_fines() -> None:
    assert stated_confiscations("没收违法所得500元，并处罚款2000元").only == 50_000
    assert stated_fines("没收违法所得500元").sums == ()


def test_several_sums_leave_a_doubt() -> None:
    stated = stated_fines("对甲罚款1000元；对乙罚款2000元")
    assert stated.only is None
    assert stated.holds(300_000)
    with pytest.raises(Refused, match="多个数额"):
        settle(None, None, stated)


def test_column_and_text_must_agree() -> None:
    two_thousand = Stated((200_000,))
    assert settle(Amount(Decimal("0.2"), None), MoneyUnit.WAN, two_thousand).value == 200_000
    assert settle(None, None, two_thousand).value == 200_000
    assert settle(None, None, Stated(())).value is None
    with pytest.raises(Refused, match="一万倍"):
        settle(Amount(Decimal(2000), None), MoneyUnit.WAN, two_thousand)
    with pytest.raises(Refused, match="一万倍"):
        settle(Amount(Decimal("0.2"), None), MoneyUnit.YUAN, two_thousand)
    with pytest.raises(Refused, match="不一致"):
        settle(Amount(Decimal(3000), None), MoneyUnit.YUAN, two_thousand)
    with pytest.raises(Refused, match="不一致"):
        settle(Amount(Decimal(0), None), None, two_thousand)


@pytest.mark.clause("S2-14")
def test_the_limit_of_500000_yuan_is_exact_to_the_fen() -> None:
    assert settle(Amount(Decimal("50"), None), MoneyUnit.WAN, Stated(())).value == 50_000_000
    assert settle(Amount(Decimal("50.000001"), None), MoneyUnit.WAN, Stated(())).value == 50_000_001
    with pytest.raises(Refused, match="分以下"):
        settle(Amount(Decimal("50.0000001"), None), MoneyUnit.WAN, Stated(()))


@given(st.integers(min_value=0, max_value=10**13))
def test_a_sum_survives_every_spelling(fen: int) -> None:
    written = yuan(fen)
    units = ((written, MoneyUnit.YUAN), (str(Decimal(fen).scaleb(-6)), MoneyUnit.WAN))
    for text, unit in units:
        number = Decimal(text)
        assert settle(Amount(number, None), unit, Stated(())).value == fen
    assert settle(clean_amount(f"{written}元").value, MoneyUnit.WAN, Stated((fen,))).value == fen


@given(st.text(max_size=30))
def test_any_text_is_an_amount_nothing_or_refused(text: str) -> None:
    stated_fines(text)
    with suppress(Refused):
        amount = clean_amount(text).value
        assert amount is None or amount.number >= 0
