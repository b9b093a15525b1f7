"""The account's menu: the limits of ``menu/create`` and the error of each field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.simulator.errors import ApiError

#: button type → the field it lives by, with the longest it may be in bytes
TYPES: Final[dict[str, tuple[str, int]]] = {
    "click": ("key", 128),
    "scancode_push": ("key", 128),
    "scancode_waitmsg": ("key", 128),
    "pic_sysphoto": ("key", 128),
    "pic_photo_or_album": ("key", 128),
    "pic_weixin": ("key", 128),
    "location_select": ("key", 128),
    "view": ("url", 1024),
    "miniprogram": ("url", 1024),
    "media_id": ("media_id", 128),
    "article_id": ("article_id", 128),
    "article_view_limited": ("article_id", 128),
}
#: presses of these give the account a minute to answer
ANSWERING: Final = frozenset({"click", "scancode_push", "scancode_waitmsg"})


@dataclass(frozen=True, slots=True)
class _Codes:
    """Which error a level of the menu answers with."""

    type: int
    name: int
    key: int
    url: int
    name_bytes: int
    domain: int


_TOP: Final = _Codes(type=40015, name=40018, key=40019, url=40020, name_bytes=16, domain=40054)
_SUB: Final = _Codes(type=40024, name=40025, key=40026, url=40027, name_bytes=60, domain=40055)


def check_menu(body: Mapping[str, Any]) -> dict[str, Any]:
    """The menu to keep; raises the error of the first field that breaks a limit."""
    buttons = body.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise ApiError(40016)
    return {"button": [_top(button) for button in buttons]}


def _top(button: object) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise ApiError(47001)
    subs = button.get("sub_button")
    if not subs:
        return _pressable(button, _TOP)
    if not isinstance(subs, list) or len(subs) > 5:
        raise ApiError(40023)
    return {"name": _name(button, _TOP), "sub_button": [_sub(sub) for sub in subs]}


def _sub(button: object) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise ApiError(47001)
    if button.get("sub_button"):
        raise ApiError(40022)
    return _pressable(button, _SUB)


def _pressable(button: dict[str, Any], codes: _Codes) -> dict[str, Any]:
    kind = button.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        raise ApiError(codes.type)
    name = _name(button, codes)
    field, longest = TYPES[kind]
    value = button.get(field)
    if not isinstance(value, str) or not 1 <= len(value.encode()) <= longest:
        raise ApiError(codes.url if field == "url" else codes.key)
    if field == "url" and not value.startswith(("http://", "https://")):
        raise ApiError(codes.domain)
    return {**button, "name": name, "sub_button": []}


def _name(button: dict[str, Any], codes: _Codes) -> str:
    name = button.get("name")
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= codes.name_bytes:
        raise ApiError(codes.name)
    return name


def pressable(menu: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    """Every button that can be pressed, in the order people see them."""
    for button in (menu or {}).get("button", []):
        yield from button.get("sub_button") or [button]
