"""One row of a file: its cells by column, and what was found in reading them.

``Sheet`` knows what holds for the whole file, ``Row`` reads cell after cell and collects repairs,
warnings and reasons, so that a clerk gets everything that is wrong with a row at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from domain.errors import Refused
from domain.model.record import Severity
from domain.model.subject import SubjectKind
from domain.office import AuthorityName
from domain.ports import Sealer
from domain.rules import codes
from domain.rules.cleaning import Cell, clean_name, error_of, is_null_word, is_test_row, plain, text_of
from domain.rules.cleaning_dates import FOREVER, clean_date
from domain.rules.cleaning_money import MoneyUnit
from domain.rules.rulebook import Rulebook
from domain.rules.severity import SeverityScale
from domain.services.import_drafts import ID_PURPOSE, Checked, Clue, Repair
from domain.services.import_kinds import ImportKind, Use

_EARLIEST = date(1949, 10, 1)
_PERSONAL = re.compile(r"1[3-9]\d{9}|\d{17}[\dXxＸｘ]")
_KINDS: tuple[tuple[str, SubjectKind], ...] = (
    ("自然人", SubjectKind.NATURAL_PERSON),
    ("个人", SubjectKind.NATURAL_PERSON),
    ("公民", SubjectKind.NATURAL_PERSON),
    ("个体", SubjectKind.SOLE_TRADER),
    ("社会组织", SubjectKind.SOCIAL_ORGANISATION),
    ("社会团体", SubjectKind.SOCIAL_ORGANISATION),
    ("社团", SubjectKind.SOCIAL_ORGANISATION),
    ("民办非企业", SubjectKind.SOCIAL_ORGANISATION),
    ("基金会", SubjectKind.SOCIAL_ORGANISATION),
    ("法人", SubjectKind.LEGAL_PERSON),
    ("企业", SubjectKind.LEGAL_PERSON),
    ("公司", SubjectKind.LEGAL_PERSON),
    ("事业单位", SubjectKind.LEGAL_PERSON),
    ("机关", SubjectKind.LEGAL_PERSON),
    ("合作社", SubjectKind.LEGAL_PERSON),
)
_UNIT_IN_HEADER = re.compile(r"[（(\[【/]\s*(?:单位\s*[:：]?\s*)?(万元|元)")


@dataclass(frozen=True)
class Sheet:
    """What holds for every row: the columns found, the rules, the day, the names of authorities."""

    kind: ImportKind
    #: column key → place in the row
    places: Mapping[str, int]
    #: header of each place, as the file writes it
    captions: Sequence[str]
    rulebook: Rulebook
    today: date
    sealer: Sealer
    #: who hands the records in
    source: str
    date1904: bool = False
    #: whether codes stood in text cells, which lose no digits
    codes_as_text: bool = True
    #: every name of an authority → its present name (M20)
    authorities: Mapping[str, AuthorityName] = field(default_factory=dict)

    scale: SeverityScale = field(init=False)
    domain_codes: dict[str, str] = field(init=False)
    #: places where a personal number does not belong
    searched: tuple[int, ...] = field(init=False)
    #: columns of old codes that the file has
    legacy_keys: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        if self.rulebook.severity is None:
            raise Refused(
                "规则文件没有失信严重程度表，不能导入处罚", log=f"{self.rulebook.id} has no severity table"
            )
        names = {c.name: c.code for c in self.rulebook.domains}
        derived = {
            "scale": SeverityScale(self.rulebook.severity),
            "domain_codes": names | {code: code for code in names.values()},
            "searched": tuple(
                place for key, place in self.places.items() if self.kind.column(key).use is Use.TEXT
            ),
            "legacy_keys": tuple(key for key in ("reg_no", "org_code", "tax_no") if key in self.places),
            "_units": {key: self._unit_of(key) for key in self.places},
            "_severities": {},
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    _units: dict[str, MoneyUnit | None] = field(init=False)
    _severities: dict[tuple[tuple[str, ...], int], Severity] = field(init=False)

    def unit_of(self, key: str) -> MoneyUnit | None:
        """The unit of an amount column: from its header, or 万元 for the field codes of the feed (M15)."""
        return self._units.get(key)

    def severity(self, sanctions: tuple[str, ...], fine_fen: int) -> Severity:
        """Severity of one act (S2-18), remembered."""
        key = (sanctions, fine_fen)
        found = self._severities.get(key)
        if found is None:
            found = self._severities[key] = self.scale.of(sanctions, fine_fen)
        return found

    def _unit_of(self, key: str) -> MoneyUnit | None:
        caption = self.captions[self.places[key]]
        found = _UNIT_IN_HEADER.search(caption)
        if found:
            return MoneyUnit.WAN if found[1] == "万元" else MoneyUnit.YUAN
        return MoneyUnit.WAN if caption.strip().upper().startswith("CF_NR_") else None


class Row:
    """The cells of one row, read by column key."""

    __slots__ = ("_cells", "_places", "found", "number", "sheet")

    def __init__(self, sheet: Sheet, number: int, cells: list[Cell]) -> None:
        self.sheet = sheet
        self.number = number
        # every place of the header exists
        cells.extend([None] * (len(sheet.captions) - len(cells)))
        self._cells = cells
        self._places = sheet.places
        self.found = Checked(number, cells)
        self._mask_personal()

    def cell(self, key: str) -> Cell:
        """The cell as it is; an error in it is a reason against the row (M28)."""
        place = self._places.get(key)
        if place is None:
            return None
        cell = self._cells[place]
        if isinstance(cell, dict):
            self.reject(f"“{self.caption(key)}”的单元格是 {error_of(cell)}")
            return None
        return cell

    def caption(self, key: str) -> str:
        """The header of a column as the file writes it."""
        return self.sheet.captions[self._places[key]]

    def text(self, key: str, longest: int = 200) -> str:
        """The text of a cell; too long a one is a reason against the row."""
        place = self._places.get(key)
        if place is None:
            return ""
        cell = self._cells[place]
        if cell is None or cell == "":
            return ""
        if isinstance(cell, str):
            text = plain(cell)
            if not text:
                self.found.nulls += is_null_word(cell)
                return ""
        else:
            text = text_of(self.cell(key))
        if len(text) > longest:
            self.reject(f"“{self.caption(key)}”超过 {longest} 字")
            return ""
        return text

    def prose(self, key: str) -> str:
        """A long text."""
        return self.text(key, 4000)

    def day(self, key: str, *, end: bool = False) -> date | None:
        """A date; ``end`` allows 长期, which is None like nothing (M31)."""
        cell = self.cell(key)
        if cell is None or cell == "":
            return None
        try:
            value, note = clean_date(cell, date1904=self.sheet.date1904)
        except Refused as error:
            self.reject(f"{self.caption(key)}：{error.text}")
            return None
        if note:
            self.repaired(key, as_written(cell), str(value), note)
        if value == FOREVER:
            if not end:
                self.reject(f"{self.caption(key)}不能是长期")
            return None
        return value

    def past_day(self, key: str) -> date | None:
        """A required date of something that happened: not before 1949, not after today."""
        reasons = len(self.found.reasons)
        value = self.day(key)
        if value is None:
            if len(self.found.reasons) == reasons:
                self.reject(f"缺少{self.sheet.kind.column(key).caption}")
            return None
        if value > self.sheet.today:
            self.reject(f"{self.caption(key)} {value} 晚于今天")
        elif value < _EARLIEST:
            self.reject(f"{self.caption(key)} {value} 过早")
        return value

    def reject(self, reason: str) -> None:
        """Note a reason against the row."""
        self.found.reasons.append(reason)

    def warn(self, text: str) -> None:
        """Note what a human should look at; the row is taken all the same."""
        self.found.warnings.append(f"第 {self.number} 行：{text}")

    def repaired(self, key: str, before: str, after: str, note: str) -> None:
        """Note a cell that was read as something else than it says."""
        self.found.repairs.append(Repair(self.number, self.caption(key), before, after, note))

    def authority(self, decided_on: date | None) -> str:
        """The deciding authority under its present name (M20), a reason against the row where missing."""
        name = clean_name(self.text("authority"))
        if not name:
            self.reject(f"缺少{self.sheet.kind.column('authority').caption}（S2-08）")
            return ""
        known = self.sheet.authorities.get(name)
        if known is None or known.present == name:
            return name
        self.repaired("authority", name, known.present, "按部门名称表")
        if known.until is not None and decided_on is not None and decided_on > known.until:
            self.warn(f"“{name}”只用到 {known.until}，决定日期在其后，请核对")
        return known.present

    def _mask_personal(self) -> None:
        """M26: personal numbers in columns where none belongs are masked before anything is kept."""
        cells = self._cells
        joined = "\n".join([str(cells[place]) for place in self.sheet.searched])
        if not _PERSONAL.search(joined):
            return
        for place in self.sheet.searched:
            text = text_of(cells[place])
            masked = codes.mask_personal(text)
            if masked != text:
                cells[place] = masked
                self.found.personal = True
                self.warn(f"“{self.sheet.captions[place]}”含身份证号或手机号，已打码，请核查来源")


def as_written(cell: Cell) -> str:
    """A cell as the file writes it, for telling what was repaired."""
    return cell.strip() if isinstance(cell, str) else text_of(cell)


# -- whom the row is about ----------------------------------------------------------------------


def clue_of(row: Row) -> Clue | None:
    """Whom a row is about; None, with the reasons noted, where it does not tell (M10–M14, M33)."""
    name = row.found.name = clean_name(row.text("name"))
    if not name:
        row.reject("缺少主体名称")
    category = row.text("category")
    kind = _kind_of(category)
    if category and kind is None:
        row.warn(f"不认识主体类别“{category}”，按代码判断")
    cell = row.cell("uscc")
    code = _uscc(cell, row.sheet.codes_as_text) if cell not in (None, "") else None
    if kind is SubjectKind.NATURAL_PERSON or _is_resident_id(code) or (code is None and _only_person(row)):
        return _person(row, name, cell)
    return _organisation(row, name, kind, code)


@lru_cache(maxsize=65_536)
def _uscc_of_text(text: str, as_text: bool) -> codes.CleanCode | codes.BadCode:
    return codes.clean_uscc(text_of(text), as_text=as_text)


def _uscc(cell: Cell, as_text: bool) -> codes.CleanCode | codes.BadCode | None:
    if isinstance(cell, str):
        found = _uscc_of_text(cell, as_text)
    elif isinstance(cell, (int, float)) and not isinstance(cell, bool) and abs(cell) < 1e15:
        found = codes.clean_uscc(str(cell))
    else:
        found = codes.clean_uscc(cell)
    return None if isinstance(found, codes.BadCode) and found.flaw is codes.Flaw.EMPTY else found


@lru_cache(maxsize=1024)
def _kind_of(category: str) -> SubjectKind | None:
    if "非法人" in category and "法人及" not in category:
        return SubjectKind.LEGAL_PERSON
    return next((kind for word, kind in _KINDS if word in category), None)


def _is_resident_id(code: codes.CleanCode | codes.BadCode | None) -> bool:
    return isinstance(code, codes.BadCode) and code.flaw is codes.Flaw.RESIDENT_ID


def _only_person(row: Row) -> bool:
    others = any(text_of(row.cell(key)) for key in ("reg_no", "org_code", "tax_no"))
    return not others and bool(text_of(row.cell("person_id")))


def _person(row: Row, name: str, code_cell: Cell) -> Clue | None:
    """A natural person: the number is sealed and hashed here and goes no further (M33, PIPL)."""
    cell = row.cell("person_id")
    number = codes.clean_resident_id(cell if text_of(cell) else code_cell, on=row.sheet.today)
    if isinstance(number, codes.BadCode):
        row.reject(f"自然人缺少可用的身份证号：{number.reason}")
        return None
    plain = number.value.encode()
    sealer = row.sheet.sealer
    return Clue(
        name,
        SubjectKind.NATURAL_PERSON,
        id_hash=sealer.digest(ID_PURPOSE, plain),
        id_sealed=sealer.seal(ID_PURPOSE, plain),
    )


def _organisation(
    row: Row, name: str, kind: SubjectKind | None, code: codes.CleanCode | codes.BadCode | None
) -> Clue | None:
    legacy = _legacy_codes(row, code)
    uscc = ""
    if isinstance(code, codes.CleanCode):
        uscc = code.value
        _note_code(row, code)
    elif code is None or code.flaw is codes.Flaw.LEGACY:
        uscc = _code_among_tax_numbers(row)
    else:
        row.reject(code.reason)
        return None
    if not uscc and not legacy:
        row.reject("缺少统一社会信用代码，待补代码；不按名称自动认定主体")
        return None
    return Clue(name, kind or codes.kind_from_code(uscc), uscc, legacy)


def _note_code(row: Row, code: codes.CleanCode) -> None:
    before = as_written(row.cell("uscc"))
    if before != code.value:
        note = codes.WARN_LETTERS if codes.WARN_LETTERS in code.warnings else "代码写法已规范"
        row.repaired("uscc", before, code.value, note)
    for warning in code.warnings:
        if warning != codes.WARN_LETTERS:
            row.warn(warning)


def _code_among_tax_numbers(row: Row) -> str:
    """M14: since the codes were united a tax number may be the code itself; the checksum proves it."""
    found = _uscc(row.cell("tax_no"), row.sheet.codes_as_text)
    if not isinstance(found, codes.CleanCode):
        return ""
    row.repaired("tax_no", text_of(row.cell("tax_no")), found.value, "统一社会信用代码取自税号列，校验通过")
    return found.value


def _legacy_codes(row: Row, code: codes.CleanCode | codes.BadCode | None) -> tuple[str, ...]:
    """Old codes of the row: registration number, organisation code, a tax number of the old forms."""
    is_legacy = isinstance(code, codes.BadCode) and code.flaw is codes.Flaw.LEGACY
    if not (is_legacy or row.sheet.legacy_keys):
        return ()
    found: list[str] = []
    cells = [row.cell("reg_no"), row.cell("org_code")]
    if is_legacy:
        cells.append(row.cell("uscc"))
    for cell in cells:
        if cell in (None, "") or not (text := text_of(cell)):
            continue
        cleaned = codes.clean_legacy_code(text)
        if isinstance(cleaned, codes.BadCode):
            row.warn(f"旧代码未采用：{cleaned.reason}")
        else:
            found.append(cleaned.value)
    tax = text_of(row.cell("tax_no")).upper()
    if len(tax) in (15, 20) and tax.isascii() and tax.isalnum():
        found.append(tax)
    return tuple(dict.fromkeys(found))


def is_trial(row: Row) -> bool:
    """Whether somebody only tried the form (M25)."""
    texts = " ".join([cell for cell in row.found.cells if isinstance(cell, str)])
    return is_test_row(row.found.name, texts)
