"""What the service account pushes: sealed and signed for its mode, and what the person then sees."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Final

import aiohttp

from bot.simulator.cipher import EnvelopeCipher, sign
from bot.simulator.config import Mode
from bot.simulator.courier import Courier, Envelope, Errand, Outcome
from bot.simulator.letters import Letter
from bot.simulator.people import Bubble, Person, Side
from bot.simulator.platform import Platform
from bot.simulator.replies import Judged, ReplyReader, Shown
from bot.simulator.wire import Exchange, Verdict
from bot.simulator.xmltree import Field, write

#: what the person reads when the service does not answer, or answers nonsense
FAULT_LINE: Final = "该公众号提供的服务出现故障，请稍后再试"


class Pusher:
    """Delivers letters for one account."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        config = platform.config
        self._cipher = EnvelopeCipher(config.encoding_aes_key, config.app_id)
        self._reader = ReplyReader(config, self._cipher)
        self._courier = Courier(platform.knobs, platform.faults, platform.feed)

    def open(self) -> None:
        """Opens the connections; call inside the running loop."""
        self._courier.open()

    async def close(self) -> None:
        """Closes the connections."""
        await self._courier.close()

    async def deliver(self, person: Person, letter: Letter) -> Outcome:
        """Pushes, repeats where needed, shows the person the outcome and returns it."""
        plain = self._write(person, letter)
        exchange = self._platform.wire.open("push", letter.title, person.openid, self._platform.now(), plain)
        errand = Errand(
            self._platform.callback_url,
            exchange,
            seal=lambda: self._envelope(person.openid, plain),
            resign=lambda first: replace(first, query=self._query(person.openid, first.encrypted)),
            judge=lambda body: self._reader.judge(body, person.openid, letter.articles),
        )
        outcome = self._finish(person, letter, exchange, await self._courier.carry(errand))
        self._platform.feed.changed()
        return outcome

    # writing

    def _write(self, person: Person, letter: Letter) -> str:
        head: tuple[Field, ...] = (
            ("ToUserName", self._platform.config.account_id),
            ("FromUserName", person.openid),
            ("CreateTime", int(self._platform.now().timestamp())),
        )
        tail: tuple[Field, ...] = () if letter.is_event else (("MsgId", self._platform.next_id()),)
        return write((*head, *letter.fields, *tail))

    def _envelope(self, openid: str, plain: str) -> Envelope:
        """A freshly sealed and signed delivery."""
        mode = self._platform.config.mode
        if mode is Mode.PLAIN:
            return Envelope(plain.encode(), self._query(openid, ""), "")
        encrypted = self._cipher.seal(plain.encode())
        if mode is Mode.SAFE:
            body = write((("ToUserName", self._platform.config.account_id), ("Encrypt", encrypted)))
        else:
            body = plain.removesuffix("</xml>") + f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        return Envelope(body.encode(), self._query(openid, encrypted), encrypted)

    def _query(self, openid: str, encrypted: str) -> dict[str, str]:
        token = self._platform.config.token
        timestamp = str(int(self._platform.now().timestamp()))
        nonce = str(secrets.randbelow(10**9) + 10**9)
        query = {
            "signature": sign(token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "openid": openid,
        }
        if encrypted:
            query["encrypt_type"] = "aes"
            query["msg_signature"] = sign(token, timestamp, nonce, encrypted)
        return query

    # showing

    def _finish(self, person: Person, letter: Letter, exchange: Exchange, judged: Judged | None) -> Outcome:
        if judged is None or judged.verdict == Verdict.MALFORMED:
            verdict = Verdict.MALFORMED if judged else Verdict.FAILED
            if not letter.answerable:
                return Outcome(exchange, verdict)
            line = self._platform.show(person, Side.SYSTEM, "fault", FAULT_LINE, wire=exchange.number)
            return Outcome(exchange, verdict, line)
        if judged.shown is None or not letter.answerable:
            return Outcome(exchange, Verdict.SILENT)
        return Outcome(exchange, Verdict.ANSWERED, self._reply(person, judged.shown, exchange))

    def _reply(self, person: Person, shown: Shown, exchange: Exchange) -> Bubble:
        return self._platform.show(
            person, Side.ACCOUNT, shown.kind, shown.text, wire=exchange.number, detail=shown.detail
        )

    # the console

    async def verify_callback(self) -> str:
        """What saving the address in the console does: an empty string, or why it is refused."""
        echo = str(secrets.randbits(63))
        query = self._query("", "") | {"echostr": echo}
        del query["openid"]
        try:
            status, body = await self._courier.look(self._platform.callback_url, query)
        except (TimeoutError, aiohttp.ClientError) as error:
            return f"请求 URL 超时或失败：{type(error).__name__}"
        if status != 200:
            return f"请求 URL 应答 HTTP {status}"
        return "" if body == echo.encode() else "Token 验证失败：应答不是 echostr 原文"
