"""What the office says to people of its own accord: queued in the same transaction as its reason.

Each letter has a key: asked for twice, it is sent once. The delivery loop
chooses the channel. A notice with legal effect that reaches nobody becomes a
case 送达: somebody carries it there, and writes down how.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from domain.clock import SHANGHAI
from domain.errors import NotAllowed
from domain.model.card import Card
from domain.model.case import SYSTEM_ACTOR, Actor, Case, CaseKind
from domain.model.person import Channel, normal_userid
from domain.rules.case_tables import TABLES
from domain.services import bindings, case_cards, case_view, cases, staff
from domain.services.work import Work

#: who wrote so lately is not asleep
_UP_FOR = timedelta(hours=1)
#: kinds whose own services write to staff about every step
_SPOKEN_FOR = frozenset({CaseKind.CONSULTATION, CaseKind.BROADCAST})
#: steps whose services tell the same people more than the step says
_SPOKEN_OF = frozenset({(CaseKind.COMMITMENT, "签署")})
#: an undelivered letter is not lost for ever while one of these holds for any of its kind
_ON_THE_WAY = frozenset({"waiting", "leased", "sent", "carried", "unknown"})

MOVED = "{number} {kind}（{name}）：{who}已“{action}”{said}，现在是“{state}”。{countdown}。\n看详情请回复“案件 {number}”。"
SAID = "（{text}）"
LEAD = "{who}已“{action}”{said}。"
SERVE = (
    "要送达：{number}\n{name}的通知没有能送到（{reason}）。请用电话、信函或当面送达，"
    "然后回复“送达 {number} 怎样送达、谁收的、什么时候、有什么凭证”。看通知内容请回复“案件 {number}”。"
)
NOBODY_BOUND = "没有人绑定这家单位"
#: below a notice with legal effect: its paper and its case; the platform says who opens it
PAPER = '<a href="{base_url}/h5/firm/cases/{number}">看文书和办理经过</a>'
#: of one message of the platforms
_MAX_BYTES = 2048


def tell_person(
    work: Work,
    person_id: int,
    text: str,
    *,
    key: str,
    kind: str,
    legal_effect: bool = False,
    case: Case | None = None,
) -> bool:
    """Queue a text for one person; False where this letter was queued before.

    ``kind`` names the matter (异议, 修复 …): templates are chosen by it.
    ``legal_effect`` marks a notice from whose service a term runs.
    """
    return _put(work, person_id, text, key=key, notice=key, kind=kind, legal_effect=legal_effect, case=case)


def tell_subject(
    work: Work,
    subject_id: int,
    text: str,
    *,
    key: str,
    kind: str,
    legal_effect: bool = False,
    case: Case | None = None,
) -> int:
    """Queue a text for everybody who is bound to a subject today; how many letters were new.

    A notice with legal effect to a subject nobody is bound to is served in person.
    """
    held = work.uow.bindings.of_subject(subject_id)
    people = sorted({person.id for binding, person in held if bindings.holds(binding, work.today)})
    if legal_effect and case is not None:
        if not people:
            serve(work, case, text, reason=NOBODY_BOUND)
        text = _with_paper(work, text, case)
    return sum(
        _put(
            work,
            each,
            text,
            key=f"{key}:{each}",
            notice=key,
            kind=kind,
            legal_effect=legal_effect,
            case=case,
        )
        for each in people
    )


def _with_paper(work: Work, text: str, case: Case) -> str:
    """A notice with the way to its paper; alone where we have no pages, or where both are too long together."""
    if not work.base_url:
        return text
    whole = f"{text}\n{PAPER.format(base_url=work.base_url, number=case.number)}"
    return whole if len(whole.encode()) <= _MAX_BYTES else text


def tell_staff(
    work: Work,
    userids: Iterable[str],
    text: str,
    *,
    key: str,
    kind: str = "staff",
    card: Card | None = None,
    case: Case | None = None,
    lead: str = "",
) -> int:
    """Queue a text for members of staff; how many letters were new.

    With ``case`` each gets its card, with the buttons for what he may do;
    ``lead`` says on it why it comes.
    """
    told = 0
    for userid in dict.fromkeys(map(normal_userid, userids)):
        person = work.uow.people.get_or_add(Channel.WECOM, work.staff_account, userid, work.now)
        shown = _card_for(work, case, userid, lead) if card is None and case is not None else card
        told += work.uow.outbox.put(
            person_id=person.id,
            text=text,
            unique_key=f"{key}:{userid}",
            at=work.now,
            kind=kind,
            card=asdict(shown) if shown is not None else None,
            case_id=case.id if case is not None else None,
        )
    return told


def clerks_of(work: Work, department: str) -> list[str]:
    """Who is told of a new case of a department: its clerks and liaisons, else the credit office's clerks."""
    for where in (department, work.office.name):
        found = {
            member.userid: None
            for role in ("经办", "联络员")
            for member in staff.staff_with(work, role, where)
        }
        if found:
            return list(found)
    return []


def whose_turn(work: Work, case: Case) -> list[str]:
    """Who works on a case now: whoever handles it (or stands in), else the clerks of its department."""
    if case.handler:
        away = dict(work.uow.staff.deputies(work.today))
        present = work.uow.staff.get(away.get(case.handler, case.handler))
        if present is not None and present.enabled:
            return [present.userid]
    return clerks_of(work, case.department)


