"""我的记录, for firms: each record with its state and how long it is public."""

from __future__ import annotations

from domain.services.records import Publicity, RecordView, view
from handlers.context import Context
from handlers.firm import texts
from handlers.firm.standing import note_look
from handlers.firm.subjects import chosen
from handlers.firm.wording import day
from handlers.pages import with_link

#: records listed in one reply; pages carry them, staff have the rest
_LISTED = 50

_PUBLICITY = {
    Publicity.NONE: texts.NOT_PUBLISHED,
    Publicity.OPEN: texts.PUBLISHED,
    Publicity.UNTIL: texts.PUBLISHED_UNTIL,
    Publicity.OVER: texts.PUBLICITY_OVER,
    Publicity.ENDED: texts.PUBLICITY_ENDED,
}


def show(context: Context, argument: str) -> str:
    """我的记录: the newest records first, repaired and revoked ones too."""
    found = chosen(context, "我的记录")
    if isinstance(found, str):
        return found
    subject = found.subject
    note_look(context, subject, "我的记录")
    # one more than is listed, to know whether there are more
    records = context.uow.records.of_subject(subject.id, limit=_LISTED + 1)
    if not records:
        return texts.RECORDS_NONE.format(name=subject.name)
    listed = [view(record, context.today(), context.rulebook) for record in records[:_LISTED]]
    opening = texts.RECORDS if len(records) <= _LISTED else texts.RECORDS_LATEST
    closing = texts.RECORDS_NEXT.format(phone=context.office.phone, hours=context.office.hours)
    lines = [_line(number, record) for number, record in enumerate(listed, 1)]
    text = "\n".join([opening.format(name=subject.name, count=len(listed)), *lines, closing])
    return with_link(context, text, f"/h5/firm/{subject.id}/records", texts.RECORDS_PAGE)


def _line(number: int, record: RecordView) -> str:
    until = day(record.publicity_until) if record.publicity_until else ""
    return texts.RECORD_LINE.format(
        number=number,
        date=day(record.decided_on),
        kind=record.kind,
        title=record.title,
        authority=f"（{record.authority}）" if record.authority else "",
        state=record.state.value,
        publicity=_PUBLICITY[record.publicity].format(date=until),
        industry=texts.INDUSTRY_GRADE.format(grade=record.industry) if record.industry else "",
    )
