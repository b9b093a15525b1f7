"""Bad days at the push of a button: the faults that visitors want to see, by plain names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from bot.simulator.actions import Simulator
from bot.simulator.faults import FaultKind, Faults


@dataclass(frozen=True, slots=True)
class Trouble:
    """One button: the faults it arms on every platform that knows them."""

    name: str
    title: str
    note: str
    kinds: tuple[FaultKind, ...]
    #: occasions until it is over by itself; ``None``: until switched off
    times: int | None = None
    seconds: float = 0.0


TROUBLES: Final = (
    Trouble(
        "slow",
        "慢",
        "每次往来在路上多走 3 秒：答复慢一些，不丢，也不重复。",
        (FaultKind.SLOW_PUSH, FaultKind.LATENCY),
        seconds=3.0,
    ),
    Trouble(
        "lost",
        "丢回复",
        "下一条答复丢在路上：平台把同一条消息再推一遍，服务只办一次。",
        (FaultKind.LOST_REPLY,),
        times=1,
    ),
    Trouble(
        "expired",
        "令牌过期",
        "下一次调用接口时令牌已失效：服务换新令牌，再发一次。",
        (FaultKind.EXPIRED_TOKEN,),
        times=1,
    ),
    Trouble(
        "quota",
        "额度用完",
        "当天的接口次数用完：消息先留着，解除以后再发出去。",
        (FaultKind.QUOTA_USED,),
    ),
)
_BLOCKED: Final = "blocked"
_BLOCKED_NOTE: Final = "不再收服务号的消息：发不出去的通知转给工作人员送达。"


class Troubles:
    """The buttons of one simulator."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def state(self, openid: str) -> list[dict[str, Any]]:
        """Every button: what it is called, what it does, whether it is on; one is about the person shown."""
        shown = [
            {"name": each.name, "title": each.title, "note": each.note, "on": self._on(each)}
            for each in TROUBLES
        ]
        person = self._simulator.platform.people.get(openid)
        if person is not None:
            note = f"{person.name}{_BLOCKED_NOTE}"
            shown.append({"name": _BLOCKED, "title": "用户拉黑", "note": note, "on": person.refuses})
        return shown

    def turn(self, name: str, openid: str, *, on: bool) -> None:
        """Switches one on or off; ``ValueError`` for one that does not exist."""
        if name == _BLOCKED:
            self._simulator.person(openid).refuses = on
        else:
            trouble = next((each for each in TROUBLES if each.name == name), None)
            if trouble is None:
                raise ValueError(name)
            self._arm(trouble, on=on)
        self._simulator.platform.feed.changed()

    def _arm(self, trouble: Trouble, *, on: bool) -> None:
        for faults in self._all():
            faults.disarm(trouble.kinds)
            for kind in trouble.kinds if on else ():
                faults.arm(kind, times=trouble.times, seconds=trouble.seconds)

    def _on(self, trouble: Trouble) -> bool:
        return any(fault.kind in trouble.kinds for faults in self._all() for fault in faults.armed())

    def _all(self) -> Iterable[Faults]:
        yield self._simulator.platform.faults
        if self._simulator.has_wecom:
            yield self._simulator.wecom.corp.faults
