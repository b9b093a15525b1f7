"""信用承诺 on pages: which kinds there are, what was signed, and the way to a signature.

    承诺什么 → 先看清楚 (consequences, notices, consents) → 签署

Each notice has a tick of its own (S3-29), each consent a question of its own
with nothing chosen beforehand (S3-30). The letter bears the credit code
(S3-28). What may be signed is decided by the service that the chat calls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.web.firm import promises
from bot.web.firm.filing import DONE, SUBJECT, at_counter, checked_once, one_time_number
from bot.web.firm.promises import Promise
from bot.web.firm.signatures import MAX_SENT, checked_signature
from bot.web.site import Side, Visit
from domain.errors import NotAllowed, NotFound, Refused
from domain.model.case import Actor
from domain.model.commitment import Commitment
from domain.model.draft import HeldFile
from domain.model.person import POWER_NAMES, Binding, Power
from domain.rules import commitment_letters
from domain.rules.rulebook_commitments import CommitmentKind
from domain.services import cases, commitments, drafts
from domain.services.work import Work
from handlers.dialogue import done_elsewhere
from handlers.firm.commitments import CHANGED, LONGEST, NO_POWER, PLEDGE, PROOF

STEPS = ("承诺什么", "先看清楚", "签署")
_KIND = r"{kind:[a-z][a-z0-9_]{0,19}}"
_SIGNATURE = "签名.png"
#: parts of the form of the signature
_MOST_PARTS = 12

NOT_SIGNED = "请在框里签名，或一字不差地输入“我承诺”。"
PLEDGE_WRONG = "要打字签署，请一字不差地输入“我承诺”。"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind as this firm finds it."""

    kind: CommitmentKind
    #: why it is not open to this firm; ""
    blocked: str
    path: str


@dataclass(frozen=True, slots=True)
class Signed:
    """One commitment that was signed."""

    commitment: Commitment
    number: str
    state: str
    #: whether it can still be withdrawn by this person
    withdrawable: bool


