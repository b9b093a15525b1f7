"""The peers' own environment: WeRoBot never enters the product's lock.

Made from ``werobot.lock`` with every hash checked; made anew when the lock changes.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from tests.bench.places import PEER_LOCK, PEER_VENV


def peer_python() -> Path | None:
    """The interpreter of the peers' environment, made where it is missing; None where no index can be reached."""
    python, stamp = PEER_VENV / "bin" / "python", PEER_VENV / ".made-from"
    wanted = hashlib.sha256(PEER_LOCK.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return python
    try:
        _make(python)
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"WeRoBot cannot be installed and is left out: {error}\n")
        return None
    stamp.write_text(wanted)
    return python


def _make(python: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(PEER_VENV)], check=True)
    install = ["install", "-q", "--disable-pip-version-check", "--require-hashes", "-r", str(PEER_LOCK)]
    subprocess.run([str(python), "-m", "pip", *install], check=True)
