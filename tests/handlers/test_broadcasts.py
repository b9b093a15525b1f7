"""群发 as the chat goes: written, counted, released by another, sent once to each, reported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from domain.model.person import Channel, Staff
from domain.model.record import RecordKind
from domain.model.subject import Subject
from domain.services import bindings, broadcasts
from storage.tables import subjects
from tests.handlers.conftest import Talk, Town, work_of

TEXT = "请各单位于12月10日前核对本单位信用信息，有疑问请来电。"


def with_staff(town: Town) -> Town:
    for userid, name, role, department in (
        ("chen", "陈晨", "经办", town.office.name),
        ("lin", "林岚", "审批", town.office.name),
        ("gao", "高山", "信用办管理员", town.office.name),
        ("huang", "黄晖", "联络员", "示例县市场监督管理局"),
        ("shen", "沈计", "审计", town.office.name),
    ):
        town.uow.staff.save(Staff(userid, name, (role,), department))
    return town


@pytest.fixture
def staffed(town: Town) -> Town:
    return with_staff(town)


@pytest.fixture
def firms(staffed: Town) -> list[Subject]:
    """One of grade B and two of grade A under Pinglu's rules; nobody is bound to them yet."""
    warned, praised, again = (staffed.firm(f"平鲁{name}商贸有限公司") for name in "甲乙丙")
    staffed.warned(warned, date(2026, 3, 5))
    for each in (praised, again):
        staffed.record(each, RecordKind.AWARD, date(2026, 3, 5), issuer_kind="行政机关")
    for each in (warned, praised, again):
        staffed.approved(each)
    return [warned, praised, again]


def desk(town: Town, userid: str = "chen") -> Talk:
    return Talk(town, userid, Channel.WECOM)


def writes(town: Town, to: str, text: str = TEXT, by: str = "chen") -> str:
    """The form to its end; returns the case number."""
    talk = desk(town, by)
    assert "请发要群发的内容" in talk.says("群发")
    assert "发给谁" in talk.says(text)
    answer = talk.says(to)
    assert "正在统计，完成后发给您" in answer
    return answer.split("案号")[1][:10]


def runs(town: Town, step: Callable[..., int]) -> int:
    total = 0
    while done := step(work_of(town)):
        total += done
    return total


def inbox(town: Town, talk: Talk) -> str:
    return "\n".join(town.uow.outbox.take_waiting(talk.person().id, town.clock.now(), limit=50))


def told(town: Town, userid: str) -> str:
    person = town.uow.people.get_or_add(Channel.WECOM, "wecom", userid, town.clock.now())
    return "\n".join(town.uow.outbox.take_waiting(person.id, town.clock.now(), limit=50))


def releases(town: Town, number: str, by: str = "lin") -> str:
    talk = desk(town, by)
    talk.says(f"案件 {number}")
    return talk.says(f"同意 {number}")


def test_a_notice_goes_its_whole_way(staffed: Town, firms: list[Subject]) -> None:
    first, second = staffed.bound(firms[0], "openid-1"), staffed.bound(firms[1], "openid-2")
    inbox(staffed, first), inbox(staffed, second)
    number = writes(staffed, "全部")
    assert number.startswith("QF")
    assert runs(staffed, broadcasts.send) == 0
    runs(staffed, broadcasts.count)
    preview = told(staffed, "chen")
    assert "符合条件的单位3家，其中2家有人绑定，共发给2人" in preview
    assert "样例：平鲁甲商贸有限公司、平鲁乙商贸有限公司" in preview
    assert "林岚" in preview
    assert "请您审核群发" in told(staffed, "lin")
    assert runs(staffed, broadcasts.send) == 0
    releases(staffed, number)
    assert "已由林岚发布" in told(staffed, "chen")
    assert runs(staffed, broadcasts.send) == 2
    assert runs(staffed, broadcasts.report) == 0
    for phone in (first, second):
        letters = inbox(staffed, phone)
        assert letters.count(TEXT) == 1
        assert number in letters
    assert runs(staffed, broadcasts.report) == 1
    report = told(staffed, "chen")
    assert "列入2人，送出2人，失败0人，无法送达0人" in report
    case = staffed.uow.cases.by_number(number)
    assert case is not None
    assert (case.state, case.outcome) == ("已完成", "已发送")


def test_nobody_releases_his_own_notice(staffed: Town, firms: list[Subject]) -> None:
    staffed.bound(firms[0])
    number = writes(staffed, "全部", by="gao")
    runs(staffed, broadcasts.count)
    assert "另一位" in releases(staffed, number, by="gao")
    assert runs(staffed, broadcasts.send) == 0
    assert "已同意" in releases(staffed, number, by="lin")


