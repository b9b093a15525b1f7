"""绑定: who may speak for a subject, how that is proved, and how it ends.

A binding is proved by a one-time code that the office gives to the firm. A
code gives 经办 at most; 签署 needs a letter of authority that staff accept.
Codes are kept as keyed digests, expire, and are tried at most five times in
24 hours by one person.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.clock import SHANGHAI, legal_date
from domain.errors import NotAllowed, Refused
from domain.model.person import POWER_NAMES, Binding, Person, Power
from domain.model.subject import Subject
from domain.ports import BindCode, Sealer, UnitOfWork

#: read aloud or copied by hand, none of these is taken for another: no 0 O, 1 I L, 2 Z, 5 S, 8 B
CODE_ALPHABET = "34679ACDEFGHJKMNPQRTUVWXY"
CODE_LENGTH = 8
CODE_LIFETIME = timedelta(hours=72)

#: this many wrong codes within the window lock the person out until the window has moved on
WRONG_CODES = 5
WRONG_CODE_WINDOW = timedelta(hours=24)

_DIGEST = "bind-code"
_SEPARATORS = re.compile(r"[\s\-_·.]")

WRONG_SHAPE = "绑定码是{length}位字母和数字，没有容易认错的0、O、1、I等字符。请再看一下，重新发给我。"
WRONG_CODE = "这个绑定码不对。还可以再试{left}次，请核对后重新发给我。"
LOCKED_OUT = (
    "绑定码输错次数太多，为了安全先停一停。请在{until}以后再试，在这以前换一个绑定码也不行。"
    "急着办，请打电话或到窗口找信用办。"
)
USED_CODE = "这个绑定码已经用过了，一个绑定码只能用一次。请向信用办再要一个。"
EXPIRED_CODE = "这个绑定码已经过期，绑定码的有效期是{hours}小时。请向信用办再要一个。"
ALREADY_BOUND = "您已经绑定了{name}（{power}），不用再绑。"
NOT_BOUND = "您还没有绑定这家单位。请回复“绑定”，用信用办给的绑定码绑定后再办。"
POWER_MISSING = "这件事要有“{needed}”权限，您现在是“{held}”。请联系信用办办理授权。"


class LockedOut(Refused):
    """Too many wrong codes; ``text`` says until when."""


class AlreadyBound(Refused):
    """The person holds such a binding, or a stronger one."""


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A fresh code, seen in clear only here."""

    code: str
    expires: datetime
    power: Power


@dataclass(frozen=True, slots=True)
class Offer:
    """What a right code would bind."""

    subject: Subject
    power: Power
    digest: bytes


@dataclass(frozen=True, slots=True)
class Bound:
    """A binding just made, and how many others were told."""

    binding_id: int
    subject: Subject
    power: Power
    told: int


def issue_code(
    uow: UnitOfWork,
    subject_id: int,
    *,
    by: str,
    now: datetime,
    sealer: Sealer,
    power: Power = Power.FILE,
    code: str = "",
) -> IssuedCode:
    """A new one-time code for a subject, good for 72 hours; ``by`` is the staff userid.

    The code is returned once and stored as a keyed digest only. A code gives
    查询 or 经办; for 签署 it raises ``NotAllowed``. Codes are random; the
    demonstration alone gives a fixed ``code``, to be read off its page.
    """
    if power > Power.FILE:
        raise NotAllowed("绑定码最多给“经办”权限；“签署”需要提交授权书，由工作人员审核。")
    code = code or "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    expires = now + CODE_LIFETIME
    code_id = uow.bindings.add_code(
        subject_id, code_digest(sealer, code), power, at=now, expires=expires, by=by
    )
    uow.audit.append("bind_code.issued", actor=f"staff:{by}", subject_id=subject_id, ref=str(code_id))
    return IssuedCode(code, expires, power)


def look_up(uow: UnitOfWork, person: Person, raw: str, *, now: datetime, sealer: Sealer) -> Offer:
    """What a typed code would bind. Reads leniently: case, spaces and hyphens do not matter.

    Raises ``LockedOut`` after five wrong codes in 24 hours, ``AlreadyBound``
    where nothing would be gained, else ``Refused`` with what to do. A wrong code is counted before it is refused, so the
    caller must keep the effects of a refusal.
    """
    _check_lock(uow, person, now)
    code = _clean(raw)
    if len(code) != CODE_LENGTH or not set(code) <= set(CODE_ALPHABET):
        raise Refused(WRONG_SHAPE.format(length=CODE_LENGTH))
    digest = code_digest(sealer, code)
    found = uow.bindings.code_by_hash(digest)
    if found is None:
        raise _wrong_code(uow, person, now)
    _check_usable(found, now)
    subject = uow.subjects.get(found.subject_id)
    _check_not_bound(active(uow, person, legal_date(now)), subject, found.power)
    return Offer(subject, found.power, digest)


