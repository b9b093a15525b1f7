"""The office's own facts: who we are, when we answer, who owns which domain.

Law stands in the rulebook, secrets in the environment, these facts in one
TOML file that a clerk can edit. ``parse_office`` reads it strictly: a key
that is misspelt is refused with the key that was probably meant.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from datetime import date, time
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from domain.errors import Misconfigured
from domain.rules.keywords import keyword_type, keyword_types
from domain.rules.rulebook_reading import validated

Text = Annotated[str, Field(min_length=1, max_length=200)]
Paragraph = Annotated[str, Field(min_length=1, max_length=600)]
Phone = Annotated[str, Field(pattern=r"^[0-9+() -]{5,20}$")]
Userid = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.@-]{1,64}$")]
#: 统一社会信用代码 of an authority, for what is exported
Code = Annotated[str, Field(pattern=r"^([0-9A-Z]{18})?$")]
#: 1 Monday … 7 Sunday
Weekday = Annotated[int, Field(ge=1, le=7)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class QuietHours(_Part):
    """When nothing is pushed; may run over midnight. What is due then waits for the end."""

    start: time
    end: time

    def covers(self, moment: time) -> bool:
        """Whether a Shanghai time of day lies in the quiet hours; the end no longer does."""
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


class Duty(_Part):
    """A post on duty on certain weekdays: who is asked for 人工. Posts and office lines, no private phones."""

    weekdays: tuple[Weekday, ...] = Field(min_length=1)
    post: Text
    userid: Userid
    phone: Phone | None = None


class FormerName(_Part):
    """A name that a department, or one merged into it, bore until a day (M20)."""

    name: Text
    until: date


class AuthorityName(NamedTuple):
    """What a name in a file means: the present name, and the last day on which it was borne."""

    present: str
    until: date | None = None


class Department(_Part):
    """A department, the names it also goes by, and the domains it answers for (C-14)."""

    name: Text
    aliases: tuple[Text, ...] = ()
    former_names: tuple[FormerName, ...] = ()
    #: codes or names of the rulebook's domains
    domains: tuple[Text, ...] = ()
    phone: Phone | None = None
    address: str = ""
    code: Code = ""

    @property
    def all_names(self) -> tuple[str, ...]:
        """Every name by which a file may call it, the present one first."""
        return (self.name, *self.aliases, *(former.name for former in self.former_names))


class PrivacyNotice(_Part):
    """Who processes what, why and how long: read at first follow and first binding."""

    #: stored with the person who was shown it; change it with the text
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,20}$")]
    processor: Text
    contact: Text
    purposes: tuple[Paragraph, ...] = Field(min_length=1)
    data: tuple[Paragraph, ...] = Field(min_length=1)
    basis: Paragraph
    retention: tuple[Paragraph, ...] = Field(min_length=1)
    sharing: Paragraph
    rights: Paragraph


class TemplateFact(StrEnum):
    """What a template message may carry: nothing sensitive; the link opens the rest."""

    KIND = "kind"
    NUMBER = "number"
    DATE = "date"
    OFFICE = "office"
    HINT = "hint"


class Keyword(_Part):
    """One slot of a template: its key with the platform's type, and the fact that fills it."""

    key: str
    fact: TemplateFact

    @field_validator("key")
    @classmethod
    def _known_type(cls, key: str) -> str:
        if keyword_type(key) is None:
            raise ValueError(f"“{key}”不是平台的关键词；类型有 {'、'.join(keyword_types())}，后接数字")
        return key


class MessageTemplate(_Part):
    """A template of the service account, for the kinds of notice that use it."""

    template_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{10,64}$")]
    title: Text
    #: kinds of notice sent with it; "*" for every kind without a template of its own
    notices: tuple[Text, ...] = Field(min_length=1)
    keywords: tuple[Keyword, ...] = Field(min_length=1, max_length=10)


class Office(_Part):
    """The facts of one office."""

    name: Text
    short_name: Text
    phone: Phone
    address: Text
    #: as people read it, e.g. 工作日 8:30—12:00、14:30—18:00
    hours: Text
    website: str = ""
    code: Code = ""
    #: 发文代字, in the numbers of papers: 平信 in 平信异决〔2026〕1号
    file_mark: Annotated[str, Field(max_length=8)] = ""
    quiet_hours: QuietHours
    #: customer messages that the platform grants within 48 hours after a person's message; older accounts have more
    messages_after_inbound: Annotated[int, Field(ge=1, le=20)] = 5
    privacy: PrivacyNotice
    duty: tuple[Duty, ...] = Field(min_length=1)
    departments: tuple[Department, ...] = Field(min_length=1)
    templates: tuple[MessageTemplate, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> Office:
        seen: set[str] = set()
        for name in (n for d in self.departments for n in d.all_names):
            if name in seen:
                raise ValueError(f"部门名称“{name}”出现两次")
            seen.add(name)
        return self

    @model_validator(mode="after")
    def _one_template_for_a_notice(self) -> Office:
        seen: set[str] = set()
        for notice in (n for t in self.templates for n in t.notices):
            if notice in seen:
                raise ValueError(f"通知“{notice}”有两个模板")
            seen.add(notice)
        return self

    def department(self, name: str) -> Department | None:
        """The department with this name or alias (M20)."""
        return next((d for d in self.departments if name in d.all_names), None)

    def authorities(self) -> dict[str, AuthorityName]:
        """Every name of every department → its present name, with the end of former ones (M20)."""
        names = {n: AuthorityName(d.name) for d in self.departments for n in (d.name, *d.aliases)}
        former = {f.name: AuthorityName(d.name, f.until) for d in self.departments for f in d.former_names}
        return former | names

    def owner_of(self, domain: str) -> Department | None:
        """The first department that answers for a domain, by code or name."""
        return next((d for d in self.departments if domain in d.domains), None)

    def on_duty(self, day: date) -> tuple[Duty, ...]:
        """The posts on duty on a Shanghai date, in the file's order; may be empty."""
        return tuple(d for d in self.duty if day.isoweekday() in d.weekdays)

    def template_for(self, notice: str) -> MessageTemplate | None:
        """The template for a kind of notice, or the one for every kind."""
        for wanted in (notice, "*"):
            for template in self.templates:
                if wanted in template.notices:
                    return template
        return None


def _read(text: str) -> tuple[Office | None, list[str]]:
    try:
        office, problems = validated(Office, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        return None, [f"不是正确的 TOML：{error}"]
    return office, [str(problem) for problem in problems]


def office_problems(text: str) -> list[str]:
    """Everything wrong with an office file, one Chinese sentence each; empty where it is fine."""
    return _read(text)[1]


def parse_office(text: str, where: str) -> Office:
    """The office of a TOML text; ``where`` names the file in the error.

    Raises ``Misconfigured`` with one line: the first problem, and how many there are.
    """
    office, problems = _read(text)
    if office is None:
        more = f"（共 {len(problems)} 处，xinshi office check 列出全部）" if len(problems) > 1 else ""
        raise Misconfigured(f"{where}：{problems[0]}{more}")
    return office


def unowned_domains(office: Office, domains: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Names of the rulebook's domains (code, name) that no department answers for (C-14)."""
    for code, name in domains:
        if office.owner_of(code) is None and office.owner_of(name) is None:
            yield name
