"""The tables of all kinds of case. The diagrams in ``docs/cases.md`` are drawn from these."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from domain.model.case import CaseKind, Doer
from domain.rules.case_table import BACK, OPENING, CaseTable, ClockEffect, Step

_FIRM = frozenset({Doer.FIRM})
_SYSTEM = frozenset({Doer.SYSTEM})
#: who works on a case: the office's clerk, or the liaison of the department that owns it
_CLERKS = frozenset({Doer.CLERK, Doer.LIAISON})
_APPROVER = frozenset({Doer.APPROVER})
_STAFF = _CLERKS | _APPROVER
#: who may move a case to another department, and speak for the office: also its administrator
_ANYBODY = _STAFF | {Doer.ADMIN}
#: who releases a notice to many
_RELEASERS = _APPROVER | {Doer.ADMIN}

_REASON = "理由"
_FINDING = "履行情况和依据"


def _from(sources: Iterable[str], *steps: Step) -> tuple[Step, ...]:
    """The same steps from several states."""
    return tuple(replace(step, source=source) for source in sources for step in steps)


def _withdrawn(*sources: str) -> tuple[Step, ...]:
    """The firm's side takes the application back, any time before the decision."""
    return _from(sources, Step("", "撤回", "已撤回", _FIRM, outcome="撤回", basis="C-22"))


def _moved(to: str, *sources: str) -> tuple[Step, ...]:
    """To another department, which begins with acceptance; the limit goes on."""
    step = Step("", "转办", to, _ANYBODY, "转去的部门，可以在后面写原因", transfers=True, basis="S0-39")
    return _from(sources, replace(step, private=True, aside=True))


def _material(*sources: str) -> tuple[Step, ...]:
    """More material is asked for: the clock stands still, and says why, until it is there."""
    ask = Step(
        "", "补正", "待补正", _STAFF, "要补充什么", clock=ClockEffect.PAUSE, aside=True, basis="C-07 C-22"
    )
    give = Step(
        "待补正",
        "补充",
        BACK,
        _FIRM | _CLERKS,
        "补充了什么",
        clock=ClockEffect.RESUME,
        aside=True,
        basis="C-22",
    )
    return (*_from(sources, ask), give)


#: an expert's time is not the office's
_APPRAISAL = (
    Step(
        "办理中",
        "中止",
        "中止办理",
        _STAFF,
        "停下来的原因，例如检验鉴定",
        aside=True,
        clock=ClockEffect.PAUSE,
        basis="C-08",
    ),
    Step("中止办理", "恢复", BACK, _STAFF, clock=ClockEffect.RESUME, basis="C-08"),
)
#: the provider of the information is asked, and answers; its limit is another clock
_INQUIRY = (
    Step(
        "办理中",
        "核查",
        "办理中",
        _STAFF,
        "向哪个信息提供单位核查什么",
        private=True,
        aside=True,
        basis="C-08",
    ),
    Step(
        "办理中", "反馈", "办理中", _STAFF, "信息提供单位答复了什么", private=True, aside=True, basis="C-08"
    ),
)
#: where the clerk writes an opinion first, the approver may return it
_PROPOSAL = (
    Step("办理中", "报批", "待审批", _CLERKS, "拟办意见", private=True, basis="S0-40"),
    Step("待审批", "退回", "办理中", _APPROVER, _REASON, private=True, basis="S0-40"),
)


def _corrected(*closed: str) -> tuple[Step, ...]:
    """A decision stays as it was taken; another approver opens the case in which it is taken anew."""
    step = Step("", "更正", "已更正", _APPROVER, _REASON, other_than_before=True, reopens_as="更正办理")
    return _from(closed, step)


def _decided(
    outcomes: Sequence[tuple[str, str, str]], basis: str, *, another: bool = False
) -> tuple[Step, ...]:
    """Decisions (action, outcome, what must be said): never by who accepted the case.

    ``another``: nor by who decided what this case goes back to. A refusal is
    possible too while material is awaited that does not come; a correction is
    decided by an approver who had not decided before.
    """
    steps = tuple(
        Step("", action, "已办结", _APPROVER, asks_for, ("受理",), another, outcome=outcome, basis=basis)
        for action, outcome, asks_for in outcomes
    )
    refusals = (replace(step, aside=True) for step in steps if step.action == "驳回")
    anew = (replace(step, other_than=(), other_than_before=True) for step in steps)
    return (
        *_from(("办理中", "待审批"), *steps),
        *_from(("待补正",), *refusals),
        *_from(("更正办理",), *anew),
    )


