"""材料: files that belong to a case. Typed by content, capped, hashed; each is kept once.

The bytes lie in the attachments folder before anything here is written: a file
without a row harms nobody, a row without its file would.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import NotAllowed, NotFound, Refused
from domain.model.case import Actor, Case, CaseKind, Doer, Evidence
from domain.model.person import Channel, Person, Power, normal_userid
from domain.model.subject import Subject
from domain.ports import NamedMedia
from domain.rules.file_types import ACCEPTED, content_type_of, ending, spoken_type
from domain.services import bindings, cases, letters, links, staff
from domain.services.case_rights import may_see
from domain.services.work import Work

MAX_BYTES = 10 * 1024 * 1024
MAX_FILES = 30
#: the platforms keep a temporary file for three days; after this nobody asks for it any more
MEDIA_LIFE = timedelta(days=3)
#: a fetch that reported no end is taken up again after so long
LEASE = timedelta(minutes=2)
_PICTURES = frozenset({"image/jpeg", "image/png", "image/gif"})
#: kinds of case in which the firm's side brings material
_TAKING = frozenset(
    {
        CaseKind.OBJECTION,
        CaseKind.REVIEW,
        CaseKind.REPAIR,
        CaseKind.COMMITMENT,
        CaseKind.MANDATE,
        CaseKind.CONSULTATION,
    }
)

EMPTY = "“{name}”是空文件，请重新选择。"
TOO_LARGE = "“{name}”超过10MB，请压缩或分开后再传。"
WRONG_TYPE = f"“{{name}}”不是可以收的文件。可以收：{ACCEPTED}。"
TOO_MANY = f"{{number}}已有{MAX_FILES}份材料，不能再加。请先联系经办人员。"
CLOSED = "{number}已经办结，不能再加材料。回复“进度 {number}”看结果。"
NOT_TAKEN = "{number}不收材料。"
NOT_FOUND = "没有找到这份材料。"
ERASED = "您的个人信息已按您的要求删除，这里不能再打开。要办理，请回到对话里重新开始。"
NOT_YOURS = "这份材料只给{department}和经办人员看。"
ARRIVED = "{number}收到{who}的材料：{kind}（{size}）。看全部材料请回复“材料 {number}”。"
NOT_FETCHED = (
    "您发来的文件没有收到（{reason}），没有存进{number}。请再发一次，或回复“材料 {number}”用链接上传。"
)


@dataclass(frozen=True, slots=True)
class File:
    """A file that was looked at and is accepted, without its bytes."""

    sha256: str
    content_type: str
    size: int
    name: str


def checked_type(data: bytes, name: str) -> str:
    """The content type of a file's bytes; ``Refused`` in one line for what is not taken."""
    said = name[:60]
    if not data:
        raise Refused(EMPTY.format(name=said))
    if len(data) > MAX_BYTES:
        raise Refused(TOO_LARGE.format(name=said))
    content_type = content_type_of(data)
    if not content_type:
        raise Refused(WRONG_TYPE.format(name=said))
    return content_type


def takes_material(case: Case) -> bool:
    """Whether the firm's side can still bring something to this case."""
    return case.open and case.kind in _TAKING


def require_taking(work: Work, number: str, actor: Actor) -> Case:
    """The case of a number, if it takes material from this actor; ``Refused`` otherwise."""
    case = cases.find(work, number, actor=actor)
    if not case.open:
        raise Refused(CLOSED.format(number=case.number))
    if case.kind not in _TAKING:
        raise Refused(NOT_TAKEN.format(number=case.number))
    if Doer.FIRM not in actor.doers:
        require_reader(work, case, actor)
    if work.uow.evidence.count(case.id) >= MAX_FILES:
        raise Refused(TOO_MANY.format(number=case.number))
    return case


def add(work: Work, number: str, file: File, *, actor: Actor) -> bool:
    """Keep a file with a case; False where the case has the very same file already.

    Whoever works on the case is told, once for each file.
    """
    case = require_taking(work, number, actor)
    item = Evidence(
        0, case.id, file.sha256, file.content_type, file.size, file.name[:200], work.now, actor.label
    )
    evidence_id = work.uow.evidence.add(item)
    if evidence_id is None:
        return False
    detail = {"sha256": file.sha256, "type": file.content_type, "size": file.size}
    work.uow.audit.append(
        "evidence.added", actor=actor.label, subject_id=case.subject_id, ref=case.number, detail=detail
    )
    told = ARRIVED.format(
        number=case.number, who=actor.name, kind=spoken_type(file.content_type), size=spoken_size(file.size)
    )
    listeners = [userid for userid in letters.whose_turn(work, case) if userid != actor.id]
    letters.tell_staff(work, listeners, told, key=f"evidence:{evidence_id}")
    return True


def of_case(work: Work, case: Case, actor: Actor) -> list[Evidence]:
    """The files of a case for a member of staff who may read them; ``NotAllowed`` says who may."""
    require_reader(work, case, actor)
    return work.uow.evidence.of_case(case.id)


