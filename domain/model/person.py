"""People who talk to us, and what they may do for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum


class Channel(StrEnum):
    WECHAT = "wechat"
    WECOM = "wecom"
    CONSOLE = "console"


@dataclass(frozen=True, slots=True)
class Person:
    """One account of one channel: an openid, a userid, a console name."""

    id: int
    channel: Channel
    #: the service account's app id (or corp id): openids differ for each
    account: str
    sender: str
    #: version of the privacy notice last shown; "" when never
    notice_version: str = ""
    followed: bool = True
    last_inbound_at: datetime | None = None
    #: what belonged to this person was deleted: nobody comes under this number any more
    erased: bool = False


class Power(IntEnum):
    """What a bound person may do for a subject. A code gives FILE at most."""

    QUERY = 1  # 查询
    FILE = 2  # 经办
    SIGN = 3  # 签署


POWER_NAMES: dict[Power, str] = {Power.QUERY: "查询", Power.FILE: "经办", Power.SIGN: "签署"}


@dataclass(frozen=True, slots=True)
class Binding:
    """A proved tie between a person and a subject, with a power."""

    id: int
    person_id: int
    subject_id: int
    power: Power
    bound_at: datetime
    proof: str
    #: last day of a power given by letter; None: until revoked
    until: date | None = None
    #: the kinds of commitment that a letter lets sign; (): all
    scope: tuple[str, ...] = ()

    def covers(self, kind: str) -> bool:
        """Whether the letter, if there is one, lets sign this kind of commitment."""
        return not self.scope or kind in self.scope


def normal_userid(userid: str) -> str:
    """A userid as it is kept and compared: WeCom takes it in any case and gives it back in small letters."""
    return userid.strip().lower()


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of the office or of a department."""

    userid: str
    name: str
    roles: tuple[str, ...]
    department: str
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Deputyship:
    """``deputy`` stands in for ``userid`` from one Shanghai date to another, both included."""

    userid: str
    deputy: str
    since: date
    until: date


STAFF_ROLES: tuple[str, ...] = ("经办", "审批", "联络员", "检查人员", "信用办管理员", "审计")
