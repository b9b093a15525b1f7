"""主体代码: unified social credit codes, old numbers, resident IDs, and what may be shown of them.

Check digits come from python-stdnum where it is sound. Its gaps are closed here: it knows no
structure (18 zeros pass its checksum, a first character A, N or Y does not), it takes no full-width
digits, it does not look at the organisation code inside a USCC, and it believes a birth date in the
future. A code that was repaired says so; a code that cannot be used says why, in Chinese, and never
repeats the number, so that a reason may be shown and logged.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import Enum

from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_11_10

from domain.model.subject import SubjectKind


class Flaw(Enum):
    """Why a code cannot be used: what an importer routes by."""

    EMPTY = "empty"
    LENGTH = "length"
    CHARACTERS = "characters"
    STRUCTURE = "structure"
    CHECKSUM = "checksum"
    #: `913302******531452`: may be shown, is no key
    MASKED = "masked"
    #: went through a spreadsheet number, its last digits are gone
    ROUNDED = "rounded"
    #: 18 zeros, `000…0X`, `1111…`
    PLACEHOLDER = "placeholder"
    #: the resident ID of a person stands where a code was expected
    RESIDENT_ID = "resident_id"
    #: a 9-, 13-, 14- or 15-digit number from before the codes: find it in the mapping table
    LEGACY = "legacy"


@dataclass(frozen=True, slots=True)
class CleanCode:
    """A code that may be used as a key, in its one written form."""

    value: str
    #: whether ``value`` differs from what was written (surrounding blanks apart)
    repaired: bool = False
    #: what a human should look at, in Chinese; the code is usable all the same
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BadCode:
    """A code that may not be used; ``reason`` is Chinese and holds nothing of the number."""

    flaw: Flaw
    reason: str


_MASK_SIGNS = "*＊×✱●"
_SEPARATORS = re.compile(r"[\s\-‐‑–—_.·'\"`\u200b-\u200f\u2060\ufeff]")
_NUMBER_NOTATION = re.compile(r"\d(\.\d+)?[eE]\+?\d+", re.ASCII)
_USCC_SHAPE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}", re.ASCII)
_ID_NUMBER = re.compile(r"[1-8]\d{16}[\dX]", re.ASCII)
#: in running text numbers are grouped with blanks or hyphens
_ID_IN_TEXT = re.compile(
    r"(?<![0-9A-Za-z])[1-8]\d{5}[ -]?\d{8}[ -]?\d{3}[ -]?[\dXx](?![0-9A-Za-z])", re.ASCII
)
_MOBILE_IN_TEXT = re.compile(r"(?<![0-9A-Za-z])1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![0-9A-Za-z])", re.ASCII)
_HALF_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘ－", "0123456789Xx-")
_ALIKE = str.maketrans("OI", "01")

#: 登记管理部门 (first character) of GB 32100, as listed publicly.
_REGISTRARS = frozenset("123456789ANY")
#: First two digits of 行政区划, which outlive every merger of counties; 10 is the nation itself.
_PROVINCES = frozenset(
    str(number)
    for first, last in ((10, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 82))
    for number in range(first, last + 1)
)
#: 登记管理部门 + 机构类别 → kind of subject. From memory of the standard's annex, not read in it
#: (unverified): it proposes a kind, it never refuses a code.
_KINDS: dict[str, SubjectKind] = {
    "11": SubjectKind.LEGAL_PERSON,
    "12": SubjectKind.LEGAL_PERSON,
    "13": SubjectKind.LEGAL_PERSON,
    "51": SubjectKind.SOCIAL_ORGANISATION,
    "52": SubjectKind.SOCIAL_ORGANISATION,
    "53": SubjectKind.SOCIAL_ORGANISATION,
    "91": SubjectKind.LEGAL_PERSON,
    "92": SubjectKind.SOLE_TRADER,
    "93": SubjectKind.LEGAL_PERSON,
}

_SYNTHETIC_PREFIX = {
    SubjectKind.LEGAL_PERSON: "91",
    SubjectKind.SOLE_TRADER: "92",
    SubjectKind.SOCIAL_ORGANISATION: "52",
}

_EMPTY = BadCode(Flaw.EMPTY, "没有填写代码")
_MASKED = BadCode(Flaw.MASKED, "代码已打码（含 *），只能显示，不能用来认定主体")
_ROUNDED = BadCode(Flaw.ROUNDED, "代码被表格当成了数字，末几位已丢失，请把该列设为文本后重填")
_PLACEHOLDER = BadCode(Flaw.PLACEHOLDER, "这是占位代码，不是真实的统一社会信用代码")
_LEGACY_LENGTHS = {9: "组织机构代码", 13: "旧注册号", 14: "旧注册号", 15: "旧注册号"}

WARN_LETTERS = "代码中的字母 O 或 I 已改为数字 0 或 1，改后校验通过，请核对证照"
WARN_ORGANISATION = "代码内含的组织机构代码（第 9 至 17 位）校验不符，请核对证照"
WARN_ROUND = "代码末三位都是 0，请核对是否被表格四舍五入"


def clean_uscc(raw: object, *, as_text: bool = False) -> CleanCode | BadCode:
    """The unified social credit code written in ``raw`` (GB 32100), repaired where that is certain.

    Repairs full-width and lower-case characters, blanks and hyphens; O→0 and I→1 only where the
    checksum passes afterwards. ``as_text`` says that the source kept the code as text (a typed
    message, a text cell): without it, digits that end in 000 count as rounded by a spreadsheet.
    Numbers are refused whatever they hold: a spreadsheet number keeps 15 digits of 18.
    """
    if isinstance(raw, (int, float)):
        return _ROUNDED
    written = "" if raw is None else str(raw).strip()
    code, swapped = _normal_uscc(written)
    flaw = _unusable(written, code) or _unsound(code, as_text=as_text)
    if flaw is not None:
        return flaw
    return CleanCode(code, code != written, _warnings(code, letters_swapped=swapped))


def kind_from_code(code: str) -> SubjectKind | None:
    """The kind of subject that a clean code points to; None where the prefix does not tell."""
    return _KINDS.get(code[:2])


def clean_legacy_code(raw: object) -> CleanCode | BadCode:
    """An old 注册号 (15, 14 or 13 digits) or a 9-character 组织机构代码, as a key of the mapping table.

    Nothing here turns such a number into a unified code: no arithmetic can, only the table.
    """
    written = "" if raw is None else _digits_of(raw).strip()
    code = _compact(written)
    if not code:
        return _EMPTY
    if any(sign in written for sign in _MASK_SIGNS):
        return _MASKED
    warnings = _legacy_warnings(code)
    if isinstance(warnings, BadCode):
        return warnings
    return CleanCode(code, code != written, warnings)


def clean_resident_id(raw: object, *, on: date | None = None) -> CleanCode | BadCode:
    """A resident ID number (GB 11643) with a valid check digit and a possible birth date.

    ``on`` is the day of reading: a person born after it is refused. The place is checked by
    province only, since lists of counties are never complete.
    """
    if isinstance(raw, (int, float)):
        return BadCode(Flaw.ROUNDED, "身份证号码被表格当成了数字，末三位已丢失，请以文本格式重填")
    written = "" if raw is None else str(raw).strip()
    if any(sign in written for sign in _MASK_SIGNS):
        return BadCode(Flaw.MASKED, "身份证号码已打码，不能用于核对")
    number = _compact(written)
    if not number:
        return BadCode(Flaw.EMPTY, "没有填写身份证号码")
    if len(number) != 18:
        return BadCode(Flaw.LENGTH, f"身份证号码应为 18 位，实为 {len(number)} 位")
    if not _ID_NUMBER.fullmatch(number) or not _is_born(number, on):
        return BadCode(Flaw.STRUCTURE, "身份证号码中的地区或出生日期不成立")
    if ric.calc_check_digit(number) != number[-1]:
        return BadCode(Flaw.CHECKSUM, "身份证号码校验位不符，请核对证件")
    return CleanCode(number, number != written)


def mask_id(number: str) -> str:
    """An ID number or code for chat and log: first four and last four characters, `4113**********001X`."""
    shown = 4 if len(number) >= 12 else len(number) // 4
    return number[:shown] + "*" * (len(number) - 2 * shown) + number[len(number) - shown :]


def mask_phone(number: str) -> str:
    """A phone number for chat and log: `138****5678`; shorter numbers keep their last two digits."""
    if len(number) >= 11:
        return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
    return "*" * max(len(number) - 2, 0) + number[-2:]


def mask_personal(text: str) -> str:
    """``text`` with every resident ID and mobile number in it masked; unified codes stay.

    An ID with a mistyped check digit is masked too: it still names a person. Full-width digits
    come back half-width.
    """
    masked = _ID_IN_TEXT.sub(lambda match: _masked_if_person(match[0]), text.translate(_HALF_WIDTH))
    return _MOBILE_IN_TEXT.sub(lambda match: mask_phone(_compact(match[0])), masked)


def make_uscc(prefix6: str, number: int, kind: SubjectKind = SubjectKind.LEGAL_PERSON) -> str:
    """A synthetic code for demonstration and tests, both check digits right; 0 < number < 10⁸.

    The body starts with Y for as long as it can: such a code is improbable as an issued one. Natural
    persons have none (KeyError).
    """
    if not 0 < number < 10**8:
        raise ValueError(f"number must lie between 1 and 99999999: {number}")
    body = f"{number:02d}".rjust(8, "Y")
    head = f"{_SYNTHETIC_PREFIX[kind]}{prefix6}{body}{organisation_check(body)}"
    return head + str(uscc.calc_check_digit(head))


def organisation_check(body: str) -> str:
    """The GB 11714 check character of the eight characters of an organisation code."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(char, 36) * weight for char, weight in zip(body, weights, strict=True))
    return "0X987654321"[total % 11]


