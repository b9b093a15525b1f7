"""信用承诺: what was signed, by whom and under which power, and whether it was kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.model.person import Power


class Performance(StrEnum):
    """承诺履行状态. The first and the last are ours: the national form knows the three between."""

    PENDING = "未到期"
    FULL = "全部履行"
    PARTLY = "部分履行"
    NONE = "全部未履行"
    WITHDRAWN = "已撤回"

    @property
    def judged(self) -> bool:
        """Whether a person has found on it."""
        return self in (Performance.FULL, Performance.PARTLY, Performance.NONE)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """One prior notice that was shown in full and acknowledged (S3-29)."""

    id: str
    name: str
    #: of the text as shown
    sha256: str


@dataclass(frozen=True, slots=True)
class Signed:
    """What lay before the signer; kept sealed. Texts are snapshots: rulebooks change."""

    text: str
    kind_name: str
    #: 承诺类型 of the national form
    national: str
    #: 违诺责任 as shown before signing
    consequences: str
    notices: tuple[Acknowledged, ...]
    rulebook_version: str
    #: who took the letter
    department: str
    #: the binding relied on and how it was proved, e.g. ``letter:SQ20260001``
    binding_id: int
    proof: str


@dataclass(frozen=True, slots=True)
class Commitment:
    """A commitment as stored."""

    id: int
    #: 6 digits of region, 8 of date, 6 of serial
    code: str
    case_id: int
    subject_id: int
    #: id of the rulebook's kind
    kind: str
    item: str
    template_version: str
    text_sha256: str
    signed: Signed
    #: consent → given; each was asked apart (S3-30)
    consents: dict[str, bool]
    signer_id: int
    power: Power
    signed_at: datetime
    #: last day to perform; None: no end
    due_on: date | None
    publicity: str
    performance: Performance = Performance.PENDING
    #: what was found, in the words of who judged
    performance_text: str = ""
    judged_on: date | None = None
    #: userid
    judged_by: str = ""
    #: of the picture of the signature, kept among the files; "" where it was signed in words
    signature_sha256: str = ""