def _dispute(
    kind: CaseKind, outcomes: Sequence[tuple[str, str, str]], basis: str, *, another: bool
) -> CaseTable:
    """What objection and review share."""
    accept = Step(
        "待受理", "受理", "办理中", _CLERKS, other_than_before=another, takes=True, basis="S0-39 C-07"
    )
    steps = (
        accept,
        *_material("待受理", "办理中"),
        *_INQUIRY,
        *_APPRAISAL,
        *_PROPOSAL,
        *_decided(outcomes, basis, another=another),
        *_moved("待受理", "待受理", "办理中", "待审批"),
        *_withdrawn("待受理", "待补正", "办理中", "中止办理", "待审批"),
        *_corrected("已办结"),
    )
    return CaseTable(kind, ("待受理",), _FIRM | _CLERKS, steps)


_OBJECTION = _dispute(
    CaseKind.OBJECTION,
    (
        ("同意", "成立", ""),
        ("部分同意", "部分成立", "哪些成立、哪些不成立及理由"),
        ("驳回", "不成立", _REASON),
    ),
    "S0-40 S4-34 S4-35",
    another=False,
)
_REVIEW = _dispute(
    CaseKind.REVIEW,
    (
        ("同意", "撤销原决定", _REASON),
        ("部分同意", "变更原决定", "变更了什么及理由"),
        ("驳回", "维持原决定", _REASON),
    ),
    "S3-47",
    another=True,
)


def _mirrored(action: str, target: str, asks_for: str, outcome: str = "") -> Step:
    """信用中国 decides; we write down what it says, and where that is seen."""
    return Step("信用中国办理中", action, target, _CLERKS, asks_for, outcome=outcome, basis="S4-33 S4-38")


_REPAIR = CaseTable(
    CaseKind.REPAIR,
    # the second where 信用中国 takes the application and decides
    ("待受理", "待提交"),
    _FIRM | _CLERKS,
    (
        Step("待受理", "受理", "办理中", _CLERKS, takes=True, basis="S0-42 C-22"),
        Step(
            "待受理",
            "不予受理",
            "已办结",
            _APPROVER,
            _REASON,
            outcome="不予受理",
            aside=True,
            basis="S0-43 C-22",
        ),
        *_material("待受理", "办理中"),
        *_INQUIRY,
        *_APPRAISAL,
        *_PROPOSAL,
        *_decided((("同意", "同意修复", ""), ("驳回", "不予修复", _REASON)), "S0-43 S4-39 C-22"),
        *_moved("待受理", "待受理", "办理中", "待审批"),
        Step(
            "待提交",
            "已提交",
            "信用中国办理中",
            _FIRM | _CLERKS,
            "“信用中国”的查询码或提交日期",
            aside=True,
            basis="S4-33 S4-38",
        ),
        _mirrored("登记同意", "已办结", "在哪里看到的结果（查询码、日期）", "同意修复"),
        _mirrored("登记不予", "已办结", "“信用中国”给出的理由", "不予修复"),
        _mirrored("登记补正", "待提交", "“信用中国”要求补充什么"),
        *_withdrawn("待受理", "待提交", "待补正", "办理中", "中止办理", "待审批", "信用中国办理中"),
        *_corrected("已办结"),
    ),
    dormant=frozenset({"信用中国办理中"}),
)


def _found(
    action: str,
    outcome: str,
    target: str,
    source: str,
    other_than: tuple[str, ...] = (),
    *,
    anew: bool = False,
) -> Step:
    """A commitment judged by an approver: a breach is never one person's finding alone."""
    return Step(source, action, target, _APPROVER, _FINDING, other_than, anew, outcome=outcome, basis="S4-18")


_COMMITMENT = CaseTable(
    CaseKind.COMMITMENT,
    ("待签署",),
    _FIRM,
    (
        Step("待签署", "签署", "履行中", _FIRM, basis="S3-28 S3-29 S3-30"),
        *_withdrawn("待签署"),
        Step("履行中", "履约", "已履行", _STAFF, takes=True, outcome="全部履行", basis="S4-18"),
        Step("履行中", "违诺", "待认定", _STAFF, _FINDING, takes=True, basis="S4-18"),
        Step("履行中", "撤回", "已撤回", _FIRM, "撤回的原因", outcome="撤回", basis="S4-18"),
        _found("同意", "全部未履行", "违诺", "待认定", ("违诺",)),
        _found("部分同意", "部分履行", "部分履行", "待认定", ("违诺",)),
        Step("待认定", "驳回", "履行中", _APPROVER, _REASON, ("违诺",), basis="S4-18"),
        *_corrected("已履行", "部分履行", "违诺"),
        _found("履约", "全部履行", "已履行", "更正办理", anew=True),
        _found("部分履约", "部分履行", "部分履行", "更正办理", anew=True),
        _found("违诺", "全部未履行", "违诺", "更正办理", anew=True),
    ),
    dormant=frozenset({"履行中"}),
)

