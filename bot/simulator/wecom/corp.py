"""WeCom's own state: one corp with its apps, members, chats, codes and counters; no network in it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from bot.clock import MovableClock
from bot.simulator.errors import NotPossibleError
from bot.simulator.faults import Faults
from bot.simulator.feed import Feed
from bot.simulator.media import MediaShelf
from bot.simulator.people import Bubble, Side, note_wire
from bot.simulator.wecom.cards import Card, Content
from bot.simulator.wecom.codes import CodeDesk
from bot.simulator.wecom.config import AppConfig, WeComConfig
from bot.simulator.wecom.errors import WeComError
from bot.simulator.wecom.media import LIMITS
from bot.simulator.wecom.members import Chat, Department, Member, face_of
from bot.simulator.wecom.pace import Pace
from bot.simulator.wecom.tokens import TokenDesk
from bot.simulator.wire import WireLog

#: bubbles kept of one chat
HISTORY: Final = 400


@dataclass(slots=True)
class App:
    """One self-built app as it runs."""

    config: AppConfig
    #: set where ports are known only after the start
    callback_url: str
    #: task id → the members who got the card
    tasks: dict[str, set[str]] = field(default_factory=dict)
    #: requests with a duplicate check: fingerprint → (until when, the answer)
    repeats: dict[str, tuple[datetime, dict[str, Any]]] = field(default_factory=dict)

    @property
    def agent_id(self) -> int:
        """The number it is known by."""
        return self.config.agent_id


class Corp:
    """Everything WeCom knows of one corp."""

    def __init__(self, config: WeComConfig, clock: MovableClock, wire: WireLog, feed: Feed) -> None:
        self.config = config
        self.clock = clock
        self.wire = wire
        self.feed = feed
        self.knobs = replace(config.knobs)
        self.faults = Faults()
        self.own_url = ""
        self.tokens = TokenDesk(clock, steady=config.steady_token)
        self.pace = Pace(clock, config.account_limit)
        self.media = MediaShelf(clock, LIMITS)
        self.codes = CodeDesk(clock)
        self.apps = {each.agent_id: App(each, each.callback_url) for each in config.apps}
        self.departments = {d.number: Department(d.number, d.name, d.parent) for d in config.departments}
        self.members: dict[str, Member] = {}
        for each in config.members:
            self.add_member(
                Member(each.userid, each.name, each.label, each.departments, each.visible, each.enabled)
            )
        self.chats: dict[tuple[int, str], Chat] = {}
        #: the call that is being carried out: what it shows on phones came by it
        self.exchange: int | None = None
        self._bubbles = 0
        # ids grow across restarts, as the platform's do
        self._ids = int(clock.now().timestamp()) * 10**8

    @property
    def app(self) -> App:
        """The app on the phones: the first one."""
        return next(iter(self.apps.values()))

    def now(self) -> datetime:
        """The platform's present, as aware UTC."""
        return self.clock.now()

    def next_id(self) -> int:
        """A new 64-bit id for a message."""
        self._ids += 1 + secrets.randbelow(7)
        return self._ids

    # members

    def add_member(self, member: Member) -> Member:
        """A new member; raises ``NotPossibleError`` where the userid is taken."""
        key = member.userid.lower()
        if not key.strip() or key in self.members:
            raise NotPossibleError("帐号不能为空，也不能与已有的成员相同")
        self.members[key] = member
        self.feed.changed()
        return member

    def member(self, userid: str) -> Member:
        """The member of a userid in whatever case; raises 60111."""
        member = self.members.get(userid.lower())
        if member is None:
            raise WeComError(60111)
        return member

    def reachable(self) -> list[Member]:
        """Every member whom apps may write to."""
        return [member for member in self.members.values() if member.reachable]

    def in_departments(self, numbers: Iterable[int]) -> list[Member]:
        """Members of these departments and of those below them, whom apps may see."""
        wanted = self.below(set(numbers))
        return [
            member for member in self.members.values() if member.visible and wanted & set(member.departments)
        ]

    def below(self, numbers: set[int]) -> set[int]:
        """These departments and every one below them."""
        grown = numbers | {d.number for d in self.departments.values() if d.parent in numbers}
        return numbers if grown == numbers else self.below(grown)

    # chats

    def chat(self, app: App, member: Member) -> Chat:
        """What a member saw of an app."""
        return self.chats.setdefault((app.agent_id, member.userid.lower()), Chat())

    def show(self, app: App, member: Member, side: Side, kind: str, text: str, **more: Any) -> Bubble:
        """Puts a bubble into a chat; ``wire`` and ``detail`` as in ``Bubble``."""
        self._bubbles += 1
        more.setdefault("wire", self.exchange)
        bubble = Bubble(self._bubbles, side, kind, text, self.now(), **more)
        chat = self.chat(app, member)
        chat.history.append(bubble)
        for forgotten in chat.history[:-HISTORY]:
            chat.cards.pop(forgotten.number, None)
        del chat.history[:-HISTORY]
        self.feed.changed()
        return bubble

    def carried_by(self, app: App, member: Member, number: int, exchange: int) -> None:
        """Notes on which exchange a bubble of the member's own went out."""
        note_wire(self.chat(app, member).history, number, exchange)
        self.feed.changed()

    def show_card(self, app: App, member: Member, task_id: str, content: Content) -> Card:
        """Puts a card into a chat."""
        card = Card(self._bubbles + 1, task_id, content)
        self.show(app, member, Side.ACCOUNT, "template_card", card.text, detail=face_of(card))
        self.chat(app, member).cards[card.number] = card
        return card

    def redraw(self, app: App, member: Member, card: Card) -> Bubble | None:
        """Shows a changed card in the place where it stood."""
        bubble = self.chat(app, member).redraw(card)
        self.feed.changed()
        return bubble

    def restore(self, app: App, member: Member, chat: Chat) -> None:
        """Takes back a chat kept across a restart; bubbles go on counting after it."""
        self.chats[app.agent_id, member.userid.lower()] = chat
        self._bubbles = max([self._bubbles, *(bubble.number for bubble in chat.history)])
