"""What stands in the papers that no case decides: the grade notice, 信用修复告知书, the commitment letter."""

from __future__ import annotations

from collections.abc import Iterable

from domain.clock import SHANGHAI, legal_date
from domain.model.assessment import Assessment, Evaluation, OutcomeKind, Source
from domain.model.case import Case
from domain.model.commitment import Commitment
from domain.model.paper import Block, Content, PaperKind
from domain.model.record import SEVERITY_NAMES, Record
from domain.model.subject import Subject
from domain.rules.codes import mask_personal
from domain.rules.months import add_months
from domain.rules.repair_terms import FirstDay, first_day, severity_for_repair
from domain.rules.rulebook import Rulebook
from domain.services import explanations, grades
from domain.services.case_owners import department_names
from domain.services.explanations import Reason
from domain.services.paper_decisions import rows, salutation, spelled, spoken
from domain.services.work import Work

#: so many records stand under one reason
_RECORDS_NAMED = 10

GRADE_INTRODUCTION = "按照“{rules}”的规定，现将{you}的信用评价结果告知如下："
REASON_QUOTED = "{article}：{text}"
NOT_CONFIRMED = "此处解释以{office}确认为准。"
WITH_RECORDS = "{text}。有关记录：{records}。"
RECORD = "{title}（{day}，{authority}）"
RECORD_ALONE = "{title}（{day}）"
MORE_RECORDS = "另有{count}条"
NO_REASON = "没有符合其他等级条件的记录。"
NO_MEASURES = "没有对应的监管措施。"
IMPROVED = "{condition}，等级为{grade}。"
BEST = "现为最高等级，请继续保持。"
NOTHING_TO_IMPROVE = "等级由外部评价结果确定，请向作出评价的单位了解。"
NO_CHANGE_FOUND = "目前没有单独一项可以使等级提高。"
RIGHT = "{text}在服务号回复“异议”即可提出，也可以拨打{phone}（{hours}）咨询。"

REPAIR_INTRODUCTION = (
    "{authority}于{day}对{you}作出{kind}决定（{title}{doc}）。"
    "信用修复告知书与处罚决定书一并送达（两书同达），现将信用修复的有关事项告知如下："
)
DOC = "，文号：{number}"
FREE = "信用修复不收取任何费用。"
MUST, IF_ASKED = "（必须提交）", "（有要求的提交）"
DAY_AFTER = "{day}起"
FOR_REFERENCE = "{day}起（供参考：{why}）"

CONSENTED = {True: "同意", False: "不同意"}
ACKNOWLEDGED = "{name}（内容校验码 {sha}）"
SIGNED_UNDER = "签署（{proof}）"
BY_LETTER, BY_OTHER = "依据授权书 {number}", "依据已核验的绑定"
NO_END = "没有约定期限"


def grade_notice(work: Work, subject: Subject, assessment: Assessment) -> Content:
    """信用等级告知书: grade with class, meaning, date, source, reasons, measures, what would lift it, rights."""
    rulebook, evaluation = work.rulebook, assessment.evaluation
    you = salutation(subject)
    blocks: list[Block] = [
        {"text": GRADE_INTRODUCTION.format(rules=rulebook.display_name, you=you)},
        _result(rulebook, subject, assessment),
        {"head": "一、评定的理由"},
        *_reasons(work, subject, evaluation),
        {"head": "二、对应的监管措施"},
        *_measures(rulebook, subject, evaluation),
        {"head": "三、怎样提升"},
        *_improvements(work, subject, evaluation),
        {"head": "四、提出异议的权利"},
        {"text": _right(work)},
    ]
    if rulebook.wording.disclaimer:
        blocks.append({"note": rulebook.wording.disclaimer})
    return Content(
        PaperKind.GRADE.value, subject.name, subject.uscc or "", tuple(blocks), signed_by=work.office.name
    )


