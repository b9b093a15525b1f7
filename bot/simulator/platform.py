"""The platform's own state: one account, its followers, its menu, its templates, its codes."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.clock import MovableClock
from bot.simulator.config import SimulatorConfig, Template
from bot.simulator.errors import ApiError, NotPossibleError
from bot.simulator.faults import Faults
from bot.simulator.feed import Feed
from bot.simulator.jobs import Jobs
from bot.simulator.logins import LoginDesk
from bot.simulator.media import MediaShelf
from bot.simulator.people import Bubble, Person, Side, note_wire, openid_of
from bot.simulator.quotas import Quotas
from bot.simulator.scenes import SceneDesk
from bot.simulator.templates import MAX_TEMPLATES, check_template
from bot.simulator.tokens import TokenDesk
from bot.simulator.wire import WireLog

#: bubbles kept of one chat
HISTORY = 400


class Platform:
    """Everything the platform knows; no network in it."""

    def __init__(self, config: SimulatorConfig, clock: MovableClock) -> None:
        self.config = config
        self.clock = clock
        self.knobs = replace(config.knobs)
        #: set where ports are known only after the start
        self.callback_url = config.callback_url
        self.own_url = config.own_url
        self.tokens = TokenDesk(clock)
        self.quotas = Quotas(clock)
        self.media = MediaShelf(clock)
        self.scenes = SceneDesk(clock)
        self.jobs = Jobs()
        self.logins = LoginDesk(clock)
        self.faults = Faults()
        self.wire = WireLog()
        self.feed = Feed()
        self.menu: dict[str, Any] | None = None
        self.people: dict[str, Person] = {}
        #: paths of the service's pages that were opened from a chat on either phone
        self.opened: set[str] = set()
        self.templates: dict[str, Template] = {}
        for template in config.templates:
            self.add_template(template)
        for name in config.people:
            self.add_person(name)
        #: the call that is being carried out: what it shows on phones came by it
        self.exchange: int | None = None
        self._bubbles = 0
        # ids grow across restarts, as the platform's do
        self._ids = int(clock.now().timestamp()) * 10**8

    # people

    def add_person(self, name: str) -> Person:
        """A new person who does not follow yet; the same name always has the same openid."""
        openid = openid_of(self.config.app_id, name)
        if not name.strip() or openid in self.people:
            raise NotPossibleError("名字不能为空，也不能与已有的人相同")
        self.people[openid] = person = Person(openid, name)
        self.feed.changed()
        return person

    def person(self, openid: str) -> Person:
        """The person of an openid; raises 40003 for one of another app id or of nobody."""
        person = self.people.get(openid)
        if person is None:
            raise ApiError(40003)
        return person

    def show(self, person: Person, side: Side, kind: str, text: str, **more: Any) -> Bubble:
        """Puts a bubble into a person's chat; ``wire`` and ``detail`` as in ``Bubble``."""
        self._bubbles += 1
        more.setdefault("wire", self.exchange)
        bubble = Bubble(self._bubbles, side, kind, text, self.clock.now(), **more)
        if side is Side.ACCOUNT:
            person.typing = False
        person.history.append(bubble)
        del person.history[:-HISTORY]
        self.feed.changed()
        return bubble

    def carried_by(self, person: Person, number: int, exchange: int) -> None:
        """Notes on which exchange a bubble of the person's own went out."""
        note_wire(person.history, number, exchange)
        self.feed.changed()

    def restore(self, person: Person) -> None:
        """Takes back a person kept across a restart; bubbles go on counting after theirs."""
        self.people[person.openid] = person
        self._bubbles = max([self._bubbles, *(bubble.number for bubble in person.history)])

    # the account

    def add_template(self, template: Template) -> None:
        """Chooses a template in the console; raises 45026 above the limit."""
        check_template(template)
        if len(self.templates) >= MAX_TEMPLATES:
            raise ApiError(45026)
        self.templates[template.template_id] = template

    def next_id(self) -> int:
        """A new 64-bit id for a message or a job."""
        self._ids += 1 + secrets.randbelow(7)
        return self._ids

    def now(self) -> datetime:
        """The platform's present, as aware UTC."""
        return self.clock.now()
