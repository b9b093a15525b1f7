"""How much is measured: the real sizes, and small ones for the time of developing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """Counts and bounds of one run. Everything ends by itself."""

    quick: bool
    rounds: int
    #: messages of one round against one server
    turns: int
    open_rate: float
    open_seconds: float
    #: of the bare echo, to see what the machine itself does to a tail
    open_floor_seconds: float
    #: rows of the import
    import_rows: int
    #: subjects that are evaluated, with three records each
    subjects: int
    starts: int
    #: turns of which the medians are taken
    profiled_turns: int


FULL = Sizes(
    quick=False,
    rounds=3,
    turns=10_000,
    open_rate=500,
    open_seconds=60,
    open_floor_seconds=20,
    import_rows=100_000,
    subjects=1_000_000,
    starts=5,
    profiled_turns=4_800,
)
QUICK = Sizes(
    quick=True,
    rounds=1,
    turns=1_500,
    open_rate=500,
    open_seconds=4,
    open_floor_seconds=4,
    import_rows=5_000,
    subjects=10_000,
    starts=2,
    profiled_turns=1_600,
)
