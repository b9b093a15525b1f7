"""承诺, for firms: what is promised, three notices read, each consent asked, then the letter and 我承诺."""

from __future__ import annotations

from datetime import date

from domain.errors import Refused
from domain.model.person import POWER_NAMES, Power
from domain.model.subject import Subject
from domain.rules import commitment_letters
from domain.rules.cleaning_dates import FOREVER, clean_date
from domain.rules.rulebook_commitments import MOST_CONSENTS, CommitmentKind, Consent
from domain.services import bindings, commitments, staff
from domain.services.commitments import Draft
from handlers.context import Context
from handlers.dialogue import Accept, Again, Checked, Data, Form, Step, Stop, start
from handlers.firm import texts
from handlers.firm.forms import numbered
from handlers.firm.papers import with_papers
from handlers.firm.subjects import Chosen, chosen
from handlers.firm.wording import day
from handlers.pages import FILL_IN, with_link

WORD = "承诺"
SHORTEST, LONGEST = 2, 100
#: nobody promises further ahead
_YEARS = 10
_READ = frozenset(("知道了", "已知晓", "我知道了", "已阅读", "我已阅读", "已看完"))
_YES, _NO = frozenset(("同意", "是", "我同意")), frozenset(("不同意", "否", "不", "我不同意"))
_NO_END = frozenset(("长期", "没有期限", "无期限"))
PLEDGE = "我承诺"

NO_POWER = (
    "签承诺书要有“签署”权限，您现在是“{held}”。\n"
    "法定代表人或者受委托的人，请回复“签署授权”，交一份盖章的授权书，工作人员审核以后就能签。"
)
KIND = "要作哪一种承诺？\n{choices}\n请回复序号。"
KIND_HELP = "每一种后面写了用在什么地方。拿不准，请回复“取消”，再回复“人工”问工作人员。"
ITEM = "“{kind}”可以承诺的事项：\n{choices}\n请回复序号。"
ITEM_FREE = "请写明承诺的事项（2到100个字），比如：三十日内补交消防验收材料。"
ITEM_HELP = "一次写一件事，写清楚要做到什么。"
ITEM_LENGTH = "承诺的事项请写2到100个字。"
DUE = "最晚哪一天做到？请回复日期，比如2026年12月31日；没有期限的，请回复“长期”。"
DUE_HELP = "到期以前会提醒；做到了由工作人员登记为“全部履行”。"
DUE_BAD = "没有看懂这个日期，请写成2026年12月31日这样，没有期限的回复“长期”。"
DUE_PAST = "这一天已经过去了或者太远，请写今天以后、{years}年以内的日期。"
NOTICE = "签署以前要告诉您的事（{name}）：\n{text}\n\n看完请回复“知道了”。"
NOTICE_HELP = "这几项内容依规定要在签署以前告诉您，看完再决定签不签。"
ACKNOWLEDGE = "看完请回复“知道了”；不签了，请回复“取消”。"
CONSENT = "另外问您一项：{text}（{platform}）。\n{optional}请回复“同意”或“不同意”。"
OPTIONAL = "不同意也可以签承诺，不影响办理。"
NEEDED = "这一项是签署的前提。"
CONSENT_HELP = "每个平台分开问，同意一个不等于同意另一个。"
CONSENT_AGAIN = "请回复“同意”或“不同意”。"
CONSENT_NEEDED = "这一项不同意就不能签这份承诺书。同意请回复“同意”，不签请回复“取消”。"
BREACH = "违反承诺的后果：\n{text}\n\n看清楚了，请回复“知道了”。"
BREACH_HELP = "做不到的事请不要承诺。"
SIGN = "承诺书全文：\n\n{text}\n\n签署人的权限：签署（{proof}）。\n核对无误，请一字不差地回复“我承诺”，这就是签署。"
SIGN_HELP = "回复“我承诺”就签署；要改，回复“上一步”；不签了，回复“取消”。"
SIGN_AGAIN = "要签署，请一字不差地回复“我承诺”；不签，请回复“取消”。"
PROOF = "依据授权书 {number}"
SIGNED = (
    "已签署，案号{number}，承诺编码{code}。\n{due}办结以前有正当理由的，可以回复“撤回 {number} 原因”。\n"
    "回复“进度 {number}”看履行情况。"
)
PROMISED = "请在{date}以前做到。"
CHANGED = "情况有变化，请回复“承诺”重新办理。"