def repair_notice(work: Work, subject: Subject, record: Record) -> Content:
    """信用修复告知书, served together with the penalty decision (两书同达): term, conditions, materials, way."""
    rule = work.rulebook.repair
    issuer = issuer_for(work, record)
    introduction = REPAIR_INTRODUCTION.format(
        authority=record.authority or issuer,
        day=spelled(record.decided_on),
        you=salutation(subject),
        kind=record.kind,
        title=mask_personal(record.title),
        doc=DOC.format(number=record.doc_no) if record.doc_no else "",
    )
    blocks: list[Block] = [
        {"text": introduction},
        {"head": "一、公示期限和可以申请修复的日期"},
        *_term(work, record),
        {"head": "二、申请修复的条件"},
        {"items": _listed(each.public_text for each in rule.conditions)},
        {"head": "三、申请材料"},
        {
            "items": _listed(
                each.public_text + (MUST if each.required else IF_ASKED) for each in rule.materials
            )
        },
        {"head": "四、申请的途径和办理期限"},
        {"text": f"{rule.public_text}{FREE if '不收费' not in rule.public_text else ''}"},
        rows(
            *((door.name, f"{door.public_text} {door.url}".strip()) for door in rule.doors),
            *((limit.name, f"{limit.working_days}个工作日") for limit in rule.limits),
        ),
        {"head": "五、修复以后"},
        {"items": _listed(each.public_text for each in rule.effects)},
        {"head": "六、提出异议的权利"},
        {"text": f"{_right(work)}{work.rulebook.remedies_text}"},
    ]
    return Content(
        PaperKind.REPAIR_NOTICE.value, subject.name, subject.uscc or "", tuple(blocks), signed_by=issuer
    )


def issuer_for(work: Work, record: Record) -> str:
    """The department that imposed a penalty where it is one of ours; else the credit office, in its own name."""
    return department_names(work.office).get(record.authority, work.office.name)


def commitment_letter(
    work: Work, subject: Subject, case: Case, commitment: Commitment, signature: str
) -> Content:
    """信用承诺书 as signed: the text itself, what was shown before, each consent, who signed under what power."""
    signed = commitment.signed
    local = commitment.signed_at.astimezone(SHANGHAI)
    by_letter = signed.proof.startswith("letter:")
    proof = BY_LETTER.format(number=signed.proof.removeprefix("letter:")) if by_letter else BY_OTHER
    asked = {consent.id: consent for consent in work.rulebook.commitments.consents}
    consents = [
        [
            asked[name].platform if name in asked else name,
            asked[name].public_text if name in asked else "",
            CONSENTED[given],
        ]
        for name, given in commitment.consents.items()
    ]
    blocks: list[Block] = [
        {"lines": _body(signed.text, PaperKind.COMMITMENT.value)},
        {"head": "违反承诺的后果"},
        {"text": signed.consequences},
        {"head": "签署以前已告知并确认知晓"},
        {"items": [ACKNOWLEDGED.format(name=each.name, sha=each.sha256[:16]) for each in signed.notices]},
    ]
    if consents:
        blocks += [
            {"head": "分项授权"},
            {"table": {"columns": ["提供给", "内容", "意见"], "rows": consents}},
        ]
    blocks += [
        {"head": "签署信息"},
        rows(
            ("承诺编码", commitment.code),
            ("案号", case.number),
            ("承诺类型", _kind_of(signed.kind_name, signed.national)),
            ("履行期限", spelled(commitment.due_on) if commitment.due_on else NO_END),
            ("公开类型", commitment.publicity),
            ("受理单位", signed.department),
            ("签署权限", SIGNED_UNDER.format(proof=proof)),
            ("签署时间", f"{spelled(local.date())} {local:%H:%M:%S}"),
            ("承诺文本 SHA-256", commitment.text_sha256),
        ),
    ]
    return Content(
        PaperKind.COMMITMENT.value,
        "",
        subject.uscc or "",
        tuple(blocks),
        signed_by=subject.name,
        signature=signature,
    )


def _kind_of(local: str, national: str) -> str:
    return local if local == national else f"{local}（{national}）"


def _body(text: str, title: str) -> list[str]:
    """The lines of a letter as shown, without the title that the paper bears anyway."""
    lines = text.strip().splitlines()
    return [line.strip() for line in (lines[1:] if lines and lines[0].strip() == title else lines)]


def _result(rulebook: Rulebook, subject: Subject, assessment: Assessment) -> Block:
    evaluation = assessment.evaluation
    grade = evaluation.class_name
    if evaluation.grade:
        grade = f"{evaluation.grade}（{evaluation.class_name}）"
    adopted = evaluation.source is Source.IMPORTED and assessment.in_force_from is not None
    day = legal_date(assessment.in_force_from) if adopted and assessment.in_force_from else evaluation.as_of
    return rows(
        ("名称", subject.name),
        ("统一社会信用代码", subject.uscc or ""),
        ("信用等级", grade),
        ("等级含义", rulebook.outcome_text(evaluation.code)),
        ("采用日期" if adopted else "评定日期", spelled(day)),
        ("等级来源", spoken(evaluation.source_text or rulebook.wording.source_line)),
        ("评定依据", rulebook.citation("")),
    )


