"""From TOML text to models, with faults that a clerk can mend: key, what is wrong, what is allowed."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Sequence
from decimal import Decimal
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from domain.errors import Misconfigured
from domain.rules.rulebook_problem import Problem

M = TypeVar("M", bound=BaseModel)

#: what a kind of value looks like in TOML
_WANTED = {
    "bool": "须是 true 或 false",
    "int": "须是整数，不加引号",
    "decimal": "须是数，不加引号",
    "date": "须是日期，如 2026-11-20，不加引号",
    "time": "须是时间，如 21:30:00，不加引号",
    "string": "须是加引号的文字",
    "tuple": "须是方括号里的列表",
    "dict": "须是一个表",
    "model": "须是一个表",
}
_BOUNDS = {
    "greater_than": ("须大于", "gt"),
    "greater_than_equal": ("须不小于", "ge"),
    "less_than": ("须小于", "lt"),
    "less_than_equal": ("须不大于", "le"),
}


def read_toml(text: str, where: str) -> dict[str, Any]:
    """The tables of the file; decimals stay exact. Misconfigured when it is no TOML."""
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"规则文件 {where} 不是有效的 TOML：{error}") from error


def validated(model: type[M], data: dict[str, Any]) -> tuple[M | None, list[Problem]]:
    """The model, or None with one problem for each fault."""
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        faults = error.errors()
        return None, [_problem(model, fault) for fault in faults if not _echo(fault, faults)]


def _echo(fault: ErrorDetails, faults: list[ErrorDetails]) -> bool:
    """A list whose items were all refused is reported as too short as well: that says nothing new."""
    loc = fault["loc"]
    return fault["type"] == "too_short" and any(
        len(other["loc"]) > len(loc) and other["loc"][: len(loc)] == loc for other in faults
    )


def _problem(model: type[BaseModel], fault: ErrorDetails) -> Problem:
    return Problem(_key(fault["loc"]), _wording(model, fault))


def _key(loc: Sequence[int | str]) -> str:
    parts: list[str] = []
    for item in loc:
        if isinstance(item, int) and parts:
            parts[-1] += f"[{item + 1}]"
        else:
            parts.append(str(item))
    return ".".join(parts)


def _wording(model: type[BaseModel], fault: ErrorDetails) -> str:
    match fault["type"]:
        case "extra_forbidden":
            return _unknown_key(model, fault["loc"])
        case "missing":
            return "缺少这一项"
        case "literal_error" | "enum":
            return f"“{fault['input']}”不可用；可用：{_choices(fault['ctx']['expected'])}"
        case "value_error":
            return str(fault["ctx"]["error"])
        case "string_too_short" | "too_short":
            return "不能为空"
        case "string_pattern_mismatch":
            return f"“{fault['input']}”写法不对，须符合 {fault['ctx']['pattern']}"
        case _:
            return f"值 {fault['input']!r} 不对，{_wanted(fault)}"


def _choices(expected: str) -> str:
    return expected.replace("'", "").replace(" or ", "、").replace(", ", "、")


def _wanted(fault: ErrorDetails) -> str:
    bound = _BOUNDS.get(fault["type"])
    if bound is not None:
        words, key = bound
        return f"{words} {fault['ctx'][key]}"
    return _WANTED.get(fault["type"].partition("_")[0], f"程序的说明是：{fault['msg']}")


def _unknown_key(model: type[BaseModel], loc: Sequence[int | str]) -> str:
    allowed = _allowed_keys(model, loc[:-1])
    near = difflib.get_close_matches(str(loc[-1]), allowed, n=1)
    hint = f"，是不是“{near[0]}”" if near else ""
    return f"没有这个键{hint}；可用：{'、'.join(allowed)}"


def _allowed_keys(model: type[BaseModel], loc: Sequence[int | str]) -> list[str]:
    for item in loc:
        if isinstance(item, str):
            fields = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
            inner = _model_in(fields.get(item))
            if inner is None:
                return []
            model = inner
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model inside ``X``, ``X | None`` or ``tuple[X, ...]``."""
    if isinstance(annotation, type) and not get_args(annotation):
        return annotation if issubclass(annotation, BaseModel) else None
    if get_origin(annotation) in (Union, UnionType, tuple):
        found = (_model_in(argument) for argument in get_args(annotation))
        return next((model for model in found if model is not None), None)
    return None
