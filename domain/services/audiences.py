"""Whom a notice is for, as staff say it: 等级 B C；行业 餐饮 · 名单 … · 部门 … 角色 …"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from domain.errors import Refused
from domain.model.broadcast import Audience
from domain.model.person import STAFF_ROLES
from domain.model.subject import Subject
from domain.services.case_owners import canonical_department
from domain.services.work import Work

MOST_NAMED = 200
ALL_FIRMS = frozenset(("全部", "全部企业", "所有企业", "全部单位"))
ALL_STAFF = frozenset(("工作人员", "全部工作人员", "全体工作人员"))
_SEPARATORS = re.compile(r"[\s、,，]+")
_PARTS = re.compile(r"[;；\n]+")

HOW = (
    "可以回复：\n“全部”：所有绑定了的单位\n“等级 {grade}”：按现行等级\n“类别 {named}”：按等级类别\n"
    "“行业 某某”：按行业或领域\n“名单 甲公司、乙公司”：按名称或代码\n“工作人员”“部门 某某局”“角色 经办”：发给工作人员\n"
    "几个条件同时满足，用分号隔开，例如“等级 {grade}；行业 某某”。"
)
UNREADABLE = "没有看懂发给谁。"
MIXED = "企业和工作人员请分两次发。"
EMPTY = "“{word}”后面请写上{what}。"
NO_GRADE = "没有等级“{given}”。可以写：{known}。"
NO_CLASS = "没有类别“{given}”。可以写：{known}。"
NO_SUBJECT = "名单里这些没有找到，或者不止一家：{given}。请核对，或改用统一社会信用代码。"
TOO_MANY = f"名单一次最多{MOST_NAMED}家，请分几次发。"
NO_DEPARTMENT = "没有部门“{given}”。可以写：{known}。"
NO_ROLE = "没有角色“{given}”。可以写：{known}。"


def how(work: Work) -> str:
    """How an audience may be named, with grades of this rulebook."""
    first = work.rulebook.grades[-1]
    return HOW.format(grade=first.code, named=first.class_name)


def audience(work: Work, text: str) -> Audience:
    """The audience that is meant; ``Refused`` says what is not known and what is."""
    plain = unicodedata.normalize("NFKC", text)
    parts = [part.strip() for part in _PARTS.split(plain) if part.strip()]
    if not parts:
        raise Refused(UNREADABLE + how(work))
    found = Audience(spoken="；".join(parts)[:100])
    sides = set()
    for part in parts:
        found, is_staff = _with(work, found, part)
        sides.add(is_staff)
    if len(sides) > 1:
        raise Refused(MIXED)
    return replace(found, staff=sides == {True})


def _with(work: Work, found: Audience, part: str) -> tuple[Audience, bool]:
    """One condition more; and whether it is about staff."""
    if part in ALL_FIRMS:
        return found, False
    if part in ALL_STAFF:
        return found, True
    word, *given = [each for each in _SEPARATORS.split(part) if each]
    known = _CONDITIONS.get(word.rstrip(":"))
    if known is None:
        raise Refused(UNREADABLE + how(work))
    what, is_staff, narrowed = known
    if not given:
        raise Refused(EMPTY.format(word=word, what=what))
    return narrowed(work, found, given), is_staff


def _graded(work: Work, found: Audience, given: list[str]) -> Audience:
    codes = {grade.code: grade.code for grade in work.rulebook.grades}
    wanted = [codes.get(word.removesuffix("级").upper()) for word in given]
    known = "、".join(codes)
    return replace(found, grades=(*found.grades, *_all_known(given, wanted, NO_GRADE, known)))


def _classed(work: Work, found: Audience, given: list[str]) -> Audience:
    classes = dict.fromkeys(grade.class_name for grade in work.rulebook.grades)
    wanted = _all_known(given, [w if w in classes else None for w in given], NO_CLASS, "、".join(classes))
    grades = (grade.code for grade in work.rulebook.grades if grade.class_name in wanted)
    return replace(found, grades=(*found.grades, *grades))


def _traded(work: Work, found: Audience, given: list[str]) -> Audience:
    """A domain of the rulebook by name or code, else an industry as files name it."""
    codes = {name: entry.code for entry in work.rulebook.domains for name in (entry.name, entry.code)}
    domains = tuple(codes[word] for word in given if word in codes)
    return replace(found, domains=(*found.domains, *domains), trades=(*found.trades, *given))


def _named(work: Work, found: Audience, given: list[str]) -> Audience:
    if len(given) > MOST_NAMED:
        raise Refused(TOO_MANY)
    matches = [_subjects(work, word) for word in given]
    lost = [word for word, match in zip(given, matches, strict=True) if len(match) != 1]
    if lost:
        raise Refused(NO_SUBJECT.format(given="、".join(lost[:10])))
    ids = tuple(dict.fromkeys(match[0].id for match in matches))
    return replace(found, subjects=(*found.subjects, *ids), spoken=f"名单中的{len(ids)}家单位")


def _subjects(work: Work, word: str) -> list[Subject]:
    subject = work.uow.subjects.by_uscc(word.upper())
    return [subject] if subject else work.uow.subjects.by_name(word)


def _of_departments(work: Work, found: Audience, given: list[str]) -> Audience:
    known = {canonical_department(work.office, member.department) for member in work.uow.staff.all()}
    names = [canonical_department(work.office, word) for word in given]
    wanted = _all_known(
        given, [n if n in known else None for n in names], NO_DEPARTMENT, "、".join(sorted(known))
    )
    return replace(found, departments=(*found.departments, *wanted))


def _with_roles(work: Work, found: Audience, given: list[str]) -> Audience:
    wanted = [word if word in STAFF_ROLES else None for word in given]
    return replace(found, roles=(*found.roles, *_all_known(given, wanted, NO_ROLE, "、".join(STAFF_ROLES))))


def _all_known(given: list[str], wanted: list[str | None], refusal: str, known: str) -> tuple[str, ...]:
    for word, code in zip(given, wanted, strict=True):
        if code is None:
            raise Refused(refusal.format(given=word[:20], known=known))
    return tuple(code for code in wanted if code is not None)


_Narrowed = Callable[[Work, Audience, list[str]], Audience]
#: word → (what must follow, whether it is about staff, what it does)
_CONDITIONS: dict[str, tuple[str, bool, _Narrowed]] = {
    "等级": ("等级", False, _graded),
    "类别": ("类别", False, _classed),
    "行业": ("行业或领域", False, _traded),
    "领域": ("行业或领域", False, _traded),
    "名单": ("单位名称或代码", False, _named),
    "部门": ("部门名称", True, _of_departments),
    "角色": ("角色", True, _with_roles),
}
