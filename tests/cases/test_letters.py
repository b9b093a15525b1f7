"""Who is told about a firm, and who is no longer."""

from __future__ import annotations

from datetime import timedelta

from domain.model.case import CaseKind
from domain.model.person import Channel, Power
from domain.services import letters
from tests.cases.conftest import Desk

TOLD = "您的异议不成立。"


def test_whose_letter_of_authority_has_ended_is_told_nothing_more_and_the_notice_is_served(
    desk: Desk,
) -> None:
    agent = desk.uow.people.get_or_add(Channel.WECHAT, "wx1", "openid-agent", desk.clock.now())
    firm = desk.uow.subjects.get(desk.firm_id)
    for binding, _ in desk.uow.bindings.of_subject(firm.id):
        desk.uow.bindings.revoke(binding.id, at=desk.clock.now(), reason="left")
    last = desk.work.today + timedelta(days=1)
    desk.uow.bindings.add(
        agent.id, firm.id, Power.SIGN, at=desk.clock.now(), proof="letter:SQ20260001", until=last
    )
    case = desk.open()

    def told(key: str) -> int:
        return letters.tell_subject(
            desk.work, firm.id, TOLD, key=key, kind=case.kind, legal_effect=True, case=case
        )

    desk.clock.advance(days=1)
    assert told("on its last day") == 1
    desk.clock.advance(days=1)
    assert told("the day after") == 0
    assert [each.kind for each in desk.uow.cases.children(case.id)] == [CaseKind.SERVICE]
