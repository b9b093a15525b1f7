"""Long replies: no page is ever cut by the platform, and nothing is lost between pages."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ports import Conversation
from handlers.paging import LIMIT, first_page, fits, next_page, split

FOOTER = re.compile(r"\n（(?:回复“更多”继续，)?第\d+/\d+页(?:，完)?）$")
CHINESE = st.text(alphabet="信用等级一般失信，。；！？\n依据第八条ABC123 “”（）", max_size=4000)
ANYTHING = st.text(max_size=3000)


def talk() -> Conversation:
    return Conversation(1, "", 0, "", {}, [], [], None, None)


def bodies(text: str) -> str:
    return "".join(FOOTER.sub("", page) for page in split(text))


def test_a_short_text_is_one_page_without_a_footer() -> None:
    assert split("您好。") == ["您好。"]


def test_a_text_of_exactly_the_limit_is_one_page() -> None:
    text = "信" * (LIMIT // 3) + "a" * (LIMIT % 3)
    assert len(text.encode()) == LIMIT
    assert split(text) == [text]
    assert fits(text)
    assert len(split(text + "a")) == 2


@given(st.one_of(CHINESE, ANYTHING))
def test_no_page_is_longer_than_the_platform_takes(text: str) -> None:
    assert all(len(page.encode()) <= LIMIT for page in split(text))


@given(st.one_of(CHINESE, ANYTHING), st.integers(min_value=80, max_value=400))
def test_the_pages_together_say_the_whole_text(text: str, limit: int) -> None:
    pages = split(text, limit)
    together = "".join(FOOTER.sub("", page) if len(pages) > 1 else page for page in pages)
    assert together.replace("\n", "") == text.replace("\n", "")
    assert all(len(page.encode()) <= limit for page in pages)


def test_each_page_says_where_it_stands_and_how_to_go_on() -> None:
    pages = split("这是一句话。" * 300)
    assert pages[0].endswith(f"（回复“更多”继续，第1/{len(pages)}页）")
    assert pages[-1].endswith(f"（第{len(pages)}/{len(pages)}页，完）")


def test_a_page_ends_after_a_sentence() -> None:
    for page in split("依据第八条，一年内受到行政处罚，计入等级。" * 150)[:-1]:
        assert FOOTER.sub("", page).endswith("。")


def test_a_page_ends_with_a_line_where_lines_are_short() -> None:
    line = "1. 2026年3月5日 行政处罚：未按规定公示价格。状态：有效；未公示。"
    for page in split("\n".join([line] * 80))[:-1]:
        assert FOOTER.sub("", page).endswith(line)


@pytest.mark.parametrize("emoji", ["👨‍👩‍👧‍👦", "🇨🇳", "👍🏽", "❤️", "e\u0301", "1️⃣"])
def test_an_emoji_is_never_cut_in_two(emoji: str) -> None:
    pages = split(emoji * 900)
    assert len(pages) > 1
    for page in pages:
        body = FOOTER.sub("", page)
        assert body == emoji * (len(body) // len(emoji))


def test_even_one_endless_emoji_fits_into_pages() -> None:
    endless = "a" + "\u0301" * 5000
    pages = split(endless)
    assert all(len(page.encode()) <= LIMIT for page in pages)
    assert unicodedata.combining(endless[1])
    assert bodies(endless) == endless


def test_a_limit_without_room_for_the_footer_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no room"):
        split("很长的话。" * 100, 30)


def test_the_rest_waits_in_the_conversation_until_it_was_read() -> None:
    conversation = talk()
    first = first_page(conversation, "这是一句话。" * 300)
    read = [first]
    while page := next_page(conversation):
        read.append(page)
    assert read == split("这是一句话。" * 300)
    assert conversation.pages == []


def test_a_new_letter_replaces_the_pages_of_the_last_one() -> None:
    conversation = talk()
    first_page(conversation, "这是一句话。" * 300)
    first_page(conversation, "好的。")
    assert next_page(conversation) == ""
