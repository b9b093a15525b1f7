"""What people do with their phones, and what the account has lined up for them."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from bot.clock import MovableClock
from bot.simulator import letters
from bot.simulator.config import SimulatorConfig
from bot.simulator.courier import Outcome
from bot.simulator.errors import ApiError, NotPossibleError
from bot.simulator.letters import Letter
from bot.simulator.memory import Memory
from bot.simulator.menus import ANSWERING, pressable
from bot.simulator.people import Action, Person, Side
from bot.simulator.platform import Platform
from bot.simulator.pushes import Pusher
from bot.simulator.scenes import Scene
from bot.simulator.wecom.actions import WeCom
from bot.simulator.wecom.corp import Corp
from bot.tasks import Nursery

#: stands for recorded speech: the smallest thing that calls itself AMR
_SPEECH = b"#!AMR\n"
_FILM = b"\x00\x00\x00\x18ftypmp42"
_THUMB = b"\xff\xd8\xff\xe0 thumb"


class Simulator:
    """The front door: the platform, its pushes, and the people."""

    def __init__(self, config: SimulatorConfig, clock: MovableClock, nursery: Nursery) -> None:
        self.platform = Platform(config, clock)
        self.pusher = Pusher(self.platform)
        self._wecom = _wecom(config, self.platform)
        self._nursery = nursery
        self._memory = Memory(config.memory)
        self._memory.recall(self.platform)
        self._pending = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    @property
    def has_wecom(self) -> bool:
        """Whether a corp stands beside the service account."""
        return self._wecom is not None

    @property
    def wecom(self) -> WeCom:
        """The corp beside the service account; raises ``NotPossibleError`` where none was configured."""
        if self._wecom is None:
            raise NotPossibleError("这里没有企业微信")
        return self._wecom

    # life

    def open(self) -> None:
        """Opens the connections; call inside the running loop."""
        self.pusher.open()
        if self._wecom is not None:
            self._wecom.open()

    def stop_watching(self) -> None:
        """Ends the live updates, so that a server can close."""
        self.platform.feed.close()

    async def close(self) -> None:
        """Closes the connections; what people saw is kept if a file was named."""
        await self.pusher.close()
        if self._wecom is not None:
            await self._wecom.close()
        self._memory.keep(self.platform)

    def later(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Runs something behind the present answer; ``quiet`` waits for it."""
        self._pending += 1
        self._quiet.clear()
        self._nursery.start(self._counted(work), name)

    async def _counted(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        finally:
            self._pending -= 1
            if not self._pending:
                self._quiet.set()

    async def quiet(self) -> None:
        """Returns when nothing started by ``later`` is under way."""
        await self._quiet.wait()

    # people

    def person(self, openid: str) -> Person:
        """The person of an openid; raises ``NotPossibleError``."""
        try:
            return self.platform.person(openid)
        except ApiError as error:
            raise NotPossibleError("没有这个人") from error

    def _follower(self, openid: str) -> Person:
        person = self.person(openid)
        if not person.following:
            raise NotPossibleError("还没有关注，先关注才能发消息")
        return person

    async def _act(self, person: Person, letter: Letter, opens: Action | None) -> Outcome:
        if opens is not None:
            quota = self.platform.config.message_quota
            person.acted(opens, self.platform.now(), quota)
        outcome = await self.pusher.deliver(person, letter)
        self._memory.keep(self.platform)
        return outcome

    async def follow(self, openid: str, scene: str | None = None) -> Outcome:
        """Follows, by search or through a code with a scene."""
        person = self.person(openid)
        if person.following:
            raise NotPossibleError("已经关注")
        code = self._alive(scene) if scene else None
        person.following, person.followed_at = True, self.platform.now()
        person.scene = code.value if code else ""
        self.platform.show(person, Side.SYSTEM, "notice", f"你已关注「{self.platform.config.account_name}」")
        letter = letters.subscribe(code.value, code.ticket) if code else letters.subscribe()
        return await self._act(person, letter, Action.FOLLOW)

    async def unfollow(self, openid: str) -> Outcome:
        """Leaves the account."""
        person = self._follower(openid)
        person.unfollow()
        self.platform.show(person, Side.SYSTEM, "notice", "你已取消关注")
        return await self._act(person, letters.unsubscribe(), None)

    async def scan(self, openid: str, scene: str) -> Outcome:
        """Scans a code: a follower causes SCAN, anybody else follows through it."""
        person = self.person(openid)
        if not person.following:
            return await self.follow(openid, scene)
        code = self._alive(scene)
        self.platform.show(person, Side.SYSTEM, "notice", f"扫描二维码「{scene}」")
        return await self._act(person, letters.scan(code.value, code.ticket), Action.SCAN)

    def _alive(self, scene: str) -> Scene:
        code = self.platform.scenes.by_ticket(scene) or self.platform.scenes.printed(scene)
        if self.platform.scenes.expired(code):
            raise NotPossibleError("二维码已过期")
        return code

    # messages

    async def say(self, openid: str, text: str) -> Outcome:
        """Types a line."""
        if not text.strip():
            raise NotPossibleError("不能发送空白消息")
        return await self._send(openid, "text", text, letters.text(text))

    async def choose(self, openid: str, item: str, text: str) -> Outcome:
        """Presses an item of a menu message."""
        return await self._send(openid, "text", text, letters.text(text, item))

    async def send_image(self, openid: str, data: bytes) -> Outcome:
        """Sends a picture; raises ``NotPossibleError`` for what is no picture or too large."""
        try:
            medium = self.platform.media.put("image", data)
        except ApiError as error:
            raise NotPossibleError(f"不能发送这张图片（{error.text}）") from error
        url = f"{self.platform.own_url}/media/{medium.media_id}"
        detail = {"media_id": medium.media_id}
        return await self._send(openid, "image", "［图片］", letters.image(url, medium.media_id), detail)

    async def send_voice(self, openid: str, speech: str) -> Outcome:
        """Sends speech; what was said travels only where recognition is switched on."""
        medium, fine = (self.platform.media.put("voice", _SPEECH) for _ in range(2))
        heard = speech if self.platform.knobs.recognition else ""
        letter = letters.voice(medium.media_id, fine.media_id, heard)
        return await self._send(openid, "voice", speech or "［语音］", letter, {"media_id": medium.media_id})

    async def send_video(self, openid: str, *, short: bool = False) -> Outcome:
        """Sends a film."""
        film, thumb = self.platform.media.put("video", _FILM), self.platform.media.put("thumb", _THUMB)
        letter = letters.video(film.media_id, thumb.media_id, short=short)
        return await self._send(openid, "video", "［视频］", letter)

    async def send_location(self, openid: str, latitude: float, longitude: float, label: str) -> Outcome:
        """Sends a place."""
        letter = letters.location(latitude, longitude, label)
        return await self._send(openid, "location", label or "［位置］", letter)

    async def send_link(self, openid: str, title: str, description: str, url: str) -> Outcome:
        """Shares a link."""
        letter = letters.link(title, description, url)
        return await self._send(openid, "link", title, letter, {"url": url})

    async def send_raw(self, openid: str, letter: Letter) -> Outcome:
        """Pushes any message or event, also such as no document names."""
        opens = None if letter.is_event else Action.MESSAGE
        return await self._act(self._follower(openid), letter, opens)

    async def _send(
        self, openid: str, kind: str, shown: str, letter: Letter, detail: dict[str, Any] | None = None
    ) -> Outcome:
        person = self._follower(openid)
        bubble = self.platform.show(person, Side.PERSON, kind, shown, detail=detail or {})
        outcome = await self._act(person, letter, Action.MESSAGE)
        self.platform.carried_by(person, bubble.number, outcome.exchange.number)
        return outcome

    # the menu

    async def tap(self, openid: str, key: str) -> Outcome:
        """Presses the menu button with this key, address or name."""
        person = self._follower(openid)
        for number, button in enumerate(pressable(self.platform.menu)):
            if key in (button.get("key"), button.get("url"), button["name"]):
                return await self._press(person, number, button)
        raise NotPossibleError(f"菜单里没有「{key}」")

    async def _press(self, person: Person, number: int, button: dict[str, Any]) -> Outcome:
        kind = button["type"]
        letter = _menu_letter(kind, button, str(400_000_000 + number))
        if letter is None:
            raise NotPossibleError(f"这里不能按「{button['name']}」（{kind}）")
        self.platform.show(person, Side.SYSTEM, "notice", f"点击菜单「{button['name']}」")
        return await self._act(person, letter, Action.MENU if kind in ANSWERING else None)

    # time

    def advance(self, by: timedelta) -> None:
        """Moves the clock of platform and service forward."""
        self.platform.clock.advance(by)
        self.platform.feed.changed()


def _wecom(config: SimulatorConfig, platform: Platform) -> WeCom | None:
    """The corp, on the same clock, and watched through the same feed and wire log."""
    if config.wecom is None:
        return None
    corp = Corp(config.wecom, platform.clock, platform.wire, platform.feed)
    corp.own_url = config.own_url
    return WeCom(corp)


def _menu_letter(kind: str, button: dict[str, Any], menu_id: str) -> Letter | None:
    """The event of a pressed button; ``None`` for buttons the platform answers by itself."""
    key = button.get("key", "")
    if kind == "click":
        return letters.click(key)
    if kind == "view":
        return letters.view(button["url"], menu_id)
    if kind == "miniprogram":
        return letters.view_miniprogram(button.get("pagepath", ""), menu_id)
    if kind in ("scancode_push", "scancode_waitmsg"):
        return letters.scancode(key, "https://example.com/", wait=kind == "scancode_waitmsg")
    if kind == "location_select":
        return letters.location_select(key, 38.49, 106.23, "文化街")
    if kind in ("pic_sysphoto", "pic_photo_or_album", "pic_weixin"):
        digest = hashlib.md5(menu_id.encode(), usedforsecurity=False).hexdigest()
        return letters.pictures(kind, key, (digest,))
    return None
