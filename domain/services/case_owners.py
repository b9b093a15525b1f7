"""Which department owns a case: three doors, one number (S0-39), the 认定单位 for a repair (S0-42)."""

from __future__ import annotations

from collections.abc import Iterator

from domain.model.record import Record
from domain.model.subject import Subject
from domain.office import Office
from domain.rules.rulebook_cases import DoorOwner
from domain.services.work import Work

#: what everybody calls the credit office, besides the names in its own file
_CREDIT_OFFICE = "信用办"
#: who can accept a case; a department without one of them would never see it
_INTAKE_ROLES = frozenset({"经办", "联络员"})


def canonical_department(office: Office, name: str) -> str:
    """The one spelling of a department (C-17): the office's own name, or the name behind an alias."""
    wanted = name.strip()
    if wanted in (_CREDIT_OFFICE, office.name, office.short_name):
        return office.name
    known = office.department(wanted)
    return known.name if known else wanted


def department_names(office: Office) -> dict[str, str]:
    """Every name under which the office file knows a department, the credit office among them → its spelling."""
    own = dict.fromkeys((office.name, office.short_name, _CREDIT_OFFICE), office.name)
    return {name: known.present for name, known in office.authorities().items()} | own


def departments(work: Work) -> tuple[str, ...]:
    """Every department with staff that can accept a case; the credit office first."""
    staffed = {
        canonical_department(work.office, member.department)
        for member in work.uow.staff.all()
        if member.enabled and _INTAKE_ROLES & set(member.roles)
    }
    return (work.office.name, *sorted(staffed - {work.office.name}))


def department_named(work: Work, name: str) -> str | None:
    """The department that is meant by a typed name, if it can take a case."""
    wanted = canonical_department(work.office, name)
    return wanted if wanted in departments(work) else None


def owner_of(
    work: Work, door: DoorOwner, *, subject: Subject | None = None, record: Record | None = None
) -> str:
    """The department that owns a case brought to a door of the rulebook.

    S0-39: the evaluating unit, the credit office, the regulator of the
    subject's trade; S0-42: for a repair the unit that found the misconduct. A
    department without staff here would never see the case: then the credit
    office takes it and passes it on. It also keeps what another body decides.
    """
    candidates: Iterator[str] = iter(())
    if door in ("evaluator", "authority") and record is not None:
        candidates = _makers(record)
    elif door == "regulator" and subject is not None:
        candidates = _regulators(work.office, subject)
    return _first_staffed(work, candidates)


def _makers(record: Record) -> Iterator[str]:
    yield from (name for name in (record.authority, record.submitter) if name)


def _regulators(office: Office, subject: Subject) -> Iterator[str]:
    for domain in (*subject.domains, subject.industry):
        owner = office.owner_of(domain) if domain else None
        if owner is not None:
            yield owner.name


def _first_staffed(work: Work, candidates: Iterator[str]) -> str:
    staffed = departments(work)
    for name in candidates:
        known = canonical_department(work.office, name)
        if known in staffed:
            return known
    return work.office.name