def deciders_of(work: Work, case: Case) -> list[str]:
    """Approvers who may take a decision on a case now."""
    return list(_ways_to_decide(work, case))


def _ways_to_decide(work: Work, case: Case) -> dict[str, frozenset[str]]:
    """Approvers with the decisions that each may take on a case now."""
    deciding = TABLES[case.kind].deciding
    found = (member.userid for member in staff.staff_with(work, "审批", case.department))
    ways = {
        userid: deciding & set(cases.allowed(work, case, staff.actor_of(work, userid))) for userid in found
    }
    return {userid: actions for userid, actions in ways.items() if actions}


def case_moved(work: Work, before: Case, after: Case, action: str, actor: Actor, text: str) -> None:
    """Tell the staff whose turn it is now, and who may decide now what they could not before; never the actor."""
    if after.kind in _SPOKEN_FOR or (after.kind, action) in _SPOKEN_OF or after.number != before.number:
        return
    could = _ways_to_decide(work, before) if before.open else {}
    now = _ways_to_decide(work, after).items()
    due = [*whose_turn(work, after), *(who for who, ways in now if ways - could.get(who, frozenset()))]
    wanted = [userid for userid in due if userid != actor.id]
    subject = work.uow.subjects.get(after.subject_id).name if after.subject_id is not None else ""
    said = MOVED.format(
        number=after.number,
        kind=after.kind,
        name=subject or after.department,
        who=actor.name,
        action=action,
        said=SAID.format(text=text) if text else "",
        state=after.state,
        countdown=case_view.countdown(work, after),
    )
    lead = LEAD.format(who=actor.name, action=action, said=SAID.format(text=text) if text else "")
    tell_staff(work, wanted, said, key=f"moved:{after.number}:{after.version}", case=after, lead=lead)


# -- 送达 ----------------------------------------------------------------------


def serve(work: Work, about: Case, text: str, *, reason: str, notice: str = "") -> Case:
    """Open the case 送达 for a notice that nobody could be given; its clerks are told."""
    case = cases.open_case(
        work,
        CaseKind.SERVICE,
        subject_id=about.subject_id,
        applicant_id=None,
        department=about.department,
        facts={"what": f"{about.number}（{about.kind}）的通知", "said": text, "reason": reason},
        actor=SYSTEM_ACTOR,
        text=reason,
        parent_id=about.id,
    )
    if notice:
        work.uow.outbox.note_service(notice, case.id)
    name = work.uow.subjects.get(about.subject_id).name if about.subject_id is not None else "当事人"
    said = SERVE.format(number=case.number, name=name, reason=reason)
    tell_staff(work, clerks_of(work, case.department), said, key=f"opened:{case.number}", case=case)
    return case


def not_delivered(work: Work, *, notice: str, case_id: int | None, text: str, reason: str) -> Case | None:
    """A letter with legal effect has failed: 送达, once, where no other letter of the notice gets through."""
    about = work.uow.cases.get(case_id) if case_id is not None else None
    if about is None or not notice or _ON_THE_WAY & set(work.uow.outbox.outcomes(notice)):
        return None
    known = [each for each in work.uow.cases.children(about.id) if each.kind is CaseKind.SERVICE]
    if any(each.facts.get("said") == text for each in known):
        return None
    return serve(work, about, text, reason=reason, notice=notice)


def sweep_served(work: Work) -> int:
    """End the cases 送达 of which a letter has arrived after all; how many."""
    arrived = work.uow.outbox.served()
    for case_id in arrived:
        case = work.uow.cases.get(case_id)
        if case is not None:
            cases.act(work, case.number, "签收", actor=SYSTEM_ACTOR)
    return len(arrived)


def after_quiet_hours(work: Work) -> datetime | None:
    """When what is due in the quiet hours of the office is sent to a firm's people; None outside of them.

    The tool of the staff has quiet hours of its own; reminders wait for the morning anyway.
    """
    quiet, here = work.office.quiet_hours, work.now.astimezone(SHANGHAI)
    if not quiet.covers(here.time()):
        return None
    end = datetime.combine(here.date(), quiet.end, SHANGHAI)
    return (end if end > here else end + timedelta(days=1)).astimezone(UTC)


def _put(
    work: Work,
    person_id: int,
    text: str,
    *,
    key: str,
    notice: str,
    kind: str,
    legal_effect: bool,
    case: Case | None,
) -> bool:
    return work.uow.outbox.put(
        person_id=person_id,
        text=text,
        unique_key=key,
        at=work.now,
        kind=kind,
        legal_effect=legal_effect,
        case_id=case.id if case is not None else None,
        notice=notice if legal_effect else "",
        due_at=None if _is_up(work, person_id) else after_quiet_hours(work),
    )


def _is_up(work: Work, person_id: int) -> bool:
    """Whether somebody wrote to us just now: then nothing is too late at night."""
    last = work.uow.people.get(person_id).last_inbound_at
    return last is not None and work.now - last < _UP_FOR


def _card_for(work: Work, case: Case, userid: str, lead: str) -> Card | None:
    try:
        return case_cards.card(work, case, staff.actor_of(work, userid), note=lead)
    except NotAllowed:  # somebody on the duty list who is not registered yet
        return None
