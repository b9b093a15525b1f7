"""The service account's menu: at most three buttons with at most five below each.

Declared as words; the key of each stands at its route, so that every button
has an answer. The platform shows 4 hanzi of a button and 8 of one below it.
"""

from __future__ import annotations

from typing import Any

from handlers.router import KEYS

MENU: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("查信用", ("查等级", "为什么", "怎么提升", "我的记录", "监管措施")),
    ("办事", ("异议", "修复", "承诺", "进度", "人工")),
    ("我的", ("绑定", "切换", "解绑", "隐私", "帮助")),
)
#: the button that opens our pages, where there are any, in the place of a word that stands on them too
PAGE = "我的页面"
_PAGE_PATH = "/h5/firm/"
_GIVES_WAY = "切换"


def menu_json(base_url: str = "") -> dict[str, Any]:
    """The body of the platform's ``menu/create``; with the address of our pages, a button that opens them."""
    return {
        "button": [
            {"name": name, "sub_button": [_button(word, base_url) for word in words]} for name, words in MENU
        ]
    }


def _button(word: str, base_url: str) -> dict[str, str]:
    if base_url and word == _GIVES_WAY:
        return {"type": "view", "name": PAGE, "url": f"{base_url}{_PAGE_PATH}"}
    return {"type": "click", "name": word, "key": _KEYS[word]}


_KEYS = {word: key for key, word in KEYS.items()}
