"""What WeCom pushes to an app: always encrypted, and what the member then sees."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import Final

import aiohttp

from bot.simulator.cipher import EnvelopeCipher, sign
from bot.simulator.courier import Courier, Envelope, Errand, Outcome
from bot.simulator.errors import NotPossibleError
from bot.simulator.letters import Letter
from bot.simulator.people import Bubble, Side
from bot.simulator.replies import Judged, Shown
from bot.simulator.wecom.cards import INTERACTIVE, Card
from bot.simulator.wecom.corp import App, Corp
from bot.simulator.wecom.members import Member
from bot.simulator.wecom.replies import UPDATE_BUTTON, UPDATE_CARD, AppReplyReader
from bot.simulator.wire import Exchange, Verdict
from bot.simulator.xmltree import Field, write

#: seconds within which the address must answer when it is saved in the console
VERIFY_WITHIN: Final = 1.0


@dataclass(frozen=True, slots=True)
class Press:
    """The card that a push is about, and which updates may answer it."""

    card: Card
    updates: frozenset[str]

    @classmethod
    def of_button(cls, card: Card) -> Press:
        """A pressed button: both updates, where the card has buttons of its own."""
        return cls(card, frozenset({UPDATE_BUTTON, UPDATE_CARD}) if card.kind in INTERACTIVE else frozenset())

    @classmethod
    def of_menu(cls, card: Card) -> Press:
        """A pressed entry of the corner menu: only a new card."""
        return cls(card, frozenset({UPDATE_CARD}))


class AppPusher:
    """Delivers letters to the apps of one corp."""

    def __init__(self, corp: Corp) -> None:
        self._corp = corp
        self._courier = Courier(corp.knobs, corp.faults, corp.feed)

    def open(self) -> None:
        """Opens the connections; call inside the running loop."""
        self._courier.open()

    async def close(self) -> None:
        """Closes the connections."""
        await self._courier.close()

    async def deliver(self, app: App, member: Member, letter: Letter, press: Press | None = None) -> Outcome:
        """Pushes what a member did, shows the outcome and returns it; nobody sees a failure."""
        updates = press.updates if press else None
        exchange, judged = await self._push(app, member.userid, letter, updates)
        outcome = self._finish(app, member, letter, exchange, judged, press)
        self._corp.feed.changed()
        return outcome

    async def announce(self, app: App, letter: Letter) -> Outcome:
        """Pushes what the corp did, such as a change of the address book."""
        exchange, judged = await self._push(app, "sys", letter, None)
        self._corp.feed.changed()
        return Outcome(exchange, judged.verdict if judged else Verdict.FAILED)

    async def _push(
        self, app: App, sender: str, letter: Letter, updates: frozenset[str] | None
    ) -> tuple[Exchange, Judged | None]:
        if not app.callback_url:
            raise NotPossibleError("应用没有设置接收消息的网址")
        plain = self._write(app, sender, letter)
        exchange = self._corp.wire.open(
            "push", letter.title, sender.lower(), self._corp.now(), plain, platform="wecom"
        )
        cipher = self._cipher(app)
        reader = AppReplyReader(app.config.token, self._corp.config.corp_id, cipher)
        errand = Errand(
            app.callback_url,
            exchange,
            seal=lambda: self._envelope(app, cipher, plain),
            resign=lambda first: replace(first, query=self._query(app, first.encrypted)),
            judge=lambda body: reader.judge(body, sender, updates),
        )
        return exchange, await self._courier.carry(errand)

    # writing

    def _cipher(self, app: App) -> EnvelopeCipher:
        return EnvelopeCipher(app.config.encoding_aes_key, self._corp.config.corp_id)

    def _write(self, app: App, sender: str, letter: Letter) -> str:
        head: tuple[Field, ...] = (
            ("ToUserName", self._corp.config.corp_id),
            ("FromUserName", sender),
            ("CreateTime", int(self._corp.now().timestamp())),
        )
        number: tuple[Field, ...] = () if letter.is_event else (("MsgId", self._corp.next_id()),)
        return write((*head, *letter.fields, *number, ("AgentID", app.agent_id)))

    def _envelope(self, app: App, cipher: EnvelopeCipher, plain: str) -> Envelope:
        encrypted = cipher.seal(plain.encode())
        outer: tuple[Field, ...] = (
            ("ToUserName", self._corp.config.corp_id),
            ("AgentID", str(app.agent_id)),
            ("Encrypt", encrypted),
        )
        return Envelope(write(outer).encode(), self._query(app, encrypted), encrypted)

    def _query(self, app: App, encrypted: str) -> dict[str, str]:
        timestamp = str(int(self._corp.now().timestamp()))
        nonce = str(secrets.randbelow(10**9) + 10**9)
        signature = sign(app.config.token, timestamp, nonce, encrypted)
        return {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce}

    # showing

    def _finish(
        self,
        app: App,
        member: Member,
        letter: Letter,
        exchange: Exchange,
        judged: Judged | None,
        press: Press | None,
    ) -> Outcome:
        if judged is None or judged.shown is None or not letter.answerable:
            return Outcome(exchange, judged.verdict if judged else Verdict.FAILED)
        if press is not None:
            bubble = self._updated(app, member, press.card, judged.shown)
        else:
            bubble = self._corp.show(
                app,
                member,
                Side.ACCOUNT,
                judged.shown.kind,
                judged.shown.text,
                wire=exchange.number,
                detail=judged.shown.detail,
            )
        return Outcome(exchange, Verdict.ANSWERED, bubble)

    def _updated(self, app: App, member: Member, card: Card, shown: Shown) -> Bubble | None:
        """A passive update changes the card of the member who pressed, and nobody else's."""
        if shown.kind == UPDATE_BUTTON:
            card.rename(str(shown.detail["name"]))
        else:
            card.replace(dict(shown.detail["card"]))
        return self._corp.redraw(app, member, card)

    # the console

    async def verify_callback(self, app: App) -> str:
        """What saving the address in the console does: an empty string, or why it is refused."""
        echo = str(secrets.randbits(63))
        sealed = self._cipher(app).seal(echo.encode())
        query = self._query(app, sealed) | {"echostr": sealed}
        try:
            status, body = await self._courier.look(app.callback_url, query, within=VERIFY_WITHIN)
        except (TimeoutError, aiohttp.ClientError) as error:
            return f"openapi 回调地址请求不通过：{type(error).__name__}"
        if status != 200:
            return f"openapi 回调地址请求不通过：HTTP {status}"
        return "" if body == echo.encode() else "openapi 回调地址请求不通过：应答不是解密后的 echostr"
