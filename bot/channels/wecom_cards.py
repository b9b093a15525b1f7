"""Template cards 模板卡片: typed, checked before they are sent, and a case's card made one of them.

wechatpy (1.8.18) knows nothing of template cards, neither sending nor
updating nor their events; this file and ``wecom_card_parts`` are their only
description. News cards 图文展示 are left out: the office shows no pictures.
"""

from __future__ import annotations

import re
import secrets
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from bot.channels.wecom_card_parts import (
    MAX_FACTS,
    MAX_OPTIONS,
    MAX_SUBTITLE,
    Button,
    CheckBox,
    Fact,
    Jump,
    Menu,
    Option,
    Problem,
    Problems,
    Question,
    Quote,
    Source,
    Submit,
    Tree,
    clip,
    length,
    shown,
    unlike,
)
from bot.channels.wire import clean_text
from domain.model.card import REASON_QUESTION, Card, Press

_MAX_BUTTONS = 6
_MAX_JUMPS = 3
_MAX_SELECTS = 3
_TASK_ID = re.compile(r"[0-9A-Za-z_\-@]{1,128}")
_REASON_TITLE = "理由"


def new_task_id() -> str:
    """An id for a card, unique in the app; the outbox keeps it, so that a repeat is seen as one."""
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateCard(ABC):
    """What every card has. ``task_id`` names it in its app for ever: see ``new_task_id``."""

    card_type: ClassVar[str]
    interactive: ClassVar[bool] = True

    title: str
    desc: str = ""
    task_id: str = ""
    source: Source | None = None

    def sent(self) -> Tree:
        """The card as ``message/send`` takes it."""
        return shown(task_id=self.task_id, **self.updated())

    def updated(self) -> Tree:
        """The card in the place of another, which keeps its task id."""
        return shown(
            card_type=self.card_type,
            source=self.source and self.source.tree(),
            main_title=shown(title=clip(self.title, 36), desc=clip(self.desc, 44)),
            **self._parts(),
        )

    def problems(self) -> tuple[Problem, ...]:
        """Why the platform would refuse the card; empty where it may be sent."""
        return tuple(self._problems())

    def _problems(self) -> Problems:
        if self.task_id or self._needs_task_id():
            yield from _task_id_problems(self.task_id)
        if not self.title.strip():
            yield Problem(42033, "卡片缺少标题")
        yield from self._part_problems()

    def _needs_task_id(self) -> bool:
        return self.interactive

    @abstractmethod
    def _parts(self) -> Tree: ...

    @abstractmethod
    def _part_problems(self) -> Problems: ...


def _task_id_problems(task_id: str) -> Problems:
    if not _TASK_ID.fullmatch(task_id):
        yield Problem(42014, "task_id 应为 128 字节以内的数字、字母和 _-@")


@dataclass(frozen=True, slots=True, kw_only=True)
class _FactCard(TemplateCard):
    """What the cards with facts share."""

    subtitle: str = ""
    facts: tuple[Fact, ...] = ()
    quote: Quote | None = None
    menu: Menu | None = None
    #: the page that the card opens
    url: str = ""

    def _parts(self) -> Tree:
        return shown(
            action_menu=self.menu and self.menu.tree(),
            quote_area=self.quote and self.quote.tree(),
            sub_title_text=clip(self.subtitle, MAX_SUBTITLE),
            horizontal_content_list=[fact.tree() for fact in self.facts],
            card_action={"type": 1, "url": self.url} if self.url else None,
        )

    def _part_problems(self) -> Problems:
        if len(self.facts) > MAX_FACTS:
            yield Problem(42035, f"卡片内容最多 {MAX_FACTS} 行")
        for fact in self.facts:
            yield from fact.problems()
        if self.menu:
            yield from self.menu.problems()


