"""What the platform above must change: which file it went out in, and that the platform did it (S0-41).

Each file that is exported is a batch. The platform's receipt is written down
for the batch by a named member of staff; then the firms read that the change
has been made there too.
"""

from __future__ import annotations

from collections import defaultdict

from domain.errors import Refused, TextMissing
from domain.model.case import Case
from domain.model.measure import Correction
from domain.services import letters
from domain.services.work import Work

NO_BATCH = "没有第{batch}批更正。批号在导出时给出。"
CONFIRMED_BEFORE = "第{batch}批更正的回执已于{day}登记过。"
NO_RECEIPT = "请写明上级平台的回执：编号、日期，或者是谁答复的。"
SYNCED = "{number}：更正的内容已报送，上级平台已登记更新（{what}）。"


def confirm(work: Work, batch: int, receipt: str, *, by: str) -> int:
    """Write down the platform's receipt for a batch and tell the firms; how many changes it confirms.

    ``by`` is the userid of who has the receipt. ``Refused`` where there is no
    such batch or it was confirmed before, ``TextMissing`` without a receipt.
    """
    if not receipt.strip():
        raise TextMissing(NO_RECEIPT)
    sent = work.uow.corrections.of_batch(batch)
    if not sent:
        raise Refused(NO_BATCH.format(batch=batch))
    if (before := sent[0].confirmed_at) is not None:
        raise Refused(CONFIRMED_BEFORE.format(batch=batch, day=f"{before:%Y-%m-%d}"))
    work.uow.corrections.confirm(batch, receipt.strip(), by=by, at=work.now)
    work.uow.audit.append(
        "corrections.confirmed", actor=f"staff:{by}", ref=str(batch), detail={"rows": len(sent)}
    )
    _tell_firms(work, batch, sent)
    return len(sent)


def _tell_firms(work: Work, batch: int, sent: list[Correction]) -> None:
    by_case: dict[tuple[int, int], list[str]] = defaultdict(list)
    for each in sent:
        by_case[each.case_id, each.subject_id].append(each.what)
    for (case_id, subject_id), what in by_case.items():
        case = work.uow.cases.get(case_id)
        if case is not None:
            _tell(work, batch, case, subject_id, what)


def _tell(work: Work, batch: int, case: Case, subject_id: int, what: list[str]) -> None:
    said = SYNCED.format(number=case.number, what="、".join(dict.fromkeys(what)))
    letters.tell_subject(
        work, subject_id, said, key=f"synced:{case.number}:{batch}", kind=case.kind, case=case
    )
