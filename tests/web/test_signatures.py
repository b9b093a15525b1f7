"""A drawn signature is looked at: what is no picture, empty, a dot, a block or a bomb is not one."""

from __future__ import annotations

import base64
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from bot.web.firm import signatures
from bot.web.firm.signatures import checked_signature
from domain.errors import Refused
from tests.web.firm_forms import drawn, sent


def refusal(picture: str) -> str:
    with pytest.raises(Refused) as caught:
        checked_signature(picture)
    return caught.value.text


def test_strokes_are_kept_black_on_white_cut_to_what_was_written() -> None:
    kept = Image.open(BytesIO(checked_signature(drawn())))
    assert (kept.format, kept.mode) == ("PNG", "L")
    assert (300, 80) < kept.size < (340, 120)
    assert kept.getpixel((0, 0)) == 255
    assert kept.getextrema() == (0, 255)


def test_the_same_strokes_give_the_same_file() -> None:
    assert checked_signature(drawn()) == checked_signature(drawn())


def test_strokes_on_nothing_count_like_strokes_on_white() -> None:
    assert checked_signature(drawn(background=(0, 0, 0, 0))) == checked_signature(drawn())


def test_an_empty_pad_is_no_signature() -> None:
    assert refusal(sent(Image.new("RGBA", (600, 300), "white"))) == signatures.BLANK
    assert refusal(sent(Image.new("RGBA", (600, 300), (0, 0, 0, 0)))) == signatures.BLANK


def test_a_dot_or_a_black_sheet_is_no_writing() -> None:
    dot = Image.new("RGBA", (600, 300), "white")
    ImageDraw.Draw(dot).ellipse((10, 10, 24, 24), fill="black")
    assert refusal(sent(dot)) == signatures.NO_WRITING
    assert refusal(sent(Image.new("RGBA", (600, 300), "black"))) == signatures.NO_WRITING


def test_what_is_no_png_is_refused_whatever_it_says_it_is() -> None:
    jpeg = BytesIO()
    Image.new("RGB", (60, 30), "black").save(jpeg, "JPEG")
    for data in (
        jpeg.getvalue(),
        b"MZ\x90",
        b"<svg onload=alert(1)>",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
        b"",
    ):
        encoded = base64.b64encode(data).decode()
        assert refusal(f"data:image/png;base64,{encoded}") == signatures.NOT_A_PICTURE
    for text in ("data:image/svg+xml,<svg>", "data:image/png;base64,???", "javascript:alert(1)", "x"):
        assert refusal(text) == signatures.NOT_A_PICTURE


def test_a_picture_that_unpacks_to_too_much_is_not_unpacked() -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    size = (60_000).to_bytes(4, "big") * 2
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size + b"\x08\x00\x00\x00\x00") + chunk(b"IDAT", b"")
    encoded = base64.b64encode(bomb + chunk(b"IEND", b"")).decode()
    assert refusal(f"data:image/png;base64,{encoded}") in (signatures.TOO_LARGE, signatures.NOT_A_PICTURE)
    assert refusal(sent(Image.new("L", (4001, 10), 0))) == signatures.TOO_LARGE
    assert refusal(sent(Image.new("L", (3000, 3000), 255))) == signatures.TOO_LARGE
    assert refusal("data:image/png;base64," + "A" * signatures.MAX_SENT) == signatures.TOO_LARGE