@dataclass(frozen=True, slots=True, kw_only=True)
class TextNotice(_FactCard):
    """text_notice: says something and opens a page. Can be updated later only where it has a menu."""

    card_type: ClassVar[str] = "text_notice"
    interactive: ClassVar[bool] = False

    #: a figure or word in large type, and what it is
    emphasis: tuple[str, str] = ("", "")
    jumps: tuple[Jump, ...] = ()

    def _needs_task_id(self) -> bool:
        return self.menu is not None

    def _parts(self) -> Tree:
        title, desc = self.emphasis
        return shown(
            **_FactCard._parts(self),
            emphasis_content=shown(title=clip(title, 14), desc=clip(desc, 22)),
            jump_list=[jump.tree() for jump in self.jumps],
        )

    def _part_problems(self) -> Problems:
        yield from _FactCard._part_problems(self)
        if not self.url:
            yield Problem(42045, "文本通知卡片须能打开一个网页")
        if len(self.jumps) > _MAX_JUMPS:
            yield Problem(42042, f"卡片链接最多 {_MAX_JUMPS} 个")
        for jump in self.jumps:
            yield from jump.problems()


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonCard(_FactCard):
    """button_interaction: buttons, with one choice above them where ``question`` is given."""

    card_type: ClassVar[str] = "button_interaction"

    buttons: tuple[Button, ...]
    question: Question | None = None

    def _parts(self) -> Tree:
        return shown(
            **_FactCard._parts(self),
            button_selection=self.question and self.question.tree(),
            button_list=[button.tree() for button in self.buttons],
        )

    def _part_problems(self) -> Problems:
        yield from _FactCard._part_problems(self)
        yield from length(40016, "按钮", self.buttons, _MAX_BUTTONS)
        for button in self.buttons:
            yield from button.problems()
        keys = [button.key for button in self.buttons if not button.url]
        yield from unlike(42039, "按钮的 key ", keys)
        if self.menu and {key for _, key in self.menu.actions} & set(keys):
            yield Problem(42051, "卡片菜单项的 key 与按钮的 key 重复")
        if self.question:
            yield from self.question.problems()


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteCard(TemplateCard):
    """vote_interaction: ticks, then one submit button. ``closing`` takes that button's place in an update."""

    card_type: ClassVar[str] = "vote_interaction"

    checkbox: CheckBox
    submit: Submit
    closing: str = ""

    def _parts(self) -> Tree:
        return shown(
            checkbox=self.checkbox.tree(),
            submit_button=self.submit.tree(),
            replace_text=clean_text(self.closing),
        )

    def _part_problems(self) -> Problems:
        yield from self.checkbox.problems()
        yield from self.submit.problems()


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipleCard(TemplateCard):
    """multiple_interaction: up to three choices, then one submit button."""

    card_type: ClassVar[str] = "multiple_interaction"

    questions: tuple[Question, ...]
    submit: Submit
    closing: str = ""

    def _parts(self) -> Tree:
        return shown(
            select_list=[question.tree() for question in self.questions],
            submit_button=self.submit.tree(),
            replace_text=clean_text(self.closing),
        )

    def _part_problems(self) -> Problems:
        yield from length(42047, "选择器", self.questions, _MAX_SELECTS)
        for question in self.questions:
            yield from question.problems()
        yield from unlike(42043, "选择项的 question_key ", [question.key for question in self.questions])
        yield from self.submit.problems()


def card_of(card: Card, *, task_id: str, url: str) -> TemplateCard:
    """A case's card as WeCom shows it; ``url`` is the page it opens.

    With buttons it is one to press, and each key carries the case and its
    version (``Press``). Without, it says how the matter stands, and may take
    the place of the pressed one. Facts and reasons beyond what a card holds
    are left to 案件 案号 and to a typed reason.
    """
    facts = tuple(Fact(name, value) for name, value in card.fields[:MAX_FACTS])
    if not card.buttons:
        text = card.closing or card.description
        return TextNotice(title=card.title, task_id=task_id, subtitle=text, facts=facts, url=url)
    reasons = tuple(Option(id, text) for id, text in card.reasons[:MAX_OPTIONS])
    return ButtonCard(
        title=card.title,
        task_id=task_id,
        subtitle=card.description,
        facts=facts,
        url=url,
        question=Question(REASON_QUESTION, _REASON_TITLE, reasons) if reasons else None,
        buttons=tuple(
            Button(button.text, Press(button.action, card.case_number, card.version).key, style=button.style)
            for button in card.buttons
        ),
    )
