"""材料 as the chat goes: pictures, voice, the link; what is taken, where it goes, what is said."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.errors import NotAllowed, Refused
from domain.model.case import CaseKind
from domain.model.person import Channel, Staff
from domain.model.subject import Subject
from domain.services import cases, evidence, links
from domain.services.evidence import File
from domain.services.staff import actor_of
from handlers.turn import InboundKind
from tests.handlers.conftest import Talk, Town, work_of

JPEG = File("a" * 64, "image/jpeg", 2048, "执照.jpg")


@pytest.fixture
def staffed(town: Town) -> Town:
    for userid, name, role, department in (
        ("chen", "陈晨", "经办", town.office.name),
        ("lin", "林岚", "审批", town.office.name),
        ("gao", "高山", "信用办管理员", town.office.name),
        ("huang", "黄晖", "联络员", "示例县市场监督管理局"),
    ):
        town.uow.staff.save(Staff(userid, name, (role,), department))
    return town


@pytest.fixture
def firm(staffed: Town) -> Subject:
    subject = staffed.firm()
    staffed.warned(subject, date(2026, 3, 5))
    staffed.approved(subject)
    return subject


def objects(talk: Talk, choice: str = "2") -> str:
    """An objection against a record (2) or the grade (1); returns its number."""
    talk.says("异议")
    if "向哪里提出" in talk.says(choice):
        talk.says("1")
    talk.says("这条警告已被复议决定撤销，文号附后")
    return talk.says("确认").split("案号")[1][:10]


def sends_picture(talk: Talk, media_id: str = "MEDIA-1_a") -> str:
    return talk.sends(InboundKind.IMAGE, media_id=media_id)


def desk(town: Town, userid: str) -> Talk:
    return Talk(town, userid, Channel.WECOM)


def told(town: Town, userid: str) -> str:
    person = town.uow.people.get_or_add(Channel.WECOM, "wecom", userid, town.clock.now())
    return "\n".join(town.uow.outbox.take_waiting(person.id, town.clock.now(), limit=50))


def queued(town: Town) -> list[tuple[str, str]]:
    media = town.uow.evidence.lease(town.clock.now(), timedelta(minutes=2), limit=50)
    numbers = [case.number for m in media if (case := town.uow.cases.get(m.case_id))]
    return list(zip(numbers, (m.media_id for m in media), strict=True))


def test_a_picture_goes_to_the_one_open_case(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    number = objects(talk)
    answer = sends_picture(talk)
    assert f"正在存进{number}" in answer
    assert f"补充 {number}" in answer
    assert queued(staffed) == [(number, "MEDIA-1_a")]


def test_with_no_open_case_one_line_says_the_way_forward(staffed: Town, firm: Subject) -> None:
    answer = sends_picture(staffed.bound(firm))
    assert "没有保存" in answer
    assert "异议" in answer
    assert "\n" not in answer
    assert "绑定" not in sends_picture(staffed.talk("openid-of-a-stranger"))
    assert queued(staffed) == []


def test_of_several_cases_the_person_chooses_and_no_picture_is_lost(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    first, second = objects(talk, "1"), objects(talk, "2")
    assert "加到哪一件" in sends_picture(talk, "M1")
    assert "收到2份图片" in sends_picture(talk, "M2")
    chosen = talk.says("2")
    assert f"正在存进{first}" in chosen
    assert queued(staffed) == [(first, "M1"), (first, "M2")]
    assert "1." in sends_picture(talk, "M3")
    assert second in talk.says("1")


def test_the_same_picture_twice_is_fetched_once(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    objects(talk)
    sends_picture(talk)
    sends_picture(talk)
    assert len(queued(staffed)) == 1


def test_voice_that_was_not_understood_is_kept_with_the_case(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    assert "没有听清" in talk.sends(InboundKind.VOICE, media_id="V1")
    number = objects(talk)
    assert number in talk.sends(InboundKind.VOICE, media_id="V2")
    assert "信用等级" in talk.sends(InboundKind.VOICE, media_id="V3", text="查等级")
    assert [media for _, media in queued(staffed)] == ["V2"]


def test_in_a_talk_with_a_person_the_picture_goes_to_that_talk(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    talk.says("人工 这张纸要盖章吗")
    assert "正在转给工作人员" in sends_picture(talk)
    assert queued(staffed)[0][0].startswith("RG")


def test_in_the_middle_of_a_form_the_open_question_comes_first(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    objects(talk)
    talk.says("异议")
    assert "还没办完" in sends_picture(talk)
    assert queued(staffed) == []


def test_the_word_gives_a_link_for_this_person_and_case(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    assert "没有可以加材料的" in talk.says("材料")
    number = objects(talk)
    for said in ("材料", f"材料 {number}"):
        answer = talk.says(said)
        assert number in answer
        token = answer.split("/h5/upload/")[1].split("\n")[0]
        link = links.read(staffed.sealer, token, links.Purpose.UPLOAD, staffed.clock.now())
        assert (link.target, link.person_id) == (number, talk.person().id)


def test_nobody_adds_to_a_case_of_others(staffed: Town, firm: Subject) -> None:
    number = objects(staffed.bound(firm))
    stranger = staffed.bound(staffed.firm("平鲁无关商贸有限公司"), "openid-of-li")
    assert "没有找到案件" in stranger.says(f"材料 {number}")
    assert "没有找到案件" in stranger.says(f"材料 {number} +M9")
    assert queued(staffed) == []


def test_a_file_is_kept_once_and_whoever_works_on_the_case_is_told(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    number = objects(talk)
    told(staffed, "chen")
    work = work_of(staffed)
    actor = evidence.actor_behind(work, talk.person().id)
    assert evidence.add(work, number, JPEG, actor=actor)
    assert not evidence.add(work, number, JPEG, actor=actor)
    letter = told(staffed, "chen")
    assert letter.count(f"{number}收到") == 1
    assert "图片" in letter
    case = cases.find(work, number)
    kept = evidence.of_case(work, case, actor_of(work, "chen"))
    assert [(item.name, item.by) for item in kept] == [("执照.jpg", f"person:{talk.person().id}")]


def test_staff_of_the_department_read_and_others_do_not(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    number = objects(talk)
    work = work_of(staffed)
    evidence.add(work, number, JPEG, actor=evidence.actor_behind(work, talk.person().id))
    listed = desk(staffed, "chen").says(f"材料 {number}")
    assert "有1份材料" in listed
    assert "执照.jpg" in listed
    token = listed.split("/h5/file/")[1].split("\n")[0]
    link = links.read(staffed.sealer, token, links.Purpose.FILE, staffed.clock.now())
    assert evidence.to_read(work, int(link.target), actor_of(work, "chen")).sha256 == JPEG.sha256
    with pytest.raises(NotAllowed):
        evidence.to_read(work, int(link.target), actor_of(work, "huang"))
    with pytest.raises(NotAllowed):
        evidence.to_read(work, int(link.target), evidence.actor_behind(work, talk.person().id))


def test_a_closed_case_takes_nothing_more(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    number = objects(talk)
    talk.says(f"撤回 {number}")
    talk.says("确认")
    work = work_of(staffed)
    if cases.find(work, number).open:
        cases.act(work, number, "撤回", actor=evidence.actor_behind(work, talk.person().id))
    assert "已经办结" in talk.says(f"材料 {number}")


def test_a_case_takes_so_many_files_and_no_more(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    number = objects(talk)
    work = work_of(staffed)
    actor = evidence.actor_behind(work, talk.person().id)
    for no in range(evidence.MAX_FILES):
        evidence.add(work, number, File(f"{no:064x}", "image/png", 10, "p"), actor=actor)
    with pytest.raises(Refused, match="不能再加"):
        evidence.add(work, number, JPEG, actor=actor)


def test_what_could_not_be_fetched_is_told_once(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    number = objects(talk)
    sends_picture(talk)
    work = work_of(staffed)
    media = work.uow.evidence.lease(work.now, timedelta(minutes=2), limit=5)[0]
    evidence.lost(work, media, "平台上已经没有这份文件")
    evidence.lost(work, media, "平台上已经没有这份文件")
    letters = "\n".join(staffed.uow.outbox.take_waiting(talk.person().id, staffed.clock.now(), limit=50))
    assert letters.count("没有收到") == 1
    assert f"材料 {number}" in letters


def test_tries_grow_apart_and_end_with_the_life_of_the_file(staffed: Town, firm: Subject) -> None:
    talk = staffed.bound(firm)
    objects(talk)
    sends_picture(talk)
    now, tries = staffed.clock.now(), 0
    due = now
    while due is not None:
        staffed.clock.set(due)
        media = staffed.uow.evidence.lease(due, timedelta(minutes=2), limit=5)[0]
        tries += 1
        assert media.attempts == tries
        due = evidence.again_at(media, due)  # type: ignore[assignment]
        if due is not None:
            staffed.uow.evidence.again(media.id, due)
    assert timedelta(days=2, hours=20) < staffed.clock.now() - now < timedelta(days=3)


def test_import_is_for_those_who_upload_or_confirm_and_names_the_command_where_there_are_no_pages(
    staffed: Town,
) -> None:
    for userid in ("chen", "gao", "lin"):
        assert "xinshi import" in desk(staffed, userid).says("导入")
    assert "没有这些角色" in desk(staffed, "huang").says("导入")


def test_a_notice_to_many_takes_no_files() -> None:
    assert CaseKind.BROADCAST not in evidence._TAKING


@pytest.mark.parametrize("changed", ["purpose", "letter", "time", "key"])
def test_a_link_opens_nothing_but_what_it_was_made_for(town: Town, changed: str) -> None:
    now = town.clock.now()
    token = links.token(town.sealer, links.Purpose.UPLOAD, "YY20260001", 7, now)
    assert links.read(town.sealer, token, links.Purpose.UPLOAD, now).person_id == 7
    purpose = links.Purpose.FILE if changed == "purpose" else links.Purpose.UPLOAD
    if changed == "letter":
        token = ("B" if token[0] == "A" else "A") + token[1:]
    later = now + links.LASTS if changed == "time" else now
    sealer = type(town.sealer)("another secret key of this test") if changed == "key" else town.sealer
    with pytest.raises(NotAllowed):
        links.read(sealer, token, purpose, later)
