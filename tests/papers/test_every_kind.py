"""Every kind of paper, made the way it comes about, printed, opened again and read."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from pypdf import PdfReader

from domain.model.paper import Paper, PaperKind
from tests.papers.conftest import NAME, Bureau, Open, picture_of, printed, text_of

REASON = "经查，处罚决定书已于七月十五日送达，罚款在期限届满后缴纳，记录与事实相符。"


def accepted(bureau: Bureau) -> Paper:
    case = bureau.objects()
    bureau.does(bureau.hands(case)[0], "受理", case)
    return bureau.paper(PaperKind.ACCEPTANCE)


def upheld(bureau: Bureau) -> Paper:
    bureau.decides("同意", "经核查，罚款已按期缴纳，记录有误。")
    return bureau.paper(PaperKind.OBJECTION)


def partly(bureau: Bureau) -> Paper:
    bureau.decides("部分同意", "缴款日期有误，予以更正；处罚事实无误。")
    return bureau.paper(PaperKind.OBJECTION)


def refused(bureau: Bureau) -> Paper:
    bureau.decides("驳回", REASON)
    return bureau.paper(PaperKind.OBJECTION)


def reviewed(bureau: Bureau) -> Paper:
    bureau.reviewed(bureau.decides("驳回", REASON), "驳回", "原决定认定事实清楚，处理适当。")
    return bureau.paper(PaperKind.REVIEW)


def repaired(bureau: Bureau) -> Paper:
    bureau.repairs("同意", "罚款已缴清，整改已通过验收。")
    return bureau.paper(PaperKind.REPAIR)


def not_repaired(bureau: Bureau) -> Paper:
    bureau.repairs("驳回", "整改尚未通过验收。")
    return bureau.paper(PaperKind.REPAIR)


def not_accepted(bureau: Bureau) -> Paper:
    bureau.repairs("不予受理", "最短公示期未满。")
    return bureau.paper(PaperKind.NO_ACCEPTANCE)


def elsewhere(bureau: Bureau) -> Paper:
    bureau.repairs("登记同意", "查询码 XC20261120，11月20日在“信用中国”网站看到结果。")
    return bureau.paper(PaperKind.REPAIR)


def committed(bureau: Bureau) -> Paper:
    bureau.commits()
    return bureau.paper(PaperKind.COMMITMENT)


@dataclass(frozen=True)
class Example:
    """How a paper comes about, under which rulebook, and what it must say."""

    name: str
    rulebook: str
    make: Callable[[Bureau], Paper]
    says: tuple[str, ...]


REMEDY = "行政复议"
EXAMPLES = (
    Example("acceptance", "xixia", accepted, ("受理通知书", "YY20260001", "办理期限", "予以受理")),
    Example("objection-upheld", "xixia", upheld, ("异议成立", "予以撤销", "记录有误", REMEDY)),
    Example("objection-partly", "xixia", partly, ("异议部分成立", "缴款日期有误", "申请一次复核", REMEDY)),
    Example("objection-refused", "xixia", refused, ("异议不成立", REASON, "申请一次复核", REMEDY)),
    Example("review", "xixia", reviewed, ("复核决定书", "维持原决定", "YY20260001", REMEDY)),
    Example("repair-granted", "xixia", repaired, ("同意修复“未按规定进行食品留样”", REMEDY)),
    Example("repair-refused", "xixia", not_repaired, ("不予修复", "整改尚未通过验收", "再次申请", REMEDY)),
    Example("repair-not-accepted", "xixia", not_accepted, ("不予受理", "最短公示期未满", REMEDY)),
    Example("repair-elsewhere", "pinglu", elsewhere, ("信用修复结果告知书", "不代替", "XC20261120")),
    Example(
        "repair-notice", "xixia", Bureau.repair_notice, ("两书同达", "可以申请修复", "信用承诺书", REMEDY)
    ),
    Example(
        "grade", "pinglu", Bureau.grade_notice, ("信用等级告知书", "统一社会信用代码", "监管措施", "异议")
    ),
    Example("commitment", "huairen", committed, ("信用承诺书", "违反承诺的后果", "分项授权", "SHA-256")),
)


@pytest.mark.clause("S0-39")
@pytest.mark.clause("S0-43")
@pytest.mark.clause("S4-35")
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_paper_says_what_it_must_in_our_own_fonts(example: Example, bureau_of: Open) -> None:
    paper = example.make(bureau_of(example.rulebook))
    made = printed(paper)
    said = text_of(made)
    for words in (paper.number, paper.content.title, NAME, paper.code, paper.text_sha256[:16], *example.says):
        assert "".join(words.split()) in said, words
    assert fonts_of(made) == {"NotoSerifCJKsc-Regular", "NotoSansCJKsc-Bold"}
    picture_of(made, example.name)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_file_is_archival_and_dated_as_the_paper(example: Example, bureau_of: Open) -> None:
    paper = example.make(bureau_of(example.rulebook))
    made = printed(paper)
    reader = PdfReader(io.BytesIO(made))
    about = reader.xmp_metadata
    assert about is not None
    raw = about.stream.get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in raw
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in raw
    assert reader.metadata is not None
    assert reader.metadata.title == f"{paper.content.title} {paper.number}"
    assert reader.metadata["/CreationDate"].startswith("D:20261120")
    assert len(made) < 200_000
    assert made == printed(paper), "the same paper gives the same bytes"


def fonts_of(made: bytes) -> set[str]:
    """The fonts of a file by name; each must be embedded."""
    found = set()
    for page in PdfReader(io.BytesIO(made)).pages:
        resources = page["/Resources"].get_object()
        for font in resources["/Font"].values():  # type: ignore[index]
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            assert any(key.startswith("/FontFile") for key in inner["/FontDescriptor"].get_object())
            found.add(inner["/BaseFont"].split("+")[1].removesuffix("-Identity-H"))
    return found
