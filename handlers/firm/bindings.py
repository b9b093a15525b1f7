"""绑定 and 解绑, for firms: by word, by word and code, or by scanning the office's QR code."""

from __future__ import annotations

from typing import Any

from domain.clock import SHANGHAI
from domain.errors import Refused
from domain.model.person import POWER_NAMES, Binding, Power
from domain.model.subject import Subject
from domain.services import bindings, privacy
from domain.services.bindings import CODE_LENGTH, CODE_LIFETIME, AlreadyBound, LockedOut
from handlers.context import Context
from handlers.dialogue import Accept, Again, Checked, Data, Form, Step, Stop, answer, start
from handlers.firm import texts
from handlers.firm.forms import confirmed, numbered
from handlers.firm.privacy import notice

_HOURS = CODE_LIFETIME.days * 24


def bind(context: Context, argument: str) -> str:
    """绑定, with or without the code in the same message."""
    if not argument:
        return start(context, BIND)
    start(context, BIND, {})
    return answer(context, BIND, argument)


def unbind(context: Context, argument: str) -> str:
    """解绑: choose the firm where there are several, then confirm."""
    held = bindings.active(context.uow, context.person, context.today())
    if not held:
        return texts.NOTHING_BOUND
    if len(held) > 1:
        return start(context, UNBIND, {})
    return start(context, UNBIND, {"which": _unbinding(*held[0])}, step="confirm")


def masked_name(name: str) -> str:
    """A firm's name before the binding: enough to recognise one's own, too little to learn another's."""
    if len(name) <= 4:
        return name[0] + "*" * max(1, len(name) - 1)
    return name[:2] + "*" * max(2, len(name) - 6) + name[-min(4, len(name) - 4) :]


def _unbinding(binding: Binding, subject: Subject) -> dict[str, Any]:
    return {"binding": binding.id, "name": subject.name}


def _ask_code(context: Context, data: Data) -> str:
    office = context.office
    return texts.ASK_CODE.format(
        length=CODE_LENGTH, office=office.short_name, address=office.address, phone=office.phone
    )


def _check_code(context: Context, data: Data, text: str) -> Checked:
    try:
        offer = bindings.look_up(context.uow, context.person, text, now=context.now(), sealer=context.sealer)
    except (LockedOut, AlreadyBound) as refusal:
        return Stop(refusal.text)
    except Refused as refusal:
        return Again(refusal.text)
    name = masked_name(offer.subject.name)
    return Accept({"digest": offer.digest.hex(), "name": name, "power": int(offer.power)})


def _ask_to_confirm(context: Context, data: Data) -> str:
    found = data["code"]
    question = texts.CONFIRM_BINDING.format(name=found["name"], power=POWER_NAMES[Power(found["power"])])
    return f"{notice(context.office)}\n\n{question}" if _notice_is_due(context) else question


def _notice_is_due(context: Context) -> bool:
    """The notice comes with the first binding, and again when it has changed."""
    if context.person.notice_version != context.office.privacy.version:
        return True
    return not bindings.active(context.uow, context.person, context.today())


def _bind(context: Context, data: Data) -> str:
    told = _notice_is_due(context)
    found = data["code"]
    done = bindings.bind(
        context.uow,
        context.person,
        bytes.fromhex(found["digest"]),
        now=context.now(),
        tell=_news(context, Power(found["power"])),
    )
    if told:
        privacy.note_shown(context.uow, context.person, context.office.privacy.version, context.now())
    context.conversation.subject_id = done.subject.id
    text = texts.BOUND.format(name=done.subject.name, power=POWER_NAMES[done.power])
    if done.told:
        text += texts.BOUND_OTHERS_TOLD.format(told=done.told)
    count = len(bindings.active(context.uow, context.person, context.today()))
    return text + (texts.BOUND_SEVERAL.format(count=count) if count > 1 else "")


def _news(context: Context, power: Power) -> str:
    """What those already bound are told: when and with which power, nothing about the person or firm."""
    when = context.now().astimezone(SHANGHAI)
    return texts.NEW_BINDING.format(
        when=f"{when.month}月{when.day}日{when:%H:%M}",
        power=POWER_NAMES[power],
        phone=context.office.phone,
        office=context.office.short_name,
    )


def _ask_which(context: Context, data: Data) -> str:
    names = [subject.name for _, subject in bindings.active(context.uow, context.person, context.today())]
    return texts.WHICH_UNBIND.format(choices=numbered(names))


def _check_which(context: Context, data: Data, text: str) -> Checked:
    held = bindings.active(context.uow, context.person, context.today())
    if not text.isdecimal() or not 1 <= int(text) <= len(held):
        return Again(texts.CHOICE_RANGE.format(last=len(held)))
    return Accept(_unbinding(*held[int(text) - 1]))


def _confirm_unbind(context: Context, data: Data) -> str:
    return texts.CONFIRM_UNBIND.format(name=data["which"]["name"])


def _unbind(context: Context, data: Data) -> str:
    which = data["which"]
    for binding, subject in bindings.active(context.uow, context.person, context.today()):
        if binding.id == which["binding"]:
            bindings.unbind(context.uow, binding, by=context.actor, now=context.now(), reason="unbound")
            if context.conversation.subject_id == subject.id:
                context.conversation.subject_id = None
    return texts.UNBOUND.format(name=which["name"])


BIND = Form(
    name="绑定",
    version=1,
    steps=(
        Step("code", _ask_code, _check_code, texts.CODE_HELP.format(length=CODE_LENGTH, hours=_HOURS)),
        Step("confirm", _ask_to_confirm, confirmed, texts.CONFIRM_BINDING_HELP, must_read=True),
    ),
    finish=_bind,
)
UNBIND = Form(
    name="解绑",
    version=1,
    steps=(
        Step("which", _ask_which, _check_which, texts.WHICH_UNBIND_HELP),
        Step("confirm", _confirm_unbind, confirmed, texts.CONFIRM_UNBIND_HELP),
    ),
    finish=_unbind,
)
