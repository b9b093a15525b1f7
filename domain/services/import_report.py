"""What an import tells: counts that add up, and the lines behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from domain.rules.codes import mask_personal
from domain.services.import_drafts import Repair

#: lines of one sort that a report keeps; the counts are always whole
KEPT = 200


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The result of one import. ``read`` = accepted + rejected + duplicate."""

    kind: str
    file: str
    #: what the file really was: xlsx, xls, csv, html
    form: str
    sheet: str
    dry_run: bool
    #: None where nothing was new
    batch_id: int | None
    read: int
    accepted: int
    #: accepted rows in which a cell was repaired
    repaired: int
    rejected: int
    duplicate: int
    #: accepted rows that corrected something stored
    changed: int
    #: explanation rows, totals, repeated headers: no data
    skipped: int
    #: of the rejected: trial rows (M25)
    quarantined: int
    #: of the accepted: rows of natural persons, kept apart from firms (M33)
    persons: int
    #: subjects that were not known before
    new_subjects: int
    #: rows with personal numbers in a wrong column, masked (M26)
    personal: int
    #: cells that said nothing in words (M08)
    nulls: int
    rejected_file: Path | None
    repairs: tuple[Repair, ...]
    diffs: tuple[str, ...]
    warnings: tuple[str, ...]
    skipped_rows: tuple[str, ...]
    skipped_sheets: tuple[str, ...]
    #: (header, column it was taken for) of merely similar names
    similar_columns: tuple[tuple[str, str], ...]

    def lines(self) -> Iterator[str]:
        """The report as people read it."""
        yield (
            f"读取 {self.read} 行：接受 {self.accepted}，修复 {self.repaired}，"
            f"退回 {self.rejected}，重复 {self.duplicate}"
        )
        if self.dry_run:
            yield "试运行：没有写入任何数据"
        for count, text in (
            (self.new_subjects, "新建主体 {} 个"),
            (self.changed, "更正已有记录 {} 行"),
            (self.persons, "自然人 {} 行，已单独存放，证件号码加密"),
            (self.quarantined, "疑似测试数据 {} 行，已隔离在退回文件中"),
            (self.personal, "注意：{} 行在不该有的列中含身份证号或手机号，已打码"),
            (self.nulls, "按空值处理的“无”“暂无”“\\N”等 {} 处"),
            (self.skipped, "跳过说明、合计、重复表头等 {} 行"),
        ):
            if count:
                yield text.format(count)
        for caption, column in self.similar_columns:
            yield f"列“{caption}”按相近名称识别为“{column}”，请确认"
        yield from self.skipped_sheets
        yield from self.skipped_rows
        yield from (
            f"第 {each.row_no} 行“{each.column}”：{each.before} → {each.after}（{each.note}）"
            for each in self.repairs
        )
        yield from (f"更正：{text}" for text in self.diffs)
        yield from (f"提示：{text}" for text in self.warnings)
        if self.rejected_file is not None:
            yield f"退回的行及原因见 {self.rejected_file}"

    def as_json(self) -> dict[str, Any]:
        """The report for scripts."""
        told = asdict(self)
        told["rejected_file"] = None if self.rejected_file is None else str(self.rejected_file)
        told["repairs"] = [repair._asdict() for repair in self.repairs]
        return told


class Tally:
    """Counts while the file is read."""

    def __init__(self) -> None:
        self.read = self.accepted = self.repaired = self.rejected = self.duplicate = 0
        self.changed = self.skipped = self.quarantined = self.persons = self.new_subjects = 0
        self.personal = self.nulls = 0
        self.repairs: list[Repair] = []
        self.diffs: list[str] = []
        self.warnings: list[str] = []
        self.skipped_rows: list[str] = []

    def skip(self, number: int, text: str) -> None:
        """Count a row that is no data."""
        self.skipped += 1
        keep(self.skipped_rows, [f"第 {number} 行已跳过：{mask_personal(text[:30])}"])


def keep(kept: list[Any], more: list[Any]) -> None:
    """Keep lines up to the bound."""
    kept.extend(more[: max(KEPT - len(kept), 0)])
