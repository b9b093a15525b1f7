"""Nothing is half imported: staging, the flip, crashes, and two imports at once; on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from domain.errors import Refused
from domain.services.import_changes import Change
from domain.services.import_ledger import Plan
from storage import imports
from storage.importing import import_file
from storage.rulebook_files import load_rulebook
from storage.session import open_sessions
from storage.tables import metadata
from storage.vault import Vault
from tests.conftest import FixedClock
from tests.imports.conftest import ImportingOffice
from tests.imports.factory import (
    GRADE_HEAD,
    LIST_HEAD,
    PENALTY_HEAD,
    SUBJECT_HEAD,
    csv_file,
    grade,
    listing,
    penalty,
    registration_number,
    subject,
)

#: more than two chunks
MANY = 1100


@pytest.fixture
def office(database_url: str, sealer: Vault, clock: FixedClock, tmp_path: Path) -> Iterator[ImportingOffice]:
    with open_sessions(database_url, sealer=sealer, clock=clock) as session:
        yield ImportingOffice(session, load_rulebook("pinglu"), clock, sealer, tmp_path)


def many_penalties(office: ImportingOffice, count: int = MANY, **cells: Any) -> Path:
    rows = [penalty(number, **cells) for number in range(1, count + 1)]
    return csv_file(office.folder / "many.csv", [PENALTY_HEAD, *rows])


def rows_in_all_tables(office: ImportingOffice) -> dict[str, int]:
    with office.session() as uow:
        return {
            table.name: int(uow.connection.execute(select(func.count()).select_from(table)).scalar_one())
            for table in metadata.sorted_tables
        }


def subjects_seen(office: ImportingOffice) -> int:
    with office.session() as uow:
        return uow.subjects.count()


def test_rows_become_visible_all_at_once(office: ImportingOffice) -> None:
    seen: list[tuple[int, int]] = []

    def look(done: int, total: int) -> None:
        seen.append((done, subjects_seen(office)))
        assert total >= done

    report = office.imports("penalties", many_penalties(office), progress=look)
    assert report.accepted == MANY
    assert seen == [(500, 0), (1000, 0), (MANY + 1, 0)]
    assert subjects_seen(office) == MANY
    assert office.record(MANY).violations[0].fine_fen == 200_000


class CrashError(Exception):
    """Something that nobody foresaw."""


def crash_in_second_chunk(done: int, _total: int) -> None:
    if done >= 1000:
        raise CrashError


def test_after_a_crash_nothing_is_there_and_the_import_can_be_repeated(office: ImportingOffice) -> None:
    path = many_penalties(office)
    with pytest.raises(CrashError):
        office.imports("penalties", path, progress=crash_in_second_chunk)
    assert subjects_seen(office) == 0
    report = office.imports("penalties", path)
    assert (report.accepted, report.duplicate) == (MANY, 0)
    assert rows_in_all_tables(office)["records"] == MANY, "what the crash left is removed"


def test_an_import_that_was_killed_is_given_up_after_its_lease(office: ImportingOffice) -> None:
    row = {
        "id": 1,
        "kind": "法人",
        "name": "平鲁区虚构1号商贸有限公司",
        "uscc": None,
        "industry": "",
        "domains": [],
    }
    with office.session() as uow:
        batch = imports.open_batch(
            uow.connection, "subjects", file_sha256="", source="", by="lisi", now=office.clock.now()
        )
        imports.stage(uow.connection, Plan(subjects=[row]), batch, 1)
    path = office.file(SUBJECT_HEAD, subject(1))
    with pytest.raises(Refused, match="lisi"):
        office.imports("subjects", path)
    office.clock.advance(seconds=16)
    assert office.imports("subjects", path).accepted == 1
    assert rows_in_all_tables(office)["subjects"] == 1


def test_an_import_that_was_taken_for_dead_cannot_go_on(office: ImportingOffice) -> None:
    path = many_penalties(office)
    other = csv_file(office.folder / "other.csv", [PENALTY_HEAD, penalty(5000)])

    def overtaken(done: int, _total: int) -> None:
        if done == 500:
            office.clock.advance(seconds=60)
            assert office.imports("penalties", other).accepted == 1

    with pytest.raises(Refused) as caught:
        office.imports("penalties", path, progress=overtaken)
    assert "什么也没有导入" in caught.value.text
    assert subjects_seen(office) == 1


def test_many_corrections_are_decided_at_once_and_rolled_forward(office: ImportingOffice) -> None:
    count = imports.CHANGES_AT_ONCE * 2 + 10
    office.imports("penalties", many_penalties(office, count))
    corrected = many_penalties(office, count, 处罚内容="罚款3000元", **{"罚款金额（万元）": 0.3})
    report = office.imports("penalties", corrected)
    assert (report.accepted, report.changed) == (count, count)
    assert len(report.diffs) == 200, "the report keeps a bounded number of lines"
    assert {office.record(number).violations[0].fine_fen for number in (1, count)} == {300_000}


def test_corrections_that_a_crash_cut_off_are_finished_by_the_next_import(office: ImportingOffice) -> None:
    count = imports.CHANGES_AT_ONCE + 5
    rows = [subject(number) for number in range(1, count + 1)]
    office.imports("subjects", csv_file(office.folder / "s.csv", [SUBJECT_HEAD, *rows]))
    told = {"kind": "法人", "industry": "虚构业", "domains": []}
    with office.session() as uow:
        known = [uow.subjects.by_uscc(row[1]) for row in rows]
        changes = [
            Change(
                each.id,
                {
                    "op": "subject",
                    "id": each.id,
                    "set": told | {"name": each.name, "uscc": each.uscc},
                    "names": [],
                    "legacy": [],
                },
            )
            for each in known
            if each is not None
        ]
        batch = imports.open_batch(
            uow.connection, "subjects", file_sha256="", source="", by="lisi", now=office.clock.now()
        )
        imports.stage(uow.connection, Plan(changes=changes), batch, 1)
        imports.flip(uow.connection, batch, office.clock.now(), {})
    last = office.subject(count)
    assert last is not None
    assert last.industry == "", "the process died right after the flip"
    office.imports("subjects", office.file(SUBJECT_HEAD, subject(count + 1)))
    last = office.subject(count)
    assert last is not None
    assert last.industry == "虚构业"


def test_a_dry_run_writes_its_report_and_nothing_else(office: ImportingOffice) -> None:
    office.imports("subjects", office.file(SUBJECT_HEAD, subject(1)))
    before = rows_in_all_tables(office)
    rows = [penalty(1), penalty(1), penalty(2), penalty(3, 处罚类别="不知所云")]
    path = office.file(PENALTY_HEAD, *rows, name="p.xlsx")
    tried = office.imports("penalties", path, dry_run=True)
    assert rows_in_all_tables(office) == before
    assert tried.batch_id is None
    assert tried.rejected_file is not None
    assert tried.rejected_file.name == "p.xlsx.rejected.xlsx"
    done = office.imports("penalties", path)
    assert (done.accepted, done.duplicate, done.rejected, done.new_subjects) == (
        tried.accepted,
        tried.duplicate,
        tried.rejected,
        tried.new_subjects,
    )
    assert (done.accepted, done.duplicate, done.rejected, done.new_subjects) == (2, 1, 1, 1)


def test_the_batch_knows_whom_it_touched(office: ImportingOffice) -> None:
    office.imports("subjects", office.file(SUBJECT_HEAD, subject(1), subject(2), subject(3)))
    office.imports("public-grades", office.file(GRADE_HEAD, grade(1), grade(2)))
    report = office.imports(
        "public-grades", office.file(GRADE_HEAD, grade(1), grade(2, 评价等级="B"), grade(9))
    )
    assert (report.accepted, report.changed, report.duplicate) == (2, 1, 1)
    assert report.batch_id is not None
    with office.session() as uow:
        touched = imports.touched_subjects(uow.connection, report.batch_id)
        assert imports.touched_subjects(uow.connection, report.batch_id, after=touched[0]) == touched[1:]
    second, ninth = office.subject(2), office.subject(9)
    assert second is not None
    assert ninth is not None
    assert touched == sorted([second.id, ninth.id])
    found = office.grade(2)
    assert found is not None
    assert (found.grade, found.batch_id) == ("B", report.batch_id)


def test_the_flip_is_an_audited_act_of_a_named_person(office: ImportingOffice) -> None:
    report = office.imports("subjects", office.file(SUBJECT_HEAD, subject(1)))
    with office.session() as uow:
        audit = metadata.tables["audit"]
        row = uow.connection.execute(select(audit).where(audit.c.action == "import.flip")).one()
        batch = uow.batches.get(report.batch_id or 0)
    assert (row.actor, row.ref) == ("zhangwei", f"batch:{report.batch_id}")
    assert batch is not None
    assert (batch.kind, batch.by, batch.totals["accepted"]) == ("import:subjects", "zhangwei", 1)
    assert row.detail["sha256"] == batch.file_sha256


def test_a_register_changes_what_it_tells_and_keeps_the_rest(office: ImportingOffice) -> None:
    head = (*SUBJECT_HEAD, "领域")
    rulebook = load_rulebook("wuzhong")
    first = [*subject(1, 行业="虚构业", 曾用名="旧名甲；旧名乙"), "生产、流通"]
    office.imports("subjects", office.file(head, first), rulebook=rulebook)
    office.imports("subjects", office.file(SUBJECT_HEAD, subject(1, 工商注册号=registration_number(1))))
    found = office.subject(1)
    assert found is not None
    assert (found.industry, found.domains) == ("虚构业", ("production", "circulation"))
    assert set(found.former_names) == {"旧名甲", "旧名乙"}
    with office.session() as uow:
        assert uow.subjects.by_legacy_code(registration_number(1)) == found
    report = office.imports("subjects", office.file(head, [*subject(2), "天文"]), rulebook=rulebook)
    assert "天文" in office.reason(report)


def test_contradictions_within_a_file_come_back(office: ImportingOffice) -> None:
    register = office.file(SUBJECT_HEAD, subject(1), subject(1), subject(1, 主体名称="另一个名称有限公司"))
    told = office.imports("subjects", register)
    assert (told.accepted, told.duplicate, told.rejected) == (1, 1, 1)
    grades = office.file(GRADE_HEAD, grade(1), grade(1), grade(1, 评价等级="C"))
    told = office.imports("public-grades", grades)
    assert (told.accepted, told.duplicate, told.rejected) == (1, 1, 1)
    fine = penalty(1, 处罚内容="罚款3000元", **{"罚款金额（万元）": 0.3})
    told = office.imports("penalties", office.file(PENALTY_HEAD, penalty(1), penalty(1), fine))
    assert (told.accepted, told.duplicate, told.rejected) == (1, 1, 1)
    assert "第 2 行" in office.reason(told)


def test_a_part_of_a_stored_decision_cannot_be_reworded_alone(office: ImportingOffice) -> None:
    acts = [penalty(1, 违法行为类型=f"虚构行为{word}") for word in "甲乙丙"]
    office.imports("penalties", office.file(PENALTY_HEAD, *acts))
    reworded = penalty(1, 违法行为类型="改写的行为")
    told = office.imports("penalties", office.file(PENALTY_HEAD, reworded))
    assert "列全" in office.reason(told)
    told = office.imports("penalties", office.file(PENALTY_HEAD, acts[0], acts[1], reworded))
    assert (told.accepted, told.duplicate, told.rejected) == (1, 2, 0)
    assert [violation.act for violation in office.record(1).violations] == [
        "虚构行为甲",
        "虚构行为乙",
        "改写的行为",
    ]
    more = penalty(1, 违法行为类型="又一个行为")
    told = office.imports("penalties", office.file(PENALTY_HEAD, acts[0], acts[1], reworded, more))
    assert (told.accepted, told.duplicate) == (1, 3)
    assert len(office.record(1).violations) == 4


def test_a_listing_that_ended_is_corrected_in_place(office: ImportingOffice) -> None:
    office.imports("serious-list", office.file(LIST_HEAD, listing(1)))
    ended = listing(1, 移出日期="2026-09-01", 移出原因="期满")
    told = office.imports("serious-list", office.file(LIST_HEAD, ended))
    assert told.diffs == ("第 2 行 虚构的列入原因：有效期 空 → 2026-09-01",)
    assert office.record(1).valid_until == date(2026, 9, 1)


def test_a_full_disk_for_the_rejected_rows_stops_the_import_before_the_flip(office: ImportingOffice) -> None:
    path = office.file(PENALTY_HEAD, penalty(1), penalty(2, 处罚机关=None))
    (office.folder / "file.xlsx.rejected.xlsx").mkdir()
    with pytest.raises(Refused) as caught:
        office.imports("penalties", path)
    assert "无法写入" in caught.value.text
    assert subjects_seen(office) == 0
    assert rows_in_all_tables(office)["records"] == 0


def test_a_rulebook_without_severity_cannot_take_penalties(office: ImportingOffice) -> None:
    bare = office.rulebook.model_copy(update={"severity": None})
    with pytest.raises(Refused, match="severity"):
        import_file(
            office.session,
            "penalties",
            office.file(PENALTY_HEAD, penalty(1)),
            rulebook=bare,
            clock=office.clock,
            sealer=office.sealer,
            by="zhangwei",
        )


def test_rare_characters_and_long_texts_reach_the_database_whole(office: ImportingOffice) -> None:
    act = "𬭎𠮷🏮é\u200b" + "虚" * 3900
    report = office.imports(
        "penalties",
        csv_file(
            office.folder / "rare.csv",
            [
                PENALTY_HEAD,
                penalty(1, 违法行为类型=act),
                penalty(2, 违法行为类型="虚" * 4001),
                penalty(3, 处罚机关="局" * 201),
                penalty(4, 处罚内容="罚款" + "9" * 30 + "元"),
            ],
        ),
    )
    assert (report.accepted, report.rejected) == (1, 3)
    assert office.record(1).violations[0].act == "𬭎𠮷🏮é" + "虚" * 3900
