"""The words of the command 节假日, read into what is wished for. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, timedelta

from domain.errors import Refused

HELP = (
    "写法：“节假日 2027-01-04 休 依据”；“节假日 2027-01-10 班 依据”；"
    "“节假日 2027 公布 文号 休 1-1至1-3 班 1-10”。"
)

_WORKED = {"休": False, "放假": False, "班": True, "上班": True}
_YEAR = re.compile(r"(\d{4})年?")
_DAY = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?")
_RANGE = re.compile(r"至|到|~|—+|–")
#: the longest run of days that one notice has ever given
_LONGEST = 31


@dataclass(frozen=True, slots=True)
class Look:
    """Show what is known of a year (None: the present one)."""

    year: int | None


@dataclass(frozen=True, slots=True)
class SetDays:
    """Set some days as worked or off."""

    days: tuple[date, ...]
    worked: bool
    source: str


@dataclass(frozen=True, slots=True)
class Announcement:
    """Announce a year with the days of its notice (True: worked)."""

    year: int
    source: str
    days: dict[date, bool] = field(default_factory=dict)


def read(text: str) -> Look | SetDays | Announcement:
    """What the command says, with or without the word 节假日 in front; Refused shows how it is written."""
    words = text.strip().removeprefix("节假日").split()
    if not words:
        return Look(None)
    year = _YEAR.fullmatch(_plain(words[0]))
    if year is None:
        return _set_days(words)
    if len(words) == 1:
        return Look(int(year[1]))
    if words[1] != "公布":
        raise Refused(f"没有看懂“{words[1]}”。{HELP}")
    return _announcement(int(year[1]), words[2:])


def _plain(word: str) -> str:
    """Without full-width digits and signs; the words of a source stay as they were typed."""
    return unicodedata.normalize("NFKC", word)


def _set_days(words: list[str]) -> SetDays:
    days = _days(words[0], None)
    if len(words) == 1 or words[1] not in _WORKED:
        raise Refused(f"请在日期后面写“休”或“班”，再写依据。{HELP}")
    return SetDays(days, _WORKED[words[1]], " ".join(words[2:]))


def _announcement(year: int, words: list[str]) -> Announcement:
    first = next((n for n, word in enumerate(words) if word in _WORKED), len(words))
    days: dict[date, bool] = {}
    worked = False
    for word in words[first:]:
        if word in _WORKED:
            worked = _WORKED[word]
        else:
            for part in word.split("、"):
                days |= dict.fromkeys(_days(part, year), worked)
    return Announcement(year, " ".join(words[:first]), days)


def _days(word: str, year: int | None) -> tuple[date, ...]:
    """A day or a run of days; without a year of their own they are of ``year``."""
    ends = _RANGE.split(_plain(word))
    if len(ends) > 2:
        raise Refused(f"没有看懂日期“{word}”。{HELP}")
    first = _one_day(ends[0], year)
    last = _one_day(ends[-1], first.year)
    length = (last - first).days
    if not 0 <= length < _LONGEST:
        raise Refused(f"“{word}”的起止日期不对，请核对。{HELP}")
    return tuple(first + timedelta(days=n) for n in range(length + 1))


def _one_day(word: str, year: int | None) -> date:
    found = _DAY.fullmatch(word)
    if found is None or (found[1] is None and year is None):
        raise Refused(f"没有看懂日期“{word}”，请写年、月、日，例如 2027-01-04。{HELP}")
    try:
        return date(int(found[1] or year or 0), int(found[2]), int(found[3]))
    except ValueError as error:
        raise Refused(f"没有“{word}”这一天，请核对。") from error
