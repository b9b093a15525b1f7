"""A commitment while it is being filled in: what was written, and what is still wrong with it.

The draft holds the matter and its day, the fingerprints of the notices that
were acknowledged, the answer to each consent, and the date of the letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from bot.web.firm.filing import Counter, at_counter
from bot.web.site import Visit
from domain.errors import NotFound, Refused
from domain.model.draft import Draft
from domain.model.person import POWER_NAMES, Power
from domain.rules import commitment_letters
from domain.rules.commitment_letters import Notice
from domain.rules.rulebook_commitments import CommitmentKind, Consent
from domain.services import commitments, drafts
from domain.services.work import Work
from handlers.firm.commitments import CHANGED, CONSENT_NEEDED, NO_POWER, read_due, wrong_item

ENDLESS: Final = "长期"
YES, NO = "yes", "no"
#: a letter that was shown before midnight may be signed after it
_LETTER_LASTS = timedelta(days=1)
_KEPT = 300

NO_KIND = "这里没有这一种承诺，请从“信用承诺”重新选。"
CHOOSE_ITEM = "请选一项承诺的事项。"
NO_DUE = "请选一个日期；没有期限的，请在“没有期限”前打勾。"
TICK = "请看完“{name}”，再在下面打勾。"
TICK_BREACH = "请看完违反承诺的后果，再在下面打勾。"
CHOOSE = "请选同意或不同意：{text}。"


@dataclass(frozen=True, slots=True)
class Promise:
    """One commitment of one firm on its way to the signature."""

    counter: Counter
    kind: CommitmentKind
    draft: Draft
    today: date

    @property
    def path(self) -> str:
        """Its first page."""
        return f"/h5/firm/{self.counter.subject.id}/commitments/{self.kind.id}"

    @property
    def item(self) -> str:
        return self.draft.fields.get("item", "")

    @property
    def due(self) -> date | None:
        """The last day to perform; None: no end. ``Refused`` where it is not written yet, or wrongly."""
        return read_due(self.draft.fields.get("due", ""), self.today)

    @property
    def letter_date(self) -> date | None:
        """The day on which everything was read; None where it was not, or too long ago."""
        try:
            read_on = date.fromisoformat(self.draft.fields.get("read_on", ""))
        except ValueError:
            return None
        return read_on if timedelta(0) <= self.today - read_on <= _LETTER_LASTS else None


def promise(work: Work, visit: Visit) -> Promise:
    """The commitment of this address, for somebody who may sign it today.

    ``NotAllowed`` without the binding; ``Refused`` without the power 签署, or
    where the firm may not make such a commitment (S3-28, S4-27).
    """
    counter = at_counter(work, visit.person_id, int(visit.match["subject_id"]))
    if counter.binding.power < Power.SIGN:
        raise Refused(NO_POWER.format(held=POWER_NAMES[counter.binding.power]))
    wanted = visit.match["kind"]
    kind = next((each for each in work.rulebook.commitments.kinds if each.id == wanted), None)
    if kind is None:
        raise NotFound(NO_KIND)
    commitments.check_open(work, counter.subject, kind, counter.binding)
    counter = replace(counter, binding=commitments.relied_on(work, counter.binding, kind))
    return Promise(counter, kind, drafts.find(work, visit.person_id, key(visit)), work.today)


def key(visit: Visit) -> str:
    """Under which its draft is kept."""
    return f"承诺:{visit.match['subject_id']}:{visit.match['kind']}"


def keep(work: Work, visit: Visit, found: Promise, fields: Mapping[str, str]) -> Promise:
    """Keep what was written on one of its pages beside what the others hold."""
    kept = drafts.keep(
        work,
        visit.person_id,
        key(visit),
        title=f"承诺：{found.kind.name}",
        path=found.path,
        fields={**found.draft.fields, **fields},
    )
    return Promise(found.counter, found.kind, kept, found.today)


def matter(fields: Mapping[str, str]) -> dict[str, str]:
    """What the first page says: the matter and its day."""
    due = ENDLESS if fields.get("endless") else fields.get("due", "").strip()[:_KEPT]
    return {"item": " ".join(fields.get("item", "").split())[:_KEPT], "due": due}


def wrong_matter(found: Promise) -> dict[str, str]:
    """What is still wrong with the first page."""
    problems = {}
    if wrong := wrong_item(found.kind, found.item):
        problems["item"] = CHOOSE_ITEM if found.kind.items else wrong
    try:
        _ = found.due
    except Refused as refusal:
        problems["due"] = refusal.text if found.draft.fields.get("due") else NO_DUE
    return problems


def shown(work: Work, found: Promise) -> tuple[Notice, ...]:
    """The prior notices as they read today (S3-29)."""
    return commitment_letters.prior_notices(work.rulebook, found.counter.subject.kind)


def read(work: Work, found: Promise, fields: Mapping[str, str]) -> dict[str, str]:
    """What the second page says, as it is kept: only what was shown today counts as read."""
    notices = {f"notice_{each.id}": commitments.fingerprint(each.text) for each in shown(work, found)}
    kept = {name: value if fields.get(name) == value else "" for name, value in notices.items()}
    breach = commitments.fingerprint(commitment_letters.consequences(work.rulebook))
    kept["breach"] = breach if fields.get("breach") == breach else ""
    for consent in work.rulebook.commitments.consents:
        answer = fields.get(f"consent_{consent.id}", "")
        kept[f"consent_{consent.id}"] = answer if answer in (YES, NO) else ""
    return kept | {"read_on": found.today.isoformat()}


def unread(work: Work, found: Promise) -> dict[str, str]:
    """What is not read, not ticked or not answered yet on the second page."""
    fields, problems = found.draft.fields, {}
    breach = commitments.fingerprint(commitment_letters.consequences(work.rulebook))
    if fields.get("breach") != breach:
        problems["breach"] = TICK_BREACH
    for notice in shown(work, found):
        if fields.get(f"notice_{notice.id}") != commitments.fingerprint(notice.text):
            problems[f"notice_{notice.id}"] = TICK.format(name=notice.name)
    for consent in work.rulebook.commitments.consents:
        if wrong := _unanswered(consent, fields.get(f"consent_{consent.id}", "")):
            problems[f"consent_{consent.id}"] = wrong
    return problems


def ready(work: Work, found: Promise) -> commitments.Draft | None:
    """What can be signed; None where a page before is not complete, or was read too long ago."""
    on = found.letter_date
    if on is None or wrong_matter(found) or unread(work, found):
        return None
    fields = found.draft.fields
    return commitments.Draft(
        kind=found.kind,
        item=found.item,
        due_on=found.due,
        on=on,
        notices={each.id: fields[f"notice_{each.id}"] for each in shown(work, found)},
        consents={
            each.id: fields[f"consent_{each.id}"] == YES for each in work.rulebook.commitments.consents
        },
    )


def to_sign(work: Work, found: Promise) -> commitments.Draft:
    """``ready``, or ``Refused``."""
    draft = ready(work, found)
    if draft is None:
        raise Refused(CHANGED)
    return draft


def _unanswered(consent: Consent, answer: str) -> str:
    if answer not in (YES, NO):
        return CHOOSE.format(text=consent.public_text)
    return CONSENT_NEEDED if consent.required and answer == NO else ""
