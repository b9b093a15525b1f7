"""The ids that a rulebook may cite: 227 clauses of the five sources, 26 settled ambiguities."""

from __future__ import annotations

_CLAUSE_COUNTS = {"S0": 50, "S1": 35, "S2": 47, "S3": 50, "S4": 45}
_AMBIGUITIES = 26

#: S0-01 … S4-45: one id for each operative clause
CLAUSE_IDS: frozenset[str] = frozenset(
    f"{source}-{number:02d}" for source, count in _CLAUSE_COUNTS.items() for number in range(1, count + 1)
)
#: C-01 … C-26: contradictions and gaps of the sources that a setting decides
AMBIGUITY_IDS: frozenset[str] = frozenset(f"C-{number:02d}" for number in range(1, _AMBIGUITIES + 1))
CITABLE_IDS: frozenset[str] = CLAUSE_IDS | AMBIGUITY_IDS
