"""(d) From the start of the process to the first 200 of ``/readyz``, and the memory of a service at rest."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from pathlib import Path
from subprocess import DEVNULL, Popen
from tempfile import TemporaryDirectory

from storage.schema import upgrade
from tests.bench.machine import HOST, Server, cores, free_port, memory_mb, pinned
from tests.bench.messages import AES_KEY, APP_ID, TOKEN
from tests.bench.places import ROOT
from tests.bench.report import Finding, Spread, Table, Target
from tests.bench.sizes import Sizes

_GIVE_UP_S = 60.0
_LOOK_EVERY_S = 0.005


@dataclass(frozen=True, slots=True)
class Start:
    """One start of ``xinshi serve``."""

    seconds: float
    ready_mb: float
    idle_mb: float


def one_start(folder: Path) -> Start:
    """Start the real command, wait until it is ready and then until it rests, and stop it."""
    port = free_port()
    begun = time.perf_counter()
    process = Popen(
        [sys.executable, "-m", "bot", "serve", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, **_environment(folder)},
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=(folder / "serve.log").open("wb"),
        preexec_fn=pinned(cores()[0]),
    )
    try:
        _await_ready(process, port, folder)
        seconds = time.perf_counter() - begun
        ready = memory_mb(process.pid)
        Server(process.pid, port).settle()
        return Start(seconds, ready, memory_mb(process.pid))
    finally:
        process.terminate()
        process.wait()


def _environment(folder: Path) -> dict[str, str]:
    return {
        "XINSHI_DATA_DIR": str(folder),
        "XINSHI_DATABASE_URL": f"sqlite:///{folder}/start.sqlite",
        "XINSHI_RULEBOOK": "pinglu",
        "XINSHI_OFFICE": str(ROOT / "office.example.toml"),
        "XINSHI_BASE_URL": "http://127.0.0.1:8080",
        "XINSHI_SECRET_KEY": "Kq3v9ZtX8uLw2RyB7nHs5DfJ1gPaE6cM4T",
        "WECHAT_APP_ID": APP_ID,
        "WECHAT_APP_SECRET": "bench-app-secret",
        "WECHAT_TOKEN": TOKEN,
        "WECHAT_ENCODING_AES_KEY": AES_KEY,
        "WECHAT_MODE": "safe",
        "WECHAT_API_BASE": "http://127.0.0.1:9",
    }


def _await_ready(process: Popen[bytes], port: int, folder: Path) -> None:
    deadline = time.monotonic() + _GIVE_UP_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"serve ended at once:\n{(folder / 'serve.log').read_text()[-2000:]}")
        if _is_ready(port):
            return
        time.sleep(_LOOK_EVERY_S)
    raise RuntimeError(f"not ready within {_GIVE_UP_S:.0f} s")


def _is_ready(port: int) -> bool:
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def measure(sizes: Sizes) -> Finding:
    """Several starts; the first may find the files of the programs not yet in memory."""
    with TemporaryDirectory(prefix="xinshi-bench-") as name:
        folder = Path(name)
        upgrade(f"sqlite:///{folder}/start.sqlite")
        return _finding([one_start(folder) for _ in range(sizes.starts)])


def _finding(starts: Sequence[Start]) -> Finding:
    seconds = Spread.of([start.seconds for start in starts])
    ready = Spread.of([start.ready_mb for start in starts])
    idle = Spread.of([start.idle_mb for start in starts])
    table = Table(
        ("xinshi serve", "seconds to /readyz", "MB when ready", "MB at rest"),
        ((f"{len(starts)} starts", seconds.shown(2), ready.shown(), idle.shown()),),
    )
    return Finding(
        "starts",
        "(d) Start and memory",
        (table,),
        (
            Target("cold start to /readyz", "≤ 3 s", f"{seconds.middle:.2f} s", seconds.middle <= 3),
            Target("memory at rest", "≤ 200 MB", f"{idle.middle:.0f} MB", idle.middle <= 200),
        ),
        ("A new process each time, on one core; at rest: jieba and all else is loaded.",),
        {"starts": [asdict(start) for start in starts]},
    )
