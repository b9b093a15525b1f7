"""Template messages: what each keyword type takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.simulator.config import Slot, Template
from bot.simulator.errors import ApiError

_DATE = r"\d{4}(年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2})"
_TIME = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?"

#: keyword type → what a value must match as a whole
RULES: Final[dict[str, re.Pattern[str]]] = {
    "thing": re.compile(r"[^\r\n]{1,20}"),
    "short_thing": re.compile(r"[^\r\n]{1,5}"),
    "character_string": re.compile(r"[\x20-\x7e]{1,32}"),
    "number": re.compile(r"(?=.{1,32}$)-?\d+(\.\d+)?"),
    "letter": re.compile(r"[A-Za-z]{1,32}"),
    "symbol": re.compile(r"[^\w\s]{1,5}"),
    "phrase": re.compile(r"[\u4e00-\u9fff]{1,5}"),
    "time": re.compile(rf"({_DATE} ?)?{_TIME}"),
    "date": re.compile(rf"{_DATE}( ?{_TIME})?"),
    # sources differ between 10 and 12 digits: the stricter one
    "amount": re.compile(r"[¥￥$€£]?\d{1,10}(\.\d{1,2})?元?"),
    "phone_number": re.compile(r"[\d+\-() ]{1,17}"),
    "car_number": re.compile(r"[\u4e00-\u9fffA-Z0-9]{1,8}"),
    "name": re.compile(r"[\u4e00-\u9fff·]{1,10}|[A-Za-z .]{1,20}"),
}
#: keyword types whose values the template itself lists
LISTED: Final = frozenset({"const", "enum"})
MAX_TEMPLATES: Final = 25

_KEY = re.compile(r"([a-z_]+?)\d+")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A template as the person sees it."""

    title: str
    rows: tuple[tuple[str, str], ...]


def render(template: Template, data: object) -> Rendered:
    """The filled template; raises 47001 or 47003 naming the value that does not fit."""
    if not isinstance(data, dict):
        raise ApiError(47001)
    rows = tuple((slot.label, _checked(slot, data)) for slot in template.slots)
    return Rendered(template.title, rows)


def _checked(slot: Slot, data: Mapping[str, Any]) -> str:
    entry = data.get(slot.key)
    value = entry.get("value") if isinstance(entry, dict) else None
    if value is not None and not isinstance(value, str):
        raise ApiError(47001)
    kind = keyword_type(slot.key)
    if not value and kind != "const":
        raise ApiError(47003, f"argument invalid! data.{slot.key}.value is empty")
    if not _fits(kind, value or "", slot):
        raise ApiError(47003, f"argument invalid! data.{slot.key}.value invalid")
    return value or ""


def keyword_type(key: str) -> str:
    """``thing5`` → ``thing``; an empty string where the key has no type."""
    match = _KEY.fullmatch(key)
    return match[1] if match else ""


def _fits(kind: str, value: str, slot: Slot) -> bool:
    if kind in LISTED:
        return value in slot.values or (kind == "const" and not value)
    return RULES[kind].fullmatch(value) is not None


def check_template(template: Template) -> None:
    """Raises ``ValueError`` for a template the platform could not have given out."""
    for slot in template.slots:
        if keyword_type(slot.key) not in RULES.keys() | LISTED:
            raise ValueError(f"template {template.template_id}: unknown keyword {slot.key}")


def listing(template: Template) -> dict[str, str]:
    """The template as ``get_all_private_template`` lists it."""
    lines = [f"{slot.label}:{{{{{slot.key}.DATA}}}}" for slot in template.slots]
    return {
        "template_id": template.template_id,
        "title": template.title,
        "primary_industry": "政府与公共事业",
        "deputy_industry": "公共事业",
        "content": "\n".join(lines),
        "example": "",
    }
