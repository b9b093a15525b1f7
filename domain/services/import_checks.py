"""From a row to a draft, one function for each kind of file. Pure: facts, rulebook, date."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from domain.errors import Refused
from domain.model.record import LEGACY_KIND_NAMES, RecordKind, RecordState, Violation
from domain.rules.cleaning import Cell, clean_name, looks_swapped, text_of
from domain.rules.cleaning_money import Stated, clean_amount, settle, stated_confiscations, stated_fines
from domain.rules.cleaning_sanctions import clean_sanctions, numbered_items, sanctions_in
from domain.services.import_drafts import Checked, Clue, Draft, GradeDraft, RecordDraft, SubjectDraft
from domain.services.import_rows import Row, Sheet, as_written, clue_of, is_trial

_SEPARATORS = re.compile(r"[;；、,，|\n]+")
_SCORE = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*分?")
_ORDERS = frozenset(("责令改正",))
_YES = frozenset(("是", "已认定", "认定", "已审核", "通过", "√", "有", "Y", "y", "yes", "1", "true", "True"))
_NO = frozenset(("", "否", "未认定", "未审核", "×", "N", "n", "no", "0", "false", "False"))
_ASSOCIATION = re.compile(r"协会|商会|学会|联合会|促进会|联盟")
_AGENCY = re.compile(
    r"局|厅|委|政府|部|署|办公室|办$|院|海关|法院|检察|总工会|妇联|团[县市区]?委|管理处|支队|大队"
)
_SERIOUS = re.compile(r"严重|失信|黑名单")
_FAVOURABLE = re.compile(r"守信|诚信|红名单|A\s*级纳税人|激励")
_ABNORMAL = re.compile(r"经营异常")


def check(sheet: Sheet, number: int, cells: list[Cell]) -> Checked:
    """Check one data row; the result holds a draft, or the Chinese reasons against it."""
    row = Row(sheet, number, cells)
    clue = clue_of(row)
    if is_trial(row):
        row.found.quarantined = True
        row.reject("疑似测试数据，已隔离，未导入")
        return row.found
    draft = _CHECKS[sheet.kind.id](row, clue or _NOBODY)
    if not row.found.reasons:
        row.found.draft = draft
    return row.found


_NOBODY = Clue("", None)


# -- subjects -------------------------------------------------------------------------------------


def _subject(row: Row, clue: Clue) -> Draft:
    former = [clean_name(name) for name in _SEPARATORS.split(row.prose("former_names"))]
    if any(len(name) > 200 for name in former):
        row.reject("曾用名超过 200 字")
    return SubjectDraft(
        row.number,
        clue,
        tuple(dict.fromkeys(name for name in former if name and name != clue.name)),
        row.text("industry", 40),
        _domains(row),
    )


def _domains(row: Row) -> tuple[str, ...]:
    known, found = row.sheet.domain_codes, []
    for word in filter(None, map(str.strip, _SEPARATORS.split(row.text("domains")))):
        if word in known:
            found.append(known[word])
        else:
            row.reject(f"本地规则没有领域“{word[:20]}”")
    return tuple(dict.fromkeys(found))


# -- grades ---------------------------------------------------------------------------------------


def _public_grade(row: Row, clue: Clue) -> Draft | None:
    grade = _grade(row)
    score = _score(row)
    on = row.past_day("evaluated_on")
    if on is None or not grade:
        return None
    return GradeDraft(row.number, clue, grade, score, on, row.text("source") or row.sheet.source)


def _grade(row: Row) -> str:
    """The grade in the rulebook's own word (M29); unknown is an error, never a guess."""
    cell = row.cell("grade")
    written = cell.strip() if isinstance(cell, str) else text_of(cell)
    if not written or not text_of(cell):
        row.reject(f"没有等级{f'（写的是“{written}”）' if written else ''}")
        return ""
    try:
        return row.sheet.rulebook.canonical_grade(written)
    except Refused as error:
        row.reject(error.text)
        return ""


def _score(row: Row) -> Decimal | None:
    """A score from 0 to 100, exact (M30)."""
    text = row.text("score", 40)
    if not text:
        return None
    found = _SCORE.fullmatch(text)
    try:
        score = Decimal(found[1]) if found else None
    except InvalidOperation:
        score = None
    if score is None:
        row.reject(f"看不懂得分“{text}”")
    elif not 0 <= score <= 100:
        row.reject(f"得分 {text} 不在 0 到 100 之间")
    return score


# -- penalties --------------------------------------------------------------------------------------