# -- unified codes -------------------------------------------------------------------------


def _compact(written: str) -> str:
    """One written form: half-width, upper case, no blanks, hyphens, quotes or invisible characters."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", written)).upper()


def _normal_uscc(written: str) -> tuple[str, bool]:
    """The code in its written form, and whether O or I had to become 0 or 1 for the checksum to pass."""
    code = _compact(written)
    swapped = code.translate(_ALIKE)
    if swapped != code and _USCC_SHAPE.fullmatch(swapped) and _checks(swapped):
        return swapped, True
    return code, False


def _checks(code: str) -> bool:
    return bool(uscc.calc_check_digit(code) == code[-1])


def _unusable(written: str, code: str) -> BadCode | None:
    """What can be said before looking at the standard: empty, masked, rounded, of another kind."""
    if not code:
        return _EMPTY
    if any(sign in written for sign in _MASK_SIGNS):
        return _MASKED
    if _NUMBER_NOTATION.fullmatch(unicodedata.normalize("NFKC", written)):
        return _ROUNDED
    if len(code) >= 9 and not code[:-1].strip(code[0]):
        return _PLACEHOLDER
    if len(code) in _LEGACY_LENGTHS and code.isascii() and code.isalnum():
        name = _LEGACY_LENGTHS[len(code)]
        return BadCode(Flaw.LEGACY, f"{len(code)} 位是{name}，要按对照表查找统一社会信用代码，不能换算")
    if len(code) != 18:
        return BadCode(Flaw.LENGTH, f"统一社会信用代码应为 18 位，实为 {len(code)} 位")
    return None


def _unsound(code: str, *, as_text: bool) -> BadCode | None:
    """What GB 32100 says against 18 characters."""
    if _is_resident_id(code):
        return BadCode(Flaw.RESIDENT_ID, "这像是居民身份证号码，不是统一社会信用代码")
    if not _USCC_SHAPE.fullmatch(code):
        return BadCode(Flaw.CHARACTERS, "代码中有不该出现的字符（不用 I、O、S、V、Z，第 3 至 8 位是数字）")
    if not code[8:17].strip(code[8]):
        return _PLACEHOLDER
    if code[0] not in _REGISTRARS or code[2:4] not in _PROVINCES:
        return BadCode(Flaw.STRUCTURE, "代码的登记管理部门或行政区划不存在")
    if not _checks(code):
        return BadCode(Flaw.CHECKSUM, "代码校验位不符，请对照营业执照核对每一位")
    if _looks_rounded(code) and not (as_text and _organisation_holds(code)):
        return _ROUNDED
    return None


def _looks_rounded(code: str) -> bool:
    return code.endswith("000") and code.isdigit()


def _organisation_holds(code: str) -> bool:
    return organisation_check(code[8:16]) == code[16]


def _warnings(code: str, *, letters_swapped: bool) -> tuple[str, ...]:
    found = (
        (WARN_LETTERS, letters_swapped),
        (WARN_ORGANISATION, not _organisation_holds(code)),
        (WARN_ROUND, _looks_rounded(code)),
    )
    return tuple(text for text, holds in found if holds)


# -- old numbers ---------------------------------------------------------------------------


def _digits_of(raw: object) -> str:
    """Old numbers have at most 15 digits, which a spreadsheet number keeps whole."""
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return str(raw)


def _legacy_warnings(code: str) -> tuple[str, ...] | BadCode:
    if len(code) == 9 and code.isalnum() and code.isascii():
        if organisation_check(code[:8]) != code[8]:
            return BadCode(Flaw.CHECKSUM, "组织机构代码校验位不符")
        return ()
    if not (code.isascii() and code.isdigit() and len(code) in _LEGACY_LENGTHS):
        return BadCode(Flaw.LENGTH, "旧注册号应为 15 位（更早的为 13 或 14 位）数字，组织机构代码为 9 位")
    if not code.strip(code[0]):
        return _PLACEHOLDER
    if len(code) != 15:
        return (f"{len(code)} 位旧注册号没有校验位，请核对",)
    if not mod_11_10.is_valid(code):
        return BadCode(Flaw.CHECKSUM, "15 位注册号校验位不符")
    return ()


# -- resident IDs --------------------------------------------------------------------------


def _is_born(number: str, on: date | None) -> bool:
    """Whether province and birth date can be; persons born before 1900 carry no such number."""
    try:
        born: date = ric.get_birth_date(number)
    except ValidationError:
        return False
    return number[:2] in _PROVINCES and 1900 <= born.year < 2100 and (on is None or born <= on)


def _is_resident_id(number: str) -> bool:
    return bool(
        _ID_NUMBER.fullmatch(number) and _is_born(number, None) and ric.calc_check_digit(number) == number[-1]
    )


def _masked_if_person(number: str) -> str:
    plain = _compact(number)
    return mask_id(plain) if _is_born(plain, None) else number
