"""(a) Callbacks: 查等级 with everything on, beside bare echoes and WeRoBot, all in one run.

Every server is its own process on one core, the load another on the other.
Each round starts every server anew, so that none lives on what an earlier
round left in memory; the rounds go round the servers, so that a noisy minute
of the machine meets them all.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.request import urlopen

from tests.bench.load import Result, Spec
from tests.bench.machine import HOST, Server, cores, free_port, pinned, serving, stolen_seconds
from tests.bench.messages import AES_KEY, APP_ID, TOKEN
from tests.bench.peer_environment import peer_python
from tests.bench.places import ROOT, work_folder
from tests.bench.report import Finding, Spread, Table, Target
from tests.bench.service import LAG_PATH
from tests.bench.sizes import Sizes
from tests.bench.town import build_town

SERVICE = "信使 查等级"
BARE = "aiohttp + wechatpy, bare echo"
WEROBOT = "WeRoBot echo, no session"
WEROBOT_SESSION = "WeRoBot echo, SQLite session"

_PEERS = Path(__file__).with_name("peers")
_ACCOUNT = (APP_ID, TOKEN, AES_KEY)
_WARM_UP = 300
#: connections that an open loop may use at once
_OPEN_CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Round:
    """One server under one load."""

    load: Result
    cpu_us: float
    memory_mb: float
    idle_mb: float
    lag: dict[str, float]
    #: share of the time in which the machine beneath gave the server's core to somebody else
    stolen: float


class Contestant:
    """A server that can be started on a port."""

    def __init__(
        self, name: str, slug: str, command: Sequence[str], expected: str, prepare: Path | None = None
    ) -> None:
        self.name = name
        self._slug = slug
        self.expected = expected
        self._command = tuple(command)
        self._fresh = prepare

    @contextmanager
    def running(self) -> Iterator[Server]:
        port = free_port()
        if self._fresh is not None:
            self._fresh.unlink(missing_ok=True)
        log = work_folder() / f"{self._slug}.log"
        command = [part.format(port=port) for part in self._command]
        with serving(command, port=port, log=log, core=cores()[0]) as server:
            server.settle()
            yield server


def contestants(database: Path) -> tuple[Contestant, ...]:
    """Ourselves first, then the peers."""
    ours = sys.executable
    service = (ours, "-m", "tests.bench.service", "{port}", str(database))
    echo = (ours, str(_PEERS / "wechatpy_echo.py"), "{port}", *_ACCOUNT)
    return (
        Contestant(SERVICE, "service", service, "grade"),
        Contestant(BARE, "wechatpy", echo, "echo"),
        *_robots(),
    )


def _robots() -> tuple[Contestant, ...]:
    theirs = peer_python()
    if theirs is None:
        return ()
    session = work_folder() / "werobot_session.sqlite3"
    robot = (str(theirs), str(_PEERS / "werobot_echo.py"), "{port}", *_ACCOUNT)
    return (
        Contestant(WEROBOT, "werobot", robot, "echo"),
        Contestant(WEROBOT_SESSION, "werobot-session", (*robot, str(session)), "echo", prepare=session),
    )


class Numbers:
    """Message numbers: none is used twice, so that nothing is a repeat."""

    def __init__(self) -> None:
        self._next = 0

    def take(self, count: int) -> int:
        self._next += count
        return self._next - count


def run_load(spec: Spec, server: Server) -> tuple[Result, float]:
    """One load from a process on the other core; the result, and the server's CPU µs for each turn."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.load", json.dumps(asdict(spec))],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=pinned(cores()[1]),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    if process.stdout.readline() != "ready\n":
        raise RuntimeError("the load did not get ready")
    before = server.cpu()
    output, _ = process.communicate("go\n")
    if process.returncode:
        raise RuntimeError(f"the load ended with {process.returncode}")
    result = Result(**json.loads(output))
    return result, (server.cpu() - before) / result.count * 1e6


def one_round(contestant: Contestant, count: int, numbers: Numbers, *, rate: float = 0.0) -> Round:
    """Start the server, warm it up, put it under load."""
    with contestant.running() as server:
        idle = server.memory()
        run_load(Spec(server.port, _WARM_UP, numbers.take(_WARM_UP), contestant.expected), server)
        _lag(contestant, server)
        spec = Spec(
            server.port,
            count,
            numbers.take(count),
            contestant.expected,
            connections=_OPEN_CONNECTIONS if rate else 32,
            rate=rate,
        )
        stolen = stolen_seconds(cores()[0])
        load, cpu_us = run_load(spec, server)
        stolen = (stolen_seconds(cores()[0]) - stolen) / load.seconds
        return Round(load, cpu_us, server.memory(), idle, _lag(contestant, server), stolen)


def _lag(contestant: Contestant, server: Server) -> dict[str, float]:
    """How late the service's loop was since the last question; only our own service tells."""
    if contestant.name != SERVICE:
        return {}
    with urlopen(f"http://{HOST}:{server.port}{LAG_PATH}", timeout=10) as answer:
        return dict(json.load(answer))


