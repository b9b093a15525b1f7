"""What somebody began to fill in on a page, and has not sent yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file that waits with a draft: typed by its content, kept in the attachments folder."""

    sha256: str
    content_type: str
    size: int
    name: str


@dataclass(frozen=True, slots=True)
class Draft:
    """One unsent form of one person; kept sealed, since people write about people."""

    person_id: int
    #: which form, and for what: 异议:12:record-7
    form: str
    #: when something was written last
    updated_at: datetime
    #: in words, for a list: 异议：2026年3月1日 行政处罚
    title: str = ""
    #: the page on which it goes on
    path: str = ""
    #: field → what was written
    fields: dict[str, str] = field(default_factory=dict)
    #: one-time number of a form that was sent → the case it became, the latest few
    filed: dict[str, str] = field(default_factory=dict)
    files: tuple[HeldFile, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether something was written that is not sent yet."""
        return any(self.fields.values()) or bool(self.files)
