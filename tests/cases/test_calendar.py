"""节假日: what the administrator enters, and what becomes of the open cases."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from domain.errors import NotAllowed, Refused, TextMissing
from domain.model.case import CaseKind
from domain.rules.deadlines import clocks_for
from domain.services import calendar, cases
from domain.services.calendar import holiday_command, missing_year, recount, warning
from domain.services.calendar_words import Announcement, Look, SetDays, read
from storage.tables import outbox
from tests.cases.conftest import Desk

NOTICE = "国办发明电〔2026〕7号"
CHRISTMAS = datetime(2026, 12, 25, 2, 0, tzinfo=UTC)


@pytest.fixture
def admin(desk: Desk) -> Desk:
    """The desk with the stored calendar, a week before the year ends."""
    desk.clock.set(CHRISTMAS)
    desk.calendar = desk.uow.calendar.load()
    return desk


def say(desk: Desk, text: str, by: str = "gao") -> str:
    answer = holiday_command(desk.work, desk.who(by), text)
    desk.calendar = desk.uow.calendar.load()
    return answer


@pytest.mark.parametrize(
    "text, wish",
    [
        ("节假日", Look(None)),
        ("节假日 2027", Look(2027)),
        ("节假日 ２０２７年", Look(2027)),
        ("节假日 2027-01-04 休 县政府通知", SetDays((date(2027, 1, 4),), False, "县政府通知")),
        ("2027年1月10日 上班 国办（通知）", SetDays((date(2027, 1, 10),), True, "国办（通知）")),
        (
            "节假日 2027-01-01至2027-01-03 放假 国办 通知",
            SetDays((date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 3)), False, "国办 通知"),
        ),
        (
            f"节假日 2027 公布 {NOTICE} 休 1-1至1-3、2月5日 班 2026-12-27 1-10",
            Announcement(
                2027,
                NOTICE,
                {
                    date(2027, 1, 1): False,
                    date(2027, 1, 2): False,
                    date(2027, 1, 3): False,
                    date(2027, 2, 5): False,
                    date(2026, 12, 27): True,
                    date(2027, 1, 10): True,
                },
            ),
        ),
    ],
)
def test_the_command_is_read_as_people_write_it(text: str, wish: object) -> None:
    assert read(text) == wish


@pytest.mark.parametrize(
    "text, says",
    [
        ("节假日 明天 休 通知", "没有看懂日期“明天”"),
        ("节假日 2027-02-30 休 通知", "没有“2027-02-30”这一天"),
        ("节假日 2027-01-04", "请在日期后面写“休”或“班”"),
        ("节假日 2027-01-04至2027-01-01 休 通知", "起止日期不对"),
        ("节假日 2027-01-04至2027-03-01 休 通知", "起止日期不对"),
        ("节假日 2027-1-1至1-2至1-3 休 通知", "没有看懂日期"),
        ("节假日 1-4 休 通知", "请写年、月、日"),
        ("节假日 2027 取消", "没有看懂“取消”"),
    ],
)
def test_what_cannot_be_read_is_answered_with_how_it_is_written(text: str, says: str) -> None:
    with pytest.raises(Refused, match=says):
        read(text)


def test_only_the_administrator_may(admin: Desk) -> None:
    with pytest.raises(NotAllowed, match="信用办管理员"):
        say(admin, "节假日 2027-01-04 休 通知", by="chen")


def test_a_day_needs_its_source_and_a_year_at_hand(admin: Desk) -> None:
    with pytest.raises(TextMissing, match="依据"):
        say(admin, "节假日 2027-01-04 休")
    with pytest.raises(Refused, match="请核对年份"):
        say(admin, "节假日 2072-01-04 休 通知")


def test_a_day_off_moves_the_open_cases(admin: Desk) -> None:
    case = admin.open(days=4)
    assert case.due_on == date(2026, 12, 31)
    answer = say(admin, "节假日 2026-12-30 休 县政府通知（大雪）")
    assert answer == "已记录：2026年12月30日放假（县政府通知（大雪））。办理中案件的期限已重新计算。"
    assert cases.find(admin.work, case.number).due_on == date(2027, 1, 4)
    assert [row.action for row in admin.audit_rows()].count("calendar.day") == 1


def test_a_term_into_an_unknown_year_is_provisional_until_the_year_is_announced(admin: Desk) -> None:
    case = admin.open(days=7)
    assert (case.due_on, case.provisional) == (date(2027, 1, 6), True)
    answer = say(admin, f"节假日 2027 公布 {NOTICE} 休 1-1至1-4 班 1-9")
    assert answer.startswith(f"已公布2027年的放假安排（{NOTICE}）")
    final = cases.find(admin.work, case.number)
    assert (final.due_on, final.provisional) == (date(2027, 1, 7), False)
    assert final.version == case.version


def test_the_firm_is_told_of_the_final_day_once(admin: Desk) -> None:
    case = admin.open(days=7)
    say(admin, f"节假日 2027 公布 {NOTICE} 休 1-1至1-4 班 1-9")
    assert recount(admin.work) == 0
    sent = admin.uow.connection.execute(select(outbox)).all()
    assert [row.unique_key for row in sent] == [f"due:{case.number}:2027-01-07"]


def test_a_year_is_not_announced_without_its_days_or_twice(admin: Desk) -> None:
    with pytest.raises(Refused, match="还没有录入2027年"):
        say(admin, f"节假日 2027 公布 {NOTICE}")
    say(admin, f"节假日 2027-01-01至2027-01-03 休 {NOTICE}")
    say(admin, f"节假日 2027 公布 {NOTICE}")
    with pytest.raises(Refused, match="已经公布"):
        say(admin, f"节假日 2027 公布 {NOTICE}")
    with pytest.raises(Refused, match="已经公布"):
        say(admin, f"节假日 2026 公布 {NOTICE}")


def test_looking_shows_what_was_entered(admin: Desk) -> None:
    say(admin, f"节假日 2027-01-09 班 {NOTICE}")
    answer = say(admin, "节假日 2027")
    assert "2027年的放假安排：还没有公布" in answer
    assert f"2027-01-09 上班（{NOTICE}）" in answer
    assert "2026年的放假安排：已公布" in say(admin, "节假日")


def test_from_november_on_the_next_year_is_asked_for(admin: Desk) -> None:
    assert missing_year(admin.calendar, date(2026, 10, 31)) is None
    assert missing_year(admin.calendar, date(2026, 11, 1)) == 2027
    assert "2027年的放假安排还没有录入" in warning(admin.work)
    say(admin, f"节假日 2027 公布 {NOTICE} 休 1-1至1-3")
    assert warning(admin.work) == ""


def test_the_example_in_the_warning_can_be_read(admin: Desk) -> None:
    assert isinstance(read(calendar.example(2027)), Announcement)


def test_many_cases_are_counted_in_chunks_and_a_change_in_between_begins_anew(admin: Desk) -> None:
    opened = [admin.open(days=7) for _ in range(3)]
    wanted = date(2027, 1, 6)

    def set_off(day: date) -> None:
        calendar.set_days(admin.work, {day: False}, source=NOTICE, actor=admin.who("gao"))
        admin.calendar = admin.uow.calendar.load()

    def dues() -> list[date | None]:
        return [cases.find(admin.work, case.number).due_on for case in opened]

    set_off(date(2027, 1, 4))
    assert recount(admin.work, limit=2) == 2
    assert dues() == [date(2027, 1, 7), date(2027, 1, 7), wanted]
    set_off(date(2027, 1, 5))
    assert recount(admin.work, limit=2) == 2
    assert recount(admin.work, limit=2) == 0
    assert dues() == [date(2027, 1, 8)] * 3
    assert recount(admin.work) == 0


def test_a_library_that_knows_another_year_counts_as_a_change(admin: Desk) -> None:
    case = admin.open(days=4)
    assert admin.uow.calendar.recount_from() == 0
    recount(admin.work)
    assert admin.uow.calendar.recount_from() is None
    admin.uow.installation.set("calendar_library", "2025")
    assert admin.uow.calendar.recount_from() == 0
    assert recount(admin.work) == 0
    assert cases.find(admin.work, case.number).due_on == case.due_on


def test_the_spring_festival_of_2026_lies_between_filing_and_due_date(admin: Desk) -> None:
    clocks = clocks_for(CaseKind.OBJECTION, admin.rulebook, admin.calendar, date(2026, 2, 13))
    assert {clock.name: clock.due_on for clock in clocks} == {
        "省条例时限（无须向提供单位核实）": date(2026, 2, 25),
        "县方案时限": date(2026, 2, 27),
        "省条例时限（须向提供单位核实）": date(2026, 3, 2),
    }
