"""What firms read is short, polite, and always has a way forward."""

from __future__ import annotations

import re

import pytest

from domain.services import bindings
from handlers import dialogue
from handlers.firm import texts

TEXTS = {
    f"{module.__name__}.{name}": value
    for module in (texts, dialogue, bindings)
    for name, value in vars(module).items()
    if name.isupper() and isinstance(value, str) and re.search(r"[\u4e00-\u9fff]", value)
}
#: words of ours that nobody outside the office knows, and words that are unkind
JARGON = re.compile(
    r"openid|userid|数据库|字段|参数|接口|后台|系统错误|非法|禁止|严禁|不得|请勿|无效|失败|异常|主体标识"
)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_no_jargon_and_no_harsh_word(text: str) -> None:
    assert not JARGON.search(text)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_chinese_punctuation_is_chinese(text: str) -> None:
    assert not re.search(r"[\u4e00-\u9fff][,;?!]|[\u4e00-\u9fff]\"", text)
    assert "  " not in text


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_sentences_can_be_read_aloud_in_one_breath(text: str) -> None:
    for sentence in re.split(r"[。！？；\n]", re.sub(r"\{\w+\}", "", text)):
        assert len(sentence) <= 60, sentence


@pytest.mark.parametrize(
    "text",
    [
        texts.NOT_UNDERSTOOD,
        texts.CHOICE_GONE,
        texts.NO_MORE,
        texts.NOT_TEXT,
        texts.NOT_HEARD,
        texts.UNKNOWN_SCENE,
        texts.NOT_BUILT,
        texts.ASK_TO_BIND,
        texts.NO_SUCH_SUBJECT,
        texts.NOT_YOURS,
        texts.NOTHING_BOUND,
        texts.NOTHING_TO_WITHDRAW,
        texts.RECORDS_NONE,
        texts.MEASURES_NONE,
        dialogue.NOTHING_TO_CANCEL,
        dialogue.NOTHING_BEFORE,
        dialogue.EXPIRED,
        bindings.WRONG_CODE,
        bindings.LOCKED_OUT,
        bindings.USED_CODE,
        bindings.EXPIRED_CODE,
        bindings.NOT_BOUND,
        bindings.POWER_MISSING,
    ],
)
def test_every_no_has_a_way_forward(text: str) -> None:
    assert re.search(r"请|回复", text)
