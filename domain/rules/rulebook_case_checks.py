"""What no single table of the case sections can show: limits that agree, doors, terms, letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations
from string import Formatter
from typing import TYPE_CHECKING

from domain.rules.rulebook_cases import Door, Effect, Procedure
from domain.rules.rulebook_commitments import Commitments, Template
from domain.rules.rulebook_parts import PublicityTerm
from domain.rules.rulebook_problem import Problem

if TYPE_CHECKING:
    from domain.rules.rulebook import Rulebook

#: repair is all of these by law (信用修复管理办法 3; S4-39, S4-40)
_REPAIR_IS = frozenset({"stop_publicity", "mark_repaired", "leave_evaluation", "reevaluate", "end_measures"})
#: the three prior notices (S3-29)
_NOTICES = frozenset({"data", "grades", "measures"})
#: what a letter may be filled with, and what it must hold (S3-28)
LETTER_FIELDS = ("name", "uscc", "item", "department", "date", "letter")
_LETTER_MUST = ("name", "uscc", "item", "letter")


def case_problems(rulebook: Rulebook) -> Iterator[Problem]:
    """Everything wrong with the sections of cases."""
    procedures: dict[str, Procedure | None] = {
        "objection": rulebook.objection_part,
        "review": rulebook.review_part,
        "repair": rulebook.repair_part,
        "stop_order": rulebook.stop_order_part,
    }
    for key, procedure in procedures.items():
        if procedure is None:
            yield Problem(key, f"缺少 [{key}]，国家规则里也没有")
        else:
            yield from _limits(key, procedure)
    yield from _objection(rulebook)
    yield from _review(rulebook)
    yield from _repair(rulebook)
    yield from _terms(rulebook.publicity_terms)
    yield from _commitments(rulebook)


def _repeated(key: str, what: str, values: Iterable[str]) -> Iterator[Problem]:
    for value, count in Counter(values).items():
        if count > 1:
            yield Problem(key, f"{what}“{value}”写了不止一次")


def _limits(key: str, procedure: Procedure) -> Iterator[Problem]:
    """Something must be decided in time, and two limits that exclude each other come as a pair."""
    deciding = [limit for limit in procedure.limits if limit.step == "decide"]
    if not deciding:
        yield Problem(f"{key}.limits", '没有办结的时限（step = "decide"）')
    own = [limit.working_days for limit in deciding if limit.asks == "own"]
    asking = [limit.working_days for limit in deciding if limit.asks == "provider"]
    if bool(own) != bool(asking):
        yield Problem(f"{key}.limits", 'asks = "own" 与 asks = "provider" 的时限须成对填写')
    elif own and min(asking) < max(own):
        yield Problem(
            f"{key}.limits",
            f"须向提供单位核实的时限 {min(asking)} 个工作日，短于不须核实的 {max(own)} 个工作日",
        )
    for limit in procedure.limits:
        if (limit.step == "provide") != (limit.starts == "request"):
            yield Problem(
                f"{key}.limits", f'“{limit.name}”：step = "provide" 与 starts = "request" 须同时使用'
            )
    yield from _repeated(f"{key}.limits", "时限", (limit.name for limit in procedure.limits))


def _doors(key: str, doors: tuple[Door, ...]) -> Iterator[Problem]:
    for door in doors:
        if door.owner == "outside" and not door.url.startswith("https://"):
            yield Problem(f"{key}.doors[{door.id}].url", "外部窗口须填写以 https:// 开头的网址")
        if door.owner != "outside" and door.url:
            yield Problem(f"{key}.doors[{door.id}].url", "本办的窗口不用网址，请删去")
    yield from _repeated(f"{key}.doors", "窗口", (door.id for door in doors))


def _effects(key: str, effects: tuple[Effect, ...]) -> Iterator[Problem]:
    yield from _repeated(f"{key}.effects", "结果", (effect.id for effect in effects))


def _objection(rulebook: Rulebook) -> Iterator[Problem]:
    objection = rulebook.objection_part
    if objection is None:
        return
    yield from _doors("objection", objection.doors)
    yield from _effects("objection", objection.effects)
    for what, words in (("grade", "等级"), ("record", "记录")):
        if not any(what in door.against for door in objection.doors):
            yield Problem("objection.doors", f"没有受理对{words}的异议的窗口（against 里缺少“{what}”）")


def _review(rulebook: Rulebook) -> Iterator[Problem]:
    review = rulebook.review_part
    if review is not None and review.available and not review.by_another:
        yield Problem("review.by_another", "复核须由作出决定以外的人办理，请改为 true")


def _repair(rulebook: Rulebook) -> Iterator[Problem]:
    repair = rulebook.repair_part
    if repair is None:
        return
    yield from _doors("repair", repair.doors)
    yield from _effects("repair", repair.effects)
    outside = [door for door in repair.doors if door.owner == "outside"]
    if not repair.decided_here and not outside:
        yield Problem("repair.doors", 'decided_by = "信用中国" 时须有 owner = "outside" 的窗口')
    if repair.decided_here and len(outside) == len(repair.doors):
        yield Problem("repair.doors", 'decided_by = "local" 时须有本办或部门的窗口')
    missing = sorted(_REPAIR_IS - {effect.id for effect in repair.effects})
    if missing:
        yield Problem("repair.effects", f"修复依法必须有这些结果，还缺：{'、'.join(missing)}")
    if [condition.shown_by for condition in repair.conditions].count("term") != 1:
        yield Problem("repair.conditions", '须恰有一项 shown_by = "term" 的条件')
    yield from _repeated("repair.conditions", "条件", (item.id for item in repair.conditions))
    yield from _repeated("repair.materials", "材料", (item.id for item in repair.materials))


def _terms(terms: tuple[PublicityTerm, ...]) -> Iterator[Problem]:
    """On every day at most one term holds for one severity and one sector."""
    for one, other in combinations(terms, 2):
        same_sector = set(one.only_if_named) & set(other.only_if_named) or not (
            one.only_if_named or other.only_if_named
        )
        if one.severity == other.severity and same_sector and _overlap(one, other):
            yield Problem(
                "publicity_terms", f"同一严重程度的两条期限在时间上重叠：{_span(one)}与{_span(other)}"
            )


def _overlap(one: PublicityTerm, other: PublicityTerm) -> bool:
    first = max(one.valid_from or date.min, other.valid_from or date.min)
    return first <= min(one.valid_to or date.max, other.valid_to or date.max)


def _span(term: PublicityTerm) -> str:
    return f"{term.valid_from or '…'}至{term.valid_to or '…'}"


def _commitments(rulebook: Rulebook) -> Iterator[Problem]:
    commitments = rulebook.commitments_part
    if commitments is None:
        yield Problem("commitments", "缺少 [[commitments.kinds]] 等表，国家规则里也没有")
        return
    words = [word for kind in commitments.kinds for word in {kind.id, kind.name, *kind.aliases}]
    yield from _repeated("commitments.kinds", "承诺类型的名称", words)
    for template in commitments.templates:
        yield from _template(template)
    yield from _references(rulebook, commitments)
    found = [notice.id for notice in commitments.notices]
    yield from _repeated("commitments.notices", "告知", found)
    if missing := sorted(_NOTICES - set(found)):
        yield Problem("commitments.notices", f"签署前的三项告知缺少：{'、'.join(missing)}（S3-29）")
    yield from _repeated("commitments.consents", "同意", (consent.id for consent in commitments.consents))


def _template(template: Template) -> Iterator[Problem]:
    key = f"commitments.templates[{template.id}].body"
    try:
        fields = {field for _, field, _, _ in Formatter().parse(template.body) if field is not None}
    except ValueError:
        yield Problem(key, "花括号不成对")
        return
    for unknown in sorted(fields - set(LETTER_FIELDS)):
        allowed = " ".join(f"{{{field}}}" for field in LETTER_FIELDS)
        yield Problem(key, f"没有 {{{unknown}}}；可用：{allowed}")
    for missing in (field for field in _LETTER_MUST if field not in fields):
        yield Problem(key, f"承诺书必须有 {{{missing}}}" + ("（S3-28）" if missing == "uscc" else ""))


def _references(rulebook: Rulebook, commitments: Commitments) -> Iterator[Problem]:
    kinds = {kind.id for kind in commitments.kinds}
    grades = {grade.code for grade in rulebook.grades}
    served: set[str] = set()
    for template in commitments.templates:
        served |= set(template.kinds) or kinds
        yield from _unknown(f"commitments.templates[{template.id}].kinds", template.kinds, kinds)
    for number, blocked in enumerate(commitments.blocked, start=1):
        yield from _unknown(f"commitments.blocked[{number}].kinds", blocked.kinds, kinds)
        yield from _unknown(f"commitments.blocked[{number}].grades", blocked.grades, grades)
    if missing := sorted(kinds - served):
        yield Problem("commitments.templates", f"这些承诺类型没有承诺书：{'、'.join(missing)}")


def _unknown(key: str, named: Iterable[str], known: set[str]) -> Iterator[Problem]:
    for word in named:
        if word not in known:
            yield Problem(key, f"没有“{word}”；可用：{'、'.join(sorted(known))}")
