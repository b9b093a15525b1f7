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


def menu_json() -> dict[str, Any]:
    """The body of the platform's ``menu/create``."""
    return {
        "button": [
            {
                "name": name,
                "sub_button": [{"type": "click", "name": word, "key": _KEYS[word]} for word in words],
            }
            for name, words in MENU
        ]
    }


_KEYS = {word: key for key, word in KEYS.items()}