def begin(context: Context, argument: str) -> str:
    """承诺: who may sign begins the form; a kind may be named at once."""
    found = chosen(context, WORD)
    if isinstance(found, str):
        return found
    work = context.work()
    if found.binding.power < Power.SIGN:
        held = POWER_NAMES[found.binding.power]
        return NO_POWER.format(held=held)
    commitments.check_open(work, found.subject)
    data, page = {"firm": found.subject.id}, f"/h5/firm/{found.subject.id}/commitments"
    kind = context.rulebook.commitments.kind(argument) if argument else None
    if kind is None:
        return with_link(context, start(context, COMMIT, data), page, FILL_IN)
    commitments.check_open(work, found.subject, kind, found.binding)
    said = start(context, COMMIT, data | {"kind": kind.id}, step="item")
    return with_link(context, said, f"{page}/{kind.id}", FILL_IN)


def _firm(context: Context, data: Data) -> Subject:
    return context.uow.subjects.get(data["firm"])


def _held(context: Context, data: Data) -> Chosen | None:
    """The binding that is relied on, as it stands now."""
    held = bindings.active(context.uow, context.person, context.today())
    return next((Chosen(binding, firm) for binding, firm in held if firm.id == data["firm"]), None)


def _kind(context: Context, data: Data) -> CommitmentKind | None:
    return context.rulebook.commitments.kind(data["kind"])


def _ask_kind(context: Context, data: Data) -> str:
    return KIND.format(choices=numbered([kind.public_text for kind in context.rulebook.commitments.kinds]))


def _check_kind(context: Context, data: Data, text: str) -> Checked:
    kinds = context.rulebook.commitments.kinds
    if text.isdecimal():
        if not 1 <= int(text) <= len(kinds):
            return Again(texts.CHOICE_RANGE.format(last=len(kinds)))
        kind: CommitmentKind | None = kinds[int(text) - 1]
    else:
        kind = context.rulebook.commitments.kind(text)
    if kind is None:
        return Again(texts.CHOICE_RANGE.format(last=len(kinds)))
    held = _held(context, data)
    try:
        commitments.check_open(context.work(), _firm(context, data), kind, held.binding if held else None)
    except Refused as refusal:
        return Again(refusal.text)
    return Accept(kind.id)


def _ask_item(context: Context, data: Data) -> str:
    kind = _kind(context, data)
    if kind is None or not kind.items:
        return ITEM_FREE
    return ITEM.format(kind=kind.name, choices=numbered(list(kind.items)))


def _check_item(context: Context, data: Data, text: str) -> Checked:
    kind = _kind(context, data)
    if kind is None:
        return Stop(CHANGED)
    if kind.items and text.isdecimal() and 1 <= int(text) <= len(kind.items):
        return Accept(kind.items[int(text) - 1])
    wrong = wrong_item(kind, text)
    return Again(wrong) if wrong else Accept(text)


def wrong_item(kind: CommitmentKind, text: str) -> str:
    """What is wrong with the matter of a commitment, in the chat and on a page; "" where it is good."""
    if kind.items:
        return "" if text in kind.items else texts.CHOICE_RANGE.format(last=len(kind.items))
    return "" if SHORTEST <= len(text) <= LONGEST else ITEM_LENGTH


def _ask_due(context: Context, data: Data) -> str:
    return DUE


def _check_due(context: Context, data: Data, text: str) -> Checked:
    try:
        due = read_due(text, context.today())
    except Refused as refusal:
        return Again(refusal.text)
    return Accept(due.isoformat() if due else "")


def read_due(text: str, today: date) -> date | None:
    """The last day to perform as written, None for 长期; ``Refused`` for no day, or one that cannot be."""
    if text in _NO_END:
        return None
    try:
        due = clean_date(text).value
    except Refused:
        due = None
    if due is None:
        raise Refused(DUE_BAD)
    if due == FOREVER:
        return None
    if not today <= due or due.year > today.year + _YEARS:
        raise Refused(DUE_PAST.format(years=_YEARS))
    return due