def bind(uow: UnitOfWork, person: Person, digest: bytes, *, now: datetime, tell: str) -> Bound:
    """Use the code up and bind; everybody bound to the subject already is told ``tell``.

    Raises ``Refused`` where the code was used or ran out since it was looked up.
    A weaker binding of the same person is replaced.
    """
    found = uow.bindings.code_by_hash(digest)
    if found is None:
        raise Refused(USED_CODE)
    _check_usable(found, now)
    subject = uow.subjects.get(found.subject_id)
    held = active(uow, person, legal_date(now))
    _check_not_bound(held, subject, found.power)
    if not uow.bindings.use_code(found.id, person.id, now):
        raise Refused(USED_CODE)
    for binding, of_subject in held:
        if of_subject.id == subject.id:
            uow.bindings.revoke(binding.id, at=now, reason="replaced")
    binding_id = uow.bindings.add(person.id, subject.id, found.power, at=now, proof=f"code:{found.id}")
    uow.audit.append(
        "binding.added",
        actor=f"person:{person.id}",
        subject_id=subject.id,
        ref=str(binding_id),
        detail={"power": int(found.power), "code": found.id},
    )
    return Bound(binding_id, subject, found.power, _tell_others(uow, person, subject, binding_id, tell, now))


def unbind(uow: UnitOfWork, binding: Binding, *, by: str, now: datetime, reason: str) -> None:
    """End a binding, and what the person holds besides for the same subject; ``by`` as the audit log writes it.

    What was done under it stays valid (PIPL 15).
    """
    for held, _ in uow.bindings.of_person(binding.person_id):
        if held.subject_id == binding.subject_id:
            uow.bindings.revoke(held.id, at=now, reason=reason)
            uow.audit.append(
                "binding.revoked",
                actor=by,
                subject_id=held.subject_id,
                ref=str(held.id),
                detail={"reason": reason},
            )


def active(uow: UnitOfWork, person: Person, today: date) -> list[tuple[Binding, Subject]]:
    """The person's bindings that hold on a Shanghai date, the strongest for each subject, oldest subject first.

    A power given by letter stands beside the binding it came on top of, which remains when it ends.
    """
    strongest: dict[int, tuple[Binding, Subject]] = {}
    for binding, subject in uow.bindings.of_person(person.id):
        known = strongest.get(subject.id)
        if holds(binding, today) and (known is None or binding.power > known[0].power):
            strongest[subject.id] = (binding, subject)
    return list(strongest.values())


def holds(binding: Binding, today: date) -> bool:
    """Whether a binding still holds: its last day counts."""
    return binding.until is None or today <= binding.until


def require(uow: UnitOfWork, person: Person, subject_id: int, power: Power, today: date) -> Binding:
    """The binding that lets the person do this for the subject; raises ``NotAllowed`` with the way there."""
    for binding, subject in active(uow, person, today):
        if subject.id == subject_id:
            check_power(binding, power)
            return binding
    raise NotAllowed(NOT_BOUND, log=f"person {person.id} is not bound to subject {subject_id}")


def check_power(binding: Binding, power: Power) -> None:
    """Raise ``NotAllowed`` where the binding gives less than ``power``."""
    if binding.power < power:
        held, needed = POWER_NAMES[binding.power], POWER_NAMES[power]
        raise NotAllowed(
            POWER_MISSING.format(needed=needed, held=held), log=f"binding {binding.id} lacks {power}"
        )


def code_digest(sealer: Sealer, code: str) -> bytes:
    """Under which a code is stored."""
    return sealer.digest(_DIGEST, code.encode())


def _clean(raw: str) -> str:
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", raw)).upper()


def _check_lock(uow: UnitOfWork, person: Person, now: datetime) -> None:
    failures = uow.bindings.failures_since(person.id, now - WRONG_CODE_WINDOW)
    if len(failures) >= WRONG_CODES:
        raise _locked_out(failures)


def _locked_out(failures: list[datetime]) -> LockedOut:
    """``failures`` newest first: when the fifth newest leaves the window, one more try is free."""
    until = (failures[WRONG_CODES - 1] + WRONG_CODE_WINDOW).astimezone(SHANGHAI)
    return LockedOut(LOCKED_OUT.format(until=f"{until.month}月{until.day}日{until:%H:%M}"))


def _wrong_code(uow: UnitOfWork, person: Person, now: datetime) -> Refused:
    uow.bindings.note_failure(person.id, now)
    uow.audit.append("bind_code.wrong", actor=f"person:{person.id}")
    failures = uow.bindings.failures_since(person.id, now - WRONG_CODE_WINDOW)
    if len(failures) >= WRONG_CODES:
        return _locked_out(failures)
    return Refused(WRONG_CODE.format(left=WRONG_CODES - len(failures)))


def _check_usable(code: BindCode, now: datetime) -> None:
    if code.used:
        raise Refused(USED_CODE)
    if code.expires <= now:
        raise Refused(EXPIRED_CODE.format(hours=CODE_LIFETIME // timedelta(hours=1)))


def _check_not_bound(held: list[tuple[Binding, Subject]], subject: Subject, power: Power) -> None:
    for binding, bound in held:
        if bound.id == subject.id and binding.power >= power:
            raise AlreadyBound(ALREADY_BOUND.format(name=bound.name, power=POWER_NAMES[binding.power]))


def _tell_others(
    uow: UnitOfWork, person: Person, subject: Subject, binding_id: int, text: str, now: datetime
) -> int:
    others = [
        p for b, p in uow.bindings.of_subject(subject.id) if p.id != person.id and holds(b, legal_date(now))
    ]
    for other in others:
        uow.outbox.put(
            person_id=other.id,
            text=text,
            unique_key=f"binding:{binding_id}:{other.id}",
            at=now,
            kind="binding",
        )
    return len(others)
