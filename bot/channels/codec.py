"""Signature and encryption of both platforms' callbacks.

What is wechatpy's and what is ours. Pinned is wechatpy 1.8.18, the last
stable release (2.0 has been an alpha since 2022, its core is the same).
Of its cryptography two pieces are sound and used here: ``WeChatCipher``
(AES-256-CBC with the key's first half as IV, one cipher object for a key) and
the encoding half of ``PKCS7Encoder`` (blocks of 32). The rest is guarded by
not being called:

- signatures are compared with ``!=``: here in constant time;
- ``_decrypt`` believes every padding byte, never looks at the inner length
  and ends malformed input in IndexError, struct.error, UnicodeDecodeError, …:
  here every such input is a ``Refusal``;
- ``_encrypt`` fills the first block from ``random``: here from the system;
- the 16 random bytes and the message stay bytes until they are proved.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import os
import re
from collections.abc import Callable
from typing import NamedTuple

from wechatpy.crypto.cryptography import WeChatCipher
from wechatpy.crypto.pkcs7 import PKCS7Encoder

from bot.channels.wire import Refusal
from domain.errors import Misconfigured

_AES_BLOCK = 16
#: random16 + length32 before the message
_HEAD = 20
#: the right end of a plain text for each padding count; 0 is never right
_PADDINGS = tuple(bytes([count]) * count for count in range(PKCS7Encoder.block_size + 1))
_KEY = re.compile(r"[A-Za-z0-9+/]{43}")

_ENVELOPE = (
    "<xml><Encrypt><![CDATA[{0}]]></Encrypt><MsgSignature><![CDATA[{1}]]></MsgSignature>"
    "<TimeStamp>{2}</TimeStamp><Nonce><![CDATA[{3}]]></Nonce></xml>"
)


class Envelope(NamedTuple):
    """An encrypted message with what proves it."""

    encrypt: str
    signature: str
    timestamp: str
    nonce: str

    def xml(self) -> str:
        """The envelope as the platforms want it in a passive reply."""
        return _ENVELOPE.format(*self)


class Codec:
    """Token, key and receive id of one app: proves, opens and seals its messages.

    ``receive_id`` is the app id (service account) or the corp id (WeCom).
    ``entropy`` is ``os.urandom`` outside of tests. Raises ``Misconfigured``
    for a key that is not 43 base64 characters.
    """

    def __init__(
        self,
        token: str,
        encoding_aes_key: str,
        receive_id: str,
        *,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        if not _KEY.fullmatch(encoding_aes_key):
            raise Misconfigured("EncodingAESKey 应为 43 个字母、数字、+ 或 /")
        # the 43rd character carries two spare bits that genuine keys leave set: not decoded strictly
        self._cipher = WeChatCipher(binascii.a2b_base64(encoding_aes_key + "="))
        self._token = token.encode()
        self._receive_id = receive_id.encode()
        self._entropy = entropy

    def signature(self, *parts: str) -> str:
        """Lower-case hex SHA-1 over the token and the parts, sorted as bytes and joined."""
        data = sorted([self._token, *(_bytes(part) for part in parts)])
        return hashlib.sha1(b"".join(data), usedforsecurity=False).hexdigest()

    def check(self, signature: str, *parts: str) -> None:
        """Raise ``Refusal`` (403) unless the signature over the parts is right; constant time."""
        if not hmac.compare_digest(self.signature(*parts).encode(), _bytes(signature)):
            raise Refusal(403, "signature", "签名不符")

    def verify_url(self, signature: str, timestamp: str, nonce: str, echostr: str) -> str:
        """The answer to the service account's GET verification: ``echostr`` as it came."""
        self.check(signature, timestamp, nonce)
        return echostr

    def decrypt(self, encrypt: str, *, signature: str, timestamp: str, nonce: str) -> bytes:
        """The message inside ``Encrypt``, after its ``msg_signature`` is proved.

        Raises ``Refusal``: 403 for the signature or another receive id, 400 for
        what no genuine sender could have made.
        """
        self.check(signature, timestamp, nonce, encrypt)
        return self._unpack(self._cipher.decrypt(_cipher_bytes(encrypt)))

    def encrypt(self, message: str, *, timestamp: str, nonce: str) -> Envelope:
        """Seal a message; the envelope is signed over timestamp, nonce and cipher text."""
        body = message.encode()
        plain = self._entropy(_AES_BLOCK) + len(body).to_bytes(4, "big") + body + self._receive_id
        sealed = self._cipher.encrypt(PKCS7Encoder.encode(plain))
        encrypt = binascii.b2a_base64(sealed, newline=False).decode("ascii")
        return Envelope(encrypt, self.signature(timestamp, nonce, encrypt), timestamp, nonce)

    def _unpack(self, plain: bytes) -> bytes:
        pad = plain[-1]
        if not 1 <= pad < len(_PADDINGS) or not plain.endswith(_PADDINGS[pad]):
            raise _illegal("padding")
        end = len(plain) - pad
        start = _HEAD + int.from_bytes(plain[_AES_BLOCK:_HEAD], "big")
        if end < _HEAD or start > end:
            raise _illegal("inner_length")
        if not hmac.compare_digest(plain[start:end], self._receive_id):
            raise Refusal(403, "receive_id", "消息不是发给本账号的")
        return plain[_HEAD:start]


def jssdk_signature(ticket: str, noncestr: str, timestamp: str, url: str) -> str:
    """The signature a page needs for ``wx.config``; the URL counts without its fragment."""
    page = url.partition("#")[0]
    text = f"jsapi_ticket={ticket}&noncestr={noncestr}&timestamp={timestamp}&url={page}"
    return hashlib.sha1(_bytes(text), usedforsecurity=False).hexdigest()


def _cipher_bytes(encrypt: str) -> bytes:
    try:
        data = binascii.a2b_base64(encrypt, strict_mode=True)
    except ValueError as error:
        raise _illegal("base64") from error
    if not data or len(data) % _AES_BLOCK:
        raise _illegal("length")
    return data


def _illegal(reason: str) -> Refusal:
    return Refusal(400, reason, "密文无法解开")


def _bytes(text: str) -> bytes:
    # a query may hold what is no text at all; it must fail the comparison, not the encoder
    return text.encode("utf-8", "replace")