def _notice_step(notice_id: str) -> Step:
    """A prior notice: shown to its last page, then acknowledged; kept by its fingerprint (S3-29)."""

    def find(context: Context, data: Data) -> commitment_letters.Notice | None:
        shown = commitment_letters.prior_notices(context.rulebook, _firm(context, data).kind)
        return next((notice for notice in shown if notice.id == notice_id), None)

    def ask(context: Context, data: Data) -> str:
        notice = find(context, data)
        return NOTICE.format(name=notice.name, text=notice.text) if notice else ACKNOWLEDGE

    def check(context: Context, data: Data, text: str) -> Checked:
        notice = find(context, data)
        if text not in _READ:
            return Again(ACKNOWLEDGE)
        return Accept(commitments.fingerprint(notice.text)) if notice else Stop(CHANGED)

    return Step(
        f"notice_{notice_id}",
        ask,
        check,
        NOTICE_HELP,
        must_read=True,
        applies=lambda context, data: find(context, data) is not None,
    )


def _consent_step(place: int) -> Step:
    """The consent at this place of the rulebook's list, asked apart from every other (S3-30)."""

    def find(context: Context) -> Consent | None:
        consents = context.rulebook.commitments.consents
        return consents[place] if place < len(consents) else None

    def ask(context: Context, data: Data) -> str:
        consent = find(context)
        if consent is None:
            return CHANGED
        optional = NEEDED if consent.required else OPTIONAL
        return CONSENT.format(text=consent.public_text, platform=consent.platform, optional=optional)

    def check(context: Context, data: Data, text: str) -> Checked:
        consent = find(context)
        if consent is None:
            return Stop(CHANGED)
        if text in _NO and consent.required:
            return Again(CONSENT_NEEDED)
        if text in _YES | _NO:
            return Accept({"id": consent.id, "given": text in _YES})
        return Again(CONSENT_AGAIN)

    return Step(
        f"consent_{place}",
        ask,
        check,
        CONSENT_HELP,
        applies=lambda context, data: find(context) is not None,
    )


def _ask_breach(context: Context, data: Data) -> str:
    return BREACH.format(text=commitment_letters.consequences(context.rulebook))


def _check_breach(context: Context, data: Data, text: str) -> Checked:
    # the letter is dated here, so that one signed after midnight is the one that was shown
    return Accept(context.today().isoformat()) if text in _READ else Again(ACKNOWLEDGE)


def _draft(context: Context, data: Data) -> Draft | None:
    kind = _kind(context, data)
    if kind is None:
        return None
    consents = [data[f"consent_{place}"] for place in range(MOST_CONSENTS) if f"consent_{place}" in data]
    return Draft(
        kind=kind,
        item=data["item"],
        due_on=date.fromisoformat(data["due"]) if data["due"] else None,
        on=date.fromisoformat(data["breach"]),
        notices={
            name.removeprefix("notice_"): value for name, value in data.items() if name.startswith("notice_")
        },
        consents={consent["id"]: consent["given"] for consent in consents},
    )


def _ask_to_sign(context: Context, data: Data) -> str:
    draft, held = _draft(context, data), _held(context, data)
    if draft is None or held is None:
        return CHANGED
    work = context.work()
    letter = commitments.letter_of(work, held.subject, draft)
    number = commitments.relied_on(work, held.binding, draft.kind).proof.partition(":")[2]
    return SIGN.format(text=letter.text, proof=PROOF.format(number=number))


def _check_signed(context: Context, data: Data, text: str) -> Checked:
    return Accept(True) if text == PLEDGE else Again(SIGN_AGAIN)


def _sign(context: Context, data: Data) -> str:
    draft, held = _draft(context, data), _held(context, data)
    if draft is None or held is None:
        return CHANGED
    actor = staff.firm_actor(context.person, held.subject.name)
    work = context.work()
    case, commitment = commitments.sign(work, actor, held.subject, held.binding, draft)
    due = PROMISED.format(date=day(draft.due_on)) if draft.due_on else ""
    said = SIGNED.format(number=case.number, code=commitment.code, due=due)
    return with_papers(context, work, case, said)


COMMIT = Form(
    name=WORD,
    version=1,
    steps=(
        Step("kind", _ask_kind, _check_kind, KIND_HELP),
        Step("item", _ask_item, _check_item, ITEM_HELP),
        Step("due", _ask_due, _check_due, DUE_HELP),
        *(_notice_step(notice_id) for notice_id in ("data", "grades", "measures")),
        *(_consent_step(place) for place in range(MOST_CONSENTS)),
        Step("breach", _ask_breach, _check_breach, BREACH_HELP, must_read=True),
        Step("sign", _ask_to_sign, _check_signed, SIGN_HELP, must_read=True),
    ),
    finish=_sign,
)
