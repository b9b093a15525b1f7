"""修复 on pages (S0-42, S4-38): which records, from when, what is still missing; then one application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.web.firm.filing import ID, SUBJECT, Counter, Filing, Sheet, at_counter
from bot.web.site import Side, Visit
from domain.errors import Refused
from domain.model.case import Actor, Case
from domain.model.draft import Draft
from domain.rules.codes import mask_personal
from domain.services import commitments, drafts, repairs
from domain.services.repairs import Candidate
from domain.services.work import Work
from handlers.firm.repairs import NO_LONGER, when
from handlers.firm.wording import day

LABEL = "怎么改正的，履行了什么"
HINT = "比如：罚款已于3月10日缴清，标签已全部更换，附缴款凭证。5到500个字。"
FOLLOWS = "修复不收费。提交以后马上有案号，{accept}有了结果在微信里告诉您。"
ACCEPT_WITHIN = "{days}个工作日内告诉您受不受理，"
FOLLOWS_OUTSIDE = "修复不收费。提交以后这里先核对材料，再由您在“信用中国”网站正式申请。"


@dataclass(frozen=True, slots=True)
class Offered:
    """A record that can be repaired at all."""

    title: str
    decided: str
    when: str
    path: str
    #: number of the case that is under way; ""
    running: str
    #: whether the form can be filled in now
    open: bool


@dataclass(frozen=True, slots=True)
class Check:
    """One condition, and whether it is met as far as can be seen here."""

    text: str
    met: bool
    #: looked into by staff: neither met nor missing
    by_staff: bool
    #: where it can be met
    path: str = ""
    way: str = ""


class Repairs:
    """The list of records, and the form for each."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of these pages."""
        return [
            self._side.get(f"/h5/firm/{SUBJECT}/repair", self.listed),
            *RepairForm(self._side).routes(),
        ]

    async def listed(self, visit: Visit) -> web.StreamResponse:
        """Every record with its first legal day; a record named leads to its form."""
        subject_id, record = visit.match["subject_id"], visit.query.get("record", "")
        if record.isdecimal():
            return visit.go(f"/h5/firm/{subject_id}/repair/{record[:15]}")

        def ask(work: Work, _: Actor) -> dict[str, Any]:
            counter = at_counter(work, visit.person_id, int(subject_id))
            listed = repairs.candidates(work, counter.subject)
            return {
                "subject": counter.subject,
                "intro": work.rulebook.repair.public_text,
                "offered": [_offered(work, counter, each) for each in listed],
            }

        return visit.page("firm/repairs.html", title="信用修复", **await visit.read(ask))


class RepairForm(Filing):
    """The application for one record."""

    pattern = f"/h5/firm/{SUBJECT}/repair/{{record:{ID}}}"
    template = "firm/repair.html"

    def counter(self, work: Work, visit: Visit) -> Counter:
        return at_counter(work, visit.person_id, int(visit.match["subject_id"]))

    def key(self, visit: Visit) -> str:
        return f"修复:{visit.match['subject_id']}:{visit.match['record']}"

    def sheet(self, work: Work, counter: Counter, visit: Visit) -> Sheet:
        candidate = _candidate(work, counter, visit)
        repairs.check_open(work, candidate)
        here, record = work.rulebook.repair.decided_here, candidate.record
        title = mask_personal(record.title)
        draft = drafts.find(work, visit.person_id, self.key(visit))
        return Sheet(
            form=self.key(visit),
            path=_path(counter, candidate),
            title="申请修复",
            name=f"修复：{title}"[:80],
            about=(
                ("单位", counter.subject.name),
                ("要修复的记录", title),
                ("决定", f"{day(record.decided_on)} {record.authority}"),
                ("申请时间", when(work, candidate)),
            ),
            label=LABEL,
            hint=HINT,
            follows=FOLLOWS.format(accept=_accept_within(work)) if here else FOLLOWS_OUTSIDE,
            extra={
                "checks": _checks(work, counter, candidate, draft),
                "materials": work.rulebook.repair.materials,
                "outside": None if here else repairs.door(work),
            },
        )

    def file(self, work: Work, counter: Counter, visit: Visit, draft: Draft) -> Case:
        candidate = _candidate(work, counter, visit)
        return repairs.file(
            work, counter.person.id, counter.actor, counter.subject, candidate, draft.fields["text"]
        )


def _accept_within(work: Work) -> str:
    """Until when the firm hears whether the application is accepted; "" where no limit is set."""
    limits = (limit for limit in work.rulebook.repair.limits if limit.step == "accept")
    return next((ACCEPT_WITHIN.format(days=limit.working_days) for limit in limits), "")


def _offered(work: Work, counter: Counter, candidate: Candidate) -> Offered:
    record = candidate.record
    try:
        repairs.check_open(work, candidate)
        is_open = True
    except Refused:
        is_open = False
    return Offered(
        title=mask_personal(record.title),
        decided=f"{day(record.decided_on)} {record.authority}",
        when=when(work, candidate),
        path=_path(counter, candidate),
        running=candidate.running.number if candidate.running else "",
        open=is_open,
    )


def _path(counter: Counter, candidate: Candidate) -> str:
    return f"/h5/firm/{counter.subject.id}/repair/{candidate.record.id}"


def _candidate(work: Work, counter: Counter, visit: Visit) -> Candidate:
    wanted = int(visit.match["record"])
    for each in repairs.candidates(work, counter.subject):
        if each.record.id == wanted:
            return each
    raise Refused(NO_LONGER)


def _checks(work: Work, counter: Counter, candidate: Candidate, draft: Draft) -> list[Check]:
    """The conditions of the rulebook: the day is counted, files and the commitment are seen here."""
    missing = {condition.id for condition in candidate.term.missing}
    promised = commitments.in_force(work, counter.subject, national=commitments.FOR_REPAIR)
    kind = next((k for k in work.rulebook.commitments.kinds if k.national == commitments.FOR_REPAIR), None)
    seen = {"term": False, "evidence": bool(draft.files), "commitment": promised, "staff": False}
    found = []
    for condition in work.rulebook.repair.conditions:
        met = condition.id not in missing or seen[condition.shown_by]
        to_sign = condition.shown_by == "commitment" and not met and kind is not None
        found.append(
            Check(
                text=condition.public_text,
                met=met,
                by_staff=condition.shown_by == "staff",
                path=f"/h5/firm/{counter.subject.id}/commitments/{kind.id}" if to_sign and kind else "",
                way="去签信用修复承诺书" if to_sign else "",
            )
        )
    return found
