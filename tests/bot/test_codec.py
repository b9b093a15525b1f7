"""The codec: every published vector, every kind of forgery."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from bot.channels.codec import Codec, jssdk_signature
from bot.channels.wire import Refusal, fields_of, read_xml
from domain.errors import Misconfigured

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "data" / "crypto-vectors.json").read_text("utf-8")
)

TOKEN, KEY, APP = "pamtest", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wxb11529c136998cb6"
CODEC = Codec(TOKEN, KEY, APP)


def of_kind(*kinds: str) -> pytest.MarkDecorator:
    chosen = [vector for vector in VECTORS if vector["kind"] in kinds]
    return pytest.mark.parametrize("vector", chosen, ids=[vector["id"] for vector in chosen])


def codec_of(vector: dict[str, Any], random: bytes = b"") -> Codec:
    return Codec(vector["token"], vector["key"], vector["receiveid"], entropy=lambda _: random)


def forged(plain: bytes, *, codec: Codec = CODEC) -> dict[str, str]:
    """A push with a right signature over whatever was put into the cipher."""
    encrypt = base64.b64encode(codec._cipher.encrypt(plain)).decode()
    return signed(encrypt, codec=codec)


def signed(encrypt: str, *, codec: Codec = CODEC) -> dict[str, str]:
    return {
        "encrypt": encrypt,
        "signature": codec.signature("1", "2", encrypt),
        "timestamp": "1",
        "nonce": "2",
    }


def packed(
    message: bytes,
    *,
    length: int | None = None,
    receive_id: str = APP,
    pad: Callable[[int], bytes] = lambda missing: bytes([missing]) * missing,
) -> bytes:
    size = len(message) if length is None else length
    plain = b"r" * 16 + size.to_bytes(4, "big") + message + receive_id.encode()
    return plain + pad(32 - len(plain) % 32)


# -- the published vectors ----------------------------------------------------


def test_every_vector_has_a_kind_that_is_tested_here() -> None:
    assert {vector["kind"] for vector in VECTORS} == {
        "oa_get",
        "oa_post_plain_sig",
        "decrypt",
        "encrypt",
        "jssdk",
    }
    assert [vector["id"] for vector in VECTORS] == [
        "V1",
        "V2",
        "V3",
        "V4",
        "V5",
        "V6",
        "V7a",
        "V7b",
        "V8",
        "V9",
        "V10",
        "V11",
    ]


@of_kind("oa_get", "oa_post_plain_sig")
def test_plain_signatures_are_as_published(vector: dict[str, Any]) -> None:
    codec = Codec(vector["token"], KEY, APP)
    assert codec.signature(vector["timestamp"], vector["nonce"]) == vector["signature"]
    echo = vector.get("echostr", "")
    assert codec.verify_url(vector["signature"], vector["timestamp"], vector["nonce"], echo) == echo


@of_kind("decrypt", "encrypt")
def test_published_cipher_texts_are_proved_and_opened(vector: dict[str, Any]) -> None:
    message = codec_of(vector).decrypt(
        vector["encrypt"],
        signature=vector["msg_signature"],
        timestamp=vector["timestamp"],
        nonce=vector["nonce"],
    )
    if "msg" in vector:
        assert message.decode() == vector["msg"]
    else:
        assert len(message) == vector["msg_len"]
        assert fields_of(read_xml(message))["Content"] == "hello"


@of_kind("decrypt")
def test_the_plain_signature_of_a_safe_push_is_not_its_msg_signature(vector: dict[str, Any]) -> None:
    plain = codec_of(vector).signature(vector["timestamp"], vector["nonce"])
    assert plain == vector.get("signature", plain)
    with pytest.raises(Refusal, match="signature"):
        codec_of(vector).decrypt(
            vector["encrypt"], signature=plain, timestamp=vector["timestamp"], nonce=vector["nonce"]
        )


@of_kind("encrypt")
def test_sealing_gives_the_published_cipher_texts(vector: dict[str, Any]) -> None:
    codec = codec_of(vector, random=vector["random"].encode())
    envelope = codec.encrypt(vector["msg"], timestamp=vector["timestamp"], nonce=vector["nonce"])
    assert envelope.encrypt == vector["encrypt"]
    assert envelope.signature == vector["msg_signature"]


@of_kind("jssdk")
def test_the_page_signature_is_as_published_and_ignores_the_fragment(vector: dict[str, Any]) -> None:
    parts = (vector["ticket"], vector["noncestr"], vector["timestamp"])
    assert jssdk_signature(*parts, vector["url"]) == vector["signature"]
    assert jssdk_signature(*parts, vector["url"] + "#top") == vector["signature"]


# -- forgeries ----------------------------------------------------------------

FORGERIES = {
    "padding byte 0": (forged(packed(b"hi", pad=lambda missing: b"\0" * missing)), 400, "padding"),
    "padding byte 33": (forged(packed(b"hi", pad=lambda missing: b"\x21" * missing)), 400, "padding"),
    "unequal padding": (
        forged(packed(b"hi", pad=lambda missing: b"\x01" * (missing - 1) + bytes([missing]))),
        400,
        "padding",
    ),
    "padding longer than the text": (forged(b"\x20" * 16), 400, "padding"),
    "inner length too large": (forged(packed(b"hi", length=100)), 400, "inner_length"),
    "inner length of four bytes of ones": (forged(packed(b"hi", length=2**32 - 1)), 400, "inner_length"),
    "nothing but padding": (forged(b"\x20" * 32), 400, "inner_length"),
    "another receive id": (forged(packed(b"hi", receive_id="wx0000000000000000")), 403, "receive_id"),
    "inner length too small": (forged(packed(b"hi", length=1)), 403, "receive_id"),
    "no receive id": (forged(packed(b"hi", receive_id="")), 403, "receive_id"),
    "no base64": (signed("天地玄黄"), 400, "base64"),
    "loose base64": (signed("QUJD\nREVG"), 400, "base64"),
    "base64 cut": (signed("QUJDR"), 400, "base64"),
    "not a multiple of 16": (signed(base64.b64encode(b"x" * 17).decode()), 400, "length"),
    "empty": (signed(""), 400, "length"),
    "wrong signature": (forged(packed(b"hi")) | {"signature": "0" * 40}, 403, "signature"),
    "signature that is no ASCII": (forged(packed(b"hi")) | {"signature": "签\ud800"}, 403, "signature"),
    "another nonce": (forged(packed(b"hi")) | {"nonce": "3"}, 403, "signature"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_refused(name: str) -> None:
    push, status, reason = FORGERIES[name]
    with pytest.raises(Refusal) as refused:
        CODEC.decrypt(push["encrypt"], **{k: v for k, v in push.items() if k != "encrypt"})
    assert (refused.value.status, refused.value.reason) == (status, reason)


def test_the_forger_of_these_tests_can_also_write_a_genuine_push() -> None:
    push = forged(packed("你好".encode()))
    assert CODEC.decrypt(push.pop("encrypt"), **push) == "你好".encode()


@pytest.mark.parametrize("key", ["", "short", "x" * 44, "天" * 43, "!" * 43, KEY + "\n"])
def test_a_key_that_is_no_key_stops_the_start(key: str) -> None:
    with pytest.raises(Misconfigured, match="EncodingAESKey"):
        Codec(TOKEN, key, APP)


# -- properties ---------------------------------------------------------------


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(codec="ascii")))
def test_what_is_sealed_opens_again(message: str, nonce: str) -> None:
    envelope = CODEC.encrypt(message, timestamp="1409304348", nonce=nonce)
    opened = CODEC.decrypt(
        envelope.encrypt, signature=envelope.signature, timestamp=envelope.timestamp, nonce=nonce
    )
    assert opened.decode() == message
    assert len(base64.b64decode(envelope.encrypt)) % 32 == 0


def test_sealing_twice_gives_two_cipher_texts() -> None:
    first, second = (CODEC.encrypt("同一句话", timestamp="1", nonce="2") for _ in range(2))
    assert first.encrypt != second.encrypt


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_in_the_cipher_are_opened_or_refused(data: bytes) -> None:
    plain = data[: len(data) // 16 * 16]
    push = forged(plain) if plain else signed(base64.b64encode(data).decode())
    with suppress(Refusal):
        CODEC.decrypt(push.pop("encrypt"), **push)


@settings(deadline=None)
@given(st.text(), st.text(), st.text(), st.text())
def test_any_text_for_a_push_is_refused(encrypt: str, signature: str, timestamp: str, nonce: str) -> None:
    with pytest.raises(Refusal):
        CODEC.decrypt(encrypt, signature=signature, timestamp=timestamp, nonce=nonce)


# -- the other implementation -------------------------------------------------


def test_wechatpy_opens_what_is_sealed_here_and_the_other_way_round() -> None:
    other = WeChatCrypto(TOKEN, KEY, APP)
    ours = CODEC.encrypt("<xml>你好</xml>", timestamp="1", nonce="2")
    assert other.decrypt_message(ours.xml(), ours.signature, "1", "2") == "<xml>你好</xml>"
    theirs = fields_of(read_xml(other.encrypt_message("<xml>你好</xml>", "2", "1").encode()))
    opened = CODEC.decrypt(theirs["Encrypt"], signature=theirs["MsgSignature"], timestamp="1", nonce="2")
    assert opened.decode() == "<xml>你好</xml>"
