"""异议 and 复核 on pages (S0-39, S4-33): what may be contested, where, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.web.firm.filing import ID, SUBJECT, Counter, Filing, Sheet, at_counter, chosen_door
from bot.web.site import Side, Visit
from domain.errors import Refused
from domain.model.case import Actor, Case
from domain.model.draft import Draft
from domain.rules.codes import mask_personal
from domain.services import cases, evidence, objections
from domain.services.objections import Target
from domain.services.work import Work
from handlers.firm.objections import DUE_LATER, NO_LONGER

_TARGET = re.compile(r"grade|record-(\d{1,15})")

LABEL = "哪里不对，为什么"
HINT = "比如：这条处罚已被复议决定撤销，文号……写得越具体，办得越快。5到500个字。"
REVIEW_LABEL = "为什么不服"
NUMBER_AT_ONCE = "提交以后马上有案号，"
COUNTS_AT_ONCE = "办结时限从明天开始算。"
FOLLOWS_REVIEW = "一个决定只能复核一次，由原决定人以外的人办理。"


@dataclass(frozen=True, slots=True)
class Offered:
    """One thing that may be contested, and the case in which it is already."""

    text: str
    path: str
    running: str


class Objections:
    """The list of what may be contested, and the form for each."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of these pages."""
        listed = self._side.get(f"/h5/firm/{SUBJECT}/object", self.listed)
        return [listed, *ObjectionForm(self._side).routes(), *ReviewForm(self._side).routes()]

    async def listed(self, visit: Visit) -> web.StreamResponse:
        """What the firm can object to, and decisions that may be reviewed; a record named leads to its form."""
        subject_id, record = visit.match["subject_id"], visit.query.get("record", "")
        if record.isdecimal():
            return visit.go(f"/h5/firm/{subject_id}/object/record-{record[:15]}")

        def ask(work: Work, _: Actor) -> dict[str, Any]:
            counter = at_counter(work, visit.person_id, int(subject_id))
            targets = objections.targets(work, counter.subject)
            return {
                "subject": counter.subject,
                "intro": work.rulebook.objection.public_text,
                "offered": [_offered(work, counter, target) for target in targets],
                "reviewable": objections.reviewable(work, counter.subject),
            }

        return visit.page("firm/object.html", title="提异议", **await visit.read(ask))


class ObjectionForm(Filing):
    """One objection: where it is brought, why, and what proves it."""

    pattern = f"/h5/firm/{SUBJECT}/object/{{target:grade|record-{ID}}}"

    def counter(self, work: Work, visit: Visit) -> Counter:
        return at_counter(work, visit.person_id, int(visit.match["subject_id"]))

    def key(self, visit: Visit) -> str:
        return f"异议:{visit.match['subject_id']}:{visit.match['target']}"

    def sheet(self, work: Work, counter: Counter, visit: Visit) -> Sheet:
        target = _target(work, counter, visit.match["target"])
        objections.check_free(work, counter.subject, target)
        annotation = work.rulebook.objection.annotation
        marked = annotation.on and target.record is not None
        what = mask_personal(target.text)
        return Sheet(
            form=self.key(visit),
            path=_path(counter, target),
            title="提异议",
            name=f"异议：{what}"[:80],
            about=(("单位", counter.subject.name), ("有异议的是", what)),
            label=LABEL,
            hint=HINT,
            doors=objections.doors(work, target),
            follows=NUMBER_AT_ONCE
            + (DUE_LATER if work.rulebook.objection.clock_start == "receipt" else COUNTS_AT_ONCE)
            + (annotation.public_text if marked else ""),
        )

    def file(self, work: Work, counter: Counter, visit: Visit, draft: Draft) -> Case:
        target = _target(work, counter, visit.match["target"])
        door = chosen_door(self.sheet(work, counter, visit), draft)
        return objections.file(
            work, counter.person.id, counter.actor, counter.subject, target, door, draft.fields["text"]
        )


class ReviewForm(Filing):
    """复核: a second look at a decision, by somebody else."""

    pattern = "/h5/firm/cases/{number:[A-Za-z]{2}[0-9]{8,12}}/review"

    def counter(self, work: Work, visit: Visit) -> Counter:
        decided = cases.find(work, visit.match["number"], actor=evidence.actor_behind(work, visit.person_id))
        if decided.subject_id is None:
            raise Refused(objections.NOTHING_DECIDED)
        return at_counter(work, visit.person_id, decided.subject_id)

    def key(self, visit: Visit) -> str:
        return f"复核:{visit.match['number'].upper()}"

    def sheet(self, work: Work, counter: Counter, visit: Visit) -> Sheet:
        decided = _decided(work, counter, visit)
        number = decided.number
        return Sheet(
            form=self.key(visit),
            path=f"/h5/firm/cases/{number}/review",
            title="申请复核",
            name=f"复核：{number}",
            about=(
                ("单位", counter.subject.name),
                ("不服的决定", f"{number}：{mask_personal(decided.facts['what'])}"),
                ("决定的结果", decided.outcome),
            ),
            label=REVIEW_LABEL,
            hint=HINT,
            follows=FOLLOWS_REVIEW,
        )

    def file(self, work: Work, counter: Counter, visit: Visit, draft: Draft) -> Case:
        decided = _decided(work, counter, visit)
        return objections.file_review(
            work, counter.person.id, counter.actor, counter.subject, decided, draft.fields["text"]
        )


def _offered(work: Work, counter: Counter, target: Target) -> Offered:
    running = objections.running_against(work, counter.subject, target)
    return Offered(mask_personal(target.text), _path(counter, target), running.number if running else "")


def _path(counter: Counter, target: Target) -> str:
    what = f"record-{target.record.id}" if target.record else "grade"
    return f"/h5/firm/{counter.subject.id}/object/{what}"


def _target(work: Work, counter: Counter, named: str) -> Target:
    """What the address names, if it can be contested now."""
    found = _TARGET.fullmatch(named)
    wanted = int(found[1]) if found and found[1] else None
    for target in objections.targets(work, counter.subject):
        if (target.record.id if target.record else None) == wanted:
            return target
    raise Refused(NO_LONGER)


def _decided(work: Work, counter: Counter, visit: Visit) -> Case:
    decided = cases.find(work, visit.match["number"], actor=counter.actor)
    objections.check_reviewable(work, decided)
    return decided
