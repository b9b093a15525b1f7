"""The tables of all kinds of case. The diagrams in ``docs/cases.md`` are drawn from these."""

from __future__ import annotations

from dataclasses import replace

from domain.model.case import CaseKind, Doer
from domain.rules.case_table import BACK, OPENING, CaseTable, ClockEffect, Step

_FIRM = frozenset({Doer.FIRM})
_SYSTEM = frozenset({Doer.SYSTEM})
#: who works on a case: the office's clerk, or the liaison of the department that owns it
_CLERKS = frozenset({Doer.CLERK, Doer.LIAISON})
_APPROVER = frozenset({Doer.APPROVER})
_STAFF = _CLERKS | _APPROVER
#: who may move a case to another department: also the office's administrator, who sees all of them
_MOVERS = _STAFF | {Doer.ADMIN}

_REASON = "理由"


def _from(sources: tuple[str, ...], step: Step) -> tuple[Step, ...]:
    """The same step from several states."""
    return tuple(replace(step, source=source) for source in sources)


def _decision(
    action: str, outcome: str, asks_for: str = "", *, source: str = "", target: str = "已办结"
) -> Step:
    return Step(
        source,
        action,
        target,
        _APPROVER,
        needs_text=bool(asks_for),
        asks_for=asks_for,
        other_than=("受理",),
        outcome=outcome,
    )


def _withdrawal(source: str, *, needs_text: bool = False) -> Step:
    asks_for = "撤回的原因" if needs_text else ""
    return Step(
        source,
        "撤回",
        "已撤回",
        _FIRM,
        needs_text=needs_text,
        asks_for=asks_for,
        outcome="撤回",
        basis="C-22",
    )


def _intake(first: str) -> tuple[Step, ...]:
    """Acceptance and transfer; a transferred case is accepted anew."""
    return (
        Step(first, "受理", "办理中", _CLERKS, takes=True, basis="S0-39 C-07"),
        *_from(
            (first, "办理中", "待审批"),
            Step(
                "",
                "转办",
                first,
                _MOVERS,
                needs_text=True,
                asks_for="转去的部门，可以在后面写原因",
                transfers=True,
                basis="S0-39",
            ),
        ),
    )


def _material(*sources: str, back_by: frozenset[Doer] = _FIRM | _CLERKS) -> tuple[Step, ...]:
    """More material is asked for: the clock stands still, and says why, until it is there."""
    ask = Step(
        "",
        "补正",
        "待补正",
        _STAFF,
        needs_text=True,
        asks_for="要补充什么",
        clock=ClockEffect.PAUSE,
        basis="C-07 C-22",
    )
    back = Step(
        "待补正",
        "补充",
        BACK,
        back_by,
        needs_text=True,
        asks_for="补充了什么",
        clock=ClockEffect.RESUME,
        basis="C-22",
    )
    return (*_from(sources, ask), back)


_APPRAISAL = (
    Step(
        "办理中",
        "中止",
        "中止办理",
        _STAFF,
        needs_text=True,
        asks_for="停下来的原因，例如检验鉴定",
        clock=ClockEffect.PAUSE,
        basis="C-08",
    ),
    Step("中止办理", "恢复", BACK, _STAFF, clock=ClockEffect.RESUME, basis="C-08"),
)
_PROPOSAL = (
    Step("办理中", "报批", "待审批", _CLERKS, needs_text=True, asks_for="拟办意见", basis="S0-40"),
    Step("待审批", "退回", "办理中", _APPROVER, needs_text=True, asks_for=_REASON, basis="S0-40"),
)
_INQUIRY = (
    Step(
        "办理中",
        "核查",
        "办理中",
        _STAFF,
        needs_text=True,
        asks_for="向哪个信息提供单位核查什么",
        basis="C-08",
    ),
)


def _correction(*closed: str) -> tuple[Step, ...]:
    """A decision stays as it was taken; another approver opens the new one."""
    step = Step(
        "",
        "更正",
        "已更正",
        _APPROVER,
        needs_text=True,
        asks_for=_REASON,
        other_than_before=True,
        reopens_as="更正办理",
        basis="S2-46",
    )
    return _from(closed, step)


def _deciding(
    decisions: tuple[Step, ...], sources: tuple[str, ...], *, basis: str, second: bool = False
) -> tuple[Step, ...]:
    """The decisions from each working state, and again in a correction by a person who had not decided."""
    usual = (replace(step, basis=basis, other_than_before=second) for step in decisions)
    anew = (
        replace(step, source="更正办理", basis=basis, other_than=(), other_than_before=True)
        for step in decisions
    )
    return (*(s for step in usual for s in _from(sources, step)), *anew)


