"""What goes to the platform above, as tables: commitments (20 items of its entry form) and corrections."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from domain.clock import SHANGHAI, legal_date
from domain.model.commitment import Commitment, Performance
from domain.model.measure import Correction
from domain.office import Office
from domain.ports import UnitOfWork

#: rows read in one statement
_CHUNK = 500

COMMITMENT_COLUMNS = (
    "承诺编码",
    "承诺人名称",
    "承诺人类别",
    "承诺人代码",
    "承诺类型",
    "承诺事由",
    "承诺内容",
    "违诺责任",
    "承诺作出日期",
    "承诺有效期",
    "承诺履行状态",
    "未履行的承诺内容",
    "违诺责任追究内容",
    "履行状态认定日期",
    "认定单位",
    "认定单位代码",
    "受理单位",
    "受理单位代码",
    "公开类型",
    "备注",
)
CORRECTION_COLUMNS = (
    "主体名称",
    "统一社会信用代码",
    "更正内容",
    "记录名称",
    "文号",
    "更正前",
    "更正后",
    "案号",
    "办结日期",
)

Row = tuple[str, ...]


def midnight(day: date | None) -> datetime | None:
    """When a Shanghai day begins, as aware UTC."""
    return None if day is None else datetime.combine(day, time.min, SHANGHAI).astimezone(UTC)


def commitment_rows(
    uow: UnitOfWork, office: Office, *, since: date | None, judged_only: bool = False
) -> Iterator[Row]:
    """Commitments signed or judged since a Shanghai day (None: all), in the order of signing.

    The form knows no state before the judgement: then the state stays empty.
    ``judged_only`` leaves those out.
    """
    last = 0
    while chunk := uow.commitments.changed_since(midnight(since), since, after=last, limit=_CHUNK):
        for commitment in chunk:
            if commitment.performance.judged or not judged_only:
                yield _commitment_row(uow, office, commitment)
        last = chunk[-1].id


def correction_rows(uow: UnitOfWork, corrections: list[Correction]) -> Iterator[Row]:
    """What the platform above must change (S0-41), one row for each change."""
    for correction in corrections:
        subject = uow.subjects.get(correction.subject_id)
        record = uow.records.get(correction.record_id) if correction.record_id is not None else None
        case = uow.cases.get(correction.case_id)
        yield (
            subject.name,
            subject.uscc or "",
            correction.what,
            record.title if record else "",
            record.doc_no if record else "",
            correction.before,
            correction.after,
            case.number if case else "",
            legal_date(correction.queued_at).isoformat(),
        )


def _commitment_row(uow: UnitOfWork, office: Office, commitment: Commitment) -> Row:
    subject, signed = uow.subjects.get(commitment.subject_id), commitment.signed
    judged = commitment.performance.judged
    by = _department_of(uow, commitment) if judged else ""
    return (
        commitment.code,
        subject.name,
        subject.kind.value,
        subject.uscc or "",
        signed.national,
        commitment.item,
        signed.text,
        signed.consequences,
        legal_date(commitment.signed_at).isoformat(),
        commitment.due_on.isoformat() if commitment.due_on else "",
        commitment.performance.value if judged else "",
        *_breach(uow, commitment),
        commitment.judged_on.isoformat() if judged and commitment.judged_on else "",
        by,
        _code(office, by),
        signed.department,
        _code(office, signed.department),
        commitment.publicity,
        _remark(commitment),
    )


def _breach(uow: UnitOfWork, commitment: Commitment) -> tuple[str, str]:
    """What was not kept, and what follows: asked for unless all was kept, and forbidden then."""
    if commitment.performance not in (Performance.PARTLY, Performance.NONE):
        return "", ""
    case = uow.cases.get(commitment.case_id)
    reported = str(case.facts.get("reported", "")) if case else ""
    return reported or commitment.performance_text, commitment.performance_text


def _department_of(uow: UnitOfWork, commitment: Commitment) -> str:
    case = uow.cases.get(commitment.case_id)
    return case.department if case else commitment.signed.department


def _code(office: Office, name: str) -> str:
    """The credit code of the office or of one of its departments; "" where the file has none."""
    if name == office.name:
        return office.code
    known = office.department(name) if name else None
    return known.code if known else ""


def _remark(commitment: Commitment) -> str:
    if commitment.performance is Performance.WITHDRAWN:
        return f"已撤回：{commitment.performance_text}"
    return ""