def measure(sizes: Sizes) -> Finding:
    """All servers, round after round; then the open loop, on ours and on the bare echo."""
    database = work_folder() / "town.sqlite"
    build_town(database)
    numbers = Numbers()
    everybody = contestants(database)
    rounds: dict[str, list[Round]] = {each.name: [] for each in everybody}
    for _ in range(sizes.rounds):
        for each in everybody:
            rounds[each.name].append(one_round(each, sizes.turns, numbers))
    opened: dict[str, list[Round]] = {each.name: [] for each in everybody[:2]}
    for _ in range(sizes.rounds):
        for each, seconds in zip(everybody, (sizes.open_seconds, sizes.open_floor_seconds), strict=False):
            count = int(sizes.open_rate * seconds)
            opened[each.name].append(one_round(each, count, numbers, rate=sizes.open_rate))
    return _finding(sizes, rounds, opened)


def _finding(sizes: Sizes, rounds: dict[str, list[Round]], opened: dict[str, list[Round]]) -> Finding:
    rates = {name: Spread.of([each.load.per_second for each in of]) for name, of in rounds.items()}
    ours = rates[SERVICE].middle
    table = Table(
        (
            "server, 32 connections",
            "turns/s",
            "p50 ms",
            "p99 ms",
            "CPU µs/turn",
            "MB",
            "wrong",
            "stolen",
            "ours ÷ this",
        ),
        tuple(_row(name, of, rates[name], ours) for name, of in rounds.items()),
    )
    open_table = Table(
        (
            f"open loop, {sizes.open_rate:.0f} turns/s, {sizes.open_seconds:.0f} s",
            "p50 ms",
            "p99 ms",
            "p99.9 ms",
            "CPU µs/turn",
            "stolen",
        ),
        tuple(_open_row(name, of) for name, of in opened.items()),
    )
    return Finding(
        "callbacks",
        "(a) Callbacks",
        (table, open_table),
        _targets(rounds[SERVICE], _ratio(ours, rates.get(WEROBOT_SESSION)), opened[SERVICE]),
        (
            f"{sizes.rounds} rounds of {sizes.turns:,} distinct messages of {rounds[SERVICE][0].load.body_bytes} bytes; median [min..max]; "
            "every answer decrypted and checked.",
            "Ours: safe mode, claim, lock, binding, grade, query log, audit, reply, commit with synchronous=FULL, JSON log.",
            f"Stolen: share of the time in which the machine beneath gave our core to others. The echo's open loop: "
            f"{sizes.open_floor_seconds:.0f} s.",
        ),
        {
            "servers": {name: [asdict(each) for each in of] for name, of in rounds.items()},
            "open": {name: [asdict(each) for each in of] for name, of in opened.items()},
        },
    )


def _row(name: str, rounds: list[Round], rate: Spread, ours: float) -> tuple[str, ...]:
    def middle(values: Iterator[float], digits: int = 1) -> str:
        return f"{Spread.of(list(values)).middle:,.{digits}f}"

    return (
        name,
        rate.shown(),
        middle(each.load.p50 for each in rounds),
        middle(each.load.p99 for each in rounds),
        middle((each.cpu_us for each in rounds), 0),
        middle((each.memory_mb for each in rounds), 0),
        str(sum(each.load.wrong for each in rounds)),
        _stolen(rounds),
        f"{ours / rate.middle:.2f}",
    )


def _open_row(name: str, rounds: list[Round]) -> tuple[str, ...]:
    return (
        name,
        Spread.of([each.load.p50 for each in rounds]).shown(1),
        Spread.of([each.load.p99 for each in rounds]).shown(1),
        Spread.of([each.load.p999 for each in rounds]).shown(1),
        f"{Spread.of([each.cpu_us for each in rounds]).middle:,.0f}",
        _stolen(rounds),
    )


def _stolen(rounds: list[Round]) -> str:
    """The least and the most of all rounds."""
    shares = [each.stolen * 100 for each in rounds]
    return f"{min(shares):.1f}..{max(shares):.1f} %"


def _ratio(ours: float, theirs: Spread | None) -> float | None:
    return None if theirs is None else ours / theirs.middle


def _targets(ours: list[Round], ratio: float | None, opened: list[Round]) -> tuple[Target, ...]:
    p99 = Spread.of([each.load.p99 for each in ours]).middle
    lag = Spread.of([each.lag.get("p99", 0.0) for each in ours]).middle
    p999 = Spread.of([each.load.p999 for each in opened]).middle
    wrong = sum(each.load.wrong for each in (*ours, *opened))
    turns, memory = max((each.load.count, each.memory_mb) for each in (*ours, *opened))
    return (
        Target(
            "查等级 ÷ WeRoBot with SQLite session",
            "≥ 1.5",
            "not there" if ratio is None else f"{ratio:.2f}",
            None if ratio is None else ratio >= 1.5,
        ),
        Target("查等级, p99 at 32 connections", "≤ 50 ms", f"{p99:.1f} ms", p99 <= 50),
        Target("open loop at 500 turns/s, p99.9", "≤ 50 ms", f"{p999:.1f} ms", p999 <= 50),
        Target("loop lag under full load, p99", "≤ 20 ms", f"{lag:.1f} ms", lag <= 20),
        Target(f"memory after {turns:,} turns", "≤ 200 MB", f"{memory:.0f} MB", memory <= 200),
        Target("answers that were wrong", "0", f"{wrong:,}", wrong == 0),
    )
