"""The load: a lean HTTP client in a process of its own, closed loop or open loop, bounded in count.

Run as ``python -m tests.bench.load SPEC`` with a JSON object (see ``Spec``).
It prints ``ready``, begins at a line on its input, prints the result as JSON.
Only 127.0.0.1 is ever spoken to.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from time import perf_counter

from bot.channels.codec import Codec
from bot.clock import SystemClock
from tests.bench.messages import AES_KEY, APP_ID, TOKEN, Checker, Push, pushes

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"content-length:"
_GIVE_UP_S = 120.0


@dataclass(frozen=True, slots=True)
class Spec:
    """What to send. ``rate`` 0: closed loop, each connection sends on as soon as it is answered."""

    port: int
    count: int
    #: number of the first message: no two messages of one server's life are the same
    first: int
    expected: str
    connections: int = 32
    rate: float = 0.0


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it; times in milliseconds."""

    count: int
    seconds: float
    per_second: float
    p50: float
    p99: float
    p999: float
    longest: float
    wrong: int
    fault: str
    body_bytes: int


class Connection(asyncio.Protocol):
    """One keep-alive connection with one request under way at most."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._received = b""
        self.index = -1
        self.since = 0.0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def send(self, index: int, request: bytes, since: float) -> None:
        self.index, self.since = index, since
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self._received:
            data = self._received + data
        head = data.find(_END_OF_HEAD)
        if head < 0 or len(data) < head + 4 + _content_length(data, head):
            self._received = data
            return
        self._received = b""
        self._run.answered(self, data)

    def connection_lost(self, error: Exception | None) -> None:
        self._run.lost(error)

    def close(self) -> None:
        self._transport.abort()


def _content_length(data: bytes, head: int) -> int:
    lowered = data[:head].lower()
    start = lowered.find(_LENGTH)
    if start < 0:
        raise ValueError(f"no Content-Length in {data[:head]!r}")
    return int(lowered[start + len(_LENGTH) :].split(b"\r", 1)[0])


class _Run:
    """What both kinds of load share: the answers, and the end."""

    def __init__(self, messages: Sequence[Push]) -> None:
        self._messages = messages
        self.answers: list[tuple[int, bytes]] = []
        self.delays: list[float] = []
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def answered(self, connection: Connection, answer: bytes) -> None:
        self.delays.append(perf_counter() - connection.since)
        self.answers.append((connection.index, answer))
        if len(self.answers) == len(self._messages):
            self.finished.set_result(None)
        else:
            self.go_on(connection)

    def lost(self, error: Exception | None) -> None:
        if not self.finished.done():
            self.finished.set_exception(ConnectionError(f"a connection was closed: {error}"))

    def go_on(self, connection: Connection) -> None:
        raise NotImplementedError

    def start(self, connections: Sequence[Connection]) -> None:
        raise NotImplementedError


class ClosedLoop(_Run):
    """Every connection sends its next message as soon as the last one is answered."""

    _next = 0

    def start(self, connections: Sequence[Connection]) -> None:
        for connection in connections[: len(self._messages)]:
            self.go_on(connection)

    def go_on(self, connection: Connection) -> None:
        index = self._next
        if index < len(self._messages):
            self._next = index + 1
            connection.send(index, self._messages[index].request, perf_counter())


class OpenLoop(_Run):
    """A message every ``1 / rate`` seconds, whatever the server does; delays count from the planned moment."""

    def __init__(self, messages: Sequence[Push], rate: float) -> None:
        super().__init__(messages)
        self._gap = 1 / rate
        self._begun = 0.0
        self._planned = 0
        self._waiting: deque[tuple[int, float]] = deque()
        self._idle: list[Connection] = []

    def start(self, connections: Sequence[Connection]) -> None:
        self._idle = list(connections)
        self._begun = perf_counter()
        self._tick()

    def _tick(self) -> None:
        now = perf_counter()
        while self._planned < len(self._messages):
            due = self._begun + self._planned * self._gap
            if due > now:
                asyncio.get_running_loop().call_later(due - now, self._tick)
                break
            self._waiting.append((self._planned, due))
            self._planned += 1
        while self._waiting and self._idle:
            self.go_on(self._idle.pop())

    def go_on(self, connection: Connection) -> None:
        if not self._waiting:
            self._idle.append(connection)
            return
        index, due = self._waiting.popleft()
        connection.send(index, self._messages[index].request, due)


async def drive(spec: Spec, messages: Sequence[Push]) -> tuple[_Run, float]:
    """Send the messages; the run with its answers, and how many seconds it took."""
    loop = asyncio.get_running_loop()
    run = OpenLoop(messages, spec.rate) if spec.rate else ClosedLoop(messages)
    opened = [
        await loop.create_connection(lambda: Connection(run), "127.0.0.1", spec.port)
        for _ in range(spec.connections)
    ]
    connections = [connection for _, connection in opened]
    begun = perf_counter()
    run.start(connections)
    async with asyncio.timeout(_GIVE_UP_S + (spec.count / spec.rate if spec.rate else 0)):
        await run.finished
    seconds = perf_counter() - begun
    for connection in connections:
        connection.close()
    return run, seconds


def judge(run: _Run, messages: Sequence[Push], seconds: float, checker: Checker) -> Result:
    """Check every answer and work out the figures."""
    faults: Counter[str] = Counter()
    for index, answer in run.answers:
        head, _, body = answer.partition(_END_OF_HEAD)
        if fault := checker.fault(messages[index], int(head.split(b" ", 2)[1]), body):
            faults[fault] += 1
    delays = sorted(run.delays)
    return Result(
        count=len(delays),
        seconds=seconds,
        per_second=len(delays) / seconds,
        p50=at_share(delays, 0.5) * 1000,
        p99=at_share(delays, 0.99) * 1000,
        p999=at_share(delays, 0.999) * 1000,
        longest=delays[-1] * 1000,
        wrong=faults.total(),
        fault=faults.most_common(1)[0][0] if faults else "",
        body_bytes=sum(message.body_bytes for message in messages) // len(messages),
    )


def at_share(ordered: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of the values does not exceed."""
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]


def main() -> None:
    spec = Spec(**json.loads(sys.argv[1]))
    codec = Codec(TOKEN, AES_KEY, APP_ID)
    at = int(SystemClock().now().timestamp())
    messages = list(pushes(codec, first=spec.first, count=spec.count, at=at))
    gc.collect()
    gc.freeze()
    gc.disable()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    run, seconds = asyncio.run(drive(spec, messages))
    sys.stdout.write(json.dumps(asdict(judge(run, messages, seconds, Checker(codec, spec.expected)))) + "\n")


if __name__ == "__main__":
    main()
