"""grade, evaluate: one subject's grade with its reasons, and everybody's again."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, cast

import typer

from bot.cli.speech import progress_bar, say, say_json
from bot.cli.workplace import Workplace, open_workplace
from domain.clock import Clock, legal_date
from domain.errors import NotFound, Refused

if TYPE_CHECKING:
    from domain.model.subject import Subject
    from domain.services.evaluations import EvaluationBatch, Session
    from domain.services.grades import GradeReport
    from storage.unit_of_work import SqlUnitOfWork

AsOf = Annotated[str, typer.Option("--as-of", metavar="日期", help="按哪一天评价，如 2026-11-20；默认今天")]

_MODALITY = {"must": "应当", "may": "可以", "principle": "原则上", "discretionary": "视情况"}


def read_date(text: str, clock: Clock) -> date:
    """An ISO date, today in Shanghai for ""; ``Refused`` where it is none."""
    if not text:
        return legal_date(clock.now())
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(f"“{text}”不是日期；应如 2026-11-20") from None


def find_one(uow: SqlUnitOfWork, wanted: str) -> Subject:
    """The subject of a code or an exact name; ``Refused`` where there is none or more than one."""
    from domain.services.grades import find_subject

    found = find_subject(uow, wanted)
    if not found:
        raise NotFound(f"没有找到主体“{wanted}”：请核对统一社会信用代码，或先导入该主体")
    if len(found) > 1:
        raise Refused(
            f"“{wanted}”不止一个主体，请用统一社会信用代码：{'、'.join(s.uscc or '无代码' for s in found)}"
        )
    return found[0]


def grade(
    ctx: typer.Context,
    uscc: Annotated[str, typer.Argument(metavar="USCC", help="统一社会信用代码，或主体全称")],
    as_of: AsOf = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """一个主体的评价结果和依据；给出日期则按那天的记录计算，不改动数据。"""
    from domain.services.grades import grade_json, grade_report

    place = open_workplace(demo=ctx.obj)
    on = read_date(as_of, place.clock) if as_of else None
    with place.session() as uow:
        subject = find_one(uow, uscc)
        report = grade_report(uow, subject, place.rulebook, place.clock.now(), as_of=on)
        waiting = uow.assessments.proposal(subject.id)
    if as_json:
        say_json(grade_json(report))
        return
    _say_report(report)
    if waiting is not None and report.in_force:
        say(f"另有待批准的结果：{waiting.evaluation.code}（批次 {waiting.batch_id or '无'}）")


def _say_report(report: GradeReport) -> None:
    evaluation, subject = report.evaluation, report.subject
    state = "现行结果" if report.in_force else "计算结果，未生效"
    say(f"{subject.name}（{subject.uscc or '无代码'}）")
    say(f"{report.rulebook.display_name}：{evaluation.code} {evaluation.class_name}（{state}）")
    say(f"评价日期 {evaluation.as_of}；{evaluation.source_text}")
    say("依据：")
    for step in evaluation.trace:
        mark = "✓" if step.holds else "·"
        clause = "，".join(part for part in (step.clause, step.article) if part)
        say(f"  {mark} {step.fact}：{'无' if step.value is None else step.value} {step.test}（{clause}）")
    for title, lines in (
        ("监管措施：", [f"{_MODALITY[m.modality]}　{m.text}（{m.executor}）" for m in report.measures]),
        ("怎样会变：", [f"{change.condition} → {change.outcome}" for change in report.would_change]),
    ):
        if lines:
            say(title)
        for line in lines:
            say(f"  {line}")
    if report.rulebook.wording.disclaimer:
        say(report.rulebook.wording.disclaimer)


def evaluate(
    ctx: typer.Context,
    as_of: AsOf = "",
    approve: Annotated[
        int | None, typer.Option("--approve", metavar="BATCH", help="批准这个批次的待批准结果")
    ] = None,
    by: Annotated[str, typer.Option("--by", metavar="USERID", help="批准人的账号，须有“审批”角色")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """重新评价全部主体；变差的结果待批准后才生效。中断后再运行会接着做。"""
    if approve is not None and not by:
        raise typer.BadParameter("批准要写明批准人：--approve BATCH --by USERID")
    if approve is not None and as_of:
        raise typer.BadParameter("--approve 与 --as-of 不能同时使用")
    place = open_workplace(demo=ctx.obj)
    if approve is not None:
        _approve(place, approve, by, as_json=as_json)
    else:
        _evaluate(place, read_date(as_of, place.clock), as_json=as_json)


def _evaluate(place: Workplace, on: date, *, as_json: bool) -> None:
    from domain.rules.grading import Grader
    from domain.services.evaluations import evaluate_all

    with place.session() as uow:
        total = uow.subjects.count()
    with progress_bar("评价", total) as bar:
        batch = evaluate_all(
            sessions(place), Grader(place.rulebook, on), by="cli", now=place.clock.now(), progress=bar.advance
        )
    if as_json:
        say_json({"batch": batch.id, "as_of": on.isoformat(), **batch.tally.as_dict()})
        return
    _say_tally(batch)


def _say_tally(batch: EvaluationBatch) -> None:
    tally = batch.tally
    say(
        f"批次 {batch.id}：评价 {tally.evaluated} 个主体，{tally.in_force} 个结果生效，{tally.proposed} 个待批准。"
    )
    if tally.proposed:
        say(f"待批准的结果比现行的差，批准后生效：xinshi evaluate --approve {batch.id} --by 审批人员账号")


def _approve(place: Workplace, batch_id: int, by: str, *, as_json: bool) -> None:
    from domain.services.evaluations import approve_all

    with progress_bar("批准", None) as bar:
        approved = approve_all(sessions(place), batch_id, by=by, now=place.clock.now(), progress=bar.advance)
    if as_json:
        say_json({"batch": batch_id, "approved": approved, "by": by})
    else:
        say(f"批次 {batch_id}：{by} 批准了 {approved} 个结果，已生效。")


def sessions(place: Workplace) -> Session:
    """What bulk services open for each short transaction."""
    return cast("Session", place.session)
