"""What a file is stands in its bytes, whatever its name says."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refused
from domain.rules.file_types import FILE_TYPES, content_type_of, ending, spoken_type
from domain.services.evidence import MAX_BYTES, checked_type


def zipped(*names: str) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return packed.getvalue()


def ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + stream.encode("utf-16-le") + bytes(100)


@pytest.mark.parametrize(
    "data, wanted",
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "jpg"),
        (b"\x89PNG\r\n\x1a\n\x00", "png"),
        (b"GIF89a\x01", "gif"),
        (b"%PDF-1.7", "pdf"),
        (b"#!AMR\n\x3c", "amr"),
        (b"ID3\x04\x00", "mp3"),
        (b"\xff\xfb\x90\x00", "mp3"),
        (b"\x00\x00\x00\x18ftypmp42", "mp4"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        (zipped("[Content_Types].xml", "word/document.xml"), "docx"),
        (ole("Workbook"), "xls"),
        (ole("WordDocument"), "doc"),
    ],
)
def test_what_is_taken(data: bytes, wanted: str) -> None:
    assert ending(content_type_of(data)) == wanted
    assert spoken_type(content_type_of(data))


@pytest.mark.parametrize(
    "data",
    [
        b"MZ\x90\x00",
        b"\x7fELF\x02",
        b"#!/bin/sh\nrm -rf /",
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"PK\x03\x04 and no more",
        zipped("virus.exe"),
        zipped("xl/workbook.xml", "xl/vbaProject.bin"),
        ole("Something"),
        b"Rar!\x1a\x07\x00",
        b"\xff",
        b"RIFF\x00\x00\x00\x00WAVE",
    ],
)
def test_what_is_not(data: bytes) -> None:
    assert content_type_of(data) == ""


@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]))
def test_no_bytes_break_it(data: bytes, magic: bytes) -> None:
    assert content_type_of(magic + data) in {"", *FILE_TYPES}


def test_a_file_of_the_largest_size_is_taken_and_one_byte_more_is_not() -> None:
    largest = b"%PDF-" + bytes(MAX_BYTES - 5)
    assert checked_type(largest, "a.pdf") == "application/pdf"
    with pytest.raises(Refused, match="超过10MB"):
        checked_type(largest + b"x", "a.pdf")