def _reasons(work: Work, subject: Subject, evaluation: Evaluation) -> list[Block]:
    used = explanations.records_used(evaluation)
    found = work.uow.records.of_subject(subject.id, limit=grades.RECORDS_READ) if used else []
    records = {record.id: record for record in found}
    explained = explanations.explain(work.rulebook, evaluation, records)
    if not explained.reasons:
        return [{"text": spoken(explained.conclusion) or NO_REASON}]
    return [{"items": [_reason(work, reason) for reason in explained.reasons]}]


def _reason(work: Work, reason: Reason) -> str:
    """One reason with its facts and records."""
    text = spoken(reason.text)
    if reason.article:
        text = REASON_QUOTED.format(article=reason.article, text=text)
    said = [_record(record) for record in reason.records[:_RECORDS_NAMED]]
    if len(reason.records) > _RECORDS_NAMED:
        said.append(MORE_RECORDS.format(count=len(reason.records) - _RECORDS_NAMED))
    whole = WITH_RECORDS.format(text=text, records="；".join(said)) if said else f"{text}。"
    return whole if reason.verified else whole + NOT_CONFIRMED.format(office=work.office.short_name)


def _record(record: Record) -> str:
    template = RECORD if record.authority else RECORD_ALONE
    return template.format(
        title=mask_personal(record.title), day=spelled(record.decided_on), authority=record.authority
    )


def _measures(rulebook: Rulebook, subject: Subject, evaluation: Evaluation) -> list[Block]:
    found = rulebook.measures_for(evaluation.code, subject.kind)
    if not found:
        return [{"text": NO_MEASURES}]
    return [{"items": _listed(each.public_text for each in found)}]


def _improvements(work: Work, subject: Subject, evaluation: Evaluation) -> list[Block]:
    rulebook = work.rulebook
    if rulebook.order(evaluation.code) == min(grade.order for grade in rulebook.grades):
        return [{"text": BEST}]
    changes = grades.improvements(work.uow, subject.id, rulebook, work.today)
    if not changes:
        imported = evaluation.source is Source.IMPORTED
        return [{"text": NOTHING_TO_IMPROVE if imported else NO_CHANGE_FOUND}]
    lines = (
        IMPROVED.format(condition=spoken(each.condition), grade=_outcome(rulebook, each.outcome))
        for each in changes
    )
    return [{"items": list(lines)}]


def _outcome(rulebook: Rulebook, code: str) -> str:
    name = rulebook.class_name(code)
    return name if code in (OutcomeKind.UNRATED, OutcomeKind.NEEDS_REVIEW) else f"{code}（{name}）"


def _right(work: Work) -> str:
    office = work.office
    return RIGHT.format(text=work.rulebook.objection.public_text, phone=office.phone, hours=office.hours)


def _term(work: Work, record: Record) -> list[Block]:
    found = first_day(record, work.rulebook, work.today)
    severity = SEVERITY_NAMES[severity_for_repair(record, work.rulebook)]
    if found is None:
        return [rows(("失信严重程度", severity), ("公示期限", f"以{work.office.short_name}确认为准"))]
    term = found.term
    start = (record.published_on if term.starts == "publication" else None) or record.decided_on
    return [
        {"text": term.public_text},
        rows(
            ("失信严重程度", severity),
            ("公示期限", _months(term.min_months, term.max_months)),
            ("最长公示至", _reference(found, spelled(add_months(start, term.max_months)))),
            ("可以申请修复", _first(found)),
            ("依据", work.rulebook.public_source(term)),
        ),
    ]


def _months(least: int, most: int) -> str:
    return f"最短{least}个月，最长{most}个月" if least else f"最长{most}个月"


def _reference(found: FirstDay, said: str) -> str:
    return said if found.verified else f"{said}（供参考）"


def _first(found: FirstDay) -> str:
    day = spelled(found.day)
    return DAY_AFTER.format(day=day) if found.verified else FOR_REFERENCE.format(day=day, why=found.why)


def _listed(texts: Iterable[str]) -> list[str]:
    """Items of one sentence: divided by semicolons, ended by a full stop."""
    found = [text.rstrip("。；") for text in texts]
    return [f"{text}；" for text in found[:-1]] + [f"{text}。" for text in found[-1:]]
