"""Free text is understood well enough to be offered, and never enough to act."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import handlers.understand as understanding
from handlers.router import ROUTES
from handlers.turn import Audience
from handlers.understand import exact, understand, warm_up

LEXICON = tomllib.loads(
    (Path(understanding.__file__).parent / "lexicon" / "firm.toml").read_text(encoding="utf-8")
)

#: phrases nobody taught it, colloquial and mistyped, with what was meant
HEARD = (
    ("我们公司信用等级是多少啊", "查等级"),
    ("帮忙看下我们厂的信用咋样", "查等级"),
    ("我想知道我们评的几级", "查等级"),
    ("凭啥给我们一般失信", "为什么"),
    ("这个等级是怎么评出来的", "为什么"),
    ("有没有办法把等级弄高点", "怎么提升"),
    ("啥时候能升到A", "怎么提升"),
    ("我们被罚过几回", "我的记录"),
    ("有没有进黑名单", "我的记录"),
    ("处罚公示到哪天", "我的记录"),
    ("以后会不会老来检查", "监管措施"),
    ("等级低有什么坏处", "监管措施"),
    ("我要把单位绑上", "绑定"),
    ("绑定码在哪输", "绑定"),
    ("我已经离职了", "解绑"),
    ("看看我另外一家公司", "切换"),
    ("这个处罚不是我们的", "异议"),
    ("钱交了能不能修复信用", "修复"),
    ("能不能签个信用承诺", "承诺"),
    ("我的申请办到哪了", "进度"),
    ("哪个单位查过我们", "谁查过我"),
    ("我要举报一家饭店", "举报"),
    ("想跟工作人员说话", "人工"),
    ("你们拿我的信息干什么", "隐私"),
    ("把我的信息都删了", "删除"),
    ("你会干啥", "帮助"),
)


@pytest.fixture
def cold() -> Iterator[None]:
    """As in the first second after the start, before jieba is loaded."""
    loaded = dict(understanding._models)
    understanding._models.clear()
    yield
    understanding._models.update(loaded)


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("查等及", "查等级"),
        ("查等集", "查等级"),
        ("转人供", "人工"),
        ("签成诺", "承诺"),
        ("我要签成诺", "承诺"),
        ("为神么", "为什么"),
        ("榜定", "绑定"),
        ("信用灯级", "查等级"),
        ("间管措施", "监管措施"),
    ],
)
def test_words_that_sound_alike_are_heard(typed: str, meant: str) -> None:
    assert understand(typed)[0].intent == meant


@pytest.mark.usefixtures("warm")
def test_most_phrases_are_among_the_three_offered() -> None:
    missed = [(said, meant) for said, meant in HEARD if meant not in [g.intent for g in understand(said)]]
    assert len(missed) <= 2, missed


@pytest.mark.usefixtures("warm")
def test_most_phrases_are_the_first_guess() -> None:
    first = [meant for said, meant in HEARD if (guesses := understand(said)) and guesses[0].intent == meant]
    assert len(first) >= len(HEARD) * 3 // 4


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize(
    "said", ["今天天气怎么样", "哈哈哈", "孩子上学怎么报名", "asdfgh", "。。。", "", "🙂", "12"]
)
def test_what_is_none_of_our_business_is_no_guess(said: str) -> None:
    assert understand(said) == ()


@pytest.mark.usefixtures("warm")
def test_guesses_are_at_most_three_and_best_first() -> None:
    for said, _ in HEARD:
        scores = [guess.score for guess in understand(said)]
        assert len(scores) <= 3
        assert scores == sorted(scores, reverse=True)
        assert all(0 < score <= 1 for score in scores)


@pytest.mark.usefixtures("warm")
def test_a_very_long_text_is_survived() -> None:
    assert len(understand("我要查信用等级" * 5000)) <= 3


@pytest.mark.parametrize(
    "said",
    [
        "查等级",
        "信用等级",
        " 查等级。",
        "绑定 K7M3Q9XD",
        "绑定k7m3q9xd",
        "更多",
        "取消",
        "1",
        "２",
        "进度 YY20260001",
        "政策 修复要多久",
        "",
    ],
)
def test_exact_words_need_no_understanding(said: str) -> None:
    assert exact(said)


@pytest.mark.parametrize("said", ["查等级为什么这么低", "我想绑定", "等级多少", "K7M3Q9XD"])
def test_anything_else_does(said: str) -> None:
    assert not exact(said)


@pytest.mark.usefixtures("cold")
def test_before_jieba_is_loaded_rules_and_exact_words_still_work() -> None:
    assert exact("查等级")
    assert understand("我们的信用等级是多少")[0].intent == "查等级"
    assert understand("查等及") == ()


def test_every_intent_of_the_lexicon_is_a_word_that_is_answered() -> None:
    words = {route.word for route in ROUTES} | {"帮助", "其他"}
    intents = set(LEXICON["intents"]) | {rule["intent"] for rule in LEXICON["rules"]}
    assert intents <= words
    # what a numbered choice says is no wish that anybody utters
    assert {route.word for route in ROUTES} <= set(LEXICON["intents"])


def test_every_intent_is_taught_by_several_phrases() -> None:
    assert all(len(table["examples"]) >= 5 for table in LEXICON["intents"].values())


def test_warming_up_keeps_jieba_out_of_the_shared_temporary_folder(tmp_path: Path) -> None:
    warm_up(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"jieba.cache", "words.txt"}
    warm_up(tmp_path)
    assert Audience.FIRM in understanding._models