class Commitments:
    """The list, and the three pages to a signature."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of these pages."""
        side, at = self._side, f"/h5/firm/{SUBJECT}/commitments"
        one = f"{at}/{_KIND}"
        return [
            side.get(at, self.listed),
            side.get(one, self.matter),
            side.post(one, self.write_matter),
            side.get(f"{one}/notices", self.notices),
            side.post(f"{one}/notices", self.write_notices),
            side.get(f"{one}/sign", self.letter),
            side.post(f"{one}/sign", self.sign),
        ]

    async def listed(self, visit: Visit) -> web.StreamResponse:
        """Kinds that are open, kinds that are not and why (S4-27), and what was signed."""

        def ask(work: Work, _: Actor) -> dict[str, Any]:
            counter = at_counter(work, visit.person_id, int(visit.match["subject_id"]))
            may_sign = counter.binding.power >= Power.SIGN
            return {
                "subject": counter.subject,
                "no_power": "" if may_sign else NO_POWER.format(held=POWER_NAMES[counter.binding.power]),
                "kinds": [
                    _kind(work, counter.subject.id, each, counter.binding)
                    for each in work.rulebook.commitments.kinds
                ],
                "signed": _signed_by(work, counter.subject.id, counter.actor),
                "withdrawal": work.rulebook.commitments.withdrawal.public_text,
            }

        return visit.page("firm/commitments.html", title="信用承诺", **await visit.read(ask))

    # -- 1: what is promised --------------------------------------------------------

    async def matter(self, visit: Visit) -> web.StreamResponse:
        """The matter and its day, with what was written before."""
        found = await self._found(visit)
        return found if isinstance(found, web.StreamResponse) else self._matter_page(visit, found, {})

    async def write_matter(self, visit: Visit) -> web.StreamResponse:
        """Keep it; then on to the notices, or what is wrong is said beside it."""
        fields = {name: str(value) for name, value in (await visit.form()).items()}

        def kept(work: Work, _: Actor) -> Promise:
            found = promises.promise(work, visit)
            if fields.get("action") == "discard":
                drafts.discard(work, visit.person_id, promises.key(visit))
                return found
            return promises.keep(work, visit, found, promises.matter(fields))

        found = await visit.run(kept)
        if fields.get("action") == "discard":
            return visit.go(found.path, done="discarded")
        if fields.get("action") == "draft":
            return visit.go(found.path, done="kept")
        problems = promises.wrong_matter(found)
        return self._matter_page(visit, found, problems) if problems else visit.go(f"{found.path}/notices")

    def _matter_page(self, visit: Visit, found: Promise, problems: Mapping[str, str]) -> web.StreamResponse:
        due = found.draft.fields.get("due", "")
        return visit.page(
            "firm/promise.html",
            title=found.kind.name,
            done=DONE,
            steps=STEPS,
            promise=found,
            resumed=found.draft.waits and not problems and "done" not in visit.query,
            endless=due == promises.ENDLESS,
            due="" if due == promises.ENDLESS else due,
            longest=LONGEST,
            problems=problems,
        )

    # -- 2: what must be read and answered before --------------------------------------

    async def notices(self, visit: Visit) -> web.StreamResponse:
        """The consequences first, three notices, each consent; nothing is ticked beforehand."""
        found = await self._found(visit)
        if isinstance(found, web.StreamResponse):
            return found
        if promises.wrong_matter(found):
            return visit.go(found.path)
        # what was ticked on another day was another reading
        before = found.draft.fields if found.letter_date == found.today else {}
        return await self._notices_page(visit, found, before, {})

    async def write_notices(self, visit: Visit) -> web.StreamResponse:
        """Keep what was read and answered; then on to the letter."""
        fields = {name: str(value) for name, value in (await visit.form()).items()}

        def kept(work: Work, _: Actor) -> tuple[Promise, dict[str, str]]:
            found = promises.promise(work, visit)
            found = promises.keep(work, visit, found, promises.read(work, found, fields))
            return found, promises.unread(work, found)

        found, problems = await visit.run(kept)
        if fields.get("action") == "draft":
            return visit.go(found.path, done="kept")
        if problems:
            return await self._notices_page(visit, found, found.draft.fields, problems)
        return visit.go(f"{found.path}/sign")

    async def _notices_page(
        self, visit: Visit, found: Promise, before: Mapping[str, str], problems: Mapping[str, str]
    ) -> web.StreamResponse:
        def ask(work: Work, _: Actor) -> dict[str, Any]:
            breach = commitment_letters.consequences(work.rulebook)
            shown = promises.shown(work, found)
            return {
                "breach": breach,
                "breach_mark": commitments.fingerprint(breach),
                "notices": [(each, commitments.fingerprint(each.text)) for each in shown],
                "consents": work.rulebook.commitments.consents,
            }

        return visit.page(
            "firm/promise_notices.html",
            title="签署以前要看清楚的事",
            steps=STEPS,
            promise=found,
            before=before,
            problems=problems,
            **await visit.read(ask),
        )

    # -- 3: the letter ------------------------------------------------------------------

    async def letter(self, visit: Visit) -> web.StreamResponse:
        """The full text, the power relied on, and the place for the signature."""
        return await self._letter_page(visit, "")

    async def _letter_page(self, visit: Visit, problem: str) -> web.StreamResponse:
        found = await self._found(visit)
        if isinstance(found, web.StreamResponse):
            return found

        def ask(work: Work, _: Actor) -> dict[str, Any] | None:
            draft = promises.ready(work, found)
            if draft is None:
                return None
            letter = commitments.letter_of(work, found.counter.subject, draft)
            consents = work.rulebook.commitments.consents
            return {
                "letter": letter,
                "consents": [(each, draft.consents[each.id]) for each in consents],
                "withdrawal": work.rulebook.commitments.withdrawal.public_text,
            }

        values = await visit.read(ask)
        if values is None:
            return visit.go(f"{found.path}/notices")
        binding = found.counter.binding
        return visit.page(
            "firm/promise_sign.html",
            title="承诺书全文和签署",
            steps=STEPS,
            promise=found,
            proof=PROOF.format(number=binding.proof.partition(":")[2]),
            until=binding.until,
            pledge=PLEDGE,
            once=one_time_number(),
            problem=problem,
            **values,
        )

    async def sign(self, visit: Visit) -> web.StreamResponse:
        """Sign, once: with the drawn signature, or with the typed words as in the chat."""
        found = await self._found(visit)
        if isinstance(found, web.StreamResponse):
            # nothing is read, unpacked or kept for whoever may not sign
            return found
        fields = await _fields(visit)
        once = checked_once(fields)
        try:
            picture = await asyncio.to_thread(_picture, fields)
            held = await _held(visit, picture) if picture else None
            number = await visit.run(lambda work, _: _sign(work, visit, fields, once, held))
        except (NotAllowed, NotFound):
            raise
        except Refused as refusal:
            return await self._letter_page(visit, refusal.text)
        return visit.go(f"/h5/firm/filed/{number}")

    async def _found(self, visit: Visit) -> Promise | web.StreamResponse:
        """The commitment, or the page that says why there can be none."""
        try:
            return await visit.read(lambda work, _: promises.promise(work, visit))
        except (NotAllowed, NotFound):
            raise
        except Refused as refusal:
            return visit.page(
                "firm/no_promise.html",
                title="现在不能签署",
                text=refusal.text,
                subject_id=visit.match["subject_id"],
            )


