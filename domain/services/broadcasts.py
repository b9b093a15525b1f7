"""群发: a notice to many. One writes it, another releases it, jobs list, count, send and report.

The recipients are listed before anybody releases: what is released is what was
counted, and each recipient stands in the list once, whatever he is bound to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from domain.errors import NotFound, Refused
from domain.model.broadcast import Audience, Broadcast, Found, Ledger
from domain.model.case import SYSTEM_ACTOR, Actor, Case, CaseKind
from domain.model.person import Channel, Person, Staff, normal_userid
from domain.rules.quotation import quoted
from domain.services import bindings, cases, letters, staff
from domain.services.case_owners import canonical_department
from domain.services.work import Work

#: subjects looked at, and letters queued, in one short transaction
COUNT_CHUNK, SEND_CHUNK = 100, 50
#: what still waits after so long is reported as waiting
REPORT_AFTER = timedelta(hours=24)
LONGEST = 500
_SAMPLES = 3
_KIND = "群发"

QUOTES = (
    "这段话引用了不予公开的文件（{what}），不能发给企业。请改用可以公开的说法，例如“{display}”，再重新群发。"
)
NOT_COUNTED = "{number}还在统计对象，统计完会通知您，请稍后再办。"
NOBODY = "{number}没有收件人，不能发布。请回复“驳回 {number} 理由”，或由发起人撤回。"
PREVIEW = "群发{number}统计好了：{spoken}，{count}。\n样例：{samples}\n内容：{text}\n{next}\n不发了请回复“撤回 {number}”。"
WAITS = "已请{who}审核发布。"
NO_RELEASER = "没有可以发布的另一位审批人员，请联系信用办管理员。"
NO_RECIPIENT = "没有可以收到的人，请调整对象后重新群发。"
TO_RELEASE = "{sender}请您审核群发{number}：{spoken}，{count}。\n样例：{samples}\n内容：{text}"
FIRMS = "符合条件的单位{firms}家，其中{reached}家有人绑定，共发给{people}人"
MEMBERS = "共发给工作人员{people}人"
LETTER = "【{office}通知】\n{text}\n（{number}）"
RELEASED = "群发{number}已由{who}发布，正在发送，发完告诉您结果。"
RETURNED = "群发{number}被{who}退回：{text}。请修改后重新群发。"
REPORT = "群发{number}发完了：列入{listed}人，送出{sent}人，失败{failed}人，无法送达{unreachable}人{waiting}。{reasons}"
STILL = "，还有{count}人等待发送"
REASONS = "\n原因：{lines}。没有送到的，可以回复“投递”查看。"


# -- opening -------------------------------------------------------------------


def prepare(work: Work, actor: Actor, text: str, audience: Audience) -> Case:
    """Open the case of a notice; a job lists and counts its recipients.

    ``Refused`` where a text for firms quotes what may not be quoted (S3-03).
    """
    if not audience.staff:
        require_quotable(work, text)
    case = cases.open_case(
        work,
        CaseKind.BROADCAST,
        subject_id=None,
        applicant_id=None,
        department=actor.department,
        facts={"what": f"发给{audience.spoken}", "said": text, "sender": actor.id},
        actor=actor,
    )
    work.uow.broadcasts.add(case.id, text, audience)
    return case


def require_quotable(work: Work, text: str) -> None:
    """``Refused`` where a text quotes a document that firms may not be shown (S3-03)."""
    what = quoted(work.rulebook, text)
    if what:
        raise Refused(QUOTES.format(what=what, display=work.rulebook.display_name))


# -- jobs: each call is one short transaction; 0 where there is nothing to do ---


def count(work: Work) -> int:
    """List the recipients of the next chunk of the oldest notice; at the end its people are told."""
    notice = work.uow.broadcasts.uncounted()
    if notice is None:
        return 0
    case = _case(work, notice)
    if not case.open:
        work.uow.broadcasts.note_progress(replace(notice, counted=notice.found.people))
        return 1
    notice = _listed_staff(work, notice) if notice.audience.staff else _listed_firms(work, notice)
    work.uow.broadcasts.note_progress(notice)
    if notice.counted is not None:
        _show(work, case, notice)
    return 1


def send(work: Work) -> int:
    """Queue the letters of the next chunk of the oldest released notice; how many people were looked at."""
    notice = work.uow.broadcasts.sending()
    if notice is None:
        return 0
    case = _case(work, notice)
    text = LETTER.format(office=work.office.short_name, text=notice.text, number=case.number)
    people = work.uow.broadcasts.unsent(notice.id, limit=SEND_CHUNK)
    for person_id in people:
        _write_to(work, notice, case, work.uow.people.get(person_id), text)
    return len(people)


def report(work: Work) -> int:
    """Close what has been sent, with a report to its sender; how many were closed."""
    done = 0
    for notice in work.uow.broadcasts.unreported():
        ledger = work.uow.broadcasts.ledger(notice.id)
        assert notice.released_at is not None
        if ledger.waiting and work.now - notice.released_at < REPORT_AFTER:
            continue
        case = _case(work, notice)
        work.uow.broadcasts.note_reported(notice.id, work.now)
        cases.act(work, case.number, "完成", actor=SYSTEM_ACTOR)
        _tell_sender(work, case, closing_report(case, ledger), "report")
        done += 1
    return done


# -- effects: run inside ``cases.act`` -----------------------------------------


def released(work: Work, case: Case, actor: Actor, text: str) -> None:
    """同意: from now on it is sent; never before its recipients were counted."""
    notice = _notice(work, case)
    if notice.counted is None:
        raise Refused(NOT_COUNTED.format(number=case.number))
    if not notice.counted:
        raise Refused(NOBODY.format(number=case.number))
    work.uow.broadcasts.release(notice.id, work.now)
    _tell_sender(work, case, RELEASED.format(number=case.number, who=actor.name), "released")


def returned(work: Work, case: Case, actor: Actor, text: str) -> None:
    """驳回: the sender reads why."""
    _tell_sender(work, case, RETURNED.format(number=case.number, who=actor.name, text=text), "returned")


# -- within --------------------------------------------------------------------


def _listed_firms(work: Work, notice: Broadcast) -> Broadcast:
    firms, after = work.uow.broadcasts.firms_in(notice.audience, after=notice.cursor, limit=COUNT_CHUNK)
    found = notice.found
    for subject_id in firms:
        people = _bound(work, subject_id)
        new = work.uow.broadcasts.enlist(notice.id, people)
        found = replace(
            found, firms=found.firms + 1, reached=found.reached + bool(people), people=found.people + new
        )
        if new and len(found.samples) < _SAMPLES:
            found = replace(found, samples=(*found.samples, work.uow.subjects.get(subject_id).name))
    if after is None:
        return replace(notice, found=found, counted=found.people)
    return replace(notice, found=found, cursor=after)


def _listed_staff(work: Work, notice: Broadcast) -> Broadcast:
    members = [member for member in work.uow.staff.all() if member.enabled and _wanted(work, notice, member)]
    people = [
        work.uow.people.get_or_add(Channel.WECOM, work.staff_account, normal_userid(m.userid), work.now).id
        for m in members
    ]
    listed = work.uow.broadcasts.enlist(notice.id, people)
    samples = tuple(f"{m.name}（{m.department}）" for m in members[:_SAMPLES])
    return replace(notice, found=Found(people=listed, samples=samples), counted=listed)


def _wanted(work: Work, notice: Broadcast, member: Staff) -> bool:
    audience = notice.audience
    where = canonical_department(work.office, member.department)
    return (not audience.departments or where in audience.departments) and (
        not audience.roles or bool(set(audience.roles) & set(member.roles))
    )


def _bound(work: Work, subject_id: int) -> list[int]:
    held = work.uow.bindings.of_subject(subject_id)
    return sorted({person.id for binding, person in held if bindings.holds(binding, work.today)})


def _write_to(work: Work, notice: Broadcast, case: Case, person: Person, text: str) -> None:
    """One letter; who has left since he was listed is struck off."""
    key = f"broadcast:{notice.id}"
    if notice.audience.staff:
        userid = normal_userid(person.sender)
        member = work.uow.staff.get(userid)
        if member is None or not member.enabled:
            return work.uow.broadcasts.strike(notice.id, person.id)
        letters.tell_staff(work, [userid], text, key=key, kind=_KIND)
        return work.uow.broadcasts.note_letter(notice.id, person.id, f"{key}:{userid}")
    if not bindings.active(work.uow, person, work.today):
        return work.uow.broadcasts.strike(notice.id, person.id)
    letters.tell_person(work, person.id, text, key=f"{key}:{person.id}", kind=_KIND, case=case)
    return work.uow.broadcasts.note_letter(notice.id, person.id, f"{key}:{person.id}")


def _show(work: Work, case: Case, notice: Broadcast) -> None:
    """Count and samples, to the sender and to those who may release."""
    sender = str(case.facts["sender"])
    said = {
        "number": case.number,
        "spoken": notice.audience.spoken,
        "count": _spoken_count(notice),
        "samples": "、".join(notice.found.samples) or "无",
        "text": notice.text,
    }
    what = f"发给{notice.audience.spoken}（{said['count']}）"
    case = cases.amend(work, case, facts={"what": what})
    asked = releasers(work, case, sender) if notice.counted else {}
    if asked:
        following = WAITS.format(who="、".join(asked.values()))
    else:
        following = NO_RELEASER if notice.counted else NO_RECIPIENT
    _tell_sender(work, case, PREVIEW.format(**said, next=following), "preview")
    member = work.uow.staff.get(sender)
    text = TO_RELEASE.format(**said, sender=member.name if member else sender)
    letters.tell_staff(work, asked, text, key=f"release:{case.number}", case=case)


def releasers(work: Work, case: Case, sender: str) -> dict[str, str]:
    """Userids and names of the approvers of the department and the administrators, without the sender."""
    members = [
        *staff.staff_with(work, "审批", case.department),
        *staff.staff_with(work, "信用办管理员", None),
    ]
    return {member.userid: member.name for member in members if member.userid != sender}


def _spoken_count(notice: Broadcast) -> str:
    found = notice.found
    if notice.audience.staff:
        return MEMBERS.format(people=found.people)
    return FIRMS.format(firms=found.firms, reached=found.reached, people=found.people)


def closing_report(case: Case, ledger: Ledger) -> str:
    """What the sender reads at the end."""
    failed, unreachable = (sum(n for _, n in part) for part in (ledger.failed, ledger.unreachable))
    lines = list(_reasons(ledger))
    return REPORT.format(
        number=case.number,
        listed=ledger.listed,
        sent=ledger.sent,
        failed=failed,
        unreachable=unreachable,
        waiting=STILL.format(count=ledger.waiting) if ledger.waiting else "",
        reasons=REASONS.format(lines="；".join(lines)) if lines else "",
    )


def _reasons(ledger: Ledger) -> Iterator[str]:
    for reason, many in (*ledger.unreachable, *ledger.failed)[:5]:
        yield f"{reason or '平台没有说明'}（{many}人）"


def _tell_sender(work: Work, case: Case, text: str, what: str) -> None:
    letters.tell_staff(work, [str(case.facts["sender"])], text, key=f"broadcast-{what}:{case.number}")


def _notice(work: Work, case: Case) -> Broadcast:
    notice = work.uow.broadcasts.of_case(case.id)
    if notice is None:
        raise NotFound(cases.NOT_FOUND.format(number=case.number))
    return notice


def _case(work: Work, notice: Broadcast) -> Case:
    case = work.uow.cases.get(notice.case_id)
    assert case is not None, "a notice belongs to a case"
    return case
