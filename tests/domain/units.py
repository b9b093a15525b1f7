"""Units, base grades and rulebook variants for the tests of the rules."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path

import domain.rulebooks
from domain.model.assessment import BaseGrade
from domain.model.record import RecordKind, RecordState, Severity, Unit
from domain.rules.rulebook import Rulebook, parse_rulebook
from storage.rulebook_files import national_frame

TODAY = date(2026, 11, 20)
FOLDER = Path(str(domain.rulebooks.__file__)).parent
_NUMBERS = count(1)


def unit(
    kind: RecordKind,
    *,
    record: int | None = None,
    seq: int = 0,
    on: date = TODAY - timedelta(days=30),
    state: RecordState = RecordState.VALID,
    severity: Severity = Severity.NONE,
    sanctions: tuple[str, ...] = (),
    fine_fen: int = 0,
    rating: str = "",
    score: Decimal | None = None,
    endorsed: bool = False,
    issuer_kind: str = "",
    valid_until: date | None = None,
) -> Unit:
    """A unit, valid and a month old unless said otherwise."""
    return Unit(
        next(_NUMBERS) if record is None else record,
        seq,
        kind,
        on,
        state,
        severity,
        sanctions,
        fine_fen,
        rating,
        score,
        endorsed,
        issuer_kind,
        valid_until,
    )


def warning(**more: object) -> Unit:
    return unit(RecordKind.RECTIFICATION, **more)  # type: ignore[arg-type]


def fine(yuan: str = "1000", **more: object) -> Unit:
    """A penalty that is a fine of so many yuan."""
    fen = int(Decimal(yuan) * 100)
    return unit(RecordKind.PENALTY, sanctions=("罚款",), fine_fen=fen, **more)  # type: ignore[arg-type]


def penalty(*sanctions: str, **more: object) -> Unit:
    return unit(RecordKind.PENALTY, sanctions=sanctions, **more)  # type: ignore[arg-type]


def breach(**more: object) -> Unit:
    return unit(RecordKind.COMMITMENT_BREACH, **more)  # type: ignore[arg-type]


def award(**more: object) -> Unit:
    """A commendation by an administrative agency unless said otherwise."""
    return unit(RecordKind.AWARD, **{"issuer_kind": "行政机关", **more})  # type: ignore[arg-type]


def listing(**more: object) -> Unit:
    return unit(RecordKind.SERIOUS_LISTING, **more)  # type: ignore[arg-type]


def rated(rating: str, **more: object) -> Unit:
    return unit(RecordKind.INDUSTRY_EVALUATION, rating=rating, **more)  # type: ignore[arg-type]


def base(
    grade: str | None, *, on: date = date(2026, 10, 1), scheme: str = "public", score: Decimal | None = None
) -> BaseGrade:
    """An imported result from the provincial platform."""
    return BaseGrade(1, scheme, grade, score, on, "省信用信息共享平台", 12, "zhang")


def toml(name: str, *changes: tuple[str, str]) -> str:
    """The text of a shipped rulebook with some text replaced everywhere; each change must apply."""
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, f"{name}.toml holds no {old!r}"
        text = text.replace(old, new)
    return text


def variant(name: str, *changes: tuple[str, str]) -> Rulebook:
    """A shipped rulebook with some of its text replaced."""
    return parse_rulebook(toml(name, *changes), where=f"{name}.toml", national=national_frame())
