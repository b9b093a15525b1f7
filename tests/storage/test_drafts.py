"""Drafts as stored: they come back, are sealed, are one for each form, and go in time with their files."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from domain.model.case import Case, CaseKind, Evidence
from domain.model.draft import Draft, HeldFile
from domain.model.person import Channel
from domain.services import privacy
from storage.tables import draft_files, drafts
from storage.unit_of_work import SqlUnitOfWork
from tests.conftest import FixedClock

FORM = "异议:12:grade"
PHOTO = HeldFile("ab" * 32, "image/jpeg", 1234, "缴款凭证.jpg")


def written(uow: SqlUnitOfWork, clock: FixedClock, *, sender: str = "wang", form: str = FORM) -> Draft:
    person = uow.people.get_or_add(Channel.WECHAT, "wx", sender, clock.now())
    empty = uow.drafts.locked(person.id, form, clock.now())
    draft = replace(
        empty, title="异议：信用等级", path="/h5/firm/12/object/grade", fields={"text": "处罚已撤销"}
    )
    uow.drafts.put(draft)
    return draft


def is_held(uow: SqlUnitOfWork, file: HeldFile) -> bool:
    """Whether the nightly sweep leaves the bytes."""
    return uow.held_files.among([file.sha256]) == {file.sha256}


def test_a_draft_comes_back_as_it_was_written(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    draft = written(uow, clock)
    uow.drafts.attach(draft, PHOTO)
    uow.drafts.attach(draft, PHOTO)
    found = uow.drafts.get(draft.person_id, FORM)
    assert found == replace(draft, files=(PHOTO,))
    assert uow.drafts.get(draft.person_id, "异议:12:record-1") is None


def test_what_was_written_lies_sealed(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    uow.drafts.attach(written(uow, clock), PHOTO)
    row = uow.connection.execute(select(drafts)).one()
    file = uow.connection.execute(select(draft_files)).one()
    assert "处罚".encode() not in row.data
    assert "凭证".encode() not in file.name


def test_there_is_one_draft_for_each_form_and_the_latest_comes_first(
    uow: SqlUnitOfWork, clock: FixedClock
) -> None:
    first = written(uow, clock)
    uow.drafts.put(replace(first, fields={"text": "改过的理由"}))
    uow.drafts.put(replace(first, form="修复:12:7", updated_at=clock.now() + timedelta(minutes=1)))
    written(uow, clock, sender="li")
    listed = uow.drafts.of_person(first.person_id)
    assert [each.form for each in listed] == ["修复:12:7", FORM]
    assert listed[1].fields == {"text": "改过的理由"}


def test_a_form_that_was_sent_keeps_its_number_and_nothing_else(
    uow: SqlUnitOfWork, clock: FixedClock
) -> None:
    draft = written(uow, clock)
    uow.drafts.attach(draft, PHOTO)
    uow.drafts.hand_over(draft)
    uow.drafts.put(Draft(draft.person_id, FORM, clock.now(), filed={"a1": "YY20260001"}))
    found = uow.drafts.locked(draft.person_id, FORM, clock.now())
    assert (found.filed, found.files, found.waits) == ({"a1": "YY20260001"}, (), False)


def test_a_file_is_held_until_the_last_draft_lets_go_of_it(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    mine, other = written(uow, clock), written(uow, clock, sender="li")
    for draft in (mine, other):
        uow.drafts.attach(draft, PHOTO)
    uow.drafts.detach(mine.person_id, FORM, PHOTO.sha256)
    assert is_held(uow, PHOTO)
    uow.drafts.detach(other.person_id, FORM, PHOTO.sha256)
    assert not is_held(uow, PHOTO)


def test_a_file_that_a_case_holds_stays(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    draft = written(uow, clock)
    case = Case(
        0, "YY20260001", CaseKind.OBJECTION, "待受理", 1, None, None, "信用办", "", clock.now(), None, False
    )
    case_id = uow.cases.add(case).id
    uow.evidence.add(Evidence(0, case_id, PHOTO.sha256, "image/jpeg", 9, "a.jpg", clock.now(), "person:1"))
    uow.drafts.attach(draft, PHOTO)
    uow.drafts.detach(draft.person_id, FORM, PHOTO.sha256)
    assert is_held(uow, PHOTO)


def test_drafts_go_after_thirty_days_with_their_files(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    old = written(uow, clock)
    uow.drafts.attach(old, PHOTO)
    fresh = replace(old, form="修复:12:7", updated_at=clock.now() + timedelta(days=20))
    uow.drafts.put(fresh)
    later = clock.now() + timedelta(days=31)
    while privacy.forget_old(uow, later):
        pass
    assert [each.form for each in uow.drafts.of_person(old.person_id)] == ["修复:12:7"]
    assert not is_held(uow, PHOTO)


def test_whoever_is_erased_leaves_no_draft(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    mine, other = written(uow, clock), written(uow, clock, sender="li")
    uow.drafts.attach(mine, PHOTO)
    privacy.erase(uow, uow.people.get(mine.person_id), clock.now(), clock.now().date())
    assert uow.drafts.of_person(mine.person_id) == []
    assert len(uow.drafts.of_person(other.person_id)) == 1
    assert not is_held(uow, PHOTO)


def test_my_data_names_what_was_begun_on_a_page(uow: SqlUnitOfWork, clock: FixedClock) -> None:
    draft = written(uow, clock)
    person = uow.people.get(draft.person_id)
    held = privacy.holdings(uow, person, unfinished=("绑定",), today=clock.now().date())
    assert held.unfinished == ("绑定", "异议：信用等级")