def test_nothing_is_released_before_it_is_counted(staffed: Town, firms: list[Subject]) -> None:
    staffed.bound(firms[0])
    number = writes(staffed, "全部")
    assert "还在统计" in releases(staffed, number)
    runs(staffed, broadcasts.count)
    assert "已同意" in releases(staffed, number)


def test_a_person_of_many_firms_reads_it_once(staffed: Town, firms: list[Subject]) -> None:
    talk = staffed.bound(firms[0])
    for each in firms[1:]:
        code = bindings.issue_code(
            staffed.uow, each.id, by="wang", now=staffed.clock.now(), sealer=staffed.sealer
        ).code
        talk.says(f"绑定 {code}")
        talk.says("确认")
    inbox(staffed, talk)
    number = writes(staffed, "全部")
    runs(staffed, broadcasts.count)
    assert "共发给1人" in told(staffed, "chen")
    releases(staffed, number)
    runs(staffed, broadcasts.send)
    runs(staffed, broadcasts.send)
    assert inbox(staffed, talk).count(TEXT) == 1


@pytest.mark.parametrize(
    "to, names",
    [
        ("等级 B", ["甲"]),
        ("等级 a级", ["乙", "丙"]),
        ("等级 A、B", ["甲", "乙", "丙"]),
        ("名单 平鲁甲商贸有限公司、平鲁丙商贸有限公司", ["甲", "丙"]),
        ("等级 A；名单 平鲁甲商贸有限公司，平鲁丙商贸有限公司", ["丙"]),
        ("行业 餐饮", ["丙"]),
        ("类别 一般失信", ["甲"]),
    ],
)
def test_an_audience_is_who_was_named(staffed: Town, firms: list[Subject], to: str, names: list[str]) -> None:
    staffed.uow.connection.execute(
        update(subjects).where(subjects.c.id == firms[2].id).values(industry="餐饮")
    )
    for each in firms:
        staffed.bound(each, f"openid-of-{each.id}")
    writes(staffed, to)
    runs(staffed, broadcasts.count)
    preview = told(staffed, "chen")
    samples = preview.split("样例：")[1].split("\n")[0]
    assert samples == "、".join(f"平鲁{name}商贸有限公司" for name in names)


@pytest.mark.parametrize(
    "to, said",
    [
        ("等级 Z", "没有等级“Z”"),
        ("类别 很好", "没有类别“很好”"),
        ("名单 没有这家公司", "没有找到"),
        ("部门 火星局", "没有部门“火星局”"),
        ("角色 司机", "没有角色“司机”"),
        ("全部;角色 经办", "请分两次发"),
        ("等级", "请写上等级"),
        ("随便", "没有看懂"),
    ],
)
def test_an_audience_that_is_not_understood_is_asked_for_again(staffed: Town, to: str, said: str) -> None:
    talk = desk(staffed)
    talk.says("群发")
    talk.says(TEXT)
    assert said in talk.says(to)
    assert "正在统计" in talk.says("全部")


@pytest.mark.parametrize(
    "to, who",
    [("工作人员", 5), ("角色 联络员", 1), ("部门 示例县市场监督管理局", 1), ("部门 信用办;角色 审批", 1)],
)
def test_notices_go_to_staff_by_department_and_role(staffed: Town, to: str, who: int) -> None:
    number = writes(staffed, to)
    runs(staffed, broadcasts.count)
    assert f"共发给工作人员{who}人" in told(staffed, "chen")
    releases(staffed, number, by="gao")
    assert runs(staffed, broadcasts.send) == who
    if "联络员" in to or "市场" in to:
        assert TEXT in told(staffed, "huang")


def test_a_returned_or_withdrawn_notice_is_not_sent(staffed: Town, firms: list[Subject]) -> None:
    staffed.bound(firms[0])
    returned, withdrawn = writes(staffed, "全部"), writes(staffed, "全部")
    runs(staffed, broadcasts.count)
    told(staffed, "chen")
    lin = desk(staffed, "lin")
    lin.says(f"案件 {returned}")
    lin.says(f"驳回 {returned} 日期写错了")
    assert "被林岚退回：日期写错了" in told(staffed, "chen")
    chen = desk(staffed)
    chen.says(f"案件 {withdrawn}")
    chen.says(f"撤回 {withdrawn}")
    assert runs(staffed, broadcasts.send) == 0


def test_an_audience_without_anybody_is_not_released(staffed: Town, firms: list[Subject]) -> None:
    number = writes(staffed, "全部")
    runs(staffed, broadcasts.count)
    assert "没有可以收到的人" in told(staffed, "chen")
    assert "没有收件人" in releases(staffed, number)


