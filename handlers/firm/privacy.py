"""隐私, for firms: the notice, my data, correction, deletion, withdrawal (PIPL 15, 17, 44 to 47)."""

from __future__ import annotations

from domain.clock import legal_date
from domain.model.person import POWER_NAMES, Binding
from domain.model.subject import Subject
from domain.office import Office
from domain.rules.codes import mask_id
from domain.services import bindings, privacy
from handlers.context import Context
from handlers.dialogue import Accept, Again, Checked, Data, Form, Step, start, unfinished
from handlers.firm import texts
from handlers.firm.forms import confirmed, numbered
from handlers.firm.wording import day

_ERASE_WORD = "确认删除"
_WORDS = ("我的数据", "更正", "删除", "撤回")


def notice(office: Office) -> str:
    """The privacy notice of the office file, as it is read in chat."""
    told = office.privacy
    return texts.NOTICE.format(
        version=told.version,
        processor=told.processor,
        contact=told.contact,
        purposes="；".join(told.purposes),
        data="；".join(told.data),
        basis=told.basis,
        retention="；".join(told.retention),
        sharing=told.sharing,
        rights=told.rights,
    )


def show(context: Context, argument: str) -> str:
    """隐私: the notice and the four things a person may do about it."""
    privacy.note_shown(context.uow, context.person, context.office.privacy.version, context.now())
    context.conversation.choices = list(_WORDS)
    return notice(context.office) + texts.PRIVACY_CHOICES.format(choices=numbered(list(_WORDS)))


def my_data(context: Context, argument: str) -> str:
    """我的数据: everything held on this person (PIPL 45)."""
    held = privacy.holdings(
        context.uow, context.person, unfinished=unfinished(context.conversation), today=context.today()
    )
    lines = [
        texts.MY_DATA_ACCOUNT.format(
            sender=mask_id(held.person.sender),
            followed=texts.FOLLOWED if held.person.followed else texts.NOT_FOLLOWED,
        )
    ]
    if held.person.notice_version:
        lines.append(texts.MY_DATA_NOTICE.format(version=held.person.notice_version))
    lines += [_binding_line(*pair) for pair in held.bindings] or [texts.MY_DATA_NO_BINDING]
    lines += [texts.MY_DATA_UNFINISHED.format(form=form) for form in held.unfinished]
    lines += [texts.MY_DATA_TALK, texts.MY_DATA_LOGS]
    return texts.MY_DATA.format(lines=numbered(lines))


def correct(context: Context, argument: str) -> str:
    """更正: what a person can change alone, and where the rest is changed (PIPL 46)."""
    office = context.office
    return texts.CORRECT.format(
        office=office.short_name, phone=office.phone, hours=office.hours, address=office.address
    )


def erase(context: Context, argument: str) -> str:
    """删除: confirm, then erase (PIPL 47)."""
    return start(context, ERASE, {})


def withdraw(context: Context, argument: str) -> str:
    """撤回: confirm, then end all bindings (PIPL 15)."""
    if not _count(context):
        return texts.NOTHING_TO_WITHDRAW
    return start(context, WITHDRAW, {})


def _binding_line(binding: Binding, subject: Subject) -> str:
    return texts.MY_DATA_BINDING.format(
        name=subject.name,
        power=POWER_NAMES[binding.power],
        date=day(legal_date(binding.bound_at)),
        until=texts.MY_DATA_UNTIL.format(date=day(binding.until)) if binding.until else "",
    )


def _count(context: Context) -> int:
    return len(bindings.active(context.uow, context.person, context.today()))


def _ask_to_erase(context: Context, data: Data) -> str:
    return texts.CONFIRM_ERASE.format(count=_count(context))


def _erase_confirmed(context: Context, data: Data, text: str) -> Checked:
    return Accept(True) if text == _ERASE_WORD else Again(texts.ANSWER_CONFIRM.format(word=_ERASE_WORD))


def _erase(context: Context, data: Data) -> str:
    privacy.erase(context.uow, context.person, context.now(), context.today())
    context.conversation.data = {}
    context.conversation.subject_id = None
    return texts.ERASED


def _ask_to_withdraw(context: Context, data: Data) -> str:
    return texts.CONFIRM_WITHDRAW.format(count=_count(context))


def _withdraw(context: Context, data: Data) -> str:
    ended = privacy.withdraw(context.uow, context.person, context.now(), context.today())
    context.conversation.subject_id = None
    return texts.WITHDRAWN.format(count=ended)


ERASE = Form(
    name="删除",
    version=1,
    steps=(Step("confirm", _ask_to_erase, _erase_confirmed, texts.CONFIRM_ERASE_HELP, must_read=True),),
    finish=_erase,
)
WITHDRAW = Form(
    name="撤回",
    version=1,
    steps=(Step("confirm", _ask_to_withdraw, confirmed, texts.CONFIRM_WITHDRAW_HELP),),
    finish=_withdraw,
)