_MANDATE_REFUSED = Step("", "驳回", "未通过", _STAFF, _REASON, takes=True, outcome="不同意", basis="S3-30")
_MANDATE = CaseTable(
    CaseKind.MANDATE,
    ("待审核",),
    _FIRM,
    (
        Step("待审核", "同意", "已授权", _STAFF, takes=True, outcome="同意", basis="S3-30"),
        *_from(("待审核",), _MANDATE_REFUSED),
        *_from(("待补正",), replace(_MANDATE_REFUSED, aside=True)),
        *_material("待审核"),
        *_moved("待审核", "待审核"),
        *_withdrawn("待审核", "待补正"),
        *_corrected("已授权", "未通过"),
        Step("更正办理", "同意", "已授权", _APPROVER, "", (), True, outcome="同意", basis="S3-30"),
        Step("更正办理", "驳回", "未通过", _APPROVER, _REASON, (), True, outcome="不同意", basis="S3-30"),
    ),
    applicant_only=True,
)

_CONSULTATION = CaseTable(
    CaseKind.CONSULTATION,
    ("待答复",),
    _FIRM,
    (
        *_from(("待答复", "沟通中"), Step("", "回复", "沟通中", _ANYBODY, "要回复的内容", takes=True)),
        *_from(("待答复", "沟通中"), Step("", "补充", "待答复", _FIRM, "要说的话")),
        *_moved("待答复", "待答复", "沟通中"),
        Step("沟通中", "办结", "已结束", _ANYBODY | _FIRM, outcome="已答复"),
        Step("待答复", "办结", "已结束", _ANYBODY, "没有答复就结束的原因", outcome="未答复"),
        Step("待答复", "撤回", "已结束", _FIRM, outcome="撤回"),
        # answered, and then nobody said anything more
        *_from(("待答复", "沟通中"), Step("", "无人续谈", "已结束", _SYSTEM, outcome="已答复")),
    ),
    applicant_only=True,
)

_REVOKED = Step("", "撤销", "已撤销", _SYSTEM, _REASON, private=True, outcome="撤销")
_STOP_ORDER = CaseTable(
    CaseKind.STOP_ORDER,
    ("待确认",),
    _SYSTEM | _STAFF,
    (
        Step("待确认", "确认", "已确认", _STAFF, takes=True, outcome="已终止", basis="S4-36 S4-40"),
        Step("待确认", "说明", "待确认", _STAFF, "还没有终止的原因", takes=True, private=True, basis="S4-36"),
        *_moved("待确认", "待确认"),
        *_from(("待确认",), _REVOKED),
    ),
)

_PROOF = "怎样送达、谁收的、什么时候、有什么凭证"
_SERVICE = CaseTable(
    CaseKind.SERVICE,
    ("待送达",),
    _SYSTEM | _STAFF,
    (
        Step("待送达", "送达", "已送达", _STAFF, _PROOF, takes=True, outcome="已送达", basis="S1-19"),
        Step(
            "待送达",
            "未送达",
            "待送达",
            _STAFF,
            "试过什么、为什么没有送到",
            takes=True,
            private=True,
            basis="S1-19",
        ),
        Step("待送达", "签收", "已送达", _FIRM | _SYSTEM, outcome="已送达", basis="S1-19"),
        *_moved("待送达", "待送达"),
        *_from(("待送达",), _REVOKED),
    ),
)

_BROADCAST = CaseTable(
    CaseKind.BROADCAST,
    ("待发布",),
    _ANYBODY,
    (
        Step("待发布", "同意", "已发布", _RELEASERS, "", (OPENING,), basis="S2-45"),
        Step("待发布", "驳回", "已退回", _RELEASERS, _REASON, (OPENING,), outcome="不同意", basis="S2-45"),
        Step("待发布", "撤回", "已撤回", _ANYBODY, outcome="撤回", aside=True),
        Step("已发布", "完成", "已完成", _SYSTEM, outcome="已发送"),
    ),
)

TABLES: dict[CaseKind, CaseTable] = {
    table.kind: table
    for table in (
        _OBJECTION,
        _REVIEW,
        _REPAIR,
        _COMMITMENT,
        _MANDATE,
        _CONSULTATION,
        _STOP_ORDER,
        _SERVICE,
        _BROADCAST,
    )
}