def test_who_left_before_the_sending_is_struck_off(staffed: Town, firms: list[Subject]) -> None:
    first, second = staffed.bound(firms[0], "openid-1"), staffed.bound(firms[1], "openid-2")
    number = writes(staffed, "全部")
    runs(staffed, broadcasts.count)
    releases(staffed, number)
    first.says("解绑")
    first.says("1")
    first.says("确认")
    runs(staffed, broadcasts.send)
    assert TEXT not in inbox(staffed, first)
    assert TEXT in inbox(staffed, second)


def test_the_report_names_what_failed_and_why(staffed: Town, firms: list[Subject]) -> None:
    phones = [staffed.bound(each, f"openid-{each.id}") for each in firms]
    for phone in phones:
        inbox(staffed, phone)
    number = writes(staffed, "全部")
    runs(staffed, broadcasts.count)
    releases(staffed, number)
    runs(staffed, broadcasts.send)
    rows = staffed.uow.outbox.lease(staffed.clock.now(), timedelta(minutes=1), 50, channels=("wechat",))
    sent, dead, unreachable = rows
    staffed.uow.outbox.sent(sent.id, None, staffed.clock.now())
    staffed.uow.outbox.dead(dead.id, "平台拒收")
    staffed.uow.outbox.unreachable(unreachable.id, "已取消关注")
    told(staffed, "chen")
    assert runs(staffed, broadcasts.report) == 1
    report = told(staffed, "chen")
    assert "列入3人，送出1人，失败1人，无法送达1人" in report
    assert "已取消关注（1人）" in report
    assert "平台拒收（1人）" in report
    assert runs(staffed, broadcasts.report) == 0


def test_what_still_waits_after_a_day_is_reported_as_waiting(staffed: Town, firms: list[Subject]) -> None:
    staffed.bound(firms[0])
    number = writes(staffed, "全部")
    runs(staffed, broadcasts.count)
    releases(staffed, number)
    runs(staffed, broadcasts.send)
    told(staffed, "chen")
    staffed.clock.advance(hours=25)
    assert runs(staffed, broadcasts.report) == 1
    assert "还有1人等待发送" in told(staffed, "chen")


def test_only_those_who_work_on_cases_send_notices(staffed: Town) -> None:
    assert "没有这些角色" in desk(staffed, "shen").says("群发")


def test_the_form_can_be_left_and_is_not_mistaken_for_other_words(staffed: Town) -> None:
    talk = desk(staffed)
    talk.says("群发")
    assert "还没办完" in talk.says("待办")
    assert "请写清楚" in talk.says("帮助")
    talk.says(TEXT)
    assert "请发要群发的内容" in talk.says("上一步")
    assert "500" in talk.says("长" * 501)
    assert "已取消" in talk.says("取消")
    assert "待办" in talk.says("待办") or "没有需要您办的事" in talk.says("待办")


def test_the_text_keeps_its_punctuation(staffed: Town, firms: list[Subject]) -> None:
    talk = staffed.bound(firms[0])
    inbox(staffed, talk)
    text = "各单位：请于12月10日前（含当日）来办理，谢谢！"
    number = writes(staffed, "全部", text)
    runs(staffed, broadcasts.count)
    releases(staffed, number)
    runs(staffed, broadcasts.send)
    assert text in inbox(staffed, talk)


@pytest.mark.clause("S3-03")
@pytest.mark.parametrize(
    "text",
    [
        "按照怀发改发〔2024〕46号文件，请各企业核对等级。",
        "按怀发改发2024年第46号，请核对。",
        "根据《怀仁市信用分级分类监管的实施意见》，请核对。",
        "根据怀仁市 信用分级分类 监管的实施意见，请核对。",
        "旧办法怀发改发〔2023〕40号已废止。",
    ],
)
def test_a_text_that_quotes_the_internal_document_is_refused(
    town_of: Callable[[str], Town], text: str
) -> None:
    town = with_staff(town_of("huairen"))
    talk = desk(town)
    talk.says("群发")
    talk.says(text)
    refused = talk.says("全部")
    assert "不予公开的文件" in refused
    assert "怀仁市公共信用服务规则" in refused
    assert runs(town, broadcasts.count) == 0


@pytest.mark.clause("S3-03")
@pytest.mark.parametrize(
    "text",
    [
        "请各企业于12月10日前核对信用信息。",
        "按照《山西省信用分级分类监管的实施意见》（晋发改信用发〔2023〕27号），请核对等级。",
        "我市推进信用分级分类监管，请各企业核对等级。",
    ],
)
def test_public_documents_and_plain_words_pass(town_of: Callable[[str], Town], text: str) -> None:
    town = with_staff(town_of("huairen"))
    assert writes(town, "全部", text).startswith("QF")


@pytest.mark.clause("S3-03")
def test_staff_may_be_told_of_the_internal_document(town_of: Callable[[str], Town]) -> None:
    town = with_staff(town_of("huairen"))
    assert writes(town, "工作人员", "请学习怀发改发〔2024〕46号文件。").startswith("QF")
