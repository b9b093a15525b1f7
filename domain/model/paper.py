"""文书: what the office puts on paper, with a number, a text that can be checked, and an end."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any


class PaperKind(StrEnum):
    """Kinds of paper; each has its own series of numbers. The value is what people read."""

    COMMITMENT = "信用承诺书"
    GRADE = "信用等级告知书"
    OBJECTION = "异议处理决定书"
    REVIEW = "复核决定书"
    REPAIR = "信用修复决定书"
    REPAIR_NOTICE = "信用修复告知书"  # 两书同达: goes out together with the penalty decision
    ACCEPTANCE = "受理通知书"
    NO_ACCEPTANCE = "不予受理通知书"


#: between the mark of the office and the year of a number: 平信异决〔2026〕1号
SERIES: dict[PaperKind, str] = {
    PaperKind.COMMITMENT: "承",
    PaperKind.GRADE: "等告",
    PaperKind.OBJECTION: "异决",
    PaperKind.REVIEW: "复决",
    PaperKind.REPAIR: "修决",
    PaperKind.REPAIR_NOTICE: "修告",
    PaperKind.ACCEPTANCE: "受通",
    PaperKind.NO_ACCEPTANCE: "不受通",
}

#: one piece of a paper: ``{"head": …}``, ``{"text": …}``, ``{"items": […]}``, ``{"rows": [[label, value], …]}``,
#: ``{"table": {"columns": […], "rows": [[…], …]}}`` or ``{"note": …}``
Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Content:
    """What a paper says: everything that has legal meaning, nothing of the layout."""

    title: str
    #: 主送: the subject by name
    addressee: str
    #: 统一社会信用代码; "" for natural persons and where it is not known
    uscc: str
    blocks: tuple[Block, ...]
    #: who answers for the text: the office or department; for a commitment the subject itself
    signed_by: str
    #: SHA-256 of the picture of a signature, kept among the files; "" where there is none
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as issued. What it says is sealed in the database."""

    id: int
    kind: PaperKind
    number: str
    issued_on: date
    issued_at: datetime
    #: the office or department that issued it
    issuer: str
    subject_id: int
    #: what there is one paper of this kind about: case:12, assessment:5, record:7
    about: str
    case_id: int | None
    content: Content
    text_sha256: str
    #: random, 128 bits: who has the paper can check it, nobody else can find it
    code: str
    #: of the PDF once it is printed; "" before
    pdf_sha256: str = ""
    #: why it cannot be printed here and must be made by hand; ""
    by_hand: str = ""
    revoked_at: datetime | None = None
    revoked_why: str = ""


def text_hash(kind: PaperKind, number: str, issued_on: date, issuer: str, content: Content) -> str:
    """SHA-256 of what a paper says, in one canonical form: the same data give the same hash."""
    said = {
        "kind": kind.value,
        "number": number,
        "date": issued_on.isoformat(),
        "issuer": issuer,
        "title": content.title,
        "addressee": content.addressee,
        "uscc": content.uscc,
        "blocks": list(content.blocks),
        "signed_by": content.signed_by,
        "signature": content.signature,
    }
    plain = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(plain.encode()).hexdigest()
