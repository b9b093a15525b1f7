"""Sealing of personal values: AES-GCM with a key id, one derived key for each purpose.

The secret key never encrypts anything itself: HKDF-SHA256 derives one key per
purpose, so that what was sealed for one column cannot be opened as another.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from hashlib import sha256
from hmac import digest as hmac_digest

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.errors import Misconfigured

_NONCE = 12
_SALT = b"xinshi vault 1"


class Vault:
    """Implements ``domain.ports.Sealer``.

    A sealed value is ``key id (1 byte) + nonce (12) + ciphertext with tag``.
    The key id is derived from the secret; ``retired`` secrets still open what
    they sealed, new values are always sealed with the present one. Digests use
    the present secret alone, so a change of the secret asks for new digests.
    """

    def __init__(self, secret_key: str, *, retired: Sequence[str] = ()) -> None:
        if not secret_key:
            raise Misconfigured("XINSHI_SECRET_KEY: empty; at least 32 random characters are expected")
        self._secret = secret_key.encode()
        self._key_id = _key_id(self._secret)
        self._secrets = {_key_id(old.encode()): old.encode() for old in retired}
        self._secrets[self._key_id] = self._secret
        self._ciphers: dict[tuple[int, str], AESGCM] = {}
        self._digest_keys: dict[str, bytes] = {}

    def seal(self, purpose: str, plain: bytes) -> bytes:
        """Return ``plain`` encrypted and authenticated for ``purpose``."""
        nonce = os.urandom(_NONCE)
        sealed = self._cipher(self._key_id, purpose).encrypt(nonce, plain, None)
        return bytes((self._key_id,)) + nonce + sealed

    def open(self, purpose: str, sealed: bytes) -> bytes:
        """Return what was sealed; ``Misconfigured`` for another key, purpose or a changed byte."""
        try:
            cipher = self._cipher(sealed[0], purpose)
            return cipher.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], None)
        except (InvalidTag, IndexError, KeyError, ValueError) as error:
            raise Misconfigured(
                f"XINSHI_SECRET_KEY: a stored value ({purpose}) cannot be opened; "
                "the key under which it was written is expected"
            ) from error

    def digest(self, purpose: str, plain: bytes) -> bytes:
        """Return a keyed hash of 32 bytes: equal for equal input, useless without the key."""
        key = self._digest_keys.get(purpose)
        if key is None:
            key = self._digest_keys[purpose] = _derive(self._secret, f"digest {purpose}")
        return hmac_digest(key, plain, "sha256")

    def _cipher(self, key_id: int, purpose: str) -> AESGCM:
        cipher = self._ciphers.get((key_id, purpose))
        if cipher is None:
            key = _derive(self._secrets[key_id], f"seal {purpose}")
            cipher = self._ciphers[key_id, purpose] = AESGCM(key)
        return cipher


def _key_id(secret: bytes) -> int:
    return sha256(_SALT + b" key id " + secret).digest()[0]


def _derive(secret: bytes, info: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=_SALT, info=info.encode()).derive(secret)
