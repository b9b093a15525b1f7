"""Generated facts for the properties of the rules."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from domain.model.record import RecordKind, RecordState, Severity, Unit
from tests.domain.units import TODAY

SANCTIONS = ("警告", "罚款", "责令改正", "吊销许可证件", "暂扣许可证件", "其他")
DAYS = st.integers(-10, 800).map(lambda ago: TODAY - timedelta(days=ago))
ENDS = st.none() | st.integers(-400, 400).map(lambda days: TODAY + timedelta(days=days))


def units(kinds: st.SearchStrategy[RecordKind], ratings: tuple[str, ...]) -> st.SearchStrategy[Unit]:
    return st.builds(
        Unit,
        record_id=st.integers(1, 40),
        seq=st.integers(0, 2),
        kind=kinds,
        on=DAYS,
        state=st.sampled_from(RecordState),
        severity=st.sampled_from(Severity),
        sanctions=st.lists(st.sampled_from(SANCTIONS), unique=True, max_size=3).map(tuple),
        fine_fen=st.sampled_from((0, 0, 1, 100_000, 24_999_999, 25_000_000, 25_000_001, 50_000_000)),
        rating=st.sampled_from(ratings),
        score=st.none(),
        endorsed=st.booleans(),
        issuer_kind=st.sampled_from(("", "行政机关", "行业协会")),
        valid_until=ENDS,
    )


ANY_UNIT = units(st.sampled_from(RecordKind), ("", "良好", "低下", "A"))
BAD_UNIT = units(
    st.sampled_from(
        (
            RecordKind.PENALTY,
            RecordKind.RECTIFICATION,
            RecordKind.SERIOUS_LISTING,
            RecordKind.COMMITMENT_BREACH,
            RecordKind.INDUSTRY_EVALUATION,
        )
    ),
    ("低下",),
)
ANY_UNITS = st.lists(ANY_UNIT, max_size=8)