_OBJECTION = CaseTable(
    CaseKind.OBJECTION,
    ("待受理",),
    _FIRM | _CLERKS,
    (
        *_intake("待受理"),
        *_material("待受理", "办理中"),
        *_INQUIRY,
        *_APPRAISAL,
        *_PROPOSAL,
        *_deciding(
            (
                _decision("同意", "成立"),
                _decision("部分同意", "部分成立", "哪些成立、哪些不成立及理由"),
                _decision("驳回", "不成立", _REASON),
            ),
            ("办理中", "待审批"),
            basis="S0-40 S4-34 S4-35",
        ),
        replace(_decision("驳回", "不成立", _REASON, source="待补正"), basis="S0-40"),
        *(_withdrawal(s) for s in ("待受理", "待补正", "办理中", "中止办理", "待审批")),
        *_correction("已办结"),
    ),
)

_REVIEW = CaseTable(
    CaseKind.REVIEW,
    ("待受理",),
    _FIRM | _CLERKS,
    (
        *(replace(s, other_than_before=s.action == "受理") for s in _intake("待受理")),
        *_material("待受理", "办理中"),
        *_INQUIRY,
        *_APPRAISAL,
        *_PROPOSAL,
        *_deciding(
            (
                _decision("同意", "撤销原决定", _REASON),
                _decision("部分同意", "变更原决定", "变更了什么及理由"),
                _decision("驳回", "维持原决定", _REASON),
            ),
            ("办理中", "待审批"),
            basis="S3-47",
            second=True,
        ),
        replace(
            _decision("驳回", "维持原决定", _REASON, source="待补正"), basis="S3-47", other_than_before=True
        ),
        *(_withdrawal(s) for s in ("待受理", "待补正", "办理中", "中止办理", "待审批")),
        *_correction("已办结"),
    ),
)


def _mirrored(action: str, target: str, outcome: str, asks_for: str) -> Step:
    """信用中国 decides; we write down what it says, and where that is seen."""
    return Step(
        "信用中国办理中",
        action,
        target,
        _CLERKS,
        needs_text=True,
        asks_for=asks_for,
        outcome=outcome,
        basis="S4-33 S4-38",
    )


_REPAIR = CaseTable(
    CaseKind.REPAIR,
    ("待受理", "待提交"),
    _FIRM | _CLERKS,
    (
        *_intake("待受理"),
        replace(
            _decision("不予受理", "不予受理", _REASON, source="待受理"), other_than=(), basis="S0-43 C-22"
        ),
        *_material("待受理", "办理中"),
        *_APPRAISAL,
        *_PROPOSAL,
        *_deciding(
            (_decision("同意", "同意修复"), _decision("驳回", "不予修复", _REASON)),
            ("办理中", "待审批"),
            basis="S0-43 S4-39 C-22",
        ),
        replace(_decision("驳回", "不予修复", _REASON, source="待补正"), basis="S0-43 C-22"),
        Step(
            "待提交",
            "已提交",
            "信用中国办理中",
            _FIRM | _CLERKS,
            needs_text=True,
            asks_for="“信用中国”的查询码或提交日期",
            basis="S4-33 S4-38",
        ),
        _mirrored("登记同意", "已办结", "同意修复", "在哪里看到的结果（查询码、日期）"),
        _mirrored("登记不予", "已办结", "不予修复", "“信用中国”给出的理由"),
        _mirrored("登记补正", "待提交", "", "“信用中国”要求补充什么"),
        *(
            _withdrawal(s)
            for s in ("待受理", "待提交", "待补正", "办理中", "中止办理", "待审批", "信用中国办理中")
        ),
        *_correction("已办结"),
    ),
)

_PERFORMANCE = "履行情况和依据"


def _judged(action: str, target: str, outcome: str, source: str, **how: bool) -> Step:
    """A commitment judged: the worse outcomes are never one person's finding alone."""
    return Step(
        source,
        action,
        target,
        _APPROVER,
        needs_text=True,
        asks_for=_PERFORMANCE,
        outcome=outcome,
        basis="S4-18",
        other_than=() if how.get("anew") else ("违诺",),
        other_than_before=how.get("anew", False),
    )


_COMMITMENT = CaseTable(
    CaseKind.COMMITMENT,
    ("待签署",),
    _FIRM,
    (
        Step("待签署", "签署", "履行中", _FIRM, basis="S3-28 S3-29 S3-30"),
        _withdrawal("待签署"),
        Step("履行中", "履约", "已履行", _STAFF, takes=True, outcome="全部履行", basis="S4-18"),
        Step(
            "履行中",
            "违诺",
            "待认定",
            _STAFF,
            needs_text=True,
            asks_for=_PERFORMANCE,
            takes=True,
            basis="S4-18",
        ),
        _judged("同意", "违诺", "全部未履行", "待认定"),
        _judged("部分同意", "部分履行", "部分履行", "待认定"),
        Step(
            "待认定",
            "驳回",
            "履行中",
            _APPROVER,
            needs_text=True,
            asks_for=_REASON,
            other_than=("违诺",),
            basis="S4-18",
        ),
        _withdrawal("履行中", needs_text=True),
        *_correction("已履行", "部分履行", "违诺"),
        _judged("履约", "已履行", "全部履行", "更正办理", anew=True),
        _judged("部分履约", "部分履行", "部分履行", "更正办理", anew=True),
        _judged("违诺", "违诺", "全部未履行", "更正办理", anew=True),
    ),
)

