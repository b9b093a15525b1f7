"""Loading the demonstration: one database for each rulebook, complete or not there at all.

Everything goes through the unit of work and the services, as in a real
office: staff, subjects, records, imported grades in approved batches, an
evaluation whose worse outcomes a named person approves, and a second one
that leaves some waiting.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import TypeVar

from bot.demo.hints import DemoHint, demo_hints
from bot.demo.population import DemoSubject, population
from bot.demo.records import business_key, record_of
from bot.settings import Settings
from domain.clock import Clock, legal_date
from domain.errors import Refused
from domain.model.assessment import BaseGrade
from domain.model.person import Staff
from domain.model.subject import Subject, SubjectKind
from domain.office import Office
from domain.ports import Sealer
from domain.rules.grading import Grader
from domain.rules.rulebook import Rulebook
from domain.rules.severity import SeverityScale
from domain.services.evaluations import approve_all, evaluate_all
from domain.services.import_drafts import ID_PURPOSE
from storage.schema import upgrade
from storage.session import open_session
from storage.unit_of_work import SqlUnitOfWork

__all__ = ["DemoHint", "demo_hints", "ensure_demo", "load_demo", "reset_demo"]

APPROVER = "approver"
_STAFF = (
    ("window1", "窗口一号岗", ("经办",)),
    ("window2", "窗口二号岗", ("经办",)),
    (APPROVER, "审批岗", ("审批",)),
    ("admin", "信用办管理岗", ("信用办管理员",)),
    ("auditor", "审计岗", ("审计",)),
)
_CHUNK = 60
#: the imported results are of a day a while ago, as in life
_IMPORTED_DAYS_AGO = 40

Tell = Callable[[str], None]
DemoSession = Callable[[], AbstractContextManager[SqlUnitOfWork]]
_T = TypeVar("_T")


def ensure_demo(
    settings: Settings,
    rulebook: Rulebook,
    office: Office,
    clock: Clock,
    sealer: Sealer,
    *,
    tell: Tell,
    reset: bool = False,
) -> bool:
    """Make the demonstration's database where there is none, or anew where ``reset``; whether it was made.

    It is loaded beside its place and moved there when complete: a start that
    was cut short leaves nothing half done. An existing one is kept.
    """
    if not settings.demonstration:
        raise Refused("演示数据只能装进演示数据库")
    if reset:
        reset_demo(settings)
    file = _file_of(settings)
    if file.exists():
        upgrade(settings.database_url)
        return False
    tell(f"正在准备{rulebook.display_name}的演示数据…")
    loading = file.with_name(f"{file.name}.loading")
    _remove(loading)
    url = f"sqlite:///{loading}"
    upgrade(url)
    load_demo(lambda: open_session(url, sealer=sealer, clock=clock), rulebook, office, clock, sealer)
    loading.replace(file)
    _remove(loading)
    return True


def reset_demo(settings: Settings) -> None:
    """Delete the demonstration's database and files; never another's."""
    if not settings.demonstration:
        raise Refused("只有演示数据可以清空")
    _remove(_file_of(settings))
    shutil.rmtree(settings.attachments, ignore_errors=True)


def _file_of(settings: Settings) -> Path:
    return Path(settings.database_url.removeprefix("sqlite:///"))


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)


def load_demo(session: DemoSession, rulebook: Rulebook, office: Office, clock: Clock, sealer: Sealer) -> None:
    """Fill an empty database with the invented subjects of a rulebook.

    ``session`` opens one short transaction each time.
    """
    today = legal_date(clock.now())
    people = population(rulebook)
    _lay_out(session, rulebook, office, clock)
    ids = _add_subjects(session, people, sealer)
    _import_grades(session, rulebook, people, ids, clock)
    _add_records(session, rulebook, people, ids, today, later=False)
    _evaluate(session, rulebook, clock, approved=True)
    _add_records(session, rulebook, people, ids, today, later=True)
    _evaluate(session, rulebook, clock, approved=False)
    with session() as uow:
        demo_hints(uow)
    _seal(session)


def _lay_out(session: DemoSession, rulebook: Rulebook, office: Office, clock: Clock) -> None:
    with session() as uow:
        uow.installation.remember_rulebook(rulebook.id)
        uow.installation.mark_demonstration()
        for userid, name, roles in _STAFF:
            uow.staff.save(Staff(userid, name, roles, office.name))
        for department in office.departments:
            userid = f"liaison{office.departments.index(department) + 1}"
            uow.staff.save(Staff(userid, "联络员", ("联络员", "检查人员"), department.name))


def _add_subjects(session: DemoSession, people: list[DemoSubject], sealer: Sealer) -> list[int]:
    ids: list[int] = []
    for chunk in batched(people, _CHUNK):
        with session() as uow:
            ids.extend(_add_subject(uow, each, sealer) for each in chunk)
    return ids


def _add_subject(uow: SqlUnitOfWork, each: DemoSubject, sealer: Sealer) -> int:
    natural = each.kind is SubjectKind.NATURAL_PERSON
    subject = Subject(
        id=0,
        kind=each.kind,
        name=each.name,
        uscc=None if natural else each.code,
        domains=each.domains,
        industry=each.industry,
    )
    if not natural:
        return uow.subjects.add(subject)
    number = each.code.encode()
    return uow.subjects.add(
        subject, id_sealed=sealer.seal(ID_PURPOSE, number), id_hash=sealer.digest(ID_PURPOSE, number)
    )


def _import_grades(
    session: DemoSession, rulebook: Rulebook, people: list[DemoSubject], ids: list[int], clock: Clock
) -> None:
    """The imported public results, where the rules rest on them: one approved batch, visible at once."""
    if rulebook.base != "imported":
        return
    known = rulebook.evaluation("public")
    source = known.computed_by if known else "上级信用平台"
    on, now = legal_date(clock.now()) - timedelta(days=_IMPORTED_DAYS_AGO), clock.now()
    with session() as uow:
        batch = uow.batches.open("public-grades", file_sha256="", source=source, by=APPROVER, at=now)
    graded = [(each.grade, subject_id) for each, subject_id in zip(people, ids, strict=True) if each.grade]
    for chunk in batched(graded, _CHUNK):
        with session() as uow:
            for grade, subject_id in chunk:
                base = BaseGrade(subject_id, "public", grade, None, on, source, batch, APPROVER)
                uow.assessments.add_base_grade(base)
    with session() as uow:
        uow.batches.flip(batch, now, {"accepted": len(graded)})
        uow.audit.append("import.flipped", actor=f"staff:{APPROVER}", ref=str(batch))


def _add_records(
    session: DemoSession,
    rulebook: Rulebook,
    people: list[DemoSubject],
    ids: list[int],
    today: date,
    *,
    later: bool,
) -> None:
    """The histories, or what came in after the first evaluation."""
    assert rulebook.severity is not None, "a rulebook read from a file has a severity table"
    scale = SeverityScale(rulebook.severity)
    for chunk in batched(zip(people, ids, strict=True), _CHUNK):
        with session() as uow:
            for each, subject_id in chunk:
                events = each.case.later if later else each.case.events
                first = len(each.case.events) if later else 0
                for seq, event in enumerate(events, start=first + 1):
                    record = record_of(event, subject_id, today, seq, scale)
                    uow.records.add(record, business_key=business_key(record, seq), batch_id=None)


def _evaluate(session: DemoSession, rulebook: Rulebook, clock: Clock, *, approved: bool) -> None:
    now = clock.now()
    grader = Grader(rulebook, legal_date(now))
    batch = evaluate_all(session, grader, by=f"staff:{APPROVER}", now=now, progress=_silent)
    if approved and batch.tally.proposed:
        approve_all(session, batch.id, by=APPROVER, now=now, progress=_silent)


def _seal(session: DemoSession) -> None:
    """Chain what was written, so that ``audit verify`` finds no old tail before the service runs."""
    while True:
        with session() as uow:
            if not uow.sealing.seal_batch():
                return


def _silent(_done: int) -> None:
    """Loading takes a few seconds: no bar."""


def batched(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """The items in lists of at most ``size``."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
