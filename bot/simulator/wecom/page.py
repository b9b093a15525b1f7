"""The staff phone's part of the page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bot.simulator.courier import Outcome
from bot.simulator.page_json import bubble_json, last_json
from bot.simulator.wecom.actions import WeCom
from bot.simulator.wecom.members import Member

_Act = Callable[[dict[str, Any]], Awaitable[Any]]


class StaffPage:
    """What the page shows of the corp, and what its buttons do."""

    def __init__(self, wecom: WeCom) -> None:
        self._wecom = wecom

    def state(self, userid: str) -> dict[str, Any]:
        """The corp's app and members, and the chat of one of them."""
        corp = self._wecom.corp
        member = corp.members.get(userid.lower())
        chat = corp.chat(self._wecom.app, member).history if member else []
        return {
            "corp": corp.config.name,
            "app": self._wecom.app.config.name,
            "members": [self._summary(each) for each in corp.members.values()],
            "chat": [bubble_json(bubble) for bubble in chat],
        }

    def _summary(self, member: Member) -> dict[str, Any]:
        history = self._wecom.corp.chat(self._wecom.app, member).history
        return {
            "userid": member.userid,
            "name": member.name,
            "label": member.label,
            "reachable": member.reachable,
            "last": last_json(history),
        }

    def acts(self) -> dict[str, _Act]:
        """Path → what it does with the JSON sent; members are named by ``member``."""
        wecom = self._wecom
        return {
            "staff/enter": lambda body: wecom.enter(body["member"]),
            "staff/say": lambda body: wecom.say(body["member"], str(body["text"])),
            "staff/voice": lambda body: wecom.send_voice(body["member"], str(body.get("text", ""))),
            "staff/location": lambda body: wecom.send_location(
                body["member"], float(body["latitude"]), float(body["longitude"]), str(body["label"])
            ),
            "staff/press": self._press,
            "staff/menu": lambda body: wecom.press_menu(
                body["member"], int(body["number"]), str(body["key"])
            ),
        }

    async def _press(self, body: dict[str, Any]) -> Outcome | None:
        select = {str(key): [str(each) for each in ids] for key, ids in dict(body["select"]).items()}
        return await self._wecom.press(body["member"], int(body["number"]), str(body["key"]), select)
