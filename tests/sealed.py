"""Pushes as a platform seals them, right and in every wrong way; the same for both platforms."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.channels.codec import Codec
from bot.channels.wire import fields_of, read_xml
from handlers.turn import Inbound

Query = dict[str, str]
Sent = tuple[Query, bytes]

NONCE = "n"
BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><xml><Content>&b;</Content></xml>'
)


def cdata(**fields: str) -> str:
    return "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())


class House:
    """Stands behind the port: remembers what it was asked and says what the test wants."""

    def __init__(self, say: Callable[[Inbound], Any] = lambda inbound: f"收到：{inbound.text}") -> None:
        self.say = say
        self.asked: list[Inbound] = []

    async def answer(self, inbound: Inbound, *, arrived: float) -> Any:
        assert arrived > 0
        self.asked.append(inbound)
        return self.say(inbound)


@dataclass(frozen=True)
class Post:
    """Seals for one app at one moment."""

    codec: Codec
    #: the app id or corp id inside the cipher, and the receiver's name outside
    account: str
    receiver: str
    stamp: str

    def sealed(self, inner: bytes, *, timestamp: str = "") -> Sent:
        """A push as the platform makes it."""
        timestamp = timestamp or self.stamp
        envelope = self.codec.encrypt(inner.decode(), timestamp=timestamp, nonce=NONCE)
        return self.signed(envelope.encrypt, timestamp=timestamp)

    def signed(self, encrypt: str, *, timestamp: str = "") -> Sent:
        """Right signatures over whatever stands in the place of a cipher text."""
        timestamp = timestamp or self.stamp
        query = {
            "timestamp": timestamp,
            "nonce": NONCE,
            "msg_signature": self.codec.signature(timestamp, NONCE, encrypt),
        }
        return query, f"<xml>{cdata(ToUserName=self.receiver, Encrypt=encrypt)}</xml>".encode()

    def ciphered(self, plain: bytes) -> Sent:
        """Right signatures over a plain text that was padded by hand."""
        return self.signed(base64.b64encode(self.codec._cipher.encrypt(plain)).decode())

    def padded(self, message: bytes, pad: Callable[[int], bytes], *, length: int | None = None) -> bytes:
        size = len(message) if length is None else length
        plain = b"r" * 16 + size.to_bytes(4, "big") + message + self.account.encode()
        return plain + pad(32 - len(plain) % 32)

    def badly_sealed(self, inner: bytes, other: Codec) -> dict[str, tuple[Sent, int, str]]:
        """Every wrong way to seal a good message: what is sent, the status and the reason it must get."""
        good = self.sealed(inner)
        plain = {
            "padding byte 0": (self.padded(inner, lambda n: b"\0" * n), "padding"),
            "padding byte 33": (self.padded(inner, lambda n: b"\x21" * n), "padding"),
            "unequal padding": (self.padded(inner, _unequal), "padding"),
            "inner length larger than the buffer": (self.padded(inner, right, length=9999), "inner_length"),
        }
        foreign = other.encrypt("<xml/>", timestamp=self.stamp, nonce=NONCE).encrypt
        right_but_not_over_it = self.codec.signature(self.stamp, NONCE)
        return {name: (self.ciphered(text), 400, reason) for name, (text, reason) in plain.items()} | {
            "wrong msg_signature": (with_query(good, msg_signature="0" * 40), 403, "signature"),
            "right signature in place of msg_signature": (
                with_query(good, msg_signature=right_but_not_over_it),
                403,
                "signature",
            ),
            "no msg_signature": (without(good, "msg_signature"), 403, "signature"),
            "msg_signature that is no ASCII": (with_query(good, msg_signature="签名"), 403, "signature"),
            "no timestamp": (without(good, "timestamp"), 403, "timestamp"),
            "timestamp that is no number": (with_query(good, timestamp="²⁰"), 403, "timestamp"),
            "stale timestamp": (self.sealed(inner, timestamp=str(int(self.stamp) - 601)), 403, "stale"),
            "timestamp ahead": (self.sealed(inner, timestamp=str(int(self.stamp) + 601)), 403, "ahead"),
            "missing Encrypt": ((good[0], b"<xml><ToUserName>gh</ToUserName></xml>"), 400, "no_encrypt"),
            "plain body": ((good[0], inner), 400, "no_encrypt"),
            "non-base64": (self.signed("!!!!"), 400, "base64"),
            "length not a multiple of 16": (
                self.signed(base64.b64encode(b"x" * 33).decode()),
                400,
                "length",
            ),
            "another receive id": (self.signed(foreign), 403, "receive_id"),
            "entities outside": ((good[0], BOMB.encode()), 400, "doctype"),
            "entities inside": (self.sealed(BOMB.encode()), 400, "doctype"),
            "a bare document type": (
                self.sealed(b"<!DOCTYPE xml SYSTEM 'file:///etc/passwd'><xml/>"),
                400,
                "doctype",
            ),
            "an undeclared entity": (self.sealed(b"<xml>&lol;</xml>"), 400, "not_xml"),
            "no XML outside": ((good[0], b'{"Encrypt": "x"}'), 400, "not_xml"),
            "no XML inside": (self.sealed("查等级".encode()), 400, "not_xml"),
            "no UTF-8 inside": (
                self.ciphered(self.padded(b"<xml>\xff\xfe\xff</xml>", right)),
                400,
                "not_xml",
            ),
            "empty body": ((good[0], b""), 400, "not_xml"),
            "another root": (self.sealed(b"<html/>"), 400, "wrong_root"),
            "deeply nested": (
                self.sealed(b"<xml>" + b"<a>" * 4000 + b"</a>" * 4000 + b"</xml>"),
                400,
                "sender",
            ),
            "no sender": (self.sealed(b"<xml><MsgType>text</MsgType></xml>"), 400, "sender"),
            "5 MB": ((good[0], b"x" * 5_000_000), 413, "too_large"),
        }

    def opened(self, body: bytes) -> bytes:
        """The XML inside an encrypted passive reply, its envelope proved."""
        outer = fields_of(read_xml(body))
        return self.codec.decrypt(
            outer["Encrypt"],
            signature=outer["MsgSignature"],
            timestamp=outer["TimeStamp"],
            nonce=outer["Nonce"],
        )


def right(missing: int) -> bytes:
    """The padding that a genuine sender adds."""
    return bytes([missing]) * missing


def _unequal(missing: int) -> bytes:
    assert missing > 1, "one byte of padding cannot be unequal: choose another message"
    return b"\x63" * (missing - 1) + bytes([missing])


def without(sent: Sent, name: str) -> Sent:
    query, body = sent
    return {key: value for key, value in query.items() if key != name}, body


def with_query(sent: Sent, **changes: str) -> Sent:
    query, body = sent
    return query | changes, body
