"""The press: makes the file of a paper once, keeps it, and hands out what is kept.

What a paper says goes into the template as data and comes out as text. The
template reads nothing but its own folder, the only fonts are ours, and the date
of the file is the date of the paper: the same paper gives the same bytes. A
character that no font has is an error (PDF/A), never an empty box.
"""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import structlog

from bot.pipeline import House
from domain.errors import Misconfigured, NotFound, Refused
from domain.model.paper import Paper, PaperKind
from domain.ports import Files
from domain.services import papers
from storage.unit_of_work import SqlUnitOfWork

# typst and segno are loaded with the first paper: a service at rest does without their 16 MB
if TYPE_CHECKING:
    import typst

log = structlog.get_logger("xinshi.papers")

_HERE: Final = Path(__file__).parent
FONTS: Final = _HERE / "fonts"
_TEMPLATES: Final = _HERE / "templates"
#: archival PDF: everything it needs is inside
_STANDARD: Final = "a-2b"
FAMILIES: Final = frozenset({"Noto Serif CJK SC", "Noto Sans CJK SC"})
#: of the hash of the text so much stands in the footer
_SHORT: Final = 16


class Unprintable(Exception):  # noqa: N818 - a state of the paper, told to people, not a crash
    """A character is in none of the fonts, or a picture cannot be read; ``str()`` says which."""


@dataclass(frozen=True, slots=True)
class Print:
    """All that a file is made from; equal prints make equal bytes."""

    paper: Paper
    #: where the QR code leads; the code alone where we have no address
    check_at: str
    seal: bytes | None = None
    #: PNG of a signature
    signature: bytes | None = None


def check_address(base_url: str, paper: Paper) -> str:
    """The address behind the QR code: the public page, with the hash that the paper claims."""
    if not base_url:
        return paper.code
    return f"{base_url}/h5/verify/{paper.code}?h={paper.text_sha256}"


def pdf(order: Print) -> bytes:
    """The file of a paper, as PDF/A-2b. ``Unprintable`` where a character is missing or a picture broken."""
    import typst

    inputs = {"paper": json.dumps(_data(order.paper), ensure_ascii=False), "qr": _qr(order.check_at)}
    if order.seal is not None:
        inputs["seal"] = _data_of(order.seal)
    if order.signature is not None:
        inputs["signature"] = _data_of(order.signature)
    try:
        made = typst.compile(
            str(_TEMPLATES / "paper.typ"),
            root=str(_TEMPLATES),
            font_paths=fonts(),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=_STANDARD,
        )
    except typst.TypstError as error:
        raise Unprintable(str(error)) from error
    assert isinstance(made, bytes), "one file is one piece of bytes"
    return made


@cache
def fonts() -> typst.Fonts:
    """Our fonts and no others; read once. ``Misconfigured`` where one is missing."""
    import typst

    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    missing = FAMILIES - set(found.families())
    if missing:
        raise Misconfigured(f"文书字体缺失：{'、'.join(sorted(missing))}，应在 {FONTS}")
    return found


async def pdf_of(house: House, files: Files, paper_id: int) -> bytes:
    """The file of a paper, made when it is first asked for and kept from then on.

    Ask first whether the reader may have it. ``Refused`` where it cannot be
    made: its issuer's clerks are told to make it by hand.
    """
    paper = await house.runner.read(lambda uow: uow.papers.get(paper_id))
    if paper is None:
        raise NotFound(papers.NOT_FOUND)
    if paper.pdf_sha256:
        return await asyncio.to_thread(files.get, paper.pdf_sha256)
    order = Print(
        paper,
        check_address(house.base_url, paper),
        seal=None if paper.kind is PaperKind.COMMITMENT else house.seal.impression(paper.issuer),
        signature=await asyncio.to_thread(files.get, paper.content.signature)
        if paper.content.signature
        else None,
    )
    try:
        made = await asyncio.to_thread(pdf, order)
    except Unprintable as error:
        raise await _by_hand(house, paper, str(error)) from error
    return await _kept(house, files, paper, made)


async def _kept(house: House, files: Files, paper: Paper, made: bytes) -> bytes:
    """Keep a new file; where another process was faster, its file is the one that counts."""
    sha256 = await asyncio.to_thread(files.put, made, paper.issued_on.year)

    def note(uow: SqlUnitOfWork) -> Paper:
        return papers.printed(house.work(uow), paper, sha256)

    kept = await house.runner.run(note)
    return made if kept.pdf_sha256 == sha256 else await asyncio.to_thread(files.get, kept.pdf_sha256)


async def _by_hand(house: House, paper: Paper, why: str) -> Refused:
    log.warning("paper unprintable", action="paper.unprintable", paper=paper.id, reason=why)

    def note(uow: SqlUnitOfWork) -> str:
        return papers.not_printable(house.work(uow), paper, why)

    return Refused(await house.runner.run(note), log=f"paper {paper.id} cannot be printed")


def _data(paper: Paper) -> Mapping[str, Any]:
    content, day = paper.content, paper.issued_on
    return {
        "title": content.title,
        "number": paper.number,
        "issuer": paper.issuer,
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "hash": paper.text_sha256[:_SHORT],
        "code": paper.code,
        "addressee": content.addressee,
        "signed_by": content.signed_by,
        "blocks": list(content.blocks),
        # the subject's own paper: it bears no head and no seal of the office
        "own": paper.kind is PaperKind.COMMITMENT,
    }


def _qr(text: str) -> str:
    import segno

    drawn = io.BytesIO()
    segno.make(text, error="m").save(drawn, kind="svg", xmldecl=False, border=0)
    return drawn.getvalue().decode()


def _data_of(picture: bytes) -> str:
    """A picture as the numbers of its bytes: what the template is given is text."""
    return json.dumps(list(picture))
