"""The page with the two phones, and the small JSON interface behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from yarl import URL

from bot.simulator.actions import Simulator
from bot.simulator.clockwork import Clockwork
from bot.simulator.courier import Outcome
from bot.simulator.errors import ApiError, NotPossibleError
from bot.simulator.faults import TITLES, FaultKind, Faults
from bot.simulator.knobs import Knobs, Repeat
from bot.simulator.media import Medium
from bot.simulator.page_json import bubble_json, exchange_json, json_of, last_json, object_of
from bot.simulator.people import Person
from bot.simulator.troubles import Troubles
from bot.simulator.wecom.faults import TITLES as WECOM_TITLES
from bot.simulator.wecom.page import StaffPage
from bot.simulator.wire import Verdict

STATIC: Final = Path(__file__).parent / "static"
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
#: seconds between signs of life to a browser that watches
_HEARTBEAT: Final = 15.0
_LARGEST_PICTURE: Final = 10 * 1024 * 1024
_EXCHANGES_SHOWN: Final = 60

_FAILURES: Final = frozenset({Verdict.FAILED, Verdict.MALFORMED})

_Act = Callable[[dict[str, Any]], Awaitable[Any]]


class Page:
    """Serves the page of one simulator."""

    def __init__(self, simulator: Simulator, clockwork: Clockwork) -> None:
        self._simulator = simulator
        self._platform = simulator.platform
        self._staff = StaffPage(simulator.wecom) if simulator.has_wecom else None
        self._clockwork = clockwork
        self._troubles = Troubles(simulator)

    def routes(self) -> list[web.AbstractRouteDef]:
        """The page, its files, its state, its live updates and its buttons."""
        return [
            web.get("", self._to_the_page),
            web.get("/", self._page),
            web.static("/static", STATIC),
            web.get("/state", self._state),
            web.get("/wire", self._wire),
            web.get("/events", self._events),
            web.get("/media/{media_id}", self._medium),
            web.post("/people/{openid}/image", self._image),
            web.post("/staff/{userid}/image", self._staff_image),
            *(web.post(f"/{name}", self._button(act)) for name, act in self._acts().items()),
        ]

    # looking

    async def _to_the_page(self, request: web.Request) -> web.StreamResponse:
        """The page's files are named relative to a folder, hence the slash."""
        raise web.HTTPFound(f"{request.path}/")

    async def _page(self, request: web.Request) -> web.StreamResponse:
        own = URL(self._platform.own_url)
        if request.url.host == "localhost" and own.host == "127.0.0.1" and request.url.port == own.port:
            # another name is another place to a browser: the pages inside the phones would not open
            raise web.HTTPFound(f"{own}/")
        headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}
        return web.FileResponse(STATIC / "index.html", headers=headers)

    async def _state(self, request: web.Request) -> web.StreamResponse:
        platform = self._platform
        person = platform.people.get(request.query.get("person", ""))
        return json_of(
            {
                "version": platform.feed.version,
                "now": platform.now().isoformat(),
                "moving": self._clockwork.moving,
                "account": platform.config.account_name,
                "mode": platform.config.mode,
                "people": [self._summary(each) for each in platform.people.values()],
                "menu": (platform.menu or {}).get("button", []),
                "scenes": [scene.value for scene in platform.scenes.alive()],
                "knobs": asdict(platform.knobs),
                "faults": [
                    asdict(fault) | {"platform": name, "title": titles[fault.kind]}
                    for name, (faults, titles) in self._faults().items()
                    for fault in faults.armed()
                ],
                "fault_kinds": [
                    {"platform": name, "kind": kind, "title": title}
                    for name, (_, titles) in self._faults().items()
                    for kind, title in titles.items()
                ],
                "troubles": self._troubles.state(person.openid if person else ""),
                "chat": [bubble_json(bubble) for bubble in person.history] if person else [],
                "staff": self._staff.state(request.query.get("member", "")) if self._staff else None,
            }
        )

    def _faults(self) -> dict[str, tuple[Faults, Mapping[FaultKind, str]]]:
        """Platform → its faults, and what they are called."""
        both: dict[str, tuple[Faults, Mapping[FaultKind, str]]] = {"wechat": (self._platform.faults, TITLES)}
        if self._simulator.has_wecom:
            both["wecom"] = (self._simulator.wecom.corp.faults, WECOM_TITLES)
        return both

    def _summary(self, person: Person) -> dict[str, Any]:
        return {
            "openid": person.openid,
            "name": person.name,
            "following": person.following,
            "refuses": person.refuses,
            "typing": person.typing,
            "left": person.left(self._platform.now()),
            "last": last_json(person.history),
        }

    async def _wire(self, request: web.Request) -> web.StreamResponse:
        phones = {
            "wechat": ("", request.query.get("person", "")),
            "wecom": ("", "sys", request.query.get("member", "").lower()),
        }
        everything = self._platform.wire.all()
        chosen = [each for each in everything if each.openid in phones[each.platform]]
        return json_of({"exchanges": [exchange_json(each) for each in chosen[-_EXCHANGES_SHOWN:]]})

    async def _medium(self, request: web.Request) -> web.StreamResponse:
        medium = self._found(request.match_info["media_id"])
        headers = {"X-Content-Type-Options": "nosniff"}
        return web.Response(body=medium.data, content_type=medium.content_type, headers=headers)

    def _found(self, media_id: str) -> Medium:
        """A medium of either platform."""
        shelves = [self._platform.media]
        if self._simulator.has_wecom:
            shelves.append(self._simulator.wecom.corp.media)
        for shelf in shelves:
            try:
                return shelf.get(media_id)
            except ApiError:
                continue
        raise web.HTTPNotFound(text="no such medium")

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: the version, whenever it grows."""
        feed = self._platform.feed
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        version = -1
        try:
            while not feed.closed:
                now = await feed.wait(version, _HEARTBEAT)
                line = f"data: {now}\n\n" if now != version else ": still here\n\n"
                version = now
                await response.write(line.encode())
        except ConnectionError:
            pass  # the browser went away
        return response

    # pressing

    def _acts(self) -> dict[str, _Act]:
        """Path → what it does with the JSON sent; people are named by ``person``."""
        simulator = self._simulator
        return (self._staff.acts() if self._staff else {}) | {
            "people": self._add_person,
            "follow": lambda body: simulator.follow(body["person"], body.get("scene") or None),
            "unfollow": lambda body: simulator.unfollow(body["person"]),
            "scan": lambda body: simulator.scan(body["person"], str(body["scene"]).strip()),
            "say": lambda body: simulator.say(body["person"], str(body["text"])),
            "choose": lambda body: simulator.choose(body["person"], str(body["id"]), str(body["text"])),
            "tap": lambda body: simulator.tap(body["person"], str(body["key"])),
            "voice": lambda body: simulator.send_voice(body["person"], str(body.get("text", ""))),
            "video": lambda body: simulator.send_video(body["person"]),
            "location": lambda body: simulator.send_location(
                body["person"], float(body["latitude"]), float(body["longitude"]), str(body["label"])
            ),
            "trouble": self._turn_trouble,
            "knobs": self._turn_knobs,
            "faults": self._arm,
            "faults/clear": self._clear_faults,
        }

    def _button(self, act: _Act) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            body = await object_of(request)
            try:
                done = await act(body)
            except NotPossibleError as error:
                return json_of({"error": str(error)}, 409)
            except (KeyError, ValueError, TypeError) as error:
                return json_of({"error": f"请求不完整：{error}"}, 400)
            return json_of({"version": self._platform.feed.version, "note": _unseen(done)})

        return handle

    async def _image(self, request: web.Request) -> web.StreamResponse:
        return await self._picture(request, self._simulator.send_image, request.match_info["openid"])

    async def _staff_image(self, request: web.Request) -> web.StreamResponse:
        if not self._simulator.has_wecom:
            raise web.HTTPNotFound
        return await self._picture(request, self._simulator.wecom.send_image, request.match_info["userid"])

    async def _picture(
        self, request: web.Request, send: Callable[[str, bytes], Awaitable[Outcome]], who: str
    ) -> web.StreamResponse:
        data = b""
        async for chunk in request.content.iter_any():
            data += chunk
            if len(data) > _LARGEST_PICTURE:
                return json_of({"error": "图片超过 10 MB"}, 409)
        try:
            await send(who, data)
        except NotPossibleError as error:
            return json_of({"error": str(error)}, 409)
        return json_of({"version": self._platform.feed.version})

    async def _turn_trouble(self, body: dict[str, Any]) -> None:
        self._troubles.turn(str(body["name"]), str(body.get("person", "")), on=bool(body["on"]))

    async def _turn_knobs(self, body: dict[str, Any]) -> None:
        for knobs in self._all_knobs():
            knobs.cut_after = min(max(float(body["cut_after"]), 0.1), 30.0)
            knobs.attempts = min(max(int(body["attempts"]), 1), 6)
            knobs.repeat = Repeat(body["repeat"])
            knobs.overlap = float(body["overlap"]) if body.get("overlap") else None
            knobs.recognition = bool(body["recognition"])
            knobs.snapshot = bool(body.get("snapshot"))
        self._platform.feed.changed()

    def _all_knobs(self) -> list[Knobs]:
        """One set for each platform; the page turns them together."""
        others = [self._simulator.wecom.corp.knobs] if self._simulator.has_wecom else []
        return [self._platform.knobs, *others]

    async def _arm(self, body: dict[str, Any]) -> None:
        times = int(body["times"]) or None
        seconds = min(max(float(body.get("seconds") or 0), 0.0), 60.0)
        faults, titles = self._faults()[body.get("platform", "wechat")]
        kind = FaultKind(body["kind"])
        if kind not in titles:
            raise ValueError(kind)
        faults.arm(kind, times=times, seconds=seconds)
        self._platform.feed.changed()

    async def _clear_faults(self, _: dict[str, Any]) -> None:
        for faults, _titles in self._faults().values():
            faults.clear()
        self._platform.feed.changed()

    async def _add_person(self, body: dict[str, Any]) -> None:
        self._platform.add_person(str(body["name"]).strip()[:20])


def _unseen(done: object) -> str:
    """What WeCom shows to nobody, told beside the phone; empty where there is nothing to tell."""
    if isinstance(done, Outcome) and done.exchange.platform == "wecom" and done.verdict in _FAILURES:
        return "服务没有应答，或应答不合规。企业微信对此不显示任何提示，详见线上报文。"
    return ""