_MANDATE = CaseTable(
    CaseKind.MANDATE,
    ("待审核",),
    _FIRM,
    (
        Step("待审核", "同意", "已授权", _STAFF, takes=True, outcome="同意", basis="S3-30"),
        Step(
            "待审核",
            "驳回",
            "未通过",
            _STAFF,
            needs_text=True,
            asks_for=_REASON,
            takes=True,
            outcome="不同意",
            basis="S3-30",
        ),
        *_material("待审核"),
        Step("待补正", "驳回", "未通过", _STAFF, needs_text=True, asks_for=_REASON, outcome="不同意"),
        *(_withdrawal(s) for s in ("待审核", "待补正")),
        *_correction("已授权", "未通过"),
        Step("更正办理", "同意", "已授权", _APPROVER, other_than_before=True, outcome="同意", basis="S3-30"),
        Step(
            "更正办理",
            "驳回",
            "未通过",
            _APPROVER,
            needs_text=True,
            asks_for=_REASON,
            other_than_before=True,
            outcome="不同意",
            basis="S3-30",
        ),
    ),
    applicant_only=True,
)

_ANSWER = Step("", "回复", "沟通中", _MOVERS, needs_text=True, asks_for="要回复的内容", takes=True)
_CONSULTATION = CaseTable(
    CaseKind.CONSULTATION,
    ("待答复",),
    _FIRM,
    (
        *_from(("待答复", "沟通中"), _ANSWER),
        *_from(("待答复", "沟通中"), Step("", "补充", "待答复", _FIRM, needs_text=True, asks_for="要说的话")),
        *_from(
            ("待答复", "沟通中"),
            Step(
                "",
                "转办",
                "待答复",
                _MOVERS,
                needs_text=True,
                asks_for="转去的部门，可以在后面写原因",
                transfers=True,
            ),
        ),
        Step("沟通中", "办结", "已结束", _MOVERS | _FIRM | _SYSTEM, outcome="已答复"),
        Step(
            "待答复",
            "办结",
            "已结束",
            _MOVERS,
            needs_text=True,
            asks_for="没有答复就结束的原因",
            outcome="未答复",
        ),
        Step("待答复", "撤回", "已结束", _FIRM, outcome="撤回"),
    ),
    applicant_only=True,
)

_STOP_ORDER = CaseTable(
    CaseKind.STOP_ORDER,
    ("待确认",),
    _SYSTEM | _STAFF,
    (
        Step("待确认", "确认", "已确认", _STAFF, takes=True, outcome="已终止", basis="S4-36 S4-40"),
        Step(
            "待确认",
            "说明",
            "待确认",
            _STAFF,
            needs_text=True,
            asks_for="还没有终止的原因",
            takes=True,
            basis="S4-36",
        ),
        Step(
            "待确认",
            "转办",
            "待确认",
            _MOVERS,
            needs_text=True,
            asks_for="转去的部门，可以在后面写原因",
            transfers=True,
        ),
        Step("待确认", "撤销", "已撤销", _SYSTEM, needs_text=True, asks_for=_REASON, outcome="撤销"),
    ),
)

_SERVICE = CaseTable(
    CaseKind.SERVICE,
    ("待送达",),
    _SYSTEM | _STAFF,
    (
        Step(
            "待送达",
            "送达",
            "已送达",
            _STAFF,
            needs_text=True,
            asks_for="怎样送达、谁收的、什么时候、有什么凭证",
            takes=True,
            outcome="已送达",
            basis="S1-19",
        ),
        Step(
            "待送达",
            "未送达",
            "待送达",
            _STAFF,
            needs_text=True,
            asks_for="试过什么、为什么没有送到",
            takes=True,
            basis="S1-19",
        ),
        Step("待送达", "签收", "已送达", _FIRM | _SYSTEM, outcome="已送达", basis="S1-19"),
        Step(
            "待送达",
            "转办",
            "待送达",
            _MOVERS,
            needs_text=True,
            asks_for="转去的部门，可以在后面写原因",
            transfers=True,
        ),
        Step("待送达", "撤销", "已撤销", _SYSTEM, needs_text=True, asks_for=_REASON, outcome="撤销"),
    ),
)

_RELEASERS = _APPROVER | {Doer.ADMIN}
_BROADCAST = CaseTable(
    CaseKind.BROADCAST,
    ("待发布",),
    _STAFF | {Doer.ADMIN},
    (
        Step("待发布", "同意", "已发布", _RELEASERS, other_than=(OPENING,), basis="S2-45"),
        Step(
            "待发布",
            "驳回",
            "已退回",
            _RELEASERS,
            needs_text=True,
            asks_for=_REASON,
            other_than=(OPENING,),
            outcome="不同意",
            basis="S2-45",
        ),
        Step("待发布", "撤回", "已撤回", _STAFF | {Doer.ADMIN}, outcome="撤回"),
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
