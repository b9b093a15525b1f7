"""The press: nothing a person writes becomes markup, no character is lost in silence, a file is made once."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
import typst
from fontTools.ttLib import TTFont
from PIL import Image
from pypdf import PdfReader

from bot.cli import doctor
from bot.documents import press
from bot.documents.press import FONTS, Print, Unprintable, check_address, fonts, pdf, pdf_of
from bot.documents.seal import NoSeal, PictureSeals, TestSeal
from bot.pipeline import House
from domain.errors import Misconfigured, NotFound, Refused
from domain.model.paper import Content, Paper, PaperKind
from domain.model.person import Channel, Staff
from domain.model.subject import Subject, SubjectKind
from domain.services import papers
from storage.files import FolderFiles
from storage.rulebook_files import load_rulebook
from storage.runner import Runner
from storage.unit_of_work import SqlUnitOfWork
from storage.vault import Vault
from tests.cases.conftest import OFFICE
from tests.conftest import FixedClock
from tests.papers.conftest import Bureau, Open, printed, text_of


def png() -> bytes:
    """A small picture."""
    made = io.BytesIO()
    Image.new("RGBA", (40, 20), (20, 20, 120, 255)).save(made, "PNG")
    return made.getvalue()


PICTURE = png()
HOSTILE = (
    '#read("/etc/passwd")',
    "#panic() $x$ *粗* _斜_ `码` <标签> @引用 // 注释 /* */",
    "引号\"'“”‘’\\ 反斜杠 {{ }} #[ ] ~ = + -",
    "<script>alert(1)</script> & &amp; %00",
    "公司" * 60,
    "A" * 180,
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_printed_as_text(name: str, bureau: Bureau) -> None:
    paper = bureau.repair_notice()
    made = printed(replace(paper, content=replace(paper.content, addressee=name)))
    said = text_of(made)
    assert "root:" not in said
    assert "".join(name.split()) in said


@pytest.mark.parametrize("block", ["text", "items", "rows", "table", "note", "lines", "head"])
def test_markup_in_any_part_stays_text(block: str, bureau: Bureau) -> None:
    words = '#read("paper.typ") *x* $y$'
    values = {
        "items": [words],
        "lines": [words, ""],
        "rows": [[words, words]],
        "table": {"columns": ["甲", "乙", words], "rows": [["1", words, "3"]]},
    }
    paper = bureau.repair_notice()
    content = replace(paper.content, blocks=({block: values.get(block, words)},))
    assert "".join(words.split()) in text_of(printed(replace(paper, content=content)))


def test_nothing_runs_out_of_the_page(bureau: Bureau) -> None:
    paper = bureau.repair_notice()
    long = {"rows": [["很长的名称" * 5, "B" * 400], ["网址", "https://example.gov.cn/" + "a1/" * 80]]}
    content = replace(paper.content, addressee="C" * 180, blocks=(long, {"text": "D" * 300}))
    places: list[float] = []

    def note(text: str, _: object, place: list[float], *__: object) -> None:
        if text.strip():
            places.append(place[4])

    for page in PdfReader(io.BytesIO(printed(replace(paper, content=content)))).pages:
        page.extract_text(visitor_text=note)
    assert max(places) < 595 - 60


@pytest.mark.parametrize("rare", "㙍䶮𬭎𫟹堃喆垚镕鿏犇淼龘")
def test_rare_characters_of_names_are_printed(rare: str, bureau: Bureau) -> None:
    paper = bureau.repair_notice()
    made = printed(replace(paper, content=replace(paper.content, addressee=f"王{rare}")))
    assert f"王{rare}" in text_of(made)


@pytest.mark.parametrize("impossible", ["𡍼", "😀", "\ue000", "ཀ"])
def test_a_character_that_no_font_has_is_an_error_and_never_a_box(impossible: str, bureau: Bureau) -> None:
    paper = bureau.repair_notice()
    with pytest.raises(Unprintable):
        printed(replace(paper, content=replace(paper.content, addressee=f"王{impossible}")))
    heading = ({"head": f"一、{impossible}"},)
    with pytest.raises(Unprintable):
        printed(replace(paper, content=replace(paper.content, blocks=heading)))


def test_a_rare_character_in_a_heading_is_taken_from_the_text_face(bureau: Bureau) -> None:
    paper = bureau.repair_notice()
    content = replace(paper.content, blocks=({"head": "关于𬭎的决定"}, {"text": "内容"}))
    assert "关于𬭎的决定" in text_of(printed(replace(paper, content=content)))


def test_the_fonts_hold_all_of_gbk() -> None:
    gbk = {
        bytes((high, low)).decode("gbk", "ignore") for high in range(0x81, 0xFF) for low in range(0x40, 0xFF)
    }
    hanzi = {ord(char) for char in gbk if len(char) == 1 and 0x4E00 <= ord(char) <= 0x9FFF}
    assert len(hanzi) > 20_900
    for path in sorted(FONTS.glob("*.otf")):
        with TTFont(path, lazy=True) as font:
            assert hanzi <= set(font.getBestCmap()), path.name
    assert sum(path.stat().st_size for path in FONTS.iterdir()) < 16_000_000


def test_only_our_fonts_are_known() -> None:
    assert fonts().families() == ["Noto Sans CJK SC", "Noto Serif CJK SC"]


def test_the_template_reads_nothing_outside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_text("geheim", encoding="utf-8")
    page = tmp_path / "in" / "page.typ"
    page.write_text('#read("../secret")', encoding="utf-8")
    with pytest.raises(typst.TypstError):
        typst.compile(str(page), root=str(tmp_path / "in"), font_paths=fonts(), ignore_system_fonts=True)


def test_the_code_leads_to_the_page_with_the_hash(bureau: Bureau) -> None:
    paper = bureau.repair_notice()
    address = check_address("https://credit.example.gov.cn", paper)
    assert address == f"https://credit.example.gov.cn/h5/verify/{paper.code}?h={paper.text_sha256}"
    assert check_address("", paper) == paper.code


# -- seals ---------------------------------------------------------------------


def test_the_seal_of_the_demonstration_says_that_it_is_none(bureau: Bureau) -> None:
    assert b"<&" not in TestSeal().impression("示例县<&>局")
    said = text_of(printed(bureau.repair_notice()))
    assert "测试章" in said
    assert "无法律效力" in said


def test_without_the_demonstration_there_is_no_seal_unless_one_is_kept(
    tmp_path: Path, bureau: Bureau
) -> None:
    paper = bureau.repair_notice()
    assert NoSeal().impression(paper.issuer) is None
    assert "测试章" not in text_of(printed(paper, seal=False))
    (tmp_path / f"{paper.issuer}.png").write_bytes(PICTURE)
    seals = PictureSeals(tmp_path)
    assert seals.impression(paper.issuer) == PICTURE
    assert seals.impression("../etc/passwd") is None
    assert pdf(Print(paper, "x", seal=PICTURE)) != printed(paper, seal=False)
    with pytest.raises(Misconfigured, match="XINSHI_SEALS"):
        PictureSeals(tmp_path / "none")


def test_a_signature_stands_over_the_name(bureau_of: Open) -> None:
    bureau = bureau_of("huairen")
    bureau.commits()
    letter = bureau.paper(PaperKind.COMMITMENT)
    signed = pdf(Print(letter, "x", signature=PICTURE))
    assert len(PdfReader(io.BytesIO(signed)).pages[-1].images) == 1
    with pytest.raises(Unprintable):
        pdf(Print(letter, "x", signature=b"\x89PNG\r\n\x1a\nbroken"))


# -- made once -----------------------------------------------------------------


@pytest.fixture
async def house(runner: Runner, clock: FixedClock, sealer: Vault) -> House:
    return House(
        runner, clock, load_rulebook("xixia"), OFFICE, sealer, base_url="https://x.example", seal=TestSeal()
    )


@pytest.fixture
def files(tmp_path: Path) -> FolderFiles:
    return FolderFiles(tmp_path / "attachments")


async def issued(house: House, name: str = "示例甲公司") -> Paper:
    def issue(uow: SqlUnitOfWork) -> Paper:
        uow.staff.save(Staff("chen", "陈晨", ("经办",), "信用办"))
        subject = Subject(0, SubjectKind.LEGAL_PERSON, name)
        subject = replace(subject, id=uow.subjects.add(subject))
        content = Content("信用等级告知书", name, "", ({"text": "内容"},), signed_by=OFFICE.name)
        return papers._issue(house.work(uow), PaperKind.GRADE, "assessment:1", subject, content, OFFICE.name)

    return await house.runner.run(issue)


async def test_a_file_is_made_once_and_kept(house: House, files: FolderFiles) -> None:
    paper = await issued(house)
    first = await pdf_of(house, files, paper.id)
    kept = await house.runner.read(lambda uow: uow.papers.get(paper.id))
    assert kept is not None
    assert files.get(kept.pdf_sha256) == first
    elsewhere = replace(house, base_url="https://moved.example", seal=NoSeal())
    assert await pdf_of(elsewhere, files, paper.id) == first, "what was handed out once stays what it is"


async def test_what_cannot_be_printed_is_made_by_hand_and_said_once(house: House, files: FolderFiles) -> None:
    paper = await issued(house, "王𡍼")
    for _ in range(2):
        with pytest.raises(Refused) as refusal:
            await pdf_of(house, files, paper.id)
        assert "人工制作" in refusal.value.text

    def look(uow: SqlUnitOfWork) -> tuple[str, list[str]]:
        chen = uow.people.get_or_add(Channel.WECOM, house.staff_account, "chen", house.clock.now())
        flagged = uow.papers.get(paper.id)
        return (flagged.by_hand if flagged else ""), uow.outbox.take_waiting(chen.id, house.clock.now())

    why, told = await house.runner.run(look)
    assert "𡍼" in why
    assert len(told) == 1
    assert "王𡍼" in told[0]
    assert paper.number in told[0]


async def test_an_unknown_paper_is_not_found(house: House, files: FolderFiles) -> None:
    with pytest.raises(NotFound):
        await pdf_of(house, files, 404)


def test_the_doctor_looks_at_the_fonts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "Noto Serif CJK SC" in doctor._one("字体", doctor._fonts).text
    fonts.cache_clear()
    monkeypatch.setattr(press, "FONTS", tmp_path)
    finding = doctor._one("字体", doctor._fonts)
    assert finding.state == "fail"
    assert "字体缺失" in finding.text
    fonts.cache_clear()