def _penalty(row: Row, clue: Clue) -> Draft | None:
    doc_no = row.text("doc_no")
    if not doc_no:
        row.reject("缺少处罚决定书文号（S2-08）")
    decided_on = row.past_day("decided_on")
    authority = row.authority(decided_on)
    facts, basis = _facts_and_basis(row)
    violations = _violations(row, facts, basis)
    state = _state(row)
    if decided_on is None or not violations:
        return None
    only_orders = all(_ORDERS.issuperset(violation.sanctions) for violation in violations)
    return RecordDraft(
        row.number,
        clue,
        RecordKind.RECTIFICATION if only_orders else RecordKind.PENALTY,
        row.prose("title") or violations[0].act,
        decided_on,
        authority,
        doc_no,
        row.text("source") or row.sheet.source,
        state,
        row.day("published_on"),
        row.day("publicity_until", end=True),
        row.day("valid_until", end=True),
        "",
        False,
        violations,
    )


def _facts_and_basis(row: Row) -> tuple[str, str]:
    """Facts and legal basis, put back where the two columns were swapped (M19)."""
    facts, basis = row.prose("facts"), row.prose("basis")
    if not looks_swapped(facts, basis):
        return facts, basis
    row.repaired("facts", facts[:40], basis[:40], "违法事实与处罚依据两列对调")
    row.warn("违法事实与处罚依据疑似填反，已对调，请核对")
    return basis, facts


def _violations(row: Row, facts: str, basis: str) -> tuple[Violation, ...]:
    """The acts of one row (M23): one, or as many as both act and content are numbered."""
    act, content = row.prose("act") or facts, row.prose("content")
    sanctions = _sanctions(row, content)
    acts, parts = numbered_items(act), numbered_items(content)
    if len(acts) > 1 and len(acts) == len(parts):
        apart = _apart(row, acts, parts, basis)
        if apart:
            return apart
    if len(acts) > 1:
        row.warn(f"违法行为似有 {len(acts)} 项，处罚内容没有逐项对应，按一个违法行为计，请核对")
    fine = _money(row, "fine", stated_fines(content))
    confiscated = _money(row, "confiscated", stated_confiscations(content), what="没收金额")
    if not sanctions:
        return ()
    if "罚款" in sanctions and fine is None:
        row.reject("处罚类别有罚款，但没有罚款金额")
    if fine and "罚款" not in sanctions:
        sanctions = (*sanctions, "罚款")
        row.warn("处罚类别没有写罚款，但有罚款金额，已计入罚款")
    return (_violation(row, 1, act or "未写明违法行为", sanctions, fine or 0, confiscated or 0, basis),)


def _sanctions(row: Row, content: str) -> tuple[str, ...]:
    written = "、".join(filter(None, (row.text("sanctions"), row.text("sanctions2"))))
    try:
        found = clean_sanctions(written)
    except Refused as error:
        row.reject(error.text)
        return ()
    if not found:
        found = sanctions_in(content)
        if found and "content" in row.sheet.places:
            row.repaired("content", content[:40], "、".join(found), "处罚类别由处罚内容取得")
    if not found:
        row.reject("缺少处罚类别")
    return found


def _apart(row: Row, acts: tuple[str, ...], parts: tuple[str, ...], basis: str) -> tuple[Violation, ...]:
    """One violation for each numbered act, if each part names its own sanctions and all sums agree."""
    fines = [stated_fines(part).only for part in parts]
    named = [sanctions_in(part) for part in parts]
    if not all(named) or any(
        "罚款" in words and fine is None for words, fine in zip(named, fines, strict=True)
    ):
        return ()
    total = sum(fine or 0 for fine in fines)
    settled = _money(row, "fine", Stated((total,) if total else ()))
    taken = [stated_confiscations(part).only for part in parts]
    _money(row, "confiscated", Stated((sum(t or 0 for t in taken),) if any(taken) else ()), what="没收金额")
    if settled is None and total:
        return ()
    numbered = enumerate(zip(acts, named, fines, taken, strict=True), start=1)
    return tuple(
        _violation(row, number, act, words, fine or 0, confiscated or 0, basis)
        for number, (act, words, fine, confiscated) in numbered
    )


def _violation(
    row: Row, seq: int, act: str, sanctions: tuple[str, ...], fine: int, confiscated: int, basis: str
) -> Violation:
    return Violation(seq, act, sanctions, fine, confiscated, basis, row.sheet.severity(sanctions, fine))


def _money(row: Row, key: str, stated: Stated, *, what: str = "罚款金额") -> int | None:
    """An amount in fen from column and text (M15, M16); the reason is noted where they disagree."""
    if key not in row.sheet.places and not stated.sums:
        return None
    try:
        amount, note = clean_amount(row.cell(key))
        settled = settle(amount, row.sheet.unit_of(key), stated, what=what)
    except Refused as error:
        row.reject(error.text)
        return None
    note = settled.note or note
    if note:
        column = key if key in row.sheet.places else "content"
        row.repaired(
            column, as_written(row.cell(column))[:40], f"{Decimal(settled.value or 0).scaleb(-2)} 元", note
        )
    return settled.value