def to_read(work: Work, evidence_id: int, actor: Actor) -> Evidence:
    """One file for a member of staff who may read it; that it was opened is written down."""
    item = work.uow.evidence.get(evidence_id)
    case = work.uow.cases.get(item.case_id) if item is not None else None
    if item is None or case is None:
        raise NotFound(NOT_FOUND)
    require_reader(work, case, actor)
    detail = {"sha256": item.sha256}
    work.uow.audit.append(
        "evidence.read", actor=actor.label, subject_id=case.subject_id, ref=case.number, detail=detail
    )
    return item


def require_reader(work: Work, case: Case, actor: Actor) -> None:
    """``NotAllowed`` unless the actor belongs to the case's department, handles it, or administers."""
    if Doer.FIRM in actor.doers:
        raise NotAllowed(NOT_YOURS.format(department=case.department))
    seated = any(where == case.department for where, _ in actor.seats)
    if not (seated or case.handler == actor.id or Doer.ADMIN in actor.doers):
        raise NotAllowed(NOT_YOURS.format(department=case.department))


def actor_behind(work: Work, person_id: int) -> Actor:
    """Whoever a link was given to, with the rights that this person has now."""
    person = work.uow.people.get(person_id)
    if person.erased:
        # a cookie or a link may be older than the wish to be forgotten
        raise NotAllowed(ERASED, log=f"person {person_id} was erased")
    if person.channel is Channel.WECOM:
        return staff.actor_of(work, normal_userid(person.sender))
    return staff.firm_actor(person, _spoken_for(work, person))


def open_cases(work: Work, person: Person, subject_id: int | None = None) -> list[tuple[Case, str]]:
    """Open cases that take material from this person, newest first, with whom each is about.

    Of all firms that the person files for, or of one.
    """
    held = [
        subject
        for binding, subject in bindings.active(work.uow, person, work.today)
        if binding.power >= Power.FILE and subject_id in (None, subject.id)
    ]
    found = {case.id: (case, subject.name) for subject in held for case in _of_subject(work, subject)}
    for case in work.uow.cases.of_applicant(person.id, open_only=True):
        found.setdefault(case.id, (case, ""))
    actor = staff.firm_actor(person, "")
    mine = (pair for pair in found.values() if takes_material(pair[0]) and may_see(work, pair[0], actor))
    return sorted(mine, key=lambda pair: -pair[0].id)


def named_media(work: Work, number: str, person: Person, media_ids: list[str]) -> Case:
    """Have files that a person sent in the chat fetched for a case."""
    actor = actor_behind(work, person.id)
    case = require_taking(work, number, actor)
    for media_id in media_ids:
        work.uow.evidence.queue(case.id, person.channel, media_id, by=actor.label, at=work.now)
    return case


def lost(work: Work, media: NamedMedia, reason: str) -> None:
    """A file that was sent in the chat will not come: the sender is told, once."""
    case = work.uow.cases.get(media.case_id)
    if case is None or not work.uow.evidence.failed(media.id, reason):
        return
    told = NOT_FETCHED.format(reason=reason, number=case.number)
    letters.tell_person(work, sender_of(media), told, key=f"media-lost:{media.id}", kind="材料", case=case)


def sender_of(media: NamedMedia) -> int:
    """The number of the person who sent it."""
    return int(media.by.removeprefix("person:"))


def again_at(media: NamedMedia, now: datetime) -> datetime | None:
    """When a failed fetch is tried again: after 1, 2, 4 … minutes, at most an hour; None: too late."""
    due = now + timedelta(minutes=min(60, 2 ** max(0, media.attempts - 1)))
    return due if due < media.at + MEDIA_LIFE else None


def upload_address(work: Work, base_url: str, case: Case, person: Person) -> str:
    """The address of the page on which this person adds files to a case."""
    return links.address(base_url, work.sealer, links.Purpose.UPLOAD, case.number, person.id, work.now)


def download_name(case_number: str, item: Evidence) -> str:
    """The name under which a file is handed out: never one that somebody else chose."""
    return f"{case_number}-{item.id}.{ending(item.content_type)}"


def shown_inline(item: Evidence) -> bool:
    """Whether a browser of the staff shows it: pictures only, nothing in which something could run."""
    return item.content_type in _PICTURES


def spoken_size(size: int) -> str:
    """A size as people read it."""
    return f"{size / 1_048_576:.1f}MB" if size >= 1_048_576 else f"{max(1, size // 1024)}KB"


def _of_subject(work: Work, subject: Subject) -> list[Case]:
    return work.uow.cases.of_subject(subject.id, open_only=True)


def _spoken_for(work: Work, person: Person) -> str:
    held = bindings.active(work.uow, person, work.today)
    return held[0][1].name if len(held) == 1 else "当事人"
