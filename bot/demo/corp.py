"""The demonstration's corp on the simulated WeCom: its members are the staff of the database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bot.settings import DemoSettings
from bot.simulator import AppConfig, DepartmentConfig, MemberConfig, WeComConfig
from domain.model.person import Staff
from domain.office import Office

#: who stands first on the page: those who have something to decide
_ORDER: Final = ("经办", "审批", "信用办管理员", "联络员", "检查人员", "审计")


def demo_corp(
    settings: DemoSettings,
    office: Office,
    staff: Sequence[Staff],
    address: str,
    memory: Path,
    page_cookies: tuple[tuple[str, str], ...],
) -> WeComConfig:
    """One corp with one app, at the addresses of this process; whoever is disabled here is disabled there."""
    names = [office.name, *(department.name for department in office.departments)]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names), start=1)}
    app = AppConfig(
        agent_id=settings.wecom_agent_id,
        name="信使",
        secret=settings.wecom_secret.get_secret_value(),
        token=settings.wecom_token.get_secret_value(),
        encoding_aes_key=settings.wecom_encoding_aes_key.get_secret_value(),
        callback_url=f"{address}/wecom/callback",
        trusted_domain=address.partition("://")[2],
    )
    return WeComConfig(
        corp_id=settings.wecom_corp_id,
        apps=(app,),
        name=office.short_name,
        departments=tuple(
            DepartmentConfig(number, name, parent=1 if number > 1 else 0) for name, number in numbers.items()
        ),
        members=tuple(_member(each, office, numbers) for each in sorted(staff, key=_place)),
        memory=memory,
        page_cookies=page_cookies,
    )


def _place(member: Staff) -> tuple[int, str]:
    first = min((_ORDER.index(role) for role in member.roles if role in _ORDER), default=len(_ORDER))
    return first, member.userid


def _member(member: Staff, office: Office, numbers: dict[str, int]) -> MemberConfig:
    own = member.department == office.name
    label = "、".join(member.roles) if own else member.department
    return MemberConfig(
        member.userid, member.name, label, (numbers.get(member.department, 1),), enabled=member.enabled
    )
