"""What members do with their phones, and what the corp's console does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.simulator.courier import Outcome
from bot.simulator.errors import ApiError, NotPossibleError
from bot.simulator.letters import Letter
from bot.simulator.people import Side
from bot.simulator.wecom import letters, memory
from bot.simulator.wecom.cards import Card
from bot.simulator.wecom.corp import App, Corp
from bot.simulator.wecom.members import Member
from bot.simulator.wecom.oauth import led_to
from bot.simulator.wecom.pushes import AppPusher, Press

#: what may be chosen: question (key or title) → option (id or text), one or several
Select = Mapping[str, str | Sequence[str]] | str | Sequence[str] | None
#: stands for recorded speech: the smallest thing that calls itself AMR
_SPEECH: Final = b"#!AMR\n"


class WeCom:
    """The front door of the local WeCom: the corp, its pushes, and its members."""

    def __init__(self, corp: Corp) -> None:
        self.corp = corp
        self.pusher = AppPusher(corp)
        memory.recall(corp)

    def open(self) -> None:
        """Opens the connections; call inside the running loop."""
        self.pusher.open()

    async def close(self) -> None:
        """Closes the connections; what members saw is kept if a file was named."""
        await self.pusher.close()
        memory.keep(self.corp)

    @property
    def app(self) -> App:
        """The app on the phones."""
        return self.corp.app

    def member(self, userid: str) -> Member:
        """The member; raises ``NotPossibleError``."""
        try:
            return self.corp.member(userid)
        except ApiError as error:
            raise NotPossibleError("没有这个成员") from error

    def _user(self, userid: str) -> Member:
        """A member who has the app on the phone."""
        member = self.member(userid)
        if not member.enabled:
            raise NotPossibleError("帐号已被禁用")
        if not member.visible:
            raise NotPossibleError("此人不在应用的可见范围内")
        return member

    async def _act(self, member: Member, letter: Letter, press: Press | None = None) -> Outcome:
        outcome = await self.pusher.deliver(self.app, member, letter, press)
        memory.keep(self.corp)
        return outcome

    # messages

    async def enter(self, userid: str) -> Outcome:
        """Opens the app."""
        return await self._act(self._user(userid), letters.enter_agent())

    async def say(self, userid: str, text: str) -> Outcome:
        """Types a line."""
        if not text.strip():
            raise NotPossibleError("不能发送空白消息")
        return await self._send(userid, "text", text, letters.text(text))

    async def send_image(self, userid: str, data: bytes) -> Outcome:
        """Sends a picture; raises ``NotPossibleError`` for what is no picture or too large."""
        try:
            medium = self.corp.media.put("image", data)
        except ApiError as error:
            raise NotPossibleError(f"不能发送这张图片（{error.text}）") from error
        url = f"{self.corp.own_url}/media/{medium.media_id}"
        letter = letters.image(url, medium.media_id)
        return await self._send(userid, "image", "［图片］", letter, {"media_id": medium.media_id})

    async def send_voice(self, userid: str, speech: str) -> Outcome:
        """Sends speech; what was said never travels: WeCom recognises nothing for apps."""
        medium = self.corp.media.put("voice", _SPEECH)
        letter = letters.voice(medium.media_id)
        return await self._send(userid, "voice", speech or "［语音］", letter, {"media_id": medium.media_id})

    async def send_location(self, userid: str, latitude: float, longitude: float, label: str) -> Outcome:
        """Sends a place."""
        letter = letters.location(latitude, longitude, label)
        return await self._send(userid, "location", label or "［位置］", letter)

    async def send_raw(self, userid: str, letter: Letter) -> Outcome:
        """Pushes any message or event, also such as no document names."""
        return await self._act(self._user(userid), letter)

    async def _send(
        self, userid: str, kind: str, shown: str, letter: Letter, detail: dict[str, Any] | None = None
    ) -> Outcome:
        member = self._user(userid)
        bubble = self.corp.show(self.app, member, Side.PERSON, kind, shown, detail=detail or {})
        outcome = await self._act(member, letter)
        self.corp.carried_by(self.app, member, bubble.number, outcome.exchange.number)
        return outcome

    async def tap(self, userid: str, key: str) -> Outcome:
        """Presses a button of the app's menu; any key does, the menu stands in the console."""
        return await self._act(self._user(userid), letters.click(key))

    def open_page(self, userid: str, address: str) -> str:
        """Opens an ``authorize`` address: where the browser is led to, or ``ApiError``."""
        return led_to(self.corp, self._user(userid), address)

    # cards

    def card(self, userid: str, number: int) -> Card:
        """The card in a bubble; raises ``NotPossibleError``."""
        card = self.corp.chat(self.app, self.member(userid)).cards.get(number)
        if card is None:
            raise NotPossibleError("没有这张卡片")
        return card

    async def press(self, userid: str, number: int, label: str, select: Select = None) -> Outcome | None:
        """Presses a button of a card; ``None`` for one that only opens a page.

        The card stays frozen until the service updates it.
        """
        member, card = self._user(userid), self.card(userid, number)
        button, chosen = card.press(label, chosen_ids(card, select))
        if button.url:
            return None
        self.corp.redraw(self.app, member, card)
        code = self.corp.codes.card_code(self.app.agent_id, card.task_id)
        letter = letters.template_card(card, button.key, code, chosen)
        return await self._act(member, letter, Press.of_button(card))

    async def press_menu(self, userid: str, number: int, label: str) -> Outcome:
        """Presses an entry of a card's corner menu."""
        member, card = self._user(userid), self.card(userid, number)
        key = card.menu.get(label, label)
        if key not in card.menu.values():
            raise NotPossibleError(f"卡片菜单里没有「{label}」")
        code = self.corp.codes.card_code(self.app.agent_id, card.task_id)
        letter = letters.template_card_menu(card, key, code)
        return await self._act(member, letter, Press.of_menu(card))

    # the console

    async def hire(self, member: Member) -> Outcome:
        """A new member, as the address book tells the app."""
        self.corp.add_member(member)
        return await self._announce("create_user", member)

    async def dismiss(self, userid: str) -> Outcome:
        """A member leaves the corp."""
        member = self.member(userid)
        del self.corp.members[userid.lower()]
        return await self._announce("delete_user", member)

    async def set_enabled(self, userid: str, enabled: bool) -> Outcome:
        """Disables a member, or takes it back."""
        member = self.member(userid)
        member.enabled = enabled
        return await self._announce("update_user", member)

    async def set_visible(self, userid: str, visible: bool) -> Outcome:
        """Moves a member into or out of the app's visible range, which sends (un)subscribe."""
        member = self.member(userid)
        member.visible = visible
        return await self._act(member, letters.subscribe() if visible else letters.unsubscribe())

    async def _announce(self, change: str, member: Member) -> Outcome:
        departments = ",".join(map(str, member.departments))
        fields = (("UserID", member.userid), ("Department", departments))
        outcome = await self.pusher.announce(self.app, letters.contact_changed(change, *fields))
        self.corp.feed.changed()
        return outcome


def chosen_ids(card: Card, select: Select) -> dict[str, tuple[str, ...]]:
    """What was chosen, as ids by question; a lone answer belongs to the card's only question.

    Raises ``NotPossibleError`` for a question or an option that the card does not have.
    """
    if select is None:
        return {}
    if not isinstance(select, Mapping):
        if len(card.questions) != 1:
            raise NotPossibleError("卡片上不止一个问题" if card.questions else "卡片上没有可选的")
        select = {card.questions[0].key: select}
    found = {}
    for name, answer in select.items():
        question = next((each for each in card.questions if name in (each.key, each.title)), None)
        if question is None:
            raise NotPossibleError(f"卡片上没有问题「{name}」")
        answers = [answer] if isinstance(answer, str) else answer
        found[question.key] = tuple(_option(question.options, each) for each in answers)
    return found


def _option(options: Mapping[str, str], answer: str) -> str:
    for key, text in options.items():
        if answer in (key, text):
            return key
    raise NotPossibleError(f"没有选项「{answer}」")
