"""The invented subjects of one jurisdiction: a handful with fixed codes, and a few hundred around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from bot.demo.cases import CASES, Case
from bot.demo.names import Namer
from domain.model.subject import SubjectKind
from domain.rules.rulebook import Rulebook

#: subjects of one jurisdiction, the well-known ones included
SIZE = 260
#: a grade that the present rules no longer know; what rests on it is reviewed by hand
FORMER_GRADE = "待定"

_CASE = {case.name: case for case in CASES}
#: out of 20 subjects
_KINDS = (
    *(SubjectKind.LEGAL_PERSON,) * 13,
    *(SubjectKind.SOLE_TRADER,) * 4,
    *(SubjectKind.SOCIAL_ORGANISATION,) * 2,
    SubjectKind.NATURAL_PERSON,
)


@dataclass(frozen=True, slots=True)
class WellKnown:
    """A firm of the simulator page: fixed number and case, and what to try with it.

    ``grade`` is where its imported grade stands among the rulebook's grades,
    0 the best, -1 the worst, None for none; rules that compute need none.
    """

    number: int
    kind: SubjectKind
    case: str
    grade: int | None
    try_: str


WELL_KNOWN: tuple[WellKnown, ...] = (
    WellKnown(1, SubjectKind.LEGAL_PERSON, "honoured", 0, "发“绑定”，输入绑定码，再发“查等级”“为什么”"),
    WellKnown(2, SubjectKind.LEGAL_PERSON, "two warnings", 1, "发“查等级”，再发“怎么提升”"),
    WellKnown(3, SubjectKind.LEGAL_PERSON, "on the serious list", -1, "发“查等级”，再发“监管措施”"),
    WellKnown(4, SubjectKind.LEGAL_PERSON, "clean", None, "没有等级的企业：发“查等级”“为什么”"),
    WellKnown(5, SubjectKind.LEGAL_PERSON, "contested", 1, "有异议中的记录：发“我的记录”"),
    WellKnown(91, SubjectKind.SOLE_TRADER, "repaired", 0, "个体工商户，有已修复的记录：发“我的记录”"),
    WellKnown(52, SubjectKind.SOCIAL_ORGANISATION, "three warnings", -2, "社会组织：发“查等级”“为什么”"),
)


@dataclass(frozen=True, slots=True)
class DemoSubject:
    """One invented subject: who it is, what happened, and its imported grade where it has one."""

    name: str
    kind: SubjectKind
    #: unified code, or an ID number for natural persons
    code: str
    industry: str
    #: codes of the rulebook's domains
    domains: tuple[str, ...]
    case: Case
    grade: str | None


def population(rulebook: Rulebook, size: int = SIZE) -> list[DemoSubject]:
    """The subjects of a rulebook, always the same for the same rulebook and size."""
    random = Random(f"xinshi {rulebook.id}")  # noqa: S311 - invented data shall repeat itself
    namer = Namer(rulebook.id, random)
    known = [_well_known(each, rulebook, namer, random) for each in WELL_KNOWN]
    return known + list(_others(rulebook, namer, random, size - len(known)))


def _well_known(each: WellKnown, rulebook: Rulebook, namer: Namer, random: Random) -> DemoSubject:
    name, industry = namer.subject(each.kind)
    grades = [grade.code for grade in sorted(rulebook.grades, key=lambda grade: grade.order)]
    grade = None if each.grade is None else grades[each.grade]
    code = namer.code(each.number, each.kind)
    return DemoSubject(name, each.kind, code, industry, _domains(rulebook, random), _CASE[each.case], grade)


def _others(rulebook: Rulebook, namer: Namer, random: Random, count: int) -> Iterator[DemoSubject]:
    """Every case and every grade in turn; kinds and domains by chance."""
    grades = _grades_in_turn(rulebook)
    for index in range(count):
        kind = random.choice(_KINDS)
        name, industry = namer.subject(kind)
        # numbers of the well-known firms have two digits
        code = (
            namer.id_number(index + 1)
            if kind is SubjectKind.NATURAL_PERSON
            else namer.code(1001 + index, kind)
        )
        case = CASES[index % len(CASES)]
        yield DemoSubject(
            name, kind, code, industry, _domains(rulebook, random), case, grades[index % len(grades)]
        )


def _grades_in_turn(rulebook: Rulebook) -> Sequence[str | None]:
    """The better a grade the more often, once none and once a grade of former rules.

    The length is odd against the number of cases, so that every pair meets.
    """
    ranked = [grade.code for grade in sorted(rulebook.grades, key=lambda grade: grade.order)]
    turn: list[str | None] = [code for place, code in enumerate(ranked) for _ in range(len(ranked) - place)]
    turn += [None, FORMER_GRADE]
    return turn if len(turn) % len(CASES) else [*turn, ranked[0]]


def _domains(rulebook: Rulebook, random: Random) -> tuple[str, ...]:
    return (random.choice(rulebook.domains).code,) if rulebook.domains else ()
