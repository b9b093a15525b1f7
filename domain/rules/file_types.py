"""What a file is, by its content. Names and declared types are what somebody says; bytes are what it is."""

from __future__ import annotations

import zipfile
from io import BytesIO

_OFFICE = "application/vnd.openxmlformats-officedocument"
#: content type → what people call it, and the ending of a name
FILE_TYPES: dict[str, tuple[str, str]] = {
    "image/jpeg": ("图片", "jpg"),
    "image/png": ("图片", "png"),
    "image/gif": ("图片", "gif"),
    "application/pdf": ("PDF", "pdf"),
    "audio/amr": ("语音", "amr"),
    "audio/mpeg": ("语音", "mp3"),
    "video/mp4": ("视频", "mp4"),
    f"{_OFFICE}.spreadsheetml.sheet": ("表格", "xlsx"),
    f"{_OFFICE}.wordprocessingml.document": ("文档", "docx"),
    "application/vnd.ms-excel": ("表格", "xls"),
    "application/msword": ("文档", "doc"),
}
#: as they are named to people
ACCEPTED = "图片（jpg、png、gif）、PDF、Word、Excel、语音（amr、mp3）和视频（mp4）"

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
)
#: the part that tells one kind of office file from another
_ZIPPED = (
    ("xl/workbook.xml", f"{_OFFICE}.spreadsheetml.sheet"),
    ("word/document.xml", f"{_OFFICE}.wordprocessingml.document"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: names of streams in the directory of the older office files
_STREAMS = (("Workbook", "application/vnd.ms-excel"), ("WordDocument", "application/msword"))


def content_type_of(data: bytes) -> str:
    """The content type that the bytes show; "" for everything that is not accepted, programs included."""
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data)
    if data.startswith(_OLE):
        return next((kind for name, kind in _STREAMS if name.encode("utf-16-le") in data), "")
    if data[4:8] == b"ftyp":
        return "video/mp4"
    # an MPEG frame without a tag: eleven bits of one, layer III
    if len(data) > 1 and data[0] == 0xFF and data[1] & 0xE6 == 0xE2:
        return "audio/mpeg"
    return next((kind for magic, kind in _MAGIC if data.startswith(magic)), "")


def spoken_type(content_type: str) -> str:
    """图片, 表格 …: what people call a file of this type."""
    return FILE_TYPES[content_type][0]


def ending(content_type: str) -> str:
    """The ending of the name under which such a file is kept on somebody's disk."""
    return FILE_TYPES[content_type][1]


def _zipped(data: bytes) -> str:
    """An office file by its parts; nothing is unpacked. One with macros inside is none that we take."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return ""
    if any(part.endswith("vbaProject.bin") for part in parts):
        return ""
    return next((kind for part, kind in _ZIPPED if part in parts), "")
