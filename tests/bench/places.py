"""Where the benchmarks keep what they make: all of it under ``var/``."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = ROOT / "var"
#: databases, logs and data sets; may be deleted at any time
WORK = VAR / "bench"
RESULT = VAR / "bench.json"
#: the environment of the peer that the product must not depend on
PEER_VENV = VAR / "bench-venv"
PEER_LOCK = Path(__file__).with_name("werobot.lock")


def work_folder() -> Path:
    WORK.mkdir(parents=True, exist_ok=True)
    return WORK
