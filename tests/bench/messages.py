"""The pushes of the load, encrypted beforehand, and the check of what came back."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from bot.channels.codec import Codec

PATH = "/wechat/callback"
APP_ID = "wxbench0123456789a"
TOKEN = "benchtoken"
AES_KEY = "bench0bench1bench2bench3bench4bench5bench6A"
ORIGINAL_ID = "gh_bench01234567"
WORD = "查等级"

#: people who talk; enough that none of them reaches the pace limit of one person
PEOPLE = 6_000
#: firms they are bound to
FIRMS = 400

_INNER = (
    "<xml><ToUserName><![CDATA[{account}]]></ToUserName>\n"
    "<FromUserName><![CDATA[{openid}]]></FromUserName>\n"
    "<CreateTime>{at}</CreateTime>\n"
    "<MsgType><![CDATA[text]]></MsgType>\n"
    "<Content><![CDATA[{word}]]></Content>\n"
    "<MsgId>{number}</MsgId>\n"
    "</xml>"
)
_OUTER = (
    "<xml>\n    <ToUserName><![CDATA[{account}]]></ToUserName>\n"
    "    <Encrypt><![CDATA[{encrypt}]]></Encrypt>\n</xml>\n"
)
_HEAD = (
    "POST {path}?{query} HTTP/1.1\r\n"
    "User-Agent: Mozilla/4.0\r\nAccept: */*\r\nHost: 127.0.0.1\r\n"
    "Content-Type: text/xml\r\nContent-Length: {length}\r\n\r\n"
)
_FIELD = r"<{0}>(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?</{0}>"
_FIELDS = {
    name: re.compile(_FIELD.format(name), re.DOTALL)
    for name in ("Encrypt", "MsgSignature", "TimeStamp", "Nonce", "ToUserName", "Content")
}


def openid(person: int) -> str:
    return f"oBench{person:022d}"


def firm_name(firm: int) -> str:
    return f"平罗县第{firm:04d}号商贸有限公司"


def firm_of(person: int) -> int:
    return person % FIRMS


@dataclass(frozen=True, slots=True)
class Push:
    """One request, ready for the wire, and who sends it."""

    person: int
    request: bytes
    body_bytes: int


def pushes(codec: Codec, *, first: int, count: int, at: int) -> Iterator[Push]:
    """``count`` distinct pushes of 查等级, person after person; ``first`` makes their MsgIds differ."""
    for number in range(first, first + count):
        person = number % PEOPLE
        inner = _INNER.format(
            account=ORIGINAL_ID,
            openid=openid(person),
            at=at,
            word=WORD,
            number=23_000_000_000_000_000 + number,
        )
        envelope = codec.encrypt(inner, timestamp=str(at), nonce=secrets.token_hex(5))
        body = _OUTER.format(account=ORIGINAL_ID, encrypt=envelope.encrypt).encode()
        query = urlencode(
            {
                "signature": codec.signature(str(at), envelope.nonce),
                "timestamp": envelope.timestamp,
                "nonce": envelope.nonce,
                "openid": openid(person),
                "encrypt_type": "aes",
                "msg_signature": envelope.signature,
            }
        )
        head = _HEAD.format(path=PATH, query=query, length=len(body)).encode()
        yield Push(person, head + body, len(body))


class Checker:
    """Opens every answer and looks whether it is the right one for its sender."""

    def __init__(self, codec: Codec, expected: str) -> None:
        """``expected``: ``grade`` (the grade of the sender's own firm) or ``echo``."""
        self._codec = codec
        self._grade = expected == "grade"

    def fault(self, push: Push, status: int, body: bytes) -> str:
        """What is wrong with an answer; "" where all is well."""
        if status != 200:
            return f"status {status}: {body[:80]!r}"
        try:
            sealed = {
                name: found(body.decode(), name) for name in ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")
            }
            inner = self._codec.decrypt(
                sealed["Encrypt"],
                signature=sealed["MsgSignature"],
                timestamp=sealed["TimeStamp"],
                nonce=sealed["Nonce"],
            ).decode()
        except Exception as error:  # whatever a peer may answer is a finding, not a crash
            return f"{error!r}: {body[:80]!r}"
        if found(inner, "ToUserName") != openid(push.person):
            return "the answer is for somebody else"
        content = found(inner, "Content")
        right = self._is_grade(push, content) if self._grade else content == WORD
        return "" if right else f"answered {content[:60]!r}"

    @staticmethod
    def _is_grade(push: Push, content: str) -> bool:
        return firm_name(firm_of(push.person)) in content and "信用等级" in content


def found(xml: str, name: str) -> str:
    """The text of the first element of that name; LookupError where there is none."""
    match = _FIELDS[name].search(xml)
    if match is None:
        raise LookupError(name)
    return match[1]
