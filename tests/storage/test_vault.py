"""What is sealed stays sealed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Misconfigured
from storage.vault import Vault

VAULT = Vault("one secret key")


@given(st.binary(), st.text(min_size=1))
def test_what_is_sealed_opens_again(plain: bytes, purpose: str) -> None:
    assert VAULT.open(purpose, VAULT.seal(purpose, plain)) == plain


def test_the_same_value_never_looks_the_same_twice() -> None:
    assert VAULT.seal("id", b"110101199003070000") != VAULT.seal("id", b"110101199003070000")


def test_what_was_sealed_for_one_purpose_does_not_open_for_another() -> None:
    with pytest.raises(Misconfigured, match="XINSHI_SECRET_KEY"):
        VAULT.open("tip", VAULT.seal("id", b"x"))


@given(st.integers(min_value=0, max_value=28))
def test_a_changed_byte_is_noticed(place: int) -> None:
    sealed = bytearray(VAULT.seal("id", b""))
    sealed[place] ^= 1
    with pytest.raises(Misconfigured):
        VAULT.open("id", bytes(sealed))


@pytest.mark.parametrize("torn", [b"", b"\x00", b"\x00" * 12])
def test_a_torn_value_is_refused_with_one_line(torn: bytes) -> None:
    with pytest.raises(Misconfigured):
        VAULT.open("id", torn)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(Misconfigured):
        Vault("another key").open("id", VAULT.seal("id", b"x"))


def test_a_retired_key_still_opens_what_it_sealed_and_seals_nothing_new() -> None:
    renewed = Vault("a new key", retired=["one secret key"])
    assert renewed.open("id", VAULT.seal("id", b"x")) == b"x"
    with pytest.raises(Misconfigured):
        VAULT.open("id", renewed.seal("id", b"x"))


def test_a_digest_is_equal_for_equal_input_and_differs_by_purpose_and_key() -> None:
    digest = VAULT.digest("code", b"123456")
    assert digest == VAULT.digest("code", b"123456")
    assert len(digest) == 32
    assert digest != VAULT.digest("id", b"123456")
    assert digest != Vault("another key").digest("code", b"123456")


def test_an_empty_key_is_refused() -> None:
    with pytest.raises(Misconfigured, match="XINSHI_SECRET_KEY"):
        Vault("")
