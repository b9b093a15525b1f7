"""失信严重程度: the heaviest sanction of one act decides (S2-18); each act is judged apart (S2-19)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from domain.model.record import Severity
from domain.rules.rulebook_parts import SeverityTable

_FINE = "罚款"


class SeverityScale:
    """A severity table made ready for many look-ups."""

    def __init__(self, table: SeverityTable) -> None:
        self._otherwise = table.otherwise
        self._by_sanction = {
            sanction: entry.severity for entry in table.classes for sanction in entry.sanctions
        }
        self._fines = tuple(
            (int(entry.fine_above_yuan * 100), entry.severity)
            for entry in table.classes
            if entry.fine_above_yuan is not None
        )

    def of(self, sanctions: Iterable[str], fine_fen: int = 0) -> Severity:
        """Severity of one act from all that was imposed for it; NONE where nothing was."""
        weights = [self._by_sanction.get(sanction, self._otherwise) for sanction in sanctions]
        if fine_fen > 0:
            weights.append(self._by_sanction.get(_FINE, self._otherwise))
            weights.extend(severity for above, severity in self._fines if fine_fen > above)
        return max(weights, default=Severity.NONE)

    def fine_step(self, fine_fen: int) -> int:
        """How many thresholds a fine exceeds: fines of one step have one severity."""
        step = 1 if fine_fen > 0 else 0
        if self._fines:
            step += sum(fine_fen > above for above, _ in self._fines)
        return step


def severity_of(sanctions: Iterable[str], fine_fen: int, table: SeverityTable) -> Severity:
    """Severity of one act (S2-18) under a table; ``fine_fen`` in fen."""
    return SeverityScale(table).of(sanctions, fine_fen)


def yuan(fen: int) -> Decimal:
    """Fen as yuan with two places."""
    return Decimal(fen).scaleb(-2)
