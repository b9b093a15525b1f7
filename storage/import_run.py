"""The rows of one sheet on their way: told from explanations, checked, planned beside what is stored, counted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Protocol

from rapidfuzz import fuzz, process
from sqlalchemy import Connection, Table

from domain.rules.cleaning import is_explanation, name_key, text_of
from domain.services.import_checks import check
from domain.services.import_drafts import Checked, Clue, GradeDraft, RecordDraft, SubjectDraft
from domain.services.import_kinds import PUBLIC_GRADES, SUBJECTS, ImportKind
from domain.services.import_known import KnownSubject, KnownSubjects
from domain.services.import_ledger import Plan
from domain.services.import_plan import Planner
from domain.services.import_report import ImportReport, Tally, keep
from domain.services.import_rows import Sheet
from storage import import_lookups as lookups
from storage import imports
from storage.import_preview import Preview
from storage.spreadsheet_headers import Header, is_header_word
from storage.spreadsheet_rejects import RejectedWorkbook
from storage.spreadsheets import OpenWorkbook, Row, SheetHead
from storage.tables import records, subjects

Progress = Callable[[int, int], None]

#: rejected rows for which similar names are looked up; the look-up is not free
_SUGGESTIONS = 100
_DECISIONS_AT_ONCE = 200
_AWAITS_CODE = "待补"
#: longer texts are no names of columns: most firms' names are told apart by this alone
_LONGEST_HEADER = 12


class Store(Protocol):
    """Short transactions of one import."""

    batch_id: int | None
    by: str
    dry_run: bool

    def write(self, work: Callable[[Connection], Plan]) -> Plan: ...


class ImportRun:
    """Reads the rows of one sheet into a store. The counts always add up."""

    def __init__(
        self, sheet: Sheet, store: Store, rejected: RejectedWorkbook, preview: Preview | None = None
    ) -> None:
        self._preview = preview
        self._sheet = sheet
        self._store = store
        self._rejected = rejected
        self._tally = Tally()
        self._planner = Planner(store.by)
        self._suggestions = _SUGGESTIONS
        self._no_ids = count(-1, -1)
        #: authorities under names that no table knows → row of the first one
        self._unknown: dict[str, int] = {}

    def read(
        self, chunks: Iterable[list[Row]], head: SheetHead, header: Header, progress: Progress | None
    ) -> None:
        """Check and stage every data row, chunk by chunk."""
        number = 0
        for chunk in chunks:
            rows = []
            for cells in chunk:
                number += 1
                if number > header.bottom + 1 and is_data(
                    self._sheet.kind, self._sheet.places, self._tally, number, cells
                ):
                    rows.append(check(self._sheet, number, cells))
            self._stage(rows)
            if progress is not None:
                progress(number, max(head.height, number))
        waiting = self._planner.waiting()
        for first in range(0, len(waiting), _DECISIONS_AT_ONCE):
            self._settle(waiting[first : first + _DECISIONS_AT_ONCE])
        self._doubt_authorities()

    def totals(self) -> dict[str, int]:
        """The counts, as the batch keeps them."""
        tally = self._tally
        return {
            "read": tally.read,
            "accepted": tally.accepted,
            "repaired": tally.repaired,
            "rejected": tally.rejected,
            "duplicate": tally.duplicate,
            "changed": tally.changed,
            "new_subjects": tally.new_subjects,
        }

    def report(
        self, path: Path, workbook: OpenWorkbook, head: SheetHead, header: Header, rejected_file: Path | None
    ) -> ImportReport:
        """What is told at the end."""
        return report_of(
            self._tally,
            self._sheet.kind,
            path,
            workbook,
            head,
            header,
            dry_run=self._store.dry_run,
            batch_id=self._store.batch_id,
            rejected_file=rejected_file,
            notes=tuple(self._notes()),
        )

    def _notes(self) -> Iterator[str]:
        if self._sheet.kind is PUBLIC_GRADES and self._sheet.rulebook.base == "criteria":
            yield "本地规则按记录评定等级，导入的评价结果只作参考"

    # -- one chunk ------------------------------------------------------------------------------------

    def _stage(self, rows: list[Checked]) -> None:
        good = [row for row in rows if row.draft is not None]
        bad = [row for row in rows if row.draft is None]
        self._tally.read += len(rows)
        if good or self._awaiting_code(bad):
            plan = self._store.write(lambda connection: self._plan(connection, good, bad))
            self._planner.remember(plan)
            self._suggest(plan, bad)
            self._count(plan)
        for row in rows:
            self._tally.personal += row.personal
            self._tally.nulls += row.nulls
            if self._preview is not None:
                self._preview.row(row.cells, row.repairs)
        self._reject(bad)

    def _plan(self, connection: Connection, good: list[Checked], bad: list[Checked]) -> Plan:
        plan = Plan()
        known = self._known_subjects(connection, [row.draft for row in good if row.draft is not None])
        ids = self._ids(connection, subjects, len(good))
        if self._sheet.kind is SUBJECTS:
            self._planner.plan_subjects(plan, good, known, ids)
        else:
            resolved = self._planner.resolve(plan, good, known, ids)
            if self._sheet.kind is PUBLIC_GRADES:
                days = {
                    (each.subject_id, each.row.draft.evaluated_on)
                    for each in resolved
                    if isinstance(each.row.draft, GradeDraft)
                }
                stored = lookups.grades_by_key(connection, days)
                self._planner.plan_grades(plan, resolved, stored)
            else:
                found = lookups.records_by_key(connection, {each.key for each in resolved})
                self._planner.plan_records(
                    plan, resolved, found, self._ids(connection, records, len(resolved))
                )
        refused = [row for row, reason in plan.rejected if _AWAITS_CODE in reason]
        needy = [*self._awaiting_code(bad), *refused][: self._suggestions]
        plan.suggestions.update((row.row_no, _names_near(connection, row.name)) for row in needy)
        return plan

    def _ids(self, connection: Connection, table: Table, number: int) -> Iterator[int]:
        return self._no_ids if self._store.dry_run else imports.new_ids(connection, table, number)

    def _known_subjects(
        self, connection: Connection, drafts: Collection[SubjectDraft | GradeDraft | RecordDraft]
    ) -> KnownSubjects:
        clues = [draft.clue for draft in drafts]
        register = self._sheet.kind is SUBJECTS
        by_uscc = lookups.subjects_by_uscc(connection, {clue.uscc for clue in clues if clue.uscc})
        legacy = {code for clue in clues if register or not clue.uscc for code in clue.legacy}
        unknown = {clue.name for clue in clues if clue.uscc and clue.uscc not in by_uscc}
        found = KnownSubjects(
            by_uscc,
            lookups.subjects_by_legacy(connection, legacy),
            lookups.subjects_by_hash(connection, {clue.id_hash for clue in clues if clue.id_hash}),
            lookups.subjects_by_name(connection, unknown),
        )
        former = {draft.clue for draft in drafts if isinstance(draft, SubjectDraft) and draft.former_names}
        return _with_former_names(connection, found, clues, former)

    def _settle(self, keys: list[str]) -> None:
        def work(connection: Connection) -> Plan:
            plan = Plan()
            self._planner.finish(plan, keys)
            return plan

        self._count(self._store.write(work))

    def _count(self, plan: Plan) -> None:
        tally = self._tally
        tally.accepted += len(plan.accepted)
        tally.duplicate += len(plan.duplicates)
        tally.changed += len(plan.diffs)
        tally.new_subjects += len(plan.subjects)
        keep(tally.diffs, plan.diffs)
        keep(tally.warnings, plan.warnings)
        for row in plan.accepted:
            assert row.draft is not None
            tally.persons += row.draft.clue.is_person
            tally.repaired += bool(row.repairs)
            keep(tally.repairs, row.repairs)
            keep(tally.warnings, row.warnings)
            if isinstance(row.draft, RecordDraft):
                self._unknown.setdefault(row.draft.authority, row.row_no)
        for row, reason in plan.rejected:
            row.reasons.append(reason)
        self._reject([row for row, _ in plan.rejected])

    def _reject(self, rows: list[Checked]) -> None:
        for row in rows:
            self._tally.rejected += 1
            self._tally.quarantined += row.quarantined
            self._rejected.add(row.row_no, row.cells, row.reasons)
            if self._preview is not None:
                self._preview.reject(row.row_no, row.reasons)

    def _awaiting_code(self, rows: list[Checked]) -> list[Checked]:
        if self._suggestions <= 0:
            return []
        return [row for row in rows if row.name and any(_AWAITS_CODE in reason for reason in row.reasons)]

    def _suggest(self, plan: Plan, bad: list[Checked]) -> None:
        """Tell names that a row without a usable code may mean (M11, M27); a human decides."""
        self._suggestions -= len(plan.suggestions)
        for row in bad:
            if plan.suggestions.get(row.row_no):
                row.reasons.append(f"可能是：{plan.suggestions[row.row_no]}，请核对后填写代码")
        plan.rejected = [
            (
                row,
                f"{reason}；可能是：{names}，请核对后填写代码"
                if (names := plan.suggestions.get(row.row_no))
                else reason,
            )
            for row, reason in plan.rejected
        ]

    def _doubt_authorities(self) -> None:
        """Names of authorities that are near a known one: abbreviated or transposed (M20); never changed."""
        known = {authority.present for authority in self._sheet.authorities.values()}
        for name, row_no in self._unknown.items() if known else ():
            if name in known:
                continue
            near = process.extractOne(name, known, scorer=fuzz.WRatio, score_cutoff=70)
            if near is not None:
                keep(self._tally.warnings, [f"第 {row_no} 行：机关“{name}”疑似“{near[0]}”，未自动更改"])


def is_data(kind: ImportKind, places: Mapping[str, int], tally: Tally, number: int, cells: Row) -> bool:
    """Whether a row is data: not blank, no explanation or total (M02), no header again; counts the others."""
    told = [cell for cell in cells if cell is not None and cell != ""]
    if not told:
        return False
    if (len(told) <= 4 or told[0] == told[-1]) and is_explanation(
        text_of(told[0]), len({str(cell) for cell in told})
    ):
        tally.skip(number, text_of(told[0]))
        return False
    place = places["name"]
    name = cells[place] if place < len(cells) else None
    # a header names columns in every cell, also where the code stands
    if isinstance(name, str) and name and len(name) <= _LONGEST_HEADER and is_header_word(name, kind):
        tally.skip(number, "重复的表头")
        return False
    return True


def report_of(
    tally: Tally,
    kind: ImportKind,
    path: Path,
    workbook: OpenWorkbook,
    head: SheetHead,
    header: Header,
    *,
    dry_run: bool,
    batch_id: int | None,
    rejected_file: Path | None,
    notes: Iterable[str] = (),
) -> ImportReport:
    """The counts with what is to be said of the file; ``notes`` stand before the warnings of the rows."""
    of_sheet = (f"工作表“{head.name}”{note}" for note in head.notes)
    skipped = (f"工作表“{sheet.name}”未导入（{_why(sheet)}）" for sheet in workbook.heads if sheet != head)
    return ImportReport(
        kind=kind.id,
        file=path.name,
        form=workbook.form,
        sheet=head.name,
        dry_run=dry_run,
        batch_id=batch_id,
        read=tally.read,
        accepted=tally.accepted,
        repaired=tally.repaired,
        rejected=tally.rejected,
        duplicate=tally.duplicate,
        changed=tally.changed,
        skipped=tally.skipped,
        quarantined=tally.quarantined,
        persons=tally.persons,
        new_subjects=tally.new_subjects,
        personal=tally.personal,
        nulls=tally.nulls,
        rejected_file=rejected_file,
        repairs=tuple(tally.repairs),
        diffs=tuple(tally.diffs),
        warnings=(*of_sheet, *notes, *tally.warnings),
        skipped_rows=tuple(tally.skipped_rows),
        skipped_sheets=tuple(skipped),
        similar_columns=header.similar,
    )


def _why(sheet: SheetHead) -> str:
    return f"{sheet.height} 行" if sheet.visible else "隐藏"


def _with_former_names(
    connection: Connection, found: KnownSubjects, clues: list[Clue], asked: set[Clue]
) -> KnownSubjects:
    """Former names are read only where they decide: a name differs, or the file brings some."""
    needed = {
        stored.id
        for clue in clues
        for stored in _candidates(clue, found)
        if clue in asked or name_key(stored.name) != name_key(clue.name)
    }
    if not needed:
        return found
    former = lookups.former_names(connection, needed)

    def filled(stored: KnownSubject) -> KnownSubject:
        return stored._replace(former=former.get(stored.id, ()))

    return KnownSubjects(
        {key: filled(stored) for key, stored in found.by_uscc.items()},
        {key: filled(stored) for key, stored in found.by_legacy.items()},
        found.by_hash,
        found.by_name,
    )


def _candidates(clue: Clue, found: KnownSubjects) -> Iterator[KnownSubject]:
    if clue.uscc in found.by_uscc:
        yield found.by_uscc[clue.uscc]
    yield from (found.by_legacy[code] for code in clue.legacy if code in found.by_legacy)


def _names_near(connection: Connection, name: str) -> str:
    """Known names that are spelt alike, with their codes; "" where there is none."""
    codes = dict(lookups.names_like(connection, name[:4]))
    keys = {known: name_key(known) for known in codes}
    best = process.extract(name_key(name), keys, scorer=fuzz.ratio, score_cutoff=75, limit=3)
    return "、".join(f"{known}（{codes[known] or '无代码'}）" for _, _, known in best)
