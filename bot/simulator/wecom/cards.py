"""Template cards on phones: what a member reads, may choose and may press, and what has been pressed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bot.simulator.errors import NotPossibleError

Content = dict[str, Any]
#: question → the ids chosen
Choice = Mapping[str, Sequence[str]]

#: card types whose press sends an event
INTERACTIVE: Final = frozenset({"button_interaction", "vote_interaction", "multiple_interaction"})


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to choose on a card."""

    key: str
    title: str
    #: id → text
    options: dict[str, str]
    #: ids chosen from the start
    preset: tuple[str, ...] = ()
    several: bool = False
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Pressable:
    """One button: with a key it sends an event, with an address it opens a page."""

    text: str
    key: str
    style: int = 1
    url: str = ""


@dataclass(slots=True)
class Card:
    """One card in one member's chat."""

    #: the number of its bubble, which an update keeps
    number: int
    task_id: str
    content: Content
    #: the text of the button that was pressed and waits for an update
    pressed: str = ""
    #: the name a pressed button got by ``update_button``
    replaced: str = ""
    #: question → ids, as last sent
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: grows with every change
    revision: int = 0

    @property
    def kind(self) -> str:
        """The card type."""
        return str(self.content["card_type"])

    @property
    def title(self) -> str:
        """The headline; the subtitle where there is none."""
        return str(_part(self.content, "main_title").get("title") or self.content.get("sub_title_text", ""))

    @property
    def text(self) -> str:
        """Everything a member can read on the card, a line for each thing."""
        return "\n".join(line for line in _lines(self) if line)

    @property
    def label(self) -> str:
        """The grey words that stand in place of the buttons, if any."""
        return self.replaced or str(self.content.get("replace_text", ""))

    @property
    def pressables(self) -> tuple[Pressable, ...]:
        """What can be pressed now; nothing while a press waits for its update."""
        return () if self.pressed or self.label else _pressables(self.content)

    @property
    def buttons(self) -> tuple[str, ...]:
        """The texts of what can be pressed now."""
        return tuple(each.text for each in self.pressables)

    @property
    def questions(self) -> tuple[Question, ...]:
        """What is to be chosen before pressing."""
        return questions_of(self.content)

    @property
    def menu(self) -> dict[str, str]:
        """The action menu in the corner: text → key."""
        actions = _part(self.content, "action_menu").get("action_list", [])
        return {str(each["text"]): str(each["key"]) for each in actions}

    def press(self, label: str, choice: Choice) -> tuple[Pressable, dict[str, tuple[str, ...]]]:
        """The button and the ids that go out; the card is frozen until it is updated.

        Raises ``NotPossibleError`` where there is no such button, or nothing is chosen.
        """
        if self.pressed:
            raise NotPossibleError(f"「{self.pressed}」已经按下，正在等待处理")
        button = next((each for each in self.pressables if label in (each.text, each.key)), None)
        if button is None:
            raise NotPossibleError(f"卡片上没有可按的「{label}」")
        chosen = {} if button.url else self._answers(choice)
        if not button.url:
            self.pressed, self.chosen = button.text, chosen
            self.revision += 1
        return button, chosen

    def _answers(self, choice: Choice) -> dict[str, tuple[str, ...]]:
        unknown = set(choice) - {question.key for question in self.questions}
        if unknown:
            raise NotPossibleError(f"卡片上没有问题「{'、'.join(sorted(unknown))}」")
        return {each.key: _answer(each, choice) for each in self.questions if not each.disabled}

    def rename(self, name: str) -> None:
        """What ``update_button`` does."""
        self.pressed, self.replaced = "", name
        self.revision += 1

    def replace(self, content: Content) -> None:
        """What ``update_template_card`` does: a new face under the same task id."""
        self.content, self.pressed, self.replaced = content, "", ""
        self.revision += 1


def _answer(question: Question, choice: Choice) -> tuple[str, ...]:
    ids = tuple(choice.get(question.key, question.preset))
    if not ids:
        raise NotPossibleError(f"请先选择「{question.title or question.key}」")
    if not set(ids) <= set(question.options) or (len(ids) > 1 and not question.several):
        raise NotPossibleError(f"「{question.title or question.key}」没有这样的选项")
    return ids


def questions_of(content: Content) -> tuple[Question, ...]:
    """The questions of a card, in the order they stand on it."""
    selection, checkbox = content.get("button_selection"), content.get("checkbox")
    found = [_drop_down(selection)] if selection else []
    if checkbox:
        found.append(_tick_boxes(checkbox))
    return (*found, *(_drop_down(each) for each in content.get("select_list", [])))


def _drop_down(part: Content) -> Question:
    options = {str(each["id"]): str(each["text"]) for each in part["option_list"]}
    # without a right selected_id the first stands chosen
    first = str(part.get("selected_id", ""))
    preset = first if first in options else next(iter(options))
    return Question(
        str(part["question_key"]),
        str(part.get("title", "")),
        options,
        (preset,),
        disabled=bool(part.get("disable")),
    )


def _tick_boxes(part: Content) -> Question:
    options = {str(each["id"]): str(each["text"]) for each in part["option_list"]}
    preset = tuple(str(each["id"]) for each in part["option_list"] if each.get("is_checked"))
    several = part.get("mode") == 1
    return Question(
        str(part["question_key"]), "", options, preset, several=several, disabled=bool(part.get("disable"))
    )


def _pressables(content: Content) -> tuple[Pressable, ...]:
    if submit := content.get("submit_button"):
        return (Pressable(str(submit["text"]), str(submit["key"])),)
    return tuple(
        Pressable(
            str(each["text"]), str(each.get("key", "")), int(each.get("style", 1)), str(each.get("url", ""))
        )
        for each in content.get("button_list", [])
    )


def _part(content: Content, name: str) -> Content:
    found = content.get(name)
    return found if isinstance(found, dict) else {}


def _lines(card: Card) -> list[str]:
    content = card.content
    main, emphasis = _part(content, "main_title"), _part(content, "emphasis_content")
    quote, picture = _part(content, "quote_area"), _part(content, "image_text_area")
    return [
        str(_part(content, "source").get("desc", "")),
        *(str(part.get(name, "")) for part in (main, emphasis) for name in ("title", "desc")),
        str(quote.get("title", "")),
        str(quote.get("quote_text", "")),
        *(str(picture.get(name, "")) for name in ("title", "desc")),
        str(content.get("sub_title_text", "")),
        *(f"{row['keyname']}：{row.get('value', '')}" for row in content.get("horizontal_content_list", [])),
        *(f"{row['title']} {row.get('desc', '')}" for row in content.get("vertical_content_list", [])),
        *(f"{each.title}：{'、'.join(each.options.values())}" for each in card.questions),
        *(f"→ {each['title']}" for each in content.get("jump_list", [])),
        "".join(f"〔{text}〕" for text in ([card.label] if card.label else card.buttons)),
    ]
