"""The same word, however it was typed, pasted or spoken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.scenes import Scene, SceneKind, decode
from handlers.words import normalise


@pytest.mark.parametrize(
    "typed",
    [
        "为什么",
        " 为什么 ",
        "为什么？",
        "“为什么”",
        "「为什么」。",
        "为什么!!!",
        "为什么😊",
        "为什么[微笑]",
        "\u200b为什么\ufeff",
        "为什么\r\n",
    ],
)
def test_ornament_around_a_word_does_not_matter(typed: str) -> None:
    assert normalise(typed) == "为什么"


def test_full_width_codes_become_plain() -> None:
    assert normalise("绑定　Ｋ７Ｍ３Ｑ９ＸＤ") == "绑定 K7M3Q9XD"


def test_what_stands_inside_is_kept() -> None:
    assert normalise("查等级 平鲁（晋北）有限公司") == "查等级 平鲁(晋北)有限公司"


@given(st.text(max_size=200))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_a_scene_reads_the_same_before_and_after_following() -> None:
    scene = Scene(SceneKind.BIND, "K7M3Q9XD")
    assert decode(scene.encode()) == scene
    assert decode(f"qrscene_{scene.encode()}") == scene


@pytest.mark.parametrize(
    "foreign", ["", "123456", "bind:", "bind:a b", "sell:K7M3Q9XD", "bind:" + "x" * 51, "绑定:K7"]
)
def test_a_foreign_scene_is_none_of_ours(foreign: str) -> None:
    assert decode(foreign) is None


def test_a_token_that_no_code_can_carry_is_refused() -> None:
    with pytest.raises(ValueError, match="token"):
        Scene(SceneKind.BIND, "x" * 60).encode()


@given(st.text(max_size=80))
def test_any_scene_text_is_survived(text: str) -> None:
    found = decode(text)
    assert found is None or text.removeprefix("qrscene_") == found.encode()
