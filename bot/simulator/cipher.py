"""Signature and encryption of pushes, as the platform does them.

Written from the published algorithm and sharing nothing with the service's own
codec, so that an error in either shows in the other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

#: PKCS7 over 32 bytes, not over the 16 of AES
PAD_BLOCK = 32
_HEAD = 16 + 4


class EnvelopeError(Exception):
    """What the service answered cannot be opened; ``str()`` says why."""


def sign(*parts: str) -> str:
    """The lower-case hexadecimal SHA-1 of the sorted, joined parts."""
    # the platform's signature is SHA-1 and nothing else
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def same(left: str, right: str) -> bool:
    """Whether two signatures are equal, in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


class EnvelopeCipher:
    """AES-256-CBC with the account's EncodingAESKey and app id."""

    def __init__(self, encoding_aes_key: str, receive_id: str) -> None:
        if len(encoding_aes_key) != 43:
            raise ValueError("EncodingAESKey has 43 characters")
        # the 43rd character may carry two spare bits: a strict decoder would refuse genuine keys
        self._key = base64.b64decode(encoding_aes_key + "=")
        self._receive_id = receive_id.encode()

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))

    def seal(self, message: bytes, random16: bytes | None = None) -> str:
        """The base64 ciphertext of a message; ``random16`` is fixed only by published vectors."""
        plain = (random16 or os.urandom(16)) + struct.pack(">I", len(message)) + message + self._receive_id
        pad = PAD_BLOCK - len(plain) % PAD_BLOCK
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def open(self, encrypted: str) -> bytes:
        """The message inside; raises ``EnvelopeError`` for every departure from the format."""
        plain = self._without_padding(self._decrypted(encrypted))
        if len(plain) < _HEAD:
            raise EnvelopeError("明文太短")
        (length,) = struct.unpack(">I", plain[16:_HEAD])
        if _HEAD + length > len(plain):
            raise EnvelopeError("内部长度超出缓冲区")
        message, receive_id = plain[_HEAD : _HEAD + length], plain[_HEAD + length :]
        if receive_id != self._receive_id:
            raise EnvelopeError("AppID 不符")
        return message

    def _decrypted(self, encrypted: str) -> bytes:
        try:
            sealed = base64.b64decode(encrypted, validate=True)
        except ValueError as error:
            raise EnvelopeError("Encrypt 不是 Base64") from error
        if not sealed or len(sealed) % PAD_BLOCK:
            raise EnvelopeError("密文长度不是 32 的倍数")
        decryptor = self._cipher().decryptor()
        return decryptor.update(sealed) + decryptor.finalize()

    @staticmethod
    def _without_padding(plain: bytes) -> bytes:
        pad = plain[-1]
        if not 1 <= pad <= PAD_BLOCK or plain[-pad:] != bytes([pad]) * pad:
            raise EnvelopeError("填充不合规定")
        return plain[:-pad]
