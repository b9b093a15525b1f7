"""The checks themselves: each finds the fault that it is there for, and a sound page passes them all."""

from __future__ import annotations

from tests.browser.checks import barriers, enlarge, lost_keys, sticks_out
from tests.browser.conftest import PageAt
from tests.browser.window import Window

_HEAD = '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>页面</title></head><body><main><h1>页面</h1>'
SOUND = f'{_HEAD}<style>button {{ font: inherit }}</style><label for="name">姓名</label><input id="name"><button type="button">提交</button>'


async def shown(page_at: PageAt, html: str) -> Window:
    window = await page_at()
    await window.page.set_content(html)
    return window


async def test_a_sound_page_passes(page_at: PageAt) -> None:
    window = await shown(page_at, SOUND)
    assert await sticks_out(window) == []
    assert await barriers(window) == []
    assert await lost_keys(window) == []
    assert await enlarge(window) == []


async def test_what_is_wider_than_the_screen_is_named(page_at: PageAt) -> None:
    window = await shown(page_at, f'{SOUND}<p class="wide" style="width: 500px">很宽的一段</p>')
    assert any("p.wide 很宽的一段" in each for each in await sticks_out(window))


async def test_what_scrolls_by_itself_is_not_too_wide(page_at: PageAt) -> None:
    window = await shown(
        page_at, f'{SOUND}<div style="overflow-x: auto"><p style="width: 500px">很宽的一段</p></div>'
    )
    assert await sticks_out(window) == []


async def test_words_that_fit_at_their_size_but_not_at_twice_are_found(page_at: PageAt) -> None:
    window = await shown(
        page_at, f'{SOUND}<p style="white-space: nowrap; width: 15em">十五个字宽的一段话</p>'
    )
    assert await sticks_out(window) == []
    await enlarge(window)
    assert await sticks_out(window) != []


async def test_words_of_a_fixed_size_are_found(page_at: PageAt) -> None:
    window = await shown(page_at, f'{SOUND}<p class="fixed" style="font-size: 17px">总是这么大</p>')
    assert await enlarge(window) == ["text does not grow: p.fixed 总是这么大"]


async def test_a_field_without_a_label_and_pale_words_are_barriers(page_at: PageAt) -> None:
    window = await shown(page_at, f'{_HEAD}<input><p style="color: #bbb">看不清的字</p>')
    found = " ".join(await barriers(window))
    assert "label: " in found
    assert "color-contrast: " in found


async def test_what_the_keyboard_does_not_reach_or_show_is_named(page_at: PageAt) -> None:
    hidden_focus = "<style>#quiet:focus { outline: none }</style>"
    trap = '<div id="jump" tabindex="0" onkeydown="document.querySelector(\'#quiet\').focus(); return false">跳</div>'
    window = await shown(
        page_at, f'{SOUND}{hidden_focus}<button id="quiet">静</button>{trap}<button id="last">末</button>'
    )
    found = await lost_keys(window)
    assert any(each.startswith("focus cannot be seen: button#quiet") for each in found)
    assert any(each.startswith("no way by keyboard: button#last") for each in found)
