"""What a template card must look like: the error code of each rule it breaks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.simulator.wecom.cards import INTERACTIVE, Content
from bot.simulator.wecom.errors import WeComError

KINDS: Final = INTERACTIVE | {"text_notice", "news_notice"}
_TASK_ID: Final = re.compile(r"[0-9A-Za-z_\-@]{1,128}")
_LONGEST_KEY: Final = 1024
_LONGEST_ID: Final = 128


def check_card(card: object, *, update: bool = False) -> Content:
    """The card as it is shown; raises the error of the first rule it breaks.

    An ``update`` keeps the task id of the card it replaces and must not bring
    one, and may carry grey words in place of its buttons.
    """
    content = dict(_object(card, 40063))
    if not update:
        content.pop("replace_text", None)
    kind = content.get("card_type")
    if kind not in KINDS:
        raise WeComError(42031)
    _check_task_id(content, kind, update=update)
    _check_title(content, kind)
    for name, check in _PARTS.items():
        if name in content:
            check(content[name])
    for need in _NEEDS[kind]:
        need(content)
    _check_keys(content)
    return content


def updatable(content: Content) -> bool:
    """Whether cards like this get a ``response_code``."""
    return content["card_type"] in INTERACTIVE or bool(content.get("action_menu"))


def _object(value: object, code: int) -> Content:
    if not isinstance(value, dict):
        raise WeComError(code)
    return value


def _need(value: object, code: int, most: int | None = None) -> str:
    """A text that must stand there, at most so many bytes long."""
    if not isinstance(value, str) or not value.strip():
        raise WeComError(code)
    if most is not None and len(value.encode()) > most:
        raise WeComError(code)
    return value


def _rows(value: object, most: int, code: int, least: int = 0) -> list[Content]:
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise WeComError(code)
    return [_object(each, 40058) for each in value]


def _unlike(values: list[str], code: int) -> None:
    if len(set(values)) != len(values):
        raise WeComError(code)


def _check_task_id(content: Content, kind: str, *, update: bool) -> None:
    given = content.get("task_id")
    if update:
        if given:
            raise WeComError(42014, "task_id must not be changed")
        return
    if given is None and not updatable(content):
        return
    if not isinstance(given, str) or not _TASK_ID.fullmatch(given):
        raise WeComError(42014)


def _check_title(content: Content, kind: str) -> None:
    title = _object(content.get("main_title") or {}, 42033).get("title")
    if kind == "text_notice":
        title = title or content.get("sub_title_text")
    _need(title, 42033)


# parts that any card may have


def _action_menu(value: object) -> None:
    for action in _rows(_object(value, 42051).get("action_list"), 3, 42051, least=1):
        _need(action.get("text"), 42051)
        _need(action.get("key"), 42051, _LONGEST_KEY)


def _leads_somewhere(part: Mapping[str, Any]) -> None:
    """An address for a link (1), an app id for a mini program (2)."""
    if part.get("type") == 1:
        _need(part.get("url"), 42028)
    elif part.get("type") == 2:
        _need(part.get("appid"), 42030)


def _horizontal(value: object) -> None:
    for row in _rows(value, 6, 42035):
        _need(row.get("keyname"), 42027)
        kind = row.get("type", 0)
        needed = {1: ("url", 42028), 2: ("media_id", 42029), 3: ("userid", 42050)}.get(kind)
        if needed is not None:
            _need(row.get(needed[0]), needed[1])


def _vertical(value: object) -> None:
    for row in _rows(value, 4, 42036):
        _need(row.get("title"), 42033)


def _jumps(value: object) -> None:
    for jump in _rows(value, 3, 42042):
        _need(jump.get("title"), 42033)
        _leads_somewhere(jump)


def _quote(value: object) -> None:
    _leads_somewhere(_object(value, 40058))


def _options(part: Content, most: int) -> None:
    options = _rows(part.get("option_list"), most, 42037, least=1)
    _unlike([_need(each.get("id"), 42040, _LONGEST_ID) for each in options], 42040)
    for each in options:
        _need(each.get("text"), 42041)


def _drop_down(value: object) -> None:
    part = _object(value, 42043)
    _need(part.get("question_key"), 42043, _LONGEST_KEY)
    _options(part, 10)


def _buttons(value: object) -> None:
    for button in _rows(value, 6, 40058):
        _need(button.get("text"), 42038)
        if button.get("type", 0) == 1:
            _need(button.get("url"), 42028)
        else:
            _need(button.get("key"), 42039, _LONGEST_KEY)
        if button.get("style", 1) not in (1, 2, 3, 4):
            raise WeComError(40058)


def _submit(value: object) -> None:
    part = _object(value, 42049)
    _need(part.get("text"), 42049)
    _need(part.get("key"), 42046, _LONGEST_KEY)


def _checkbox(value: object) -> None:
    part = _object(value, 42043)
    _need(part.get("question_key"), 42043, _LONGEST_KEY)
    _options(part, 20)


def _selects(value: object) -> None:
    for part in _rows(value, 3, 42047, least=1):
        _drop_down(part)


def _card_action(value: object) -> None:
    part = _object(value, 42045)
    if part.get("type") not in (0, 1, 2):
        raise WeComError(42045)
    _leads_somewhere(part)


def _card_image(value: object) -> None:
    part = _object(value, 42044)
    _need(part.get("url"), 42044)
    ratio = part.get("aspect_ratio", 1.3)
    if not isinstance(ratio, (int, float)) or not 1.3 <= ratio < 2.25:
        raise WeComError(40058)


_PARTS: Final[dict[str, Callable[[object], None]]] = {
    "action_menu": _action_menu,
    "quote_area": _quote,
    "horizontal_content_list": _horizontal,
    "vertical_content_list": _vertical,
    "jump_list": _jumps,
    "card_action": _card_action,
    "card_image": _card_image,
    "button_selection": _drop_down,
    "button_list": _buttons,
    "checkbox": _checkbox,
    "select_list": _selects,
    "submit_button": _submit,
}


# parts that a kind must have


def _needs_action(content: Content) -> None:
    if _object(content.get("card_action"), 42045).get("type") not in (1, 2):
        raise WeComError(42045)


def _needs_picture(content: Content) -> None:
    if "card_image" not in content and "image_text_area" not in content:
        raise WeComError(42044)


def _needs_buttons(content: Content) -> None:
    if not content.get("button_list") and not content.get("replace_text"):
        raise WeComError(42038)


def _needs_submit(content: Content) -> None:
    _submit(content.get("submit_button"))


def _needs_checkbox(content: Content) -> None:
    _checkbox(content.get("checkbox"))


def _needs_selects(content: Content) -> None:
    _selects(content.get("select_list"))


_NEEDS: Final[dict[str, tuple[Callable[[Content], None], ...]]] = {
    "text_notice": (_needs_action,),
    "news_notice": (_needs_action, _needs_picture),
    "button_interaction": (_needs_buttons,),
    "vote_interaction": (_needs_checkbox, _needs_submit),
    "multiple_interaction": (_needs_selects, _needs_submit),
}


def _check_keys(content: Content) -> None:
    """Keys are told apart within a card: an event names nothing else."""
    buttons = [str(each["key"]) for each in content.get("button_list", []) if each.get("key")]
    _unlike(buttons, 42039)
    actions = [str(each["key"]) for each in (content.get("action_menu") or {}).get("action_list", [])]
    _unlike([*actions, *buttons], 42051)
    _unlike([str(each["question_key"]) for each in content.get("select_list", [])], 42043)
