"""What a chunk of checked rows means beside what is known already: new, changed, said before, refused.

Pure. ``Planner`` remembers what the file has said so far; ``plan`` has no effect, so that a
transaction may be run again, and ``remember`` takes a plan over once it is committed.

A decision is known by authority, number, date and subject (M18); its acts by their text (S2-19). The
same act again is a duplicate, the same act with other content corrects the stored one (M24), a further
act in the same file belongs to the same decision (M23). Acts whose text is new for a decision that is
stored already wait for the end of the file, since only the whole file tells whether they replace or add.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any, NamedTuple

from domain.model.record import RecordKind, RecordState, Violation
from domain.model.subject import SubjectKind
from domain.rules.cleaning import doc_no_key, name_key
from domain.rules.cleaning_money import yuan
from domain.services.import_drafts import Checked, Clue, GradeDraft, RecordDraft, SubjectDraft


class KnownSubject(NamedTuple):
    """A subject as stored."""

    id: int
    kind: str
    name: str
    uscc: str | None
    industry: str
    domains: tuple[str, ...]
    former: tuple[str, ...] = ()

    def bears(self, name: str) -> bool:
        """Whether the subject bears or bore this name, however it is spelt."""
        key = name_key(name)
        return any(key == name_key(own) for own in (self.name, *self.former))


class KnownRecord(NamedTuple):
    """A record as stored, with what an import may correct."""

    id: int
    subject_id: int
    title: str
    state: RecordState
    published_on: date | None
    publicity_until: date | None
    valid_until: date | None
    issuer_kind: str
    endorsed: bool
    violations: tuple[Violation, ...]


class KnownGrade(NamedTuple):
    id: int
    grade: str | None
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class KnownSubjects:
    """The subjects that the rows of a chunk may mean."""

    by_uscc: Mapping[str, KnownSubject] = field(default_factory=dict)
    by_legacy: Mapping[str, KnownSubject] = field(default_factory=dict)
    by_hash: Mapping[bytes, KnownSubject] = field(default_factory=dict)
    #: subjects of the same name, for new codes only
    by_name: Mapping[str, tuple[KnownSubject, ...]] = field(default_factory=dict)


class Change(NamedTuple):
    """A change of something visible; applied when the batch is flipped."""

    subject_id: int
    payload: dict[str, Any]


class SeenSubject(NamedTuple):
    id: int
    row_no: int
    draft: SubjectDraft | None
    name: str


class SeenAct(NamedTuple):
    act: int
    content: int
    seq: int


class SeenRecord(NamedTuple):
    """What the file said about one decision so far."""

    id: int
    row_no: int
    stored: bool
    head: int
    acts: tuple[SeenAct, ...]


class Held(NamedTuple):
    """An act that is new for a stored decision."""

    row: Checked
    draft: RecordDraft
    violation: Violation


@dataclass(slots=True)
class Waiting:
    """The held acts of one stored decision."""

    record: KnownRecord
    held: list[Held] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """What is to be written for a chunk, and what became of each row."""

    subjects: list[dict[str, Any]] = field(default_factory=list)
    names: list[dict[str, Any]] = field(default_factory=list)
    legacy: list[dict[str, Any]] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    violations: list[dict[str, Any]] = field(default_factory=list)
    grades: list[dict[str, Any]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    accepted: list[Checked] = field(default_factory=list)
    duplicates: list[Checked] = field(default_factory=list)
    rejected: list[tuple[Checked, str]] = field(default_factory=list)
    diffs: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    waiting: list[tuple[str, Waiting]] = field(default_factory=list)
    #: row number → names that a row without a usable code may mean
    suggestions: dict[int, str] = field(default_factory=dict)

    seen_subjects: dict[str, SeenSubject] = field(default_factory=dict)
    seen_records: dict[str, SeenRecord] = field(default_factory=dict)
    seen_grades: dict[tuple[int, date], GradeDraft] = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        return bool(self.subjects or self.records or self.violations or self.grades or self.changes)


class Resolved(NamedTuple):
    """A row whose subject is known."""

    row: Checked
    subject_id: int
    key: str = ""


def record_key(draft: RecordDraft, subject_id: int) -> str:
    """The business key of a decision: 机关 + 文号 + 日期 + 主体, spelling apart (M17, M18).

    A register entry without a number is told apart by its title.
    """
    number = doc_no_key(draft.doc_no) or f"无文号:{name_key(draft.title)}"
    kind = "处罚" if draft.kind in (RecordKind.PENALTY, RecordKind.RECTIFICATION) else draft.kind.value
    parts = (kind, name_key(draft.authority), number, draft.decided_on.isoformat(), str(subject_id))
    return sha256("\x1f".join(parts).encode()).hexdigest()


class Planner:
    """Plans chunk after chunk of one file."""

    def __init__(self) -> None:
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
        change, diffs = _subject_change(stored, draft, known)
        if change is None:
            plan.duplicates.append(row)
            return
        plan.changes.append(change)
        plan.accepted.append(row)
        plan.diffs.append(f"第 {row.row_no} 行 {clue.shown}：{'；'.join(diffs)}")

    # -- grades ---------------------------------------------------------------------------------------

    def plan_grades(
        self, plan: Plan, rows: list[Resolved], known: Mapping[tuple[int, date], KnownGrade], approved_by: str
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
            self._grade(plan, row, draft, subject_id, known.get(key), approved_by)

    def _grade(
        self, plan: Plan, row: Checked, draft: GradeDraft, subject_id: int, stored: KnownGrade | None, by: str
    ) -> None:
        values = {"grade": draft.grade, "score": draft.score, "source": draft.source, "approved_by": by}
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
            _record_values(draft) | {"id": record_id, "subject_id": subject_id, "business_key": key}
        )
        plan.violations.extend(violation_values(record_id, violation) for violation in draft.violations)
        acts = tuple(SeenAct(_act(v), _content(v), v.seq) for v in draft.violations)
        plan.seen_records[key] = SeenRecord(record_id, row.row_no, False, _head(draft), acts)
        plan.accepted.append(row)

    def _further_row(self, plan: Plan, resolved: Resolved, draft: RecordDraft, seen: SeenRecord) -> None:
        """A further row of a decision that is new in this file (M23)."""
        row = resolved.row
        if seen.head != _head(draft):
            plan.rejected.append((row, f"与第 {seen.row_no} 行是同一决定，但状态、期限或名称不同，请统一"))
            return
        acts = {act.act: act for act in seen.acts}
        fresh = [violation for violation in draft.violations if _act(violation) not in acts]
        torn = [v for v in draft.violations if _act(v) in acts and acts[_act(v)].content != _content(v)]
        if torn:
            plan.rejected.append((row, f"与第 {seen.row_no} 行是同一决定同一违法行为，但内容不同，请核对"))
            return
        if not fresh:
            plan.duplicates.append(row)
            return
        first = len(seen.acts) + 1
        numbered = [violation_at(first + number, violation) for number, violation in enumerate(fresh)]
        plan.violations.extend(violation_values(seen.id, violation) for violation in numbered)
        more = tuple(SeenAct(_act(v), _content(v), v.seq) for v in numbered)
        plan.seen_records[resolved.key] = seen._replace(acts=seen.acts + more)
        plan.accepted.append(row)

    def _beside_stored(
        self, plan: Plan, resolved: Resolved, draft: RecordDraft, stored: KnownRecord, seen: SeenRecord | None
    ) -> None:
        """A row of a decision that is stored already: said again, corrected, or with an unknown act."""
        row = resolved.row
        own = {_act(violation): violation for violation in stored.violations}
        said = {act.act: act for act in seen.acts} if seen else {}
        corrections, unknown = [], []
        for violation in draft.violations:
            key = _act(violation)
            if key in said and said[key].content != _content(violation):
                plan.rejected.append(
                    (row, f"与第 {seen.row_no if seen else 0} 行是同一决定同一违法行为，但内容不同，请核对")
                )
                return
            if key not in own:
                if key not in said:
                    unknown.append(violation)
            elif key not in said and _content(own[key]) != _content(violation):
                corrections.append(violation_at(own[key].seq, violation))
        acts = tuple(
            SeenAct(_act(v), _content(v), own[_act(v)].seq if _act(v) in own else 0) for v in draft.violations
        )
        before = seen.acts if seen else ()
        plan.seen_records[resolved.key] = SeenRecord(
            stored.id, seen.row_no if seen else row.row_no, True, _head(draft), before + acts
        )
        if unknown:
            held = [Held(row, draft, violation) for violation in unknown]
            plan.waiting.append((resolved.key, Waiting(stored, held)))
        if stored.state is RecordState.REVOKED and draft.state is RecordState.VALID:
            plan.warnings.append(f"第 {row.row_no} 行：{draft.doc_no} 本地已撤销，文件仍列为有效，保持已撤销")
        change, diffs = _record_change(stored, draft, corrections, first=seen is None)
        if change is not None:
            plan.changes.append(change)
            plan.diffs.append(f"第 {row.row_no} 行 {draft.doc_no or draft.title}：{'；'.join(diffs)}")
        if change is not None:
            plan.accepted.append(row)
        elif not unknown:
            plan.duplicates.append(row)

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
            change, diffs = _record_change(stored, held[0].draft, corrections, first=False)
            if change is not None:
                plan.changes.append(change)
                plan.diffs.append(f"第 {rows[0].row_no} 行 {held[0].draft.doc_no}：{'；'.join(diffs)}")
            plan.accepted.extend(rows)


# -- details --------------------------------------------------------------------------------------------


def subject_keys(clue: Clue) -> list[str]:
    """Keys under which a subject is remembered within a file."""
    if clue.is_person:
        return [f"h{clue.id_hash.hex()}"]
    keys = [f"u{clue.uscc}"] if clue.uscc else []
    return keys + [f"l{code}" for code in clue.legacy]


def known_subject(clue: Clue, known: KnownSubjects) -> KnownSubject | None:
    """The stored subject that a row means: by ID hash, by code, else by an old code of the table (M11)."""
    if clue.is_person:
        return known.by_hash.get(clue.id_hash)
    if clue.uscc and clue.uscc in known.by_uscc:
        return known.by_uscc[clue.uscc]
    for code in clue.legacy:
        found = known.by_legacy.get(code)
        # an old number may lead to a subject only where no other code speaks against it
        if found is not None and (not clue.uscc or found.uscc in (None, clue.uscc)):
            return found
    return None


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


def _subject_change(
    stored: KnownSubject, draft: SubjectDraft, known: KnownSubjects
) -> tuple[Change | None, list[str]]:
    """What a register row changes in a stored subject; empty cells say nothing."""
    clue, diffs = draft.clue, []
    values = {
        "name": stored.name,
        "uscc": stored.uscc,
        "kind": stored.kind,
        "industry": stored.industry,
        "domains": list(stored.domains),
    }
    told: dict[str, Any] = {
        "name": clue.name if name_key(clue.name) != name_key(stored.name) else stored.name,
        "uscc": clue.uscc or stored.uscc,
        "kind": clue.kind.value if clue.kind else stored.kind,
        "industry": draft.industry or stored.industry,
        "domains": list(draft.domains) or list(stored.domains),
    }
    words = {"name": "名称", "uscc": "代码", "kind": "类别", "industry": "行业", "domains": "领域"}
    for key, word in words.items():
        if values[key] != told[key]:
            diffs.append(f"{word} {_shown(values[key])} → {_shown(told[key])}")
    names = [name for name in draft.former_names if name not in stored.former and name != stored.name]
    if told["name"] != stored.name and stored.name not in stored.former:
        names.append(stored.name)
    legacy = [code for code in clue.legacy if code not in known.by_legacy]
    diffs += [f"曾用名增加 {name}" for name in draft.former_names if name in names]
    diffs += [f"旧代码增加 {code}" for code in legacy]
    if not diffs:
        return None, []
    return Change(
        stored.id, {"op": "subject", "id": stored.id, "set": told, "names": names, "legacy": legacy}
    ), diffs


def _shown(value: object) -> str:
    if isinstance(value, list):
        return "、".join(value) or "空"
    return str(value) if value not in (None, "") else "空"


def _act(violation: Violation) -> int:
    return hash(name_key(violation.act))


def _content(violation: Violation) -> int:
    """What corrects an act when it differs; the severity follows from it."""
    return hash((violation.sanctions, violation.fine_fen, violation.confiscated_fen, violation.basis))


def _own_title(draft: RecordDraft) -> str:
    """The title that a row gives by itself; "" where it only repeats the act."""
    return "" if draft.violations and draft.title == draft.violations[0].act else draft.title


def _head(draft: RecordDraft) -> int:
    return hash(
        (
            _own_title(draft),
            draft.state,
            draft.published_on,
            draft.publicity_until,
            draft.valid_until,
            draft.issuer_kind,
            draft.endorsed,
        )
    )


def violation_at(seq: int, violation: Violation) -> Violation:
    """The same act under another number."""
    return Violation(
        seq,
        violation.act,
        violation.sanctions,
        violation.fine_fen,
        violation.confiscated_fen,
        violation.basis,
        violation.severity,
    )


def violation_values(record_id: int, violation: Violation) -> dict[str, Any]:
    """The row of one act."""
    return {
        "record_id": record_id,
        "seq": violation.seq,
        "act": violation.act,
        "sanctions": list(violation.sanctions),
        "fine_fen": violation.fine_fen,
        "confiscated_fen": violation.confiscated_fen,
        "basis": violation.basis,
        "severity": int(violation.severity),
    }


def _record_values(draft: RecordDraft) -> dict[str, Any]:
    return {
        "kind": draft.kind.value,
        "title": draft.title,
        "decided_on": draft.decided_on,
        "authority": draft.authority,
        "doc_no": draft.doc_no,
        "source": draft.source,
        "state": draft.state.value,
        "published_on": draft.published_on,
        "publicity_until": draft.publicity_until,
        "valid_until": draft.valid_until,
        "issuer_kind": draft.issuer_kind,
        "endorsed": draft.endorsed,
    }


#: a file may only lead a record further on: what was repaired or revoked here stays so
_FURTHER = {
    RecordState.VALID: 0,
    RecordState.CONTESTED: 1,
    RecordState.REPAIRED: 2,
    RecordState.REVOKED: 3,
}
_HEAD_WORDS: tuple[tuple[str, str, Callable[[RecordDraft], object]], ...] = (
    ("title", "名称", _own_title),
    ("published_on", "公示日期", lambda draft: draft.published_on),
    ("publicity_until", "公示截止期", lambda draft: draft.publicity_until),
    ("valid_until", "有效期", lambda draft: draft.valid_until),
    ("issuer_kind", "授予单位类型", lambda draft: draft.issuer_kind),
    ("endorsed", "主管部门认定", lambda draft: draft.endorsed),
)


def _record_change(
    stored: KnownRecord, draft: RecordDraft, corrections: list[Violation], *, first: bool
) -> tuple[Change | None, list[str]]:
    """What a row corrects in a stored record; empty cells say nothing. ``first``: compare the head too."""
    values: dict[str, Any] = {}
    diffs = []
    own = {violation.seq: violation for violation in stored.violations}
    for key, word, told in _HEAD_WORDS if first else ():
        value = told(draft)
        if value not in (None, "") and value != getattr(stored, key):
            values[key] = value.isoformat() if isinstance(value, date) else value
            diffs.append(f"{word} {_shown(getattr(stored, key))} → {_shown(value)}")
    if first and _FURTHER[draft.state] > _FURTHER[stored.state]:
        values["state"] = draft.state.value
        diffs.append(f"状态 {stored.state.value} → {draft.state.value}")
    for violation in corrections:
        before = own.get(violation.seq)
        diffs.append(_act_diff(before, violation))
        if before is not None and stored.title == before.act:
            values.setdefault("title", violation.act)
    if not diffs:
        return None, []
    rows = [violation_values(stored.id, violation) for violation in corrections]
    payload = {"op": "record", "id": stored.id, "set": values, "violations": rows}
    return Change(stored.subject_id, payload), diffs


def _act_diff(before: Violation | None, after: Violation) -> str:
    if before is None:
        return f"增加违法行为“{after.act[:30]}”"
    told = (
        ("违法行为", before.act[:30], after.act[:30]),
        ("处罚类别", "、".join(before.sanctions), "、".join(after.sanctions)),
        ("罚款", f"{yuan(before.fine_fen)} 元", f"{yuan(after.fine_fen)} 元"),
        ("没收", f"{yuan(before.confiscated_fen)} 元", f"{yuan(after.confiscated_fen)} 元"),
        ("处罚依据", before.basis[:30], after.basis[:30]),
    )
    return "，".join(f"{word} {old or '空'} → {new or '空'}" for word, old, new in told if old != new)
