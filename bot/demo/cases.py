"""What happened to the firms of the demonstration, as data: one case is one short credit history.

Days are counted back from the day of loading, so that the one-year windows
are as full next spring as they are today.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from domain.model.record import RecordKind, RecordState

MARKET = "示例县市场监督管理局"
EMERGENCY = "示例县应急管理局"
ECOLOGY = "示例县生态环境局"
BUREAU = "示例县发展和改革局"


@dataclass(frozen=True, slots=True)
class Act:
    """One violation of a decision; the fine in yuan."""

    act: str
    sanctions: tuple[str, ...]
    fine: Decimal = Decimal(0)
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One record to be; ``days_ago`` counts back from the day of loading."""

    kind: RecordKind
    title: str
    days_ago: int
    authority: str = MARKET
    acts: tuple[Act, ...] = ()
    rating: str = ""
    score: Decimal | None = None
    issuer_kind: str = ""
    endorsed: bool = False
    state: RecordState = RecordState.VALID
    #: days until a listing or a rating ends; None: no end
    lasts: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A history: what was known at the first evaluation, and what came in after its approval."""

    name: str
    events: tuple[Event, ...] = ()
    later: tuple[Event, ...] = ()


def warning(days_ago: int, title: str = "未按规定公示年度报告") -> Event:
    """责令改正、警告."""
    return Event(RecordKind.RECTIFICATION, f"责令改正：{title}", days_ago, acts=(Act(title, ("责令改正",)),))


def fine(
    days_ago: int, yuan: str, title: str = "标签标识不符合规定", sanctions: tuple[str, ...] = ("罚款",)
) -> Event:
    """A penalty with one violation; ``yuan`` as written, e.g. "250000.01"."""
    act = Act(title, sanctions, Decimal(yuan), "《中华人民共和国行政处罚法》")
    return Event(RecordKind.PENALTY, title, days_ago, acts=(act,))


def award(days_ago: int, issuer: str = "行政机关", *, endorsed: bool = False) -> Event:
    """表彰奖励, from an authority or an association."""
    giver = BUREAU if issuer == "行政机关" else "示例县诚信经营协会"
    return Event(RecordKind.AWARD, "诚信经营示范单位", days_ago, giver, issuer_kind=issuer, endorsed=endorsed)


def rating(days_ago: int, word: str, score: str | None = None) -> Event:
    """A department's own rating in words, with a score where it has one."""
    points = None if score is None else Decimal(score)
    return Event(
        RecordKind.INDUSTRY_EVALUATION, f"行业信用评价：{word}", days_ago, ECOLOGY, rating=word, score=points
    )


def breach(days_ago: int) -> Event:
    """违反信用承诺."""
    return Event(RecordKind.COMMITMENT_BREACH, "未在承诺期限内补齐许可材料", days_ago)


def listing(days_ago: int, lasts: int = 900) -> Event:
    """严重失信主体名单."""
    title = "列入严重失信主体名单：有履行能力而拒不履行"
    return Event(RecordKind.SERIOUS_LISTING, title, days_ago, lasts=lasts)


def inspection(days_ago: int, word: str = "未发现问题") -> Event:
    """An inspection result: context, counted by no rule here."""
    return Event(RecordKind.INSPECTION, f"双随机检查：{word}", days_ago, EMERGENCY, rating=word)


_TWO_ACTS = Event(
    RecordKind.PENALTY,
    "现场安全管理不到位并瞒报用工",
    120,
    EMERGENCY,
    acts=(
        Act("安全通道堆放杂物", ("警告", "罚款"), Decimal(8000), "《中华人民共和国安全生产法》"),
        Act("未如实登记从业人员", ("罚款",), Decimal(2000), "《中华人民共和国安全生产法》"),
    ),
)
_LICENCE_REVOKED = fine(75, "30000", "伪造检验报告", ("警告", "罚款", "吊销许可证件"))

#: Background for firms whose grade is imported, and facts for those whose grade is computed.
CASES: tuple[Case, ...] = (
    Case("clean"),
    Case("inspected", (inspection(60), inspection(310))),
    Case("honoured", (award(90), inspection(40))),
    Case("honoured by an association", (award(150, "行业协会", endorsed=True),)),
    Case("honoured, not endorsed", (award(150, "行业协会"),)),
    Case("rated good", (rating(45, "良好", "85"),)),
    Case("rated good, a hair above", (rating(50, "优秀", "85.01"),)),
    Case("one warning", (warning(30),)),
    Case("two warnings", (warning(30), warning(200, "未按规定张贴明码标价"))),
    Case("small fine", (fine(140, "2000"),)),
    Case("two fines at the limit", (fine(20, "250000"), fine(180, "250000", "超范围经营"))),
    Case("broken promise", (breach(80),)),
    Case("two acts in one decision", (_TWO_ACTS,)),
    Case("honoured and warned", (award(200), warning(25))),
    Case("three warnings", (warning(15), warning(95, "消防通道堵塞"), warning(240, "台账不全"))),
    Case("fines over the limit", (fine(20, "250000"), fine(180, "250000.01", "超标排放"))),
    Case("four violations", (_TWO_ACTS, fine(33, "1500"), fine(66, "900", "计量器具未检定"))),
    Case("on the serious list", (listing(100), fine(130, "60000", "拒不执行责令停产决定"))),
    Case("listed long ago, still on", (listing(500),)),
    Case("licence revoked", (_LICENCE_REVOKED,)),
    Case("rated low", (rating(60, "低下", "40"),)),
    Case("rated middling", (rating(60, "中等", "65"),)),
    Case("old fine", (fine(420, "20000"),)),
    Case("repaired", (replace(fine(210, "5000"), state=RecordState.REPAIRED),)),
    Case("annulled", (replace(fine(110, "12000"), state=RecordState.REVOKED),)),
    Case("contested", (replace(fine(35, "3000"), state=RecordState.CONTESTED), warning(100))),
    Case("honoured, then warned", (award(180),), (warning(3),)),
    Case("one fine, then many", (fine(160, "4000"),), (fine(4, "300000"), fine(2, "300000", "再次超标排放"))),
    Case("clean, then listed", (), (listing(2),)),
)
