"""补正: whoever applied is told what is missing, that the clock stands still, and how to send it."""

from __future__ import annotations

from domain.model.case import Actor, Case
from domain.rules.case_tables import TABLES
from domain.services import letters
from domain.services.work import Work

WANTED = (
    "{number}（{kind}）请补充：{text}\n计时已暂停，材料齐了再接着算。\n"
    "照片直接发到这里，其他文件回复“材料 {number}”；备齐了，请回复“补充 {number} 说明”。"
)


def asked_for(work: Work, case: Case, actor: Actor, text: str) -> None:
    """The effect of 补正, for every kind that has it."""
    said = WANTED.format(number=case.number, kind=case.kind, text=text)
    key = f"material:{case.number}:{case.version}"
    if TABLES[case.kind].applicant_only and case.applicant_id is not None:
        letters.tell_person(work, case.applicant_id, said, key=key, kind=case.kind, case=case)
    elif case.subject_id is not None:
        letters.tell_subject(work, case.subject_id, said, key=key, kind=case.kind, case=case)
