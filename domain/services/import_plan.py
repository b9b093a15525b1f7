"""What a chunk of checked rows means beside what is known already: new, changed, said before, refused.

Pure. ``Planner`` remembers what the file has said so far; ``plan`` has no effect, so that a
transaction may be run again, and ``remember`` takes a plan over once it is committed.

A decision is known by authority, number, date and subject (M18); its acts by their text (S2-19). The
same act again is a duplicate, the same act with other content corrects the stored one (M24), a further
act in the same file belongs to the same decision (M23). Acts whose text is new for a decision that is
stored already wait for the end of the file, since only the whole file tells whether they replace or add.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from domain.model.record import RecordState
from domain.model.subject import SubjectKind
from domain.rules.cleaning import name_key
from domain.services.import_changes import (
    Change,
    act_of,
    content_of,
    head_of,
    record_change,
    record_values,
    subject_change,
    violation_at,
    violation_values,
)
from domain.services.import_drafts import Checked, Clue, GradeDraft, RecordDraft, SubjectDraft
from domain.services.import_known import (
    KnownGrade,
    KnownRecord,
    KnownSubject,
    KnownSubjects,
    known_subject,
    record_key,
    subject_keys,
)
from domain.services.import_ledger import (
    Beside,
    Held,
    Plan,
    Resolved,
    SeenAct,
    SeenRecord,
    SeenSubject,
    Waiting,
)

_TORN = "与第 {} 行是同一决定同一违法行为，但内容不同，请核对"


class Planner:
    """Plans chunk after chunk of one file, which is an act of the person ``by``."""

    def __init__(self, by: str) -> None:
        self._by = by
        self._subjects: dict[str, SeenSubject] = {}
        self._records: dict[str, SeenRecord] = {}
        self._grades: dict[tuple[int, date], GradeDraft] = {}
        self._waiting: dict[str, Waiting] = {}

    def remember(self, plan: Plan) -> None:
        """Take over what a committed plan said."""
        self._subjects.update(plan.seen_subjects)
        self._records.update(plan.seen_records)
        self._grades.update(plan.seen_grades)
        for key, waiting in plan.waiting:
            self._waiting.setdefault(key, Waiting(waiting.record)).held.extend(waiting.held)

    # -- whom the rows are about ----------------------------------------------------------------

    def resolve(
        self, plan: Plan, rows: list[Checked], known: KnownSubjects, ids: Iterator[int]
    ) -> list[Resolved]:
        """The rows whose subject is known, new subjects planned; the others are rejected."""
        found = []
        for row in rows:
            assert row.draft is not None
            subject_id = self._subject_id(plan, row, row.draft.clue, known, ids)
            if subject_id is None:
                continue
            key = record_key(row.draft, subject_id) if isinstance(row.draft, RecordDraft) else ""
            found.append(Resolved(row, subject_id, key))
        return found

    def _subject_id(
        self, plan: Plan, row: Checked, clue: Clue, known: KnownSubjects, ids: Iterator[int]
    ) -> int | None:
        stored = known_subject(clue, known)
        if stored is not None:
            if clue.is_person or stored.bears(clue.name):
                return stored.id
            plan.rejected.append(
                (
                    row,
                    f"代码对应的主体是“{stored.name}”，本行名称是“{clue.name}”，请核对；如已更名请先更新主体名单",
                )
            )
            return None
        seen = self._seen_subject(plan, clue)
        if seen is not None:
            if clue.is_person or name_key(seen.name) == name_key(clue.name):
                return seen.id
            plan.rejected.append((row, f"同一代码在第 {seen.row_no} 行的名称是“{seen.name}”，请核对"))
            return None
        if not (clue.uscc or clue.is_person):
            plan.rejected.append((row, "旧代码不在对照表中，待补统一社会信用代码；不按名称自动认定主体"))
            return None
        same = known.by_name.get(clue.name, ())
        if same and clue.kind is not SubjectKind.SOLE_TRADER and not clue.is_person:
            plan.rejected.append((row, f"已有同名主体{_codes_of(same)}，与本行代码不同，请人工确认"))
            return None
        return self._new_subject(plan, row.row_no, clue, next(ids))

    def _seen_subject(self, plan: Plan, clue: Clue) -> SeenSubject | None:
        for key in subject_keys(clue):
            seen = plan.seen_subjects.get(key) or self._subjects.get(key)
            if seen is not None:
                return seen
        return None

    def _new_subject(
        self, plan: Plan, row_no: int, clue: Clue, subject_id: int, draft: SubjectDraft | None = None
    ) -> int:
        plan.subjects.append(
            {
                "id": subject_id,
                "kind": (clue.kind or SubjectKind.LEGAL_PERSON).value,
                "name": clue.name,
                "uscc": clue.uscc or None,
                "id_sealed": clue.id_sealed or None,
                "id_hash": clue.id_hash or None,
                "industry": draft.industry if draft else "",
                "domains": list(draft.domains) if draft else [],
            }
        )
        plan.legacy.extend({"code": code, "subject_id": subject_id} for code in clue.legacy if draft)
        if draft:
            plan.names.extend({"subject_id": subject_id, "name": name} for name in draft.former_names)
        seen = SeenSubject(subject_id, row_no, draft, clue.name)
        plan.seen_subjects.update(
            (key, seen) for key in subject_keys(clue) if draft or not key.startswith("l")
        )
        return subject_id

    # -- the register of subjects ------------------------------------------------------------------

    def plan_subjects(
        self, plan: Plan, rows: list[Checked], known: KnownSubjects, ids: Iterator[int]
    ) -> None:
        """Rows of a register: new subjects, changes of known ones, duplicates."""
        for row in rows:
            assert isinstance(row.draft, SubjectDraft)
            seen = self._seen_subject(plan, row.draft.clue)
            reason = _legacy_conflict(row.draft.clue, known)
            if seen is not None:
                self._again(plan, row, row.draft, seen)
            elif reason:
                plan.rejected.append((row, reason))
            else:
                self._register(plan, row, row.draft, known, ids)

    def _again(self, plan: Plan, row: Checked, draft: SubjectDraft, seen: SeenSubject) -> None:
        first = seen.draft
        same = first is not None and (_told(first) == _told(draft))
        if same:
            plan.duplicates.append(row)
        else:
            plan.rejected.append((row, f"与第 {seen.row_no} 行是同一主体，但内容不同，请只保留一行"))

    def _register(
        self, plan: Plan, row: Checked, draft: SubjectDraft, known: KnownSubjects, ids: Iterator[int]
    ) -> None:
        clue = draft.clue
        stored = known_subject(clue, known)
        if stored is None:
            plan.warnings.extend(_same_name(row, clue, known))
            self._new_subject(plan, row.row_no, clue, next(ids), draft)
            plan.accepted.append(row)
            return
        seen = SeenSubject(stored.id, row.row_no, draft, clue.name)
        plan.seen_subjects.update((key, seen) for key in subject_keys(clue))
        change, diffs = subject_change(stored, draft, known)
        if change is None:
            plan.duplicates.append(row)
            return
        plan.changes.append(change)
        plan.accepted.append(row)
        plan.diffs.append(f"第 {row.row_no} 行 {clue.shown}：{'；'.join(diffs)}")

    # -- grades ---------------------------------------------------------------------------------------

    def plan_grades(
        self, plan: Plan, rows: list[Resolved], known: Mapping[tuple[int, date], KnownGrade]
    ) -> None:
        """Imported results: one for each subject and day."""
        for row, subject_id, _ in rows:
            draft = row.draft
            assert isinstance(draft, GradeDraft)
            key = (subject_id, draft.evaluated_on)
            before = plan.seen_grades.get(key) or self._grades.get(key)
            if before is not None:
                same = (before.grade, before.score) == (draft.grade, draft.score)
                if same:
                    plan.duplicates.append(row)
                else:
                    plan.rejected.append((row, f"与第 {before.row_no} 行是同一主体同一评价日期，但结果不同"))
                continue
            plan.seen_grades[key] = draft
            self._grade(plan, row, draft, subject_id, known.get(key))

    def _grade(
        self, plan: Plan, row: Checked, draft: GradeDraft, subject_id: int, stored: KnownGrade | None
    ) -> None:
        values = {"grade": draft.grade, "score": draft.score, "source": draft.source, "approved_by": self._by}
        if stored is None:
            plan.grades.append(
                {"subject_id": subject_id, "scheme": "public", "evaluated_on": draft.evaluated_on} | values
            )
        elif (stored.grade, stored.score) == (draft.grade, draft.score):
            plan.duplicates.append(row)
            return
        else:
            values["score"] = None if draft.score is None else str(draft.score)
            plan.changes.append(Change(subject_id, {"op": "grade", "id": stored.id} | values))
            plan.diffs.append(
                f"第 {row.row_no} 行 {draft.clue.shown}：等级 {stored.grade} → {draft.grade}，"
                f"得分 {stored.score} → {draft.score}"
            )
        plan.accepted.append(row)

    # -- records ----------------------------------------------------------------------------------------

    def plan_records(
        self, plan: Plan, rows: list[Resolved], known: Mapping[str, KnownRecord], ids: Iterator[int]
    ) -> None:
        """Decisions and register entries."""
        for resolved in rows:
            stored = known.get(resolved.key)
            seen = plan.seen_records.get(resolved.key) or self._records.get(resolved.key)
            draft = resolved.row.draft
            assert isinstance(draft, RecordDraft)
            if stored is not None:
                self._beside_stored(plan, resolved, draft, stored, seen)
            elif seen is None:
                self._new_record(plan, resolved, draft, next(ids))
            else:
                self._further_row(plan, resolved, draft, seen)

    def _new_record(self, plan: Plan, resolved: Resolved, draft: RecordDraft, record_id: int) -> None:
        row, subject_id, key = resolved
        plan.records.append(
            record_values(draft)
            | {"id": record_id, "subject_id": subject_id, "business_key": key, "submitter": self._by}
        )
        plan.violations.extend(violation_values(record_id, violation) for violation in draft.violations)
        acts = tuple(SeenAct(act_of(v), content_of(v), v.seq) for v in draft.violations)
        plan.seen_records[key] = SeenRecord(record_id, row.row_no, False, head_of(draft), acts)
        plan.accepted.append(row)

    def _further_row(self, plan: Plan, resolved: Resolved, draft: RecordDraft, seen: SeenRecord) -> None:
        """A further row of a decision that is new in this file (M23)."""
        row = resolved.row
        if seen.head != head_of(draft):
            plan.rejected.append((row, f"与第 {seen.row_no} 行是同一决定，但状态、期限或名称不同，请统一"))
            return
        acts = {act.act: act for act in seen.acts}
        fresh = [violation for violation in draft.violations if act_of(violation) not in acts]
        torn = [v for v in draft.violations if act_of(v) in acts and acts[act_of(v)].content != content_of(v)]
        if torn:
            plan.rejected.append((row, _TORN.format(seen.row_no)))
            return
        if not fresh:
            plan.duplicates.append(row)
            return
        first = len(seen.acts) + 1
        numbered = [violation_at(first + number, violation) for number, violation in enumerate(fresh)]
        plan.violations.extend(violation_values(seen.id, violation) for violation in numbered)
        more = tuple(SeenAct(act_of(v), content_of(v), v.seq) for v in numbered)
        plan.seen_records[resolved.key] = seen._replace(acts=seen.acts + more)
        plan.accepted.append(row)

    def _beside_stored(
        self,
        plan: Plan,
        resolved: Resolved,
        draft: RecordDraft,
        stored: KnownRecord,
        seen: SeenRecord | None,
    ) -> None:
        """A row of a decision that is stored already: said again, corrected, or with an unknown act."""
        row = resolved.row
        first = seen or SeenRecord(stored.id, row.row_no, True, head_of(draft), ())
        beside = _beside(draft, stored, first)
        if beside.torn:
            plan.rejected.append((row, _TORN.format(first.row_no)))
            return
        plan.seen_records[resolved.key] = first._replace(acts=first.acts + beside.said)
        if beside.unknown:
            held = [Held(row, draft, violation) for violation in beside.unknown]
            plan.waiting.append((resolved.key, Waiting(stored, held)))
        if stored.state is RecordState.REVOKED and draft.state is RecordState.VALID:
            plan.warnings.append(f"第 {row.row_no} 行：{draft.doc_no} 本地已撤销，文件仍列为有效，保持已撤销")
        change, diffs = record_change(stored, draft, beside.corrections, first=seen is None)
        if change is not None:
            plan.changes.append(change)
            plan.diffs.append(f"第 {row.row_no} 行 {draft.doc_no or draft.title}：{'；'.join(diffs)}")
        # a row with an unknown act is counted at the end of the file, when it is known what it did
        if not beside.unknown:
            (plan.duplicates if change is None else plan.accepted).append(row)

    def waiting(self) -> list[str]:
        """Keys of the stored decisions with unknown acts, for ``finish``."""
        return list(self._waiting)

    def finish(self, plan: Plan, keys: Sequence[str]) -> None:
        """After the last row: unknown acts of stored decisions replace those that the file left out, or add."""
        for key in keys:
            stored, held = self._waiting[key].record, self._waiting[key].held
            said = {act.seq for act in self._records[key].acts}
            left_out = [violation for violation in stored.violations if violation.seq not in said]
            rows = list({id(each.row): each.row for each in held}.values())
            if len(held) < len(left_out):
                reason = f"该决定已存有 {len(stored.violations)} 个违法行为，无法判断本行更正哪一个，请在一个文件中列全"
                plan.rejected.extend((row, reason) for row in rows)
                continue
            first_free = max((violation.seq for violation in stored.violations), default=0) + 1
            seqs = [violation.seq for violation in left_out] + list(range(first_free, first_free + len(held)))
            corrections = [violation_at(seq, each.violation) for seq, each in zip(seqs, held, strict=False)]
            change, diffs = record_change(stored, held[0].draft, corrections, first=False)
            if change is not None:
                plan.changes.append(change)
                plan.diffs.append(f"第 {rows[0].row_no} 行 {held[0].draft.doc_no}：{'；'.join(diffs)}")
            plan.accepted.extend(rows)


def _codes_of(subjects: tuple[KnownSubject, ...]) -> str:
    return "（" + "、".join(subject.uscc or "无代码" for subject in subjects[:3]) + "）"


def _same_name(row: Checked, clue: Clue, known: KnownSubjects) -> Iterator[str]:
    same = known.by_name.get(clue.name, ())
    if same and clue.kind is not SubjectKind.SOLE_TRADER and not clue.is_person:
        yield f"第 {row.row_no} 行：已有同名主体{_codes_of(same)}，按不同主体登记，请人工确认"


def _legacy_conflict(clue: Clue, known: KnownSubjects) -> str:
    stored = known.by_uscc.get(clue.uscc) if clue.uscc else None
    for code in clue.legacy:
        other = known.by_legacy.get(code)
        if other is None or (stored is not None and other.id == stored.id):
            continue
        if stored is not None:
            return f"旧代码已登记在另一主体“{other.name}”名下，请人工确认是否同一主体"
        if clue.uscc and other.uscc not in (None, clue.uscc):
            return f"旧代码已对应到代码 {other.uscc} 的主体“{other.name}”"
    return ""


def _told(draft: SubjectDraft) -> tuple[object, ...]:
    clue = draft.clue
    return (
        name_key(clue.name),
        clue.uscc,
        clue.legacy,
        clue.kind,
        draft.former_names,
        draft.industry,
        draft.domains,
    )


def _beside(draft: RecordDraft, stored: KnownRecord, seen: SeenRecord) -> Beside:
    own = {act_of(violation): violation for violation in stored.violations}
    before = {act.act: act.content for act in seen.acts}
    said, corrections, unknown, torn = [], [], [], False
    for violation in draft.violations:
        act, content = act_of(violation), content_of(violation)
        if act in before:
            torn = torn or before[act] != content
            continue
        known = own.get(act)
        said.append(SeenAct(act, content, known.seq if known else 0))
        if known is None:
            unknown.append(violation)
        elif content_of(known) != content:
            corrections.append(violation_at(known.seq, violation))
    return Beside(tuple(said), corrections, unknown, torn)
