"""Reading a card out of a passive reply: every element has its one spelling and its one place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.simulator.wecom.cards import Content
from bot.simulator.xmltree import Node

_WHOLE: Final = re.compile(r"-?\d+")
_TRUE: Final = {"true": True, "false": False, "1": True, "0": False}


class CardXmlError(Exception):
    """Not a card as the documents spell it; ``str()`` says where, in Chinese."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    """An element with a value: ``text``, ``whole`` or ``flag``, and its name in JSON."""

    name: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class _Branch:
    """An element with elements in it; ``many``: repeated side by side, a list in JSON."""

    name: str
    parts: Mapping[str, _Leaf | _Branch]
    many: bool = False


_Parts = dict[str, _Leaf | _Branch]
_LINK: Final[_Parts] = {
    "Type": _Leaf("type", "whole"),
    "Url": _Leaf("url"),
    "AppId": _Leaf("appid"),
    "PagePath": _Leaf("pagepath"),
}
_OPTION: Final[_Parts] = {"Id": _Leaf("id"), "Text": _Leaf("text")}
_SELECT: Final[_Parts] = {
    "QuestionKey": _Leaf("question_key"),
    "Title": _Leaf("title"),
    "OptionList": _Branch("option_list", _OPTION, many=True),
    "SelectedId": _Leaf("selected_id"),
    "Disable": _Leaf("disable", "flag"),
}
_TITLE: Final[_Parts] = {"Title": _Leaf("title"), "Desc": _Leaf("desc")}
_CARD: Final[_Parts] = {
    "CardType": _Leaf("card_type"),
    "Source": _Branch(
        "source",
        {"IconUrl": _Leaf("icon_url"), "Desc": _Leaf("desc"), "DescColor": _Leaf("desc_color", "whole")},
    ),
    "ActionMenu": _Branch(
        "action_menu",
        {
            "Desc": _Leaf("desc"),
            "ActionList": _Branch("action_list", {"Text": _Leaf("text"), "Key": _Leaf("key")}, many=True),
        },
    ),
    "MainTitle": _Branch("main_title", _TITLE),
    "QuoteArea": _Branch("quote_area", _LINK | {"Title": _Leaf("title"), "QuoteText": _Leaf("quote_text")}),
    "EmphasisContent": _Branch("emphasis_content", _TITLE),
    "SubTitleText": _Leaf("sub_title_text"),
    "HorizontalContentList": _Branch(
        "horizontal_content_list",
        {
            "Type": _Leaf("type", "whole"),
            "KeyName": _Leaf("keyname"),
            "Value": _Leaf("value"),
            "Url": _Leaf("url"),
            "MediaId": _Leaf("media_id"),
            "UserId": _Leaf("userid"),
        },
        many=True,
    ),
    "JumpList": _Branch("jump_list", _LINK | {"Title": _Leaf("title")}, many=True),
    "CardAction": _Branch("card_action", _LINK),
    "ImageTextArea": _Branch(
        "image_text_area",
        {"Type": _Leaf("type", "whole"), "Url": _Leaf("url"), "ImageUrl": _Leaf("image_url")} | _TITLE,
    ),
    "CardImage": _Branch("card_image", {"Url": _Leaf("url"), "AspectRatio": _Leaf("aspect_ratio", "ratio")}),
    "VerticalContentList": _Branch("vertical_content_list", _TITLE, many=True),
    "ButtonSelection": _Branch("button_selection", _SELECT),
    "ButtonList": _Branch(
        "button_list",
        {
            "Type": _Leaf("type", "whole"),
            "Text": _Leaf("text"),
            "Style": _Leaf("style", "whole"),
            "Key": _Leaf("key"),
            "Url": _Leaf("url"),
        },
        many=True,
    ),
    "CheckBox": _Branch(
        "checkbox",
        {
            "QuestionKey": _Leaf("question_key"),
            "OptionList": _Branch(
                "option_list", _OPTION | {"IsChecked": _Leaf("is_checked", "flag")}, many=True
            ),
            "Disable": _Leaf("disable", "flag"),
            "Mode": _Leaf("mode", "whole"),
        },
    ),
    "SelectList": _Branch("select_list", _SELECT, many=True),
    "SubmitButton": _Branch("submit_button", {"Text": _Leaf("text"), "Key": _Leaf("key")}),
    "ReplaceText": _Leaf("replace_text"),
}


def card_of(node: Node) -> Content:
    """The card in its JSON form; raises ``CardXmlError`` for an element that no document names."""
    return _read(node, _CARD)


def _read(node: Node, parts: Mapping[str, _Leaf | _Branch]) -> Content:
    content: Content = {}
    for child in node.children:
        part = parts.get(child.tag)
        if part is None:
            raise CardXmlError(f"{node.tag} 里没有元素 {child.tag}")
        if isinstance(part, _Branch) and part.many:
            content.setdefault(part.name, []).append(_read(child, part.parts))
            continue
        if part.name in content:
            raise CardXmlError(f"{node.tag} 里重复了 {child.tag}")
        content[part.name] = _read(child, part.parts) if isinstance(part, _Branch) else _value(child, part)
    return content


def _value(node: Node, leaf: _Leaf) -> str | int | float | bool:
    text = node.text.strip()
    if node.children:
        raise CardXmlError(f"{node.tag} 应是文字")
    if leaf.kind == "text":
        return node.text
    if leaf.kind == "flag" and text.lower() in _TRUE:
        return _TRUE[text.lower()]
    if leaf.kind == "whole" and _WHOLE.fullmatch(text):
        return int(text)
    if leaf.kind == "ratio" and text.replace(".", "", 1).isdecimal():
        return float(text)
    raise CardXmlError(f"{node.tag} 的值「{text[:20]}」不对")