def _state(row: Row) -> RecordState:
    """Whether the record stands (M34), from the status and the repair column."""
    for key in ("state", "repair"):
        text = row.text(key)
        if not text:
            continue
        try:
            state = _state_of(text, key == "repair")
        except Refused as error:
            row.reject(f"{row.caption(key)}：{error.text}")
            continue
        if state is RecordState.REVOKED:
            row.warn("处罚已撤销，应在三个工作日内撤下公示（行政处罚法第四十八条）")
        if state is not RecordState.VALID:
            return state
    return RecordState.VALID


@lru_cache(maxsize=1024)
def _state_of(text: str, about_repair: bool) -> RecordState:
    if re.search(r"未修复|[待可应]修复|不予修复|未撤销|不予撤销", text):
        return RecordState.VALID
    if re.search(r"撤销|撤回|废止|无效", text):
        return RecordState.REVOKED
    if "修复" in text or (about_repair and text == "是"):
        return RecordState.REPAIRED
    if "异议" in text:
        return RecordState.CONTESTED
    if text in _NO or re.search(r"正常|有效|生效|列入|在列|公示|履行", text):
        return RecordState.VALID
    raise Refused(f"“{text[:20]}”含义不明，请写有效、异议中、已修复或已撤销")


# -- awards and lists -------------------------------------------------------------------------------


def _award(row: Row, clue: Clue) -> Draft | None:
    title = row.prose("title")
    if not title:
        row.reject("缺少表彰奖励名称")
    decided_on = row.past_day("decided_on")
    authority = row.authority(decided_on)
    endorsed = row.text("endorsed")
    if endorsed not in _YES | _NO:
        row.reject(f"{row.caption('endorsed')}只能写是或否，写的是“{endorsed}”")
    if decided_on is None:
        return None
    return RecordDraft(
        row.number,
        clue,
        RecordKind.AWARD,
        title,
        decided_on,
        authority,
        row.text("doc_no"),
        row.text("source") or row.sheet.source,
        RecordState.VALID,
        None,
        None,
        row.day("valid_until", end=True),
        _issuer_kind(row, authority),
        endorsed in _YES,
        (),
    )


def _issuer_kind(row: Row, authority: str) -> str:
    """行政机关 or 行业协会 (S2-10, S2-12): from its column, else from the name, else open."""
    written = row.text("issuer_kind")
    for text in filter(None, (written, authority)):
        if _ASSOCIATION.search(text):
            return "行业协会"
        if _AGENCY.search(text):
            return "行政机关"
    row.warn(f"不能判断授予单位“{authority}”是行政机关还是行业协会，暂不计入")
    return ""


def _listing(row: Row, clue: Clue) -> Draft | None:
    name = row.text("list_name")
    kind = _list_kind(name)
    if kind is None:
        row.reject(f"“{name}”不是严重失信主体名单，也不是守信激励名单")
    decided_on = row.past_day("decided_on")
    authority = row.authority(decided_on)
    removed_on = row.day("valid_until", end=True)
    if decided_on is None or kind is None:
        return None
    if removed_on is not None and removed_on < decided_on:
        row.reject(f"移出日期 {removed_on} 早于列入日期 {decided_on}")
    return RecordDraft(
        row.number,
        clue,
        kind,
        row.prose("title") or name or kind.value,
        decided_on,
        authority,
        row.text("doc_no"),
        row.text("source") or row.sheet.source,
        _listing_state(row),
        None,
        None,
        removed_on,
        "",
        False,
        (),
    )


@lru_cache(maxsize=1024)
def _list_kind(name: str) -> RecordKind | None:
    """The register that a list belongs to; names from before the national wording are known (C-25)."""
    if not name:
        return RecordKind.SERIOUS_LISTING
    if name in LEGACY_KIND_NAMES:
        return LEGACY_KIND_NAMES[name]
    if _ABNORMAL.search(name):
        return None
    if _FAVOURABLE.search(name):
        return RecordKind.FAVOURABLE_LISTING
    return RecordKind.SERIOUS_LISTING if _SERIOUS.search(name) else None


def _listing_state(row: Row) -> RecordState:
    """A listing that was taken back never counted; one that was repaired counts no longer."""
    reason = row.text("removal")
    if re.search(r"撤销|决定错误|列入错误", reason):
        return RecordState.REVOKED
    if "修复" in reason:
        return RecordState.REPAIRED
    return RecordState.VALID if re.search("移出|退出", row.text("state")) else _state(row)


_CHECKS: dict[str, Callable[[Row, Clue], Draft | None]] = {
    "subjects": _subject,
    "public-grades": _public_grade,
    "penalties": _penalty,
    "awards": _award,
    "serious-list": _listing,
}
