"""The templates an office has in its file, as its account would have them on the platform."""

from __future__ import annotations

from typing import Final

from bot.simulator.config import Slot, Template
from domain.office import Office, TemplateFact

#: what stands before each fact in a template message
_LABELS: Final[dict[TemplateFact, str]] = {
    TemplateFact.KIND: "事项",
    TemplateFact.NUMBER: "编号",
    TemplateFact.DATE: "日期",
    TemplateFact.OFFICE: "单位",
    TemplateFact.HINT: "提示",
}


def templates_of(office: Office) -> tuple[Template, ...]:
    """Templates that accept exactly what the office file says it sends."""
    return tuple(
        Template(
            each.template_id,
            each.title,
            tuple(Slot(keyword.key, _LABELS[keyword.fact]) for keyword in each.keywords),
        )
        for each in office.templates
    )
