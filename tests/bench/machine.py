"""The machine and its processes: cores, memory, processor time, and a server that is started and stopped."""

from __future__ import annotations

import contextlib
import os
import platform
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.places import ROOT

HOST = "127.0.0.1"
_TICKS = os.sysconf("SC_CLK_TCK")
_START_WITHIN = 60.0
_STOP_WITHIN = 15.0


def cores() -> tuple[int, int]:
    """A core for the server and one for the load; the same where the machine has but one."""
    available = sorted(os.sched_getaffinity(0))
    return available[0], available[-1]


def describe() -> dict[str, str | int]:
    """What the figures were measured on."""
    return {
        "machine": platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
    }


def pinned(core: int) -> Callable[[], None]:
    """For ``preexec_fn``: keep the new process on one core."""
    return lambda: os.sched_setaffinity(0, {core})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def cpu_seconds(pid: int) -> float:
    """Processor time of a process so far, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def stolen_seconds(core: int) -> float:
    """How long a core was wanted here and given to somebody else by the machine beneath, so far."""
    for line in Path("/proc/stat").read_text().splitlines():
        name, *ticks = line.split()
        if name == f"cpu{core}":
            return int(ticks[7]) / _TICKS
    raise LookupError(f"cpu{core}")


def memory_mb(pid: int, line: str = "VmRSS") -> float:
    """Resident memory of a process in MB; ``VmHWM`` is its peak."""
    for entry in Path(f"/proc/{pid}/status").read_text().splitlines():
        if entry.startswith(f"{line}:"):
            return int(entry.split()[1]) / 1024
    raise LookupError(line)


@dataclass(frozen=True, slots=True)
class Server:
    """A server process that listens."""

    pid: int
    port: int

    def cpu(self) -> float:
        return cpu_seconds(self.pid)

    def memory(self) -> float:
        return memory_mb(self.pid)

    def settle(self, within: float = 10.0) -> None:
        """Wait until the process rests: what it loads beside its start is loaded."""
        deadline = time.monotonic() + within
        before = self.cpu()
        while time.monotonic() < deadline:
            time.sleep(0.4)
            now = self.cpu()
            if now - before <= 0.02:
                return
            before = now


@contextlib.contextmanager
def serving(
    command: Sequence[str], *, port: int, log: Path, env: Mapping[str, str] | None = None, core: int
) -> Iterator[Server]:
    """Run a server pinned to a core until the block ends; its output goes to ``log``."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=pinned(core),
        )
        try:
            _await_port(process, port, log)
            yield Server(process.pid, port)
        finally:
            _stop(process)


def _await_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            tail = log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"the server ended with {process.returncode}; see {log}\n{tail}")
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listened on {port} within {_START_WITHIN:.0f} s; see {log}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