def _kind(work: Work, subject_id: int, kind: CommitmentKind, binding: Binding) -> Kind:
    subject, blocked = work.uow.subjects.get(subject_id), ""
    try:
        commitments.check_open(work, subject, kind, binding)
    except Refused as refusal:
        blocked = refusal.text
    return Kind(kind, blocked, f"/h5/firm/{subject_id}/commitments/{kind.id}")


def _signed_by(work: Work, subject_id: int, actor: Actor) -> list[Signed]:
    return [
        Signed(commitment, case.number, case.state, "撤回" in cases.allowed(work, case, actor))
        for case, commitment in commitments.of_subject(work, work.uow.subjects.get(subject_id))
    ]


def _sign(work: Work, visit: Visit, fields: Mapping[str, str], once: str, held: HeldFile | None) -> str:
    """The number of the case, which may be there already from the first time the button was pressed."""
    row = drafts.to_send(work, visit.person_id, promises.key(visit))
    if once in row.filed:
        return row.filed[once]
    found = promises.promise(work, visit)
    draft = promises.to_sign(work, found)
    counter = found.counter
    if commitments.letter_of(work, counter.subject, draft).sha256 != fields.get("letter"):
        raise Refused(CHANGED, log="another letter than the one that was shown")
    case, _ = commitments.sign(
        work,
        counter.actor,
        counter.subject,
        counter.binding,
        draft,
        signature=held.sha256 if held else "",
    )
    drafts.sent(work, row, once, case.number)
    done_elsewhere(work.uow, visit.person_id, case.kind, work.now)
    return case.number


def _picture(fields: Mapping[str, str]) -> bytes:
    """The drawn signature; b"" where the words were typed; ``Refused`` where there is neither."""
    if drawn := fields.get("signature", ""):
        return checked_signature(drawn)
    typed = fields.get("pledge", "").strip()
    if typed != PLEDGE:
        raise Refused(PLEDGE_WRONG if typed else NOT_SIGNED)
    return b""


async def _held(visit: Visit, picture: bytes) -> HeldFile:
    """The picture is kept, and waits with the draft: if nothing is signed, it goes with it."""
    year = visit.house.clock.now().year
    sha256 = await asyncio.to_thread(visit.files.put, picture, year)
    held = HeldFile(sha256, "image/png", len(picture), _SIGNATURE)

    def wait(work: Work, _: Actor) -> None:
        form = promises.key(visit)
        for before in drafts.find(work, visit.person_id, form).files:
            drafts.detach(work, visit.person_id, form, before.sha256)
        drafts.attach(work, visit.person_id, form, held)

    await visit.run(wait)
    return held


async def _fields(visit: Visit) -> dict[str, str]:
    parts = visit.parts(cap=MAX_SENT, most=_MOST_PARTS)
    return {part.field: part.text async for part in parts}
