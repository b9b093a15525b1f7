"""Where the microseconds of one turn go: 查等级 taken apart, in one thread, without a network.

Every step is timed by itself. Shown is what the fastest tenth of a few
thousand stays below: what else the machine does meanwhile is not the turn's. What
remains of a turn under load beside these (HTTP, the event loop, two threads
that take turns) is the difference to the CPU time of ``callbacks``.

Run in a child as ``python -m tests.bench.turn DATABASE COUNT``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import structlog
from sqlalchemy import Connection

from bot.app import read_office
from bot.channels.codec import Codec
from bot.channels.official_account import parse_push, render_reply
from bot.channels.reading import Push
from bot.channels.wire import fields_of, read_xml
from bot.clock import SystemClock
from bot.logging import configure
from bot.pipeline import House, claim_and_handle
from handlers.turn import Inbound
from handlers.understand import exact
from storage.engines import parse_url, sqlite_engine
from storage.rulebook_files import load_rulebook
from storage.runner import Runner
from storage.unit_of_work import SqlUnitOfWork
from storage.vault import Vault
from tests.bench import messages
from tests.bench.load import at_share
from tests.bench.machine import cores, pinned
from tests.bench.places import ROOT, work_folder
from tests.bench.report import Finding, Table
from tests.bench.service import bench_settings
from tests.bench.sizes import Sizes
from tests.bench.town import build_town

#: turns that share a commit here; under load it is as many as wait
GROUP = 16

OPEN, PARSE, WORK, COMMIT, SEAL, LOG = "open", "parse", "work", "commit", "seal", "log"
_SHELL = {
    OPEN: "outer XML, signature, decryption",
    PARSE: "inner XML, message, exact word",
    SEAL: "reply XML, encryption, signature",
    LOG: "log line",
}
#: a repository of the unit of work → what a turn asks of it
_REPOSITORIES = {
    "inbox": "claim and stored reply (2 statements)",
    "people": "who writes, and when",
    "conversations": "conversation, locked and unsealed",
    "outbox": "letters that wait",
    "bindings": "bindings with their firms",
    "assessments": "grade in force with its trace",
    "queries": "query log",
    "audit": "audit log",
}


class Stopwatch:
    """Collects how long each kind of step took, and how often it came."""

    def __init__(self) -> None:
        self.taken: dict[str, list[float]] = {}

    @contextmanager
    def timing(self, name: str) -> Iterator[None]:
        begun = perf_counter()
        yield
        self.taken.setdefault(name, []).append(perf_counter() - begun)

    def around(self, thing: Any, name: str) -> Any:
        """``thing`` with every method timed under one name."""
        return _Timed(thing, name, self)


class _Timed:
    def __init__(self, thing: Any, name: str, watch: Stopwatch) -> None:
        self._thing, self._name, self._watch = thing, name, watch

    def __getattr__(self, attribute: str) -> Any:
        method = getattr(self._thing, attribute)

        def timed(*args: Any, **kwargs: Any) -> Any:
            with self._watch.timing(self._name):
                return method(*args, **kwargs)

        return timed


class TurnBench:
    """The pieces of one turn, put together as the service does it."""

    def __init__(self, database: Path) -> None:
        settings = bench_settings(database)
        self.clock = SystemClock()
        sealer = Vault(settings.key())
        office, rulebook = read_office(settings), load_rulebook(settings.rulebook)
        # a turn in the writer never asks for the runner
        self.house = House(cast(Runner, None), self.clock, rulebook, office, sealer)
        self.codec = Codec(messages.TOKEN, messages.AES_KEY, messages.APP_ID)
        self.connection: Connection = sqlite_engine(parse_url(settings.database_url)).connect()
        self.uow = SqlUnitOfWork(self.connection, sealer=sealer, clock=self.clock)
        self.watch = Stopwatch()

    def run(self, count: int) -> dict[str, list[float]]:
        """Turns in groups; a first group is not counted."""
        at = int(self.clock.now().timestamp())
        pushes = list(messages.pushes(self.codec, first=at % 10**9 * 10**5, count=count + GROUP, at=at))
        self._group(pushes[:GROUP])
        for name in _REPOSITORIES:
            setattr(self.uow, name, self.watch.around(getattr(self.uow, name), name))
        self.watch.taken.clear()
        for start in range(GROUP, len(pushes), GROUP):
            self._group(pushes[start : start + GROUP])
        return self.watch.taken

    def _group(self, pushes: Sequence[messages.Push]) -> None:
        opened = [self._open(push) for push in pushes]
        replies = []
        driver = cast(Any, self.connection.connection.driver_connection)
        self.connection.begin()
        for push in opened:
            with self.watch.timing(WORK):
                driver.execute("SAVEPOINT piece")
                replies.append(self._work(push.inbound))
                driver.execute("RELEASE piece")
        with self.watch.timing(COMMIT):
            self.connection.commit()
        for push, text in zip(opened, replies, strict=True):
            self._close(push, text)

    def _open(self, push: messages.Push) -> Push:
        head, _, body = push.request.partition(b"\r\n\r\n")
        query = dict(parse_qsl(urlsplit(head.split(b" ", 2)[1].decode()).query))
        with self.watch.timing(OPEN):
            inner = self.codec.decrypt(
                fields_of(read_xml(body))["Encrypt"],
                signature=query["msg_signature"],
                timestamp=query["timestamp"],
                nonce=query["nonce"],
            )
        with self.watch.timing(PARSE):
            opened = parse_push(inner, account=messages.APP_ID, received_at=self.clock.now())
            exact(opened.inbound.text)
        return opened

    def _work(self, inbound: Inbound) -> str:
        return claim_and_handle(self.house, self.uow, inbound, 0.01).text

    def _close(self, push: Push, text: str) -> None:
        now = self.clock.now()
        with self.watch.timing(SEAL):
            xml = render_reply(text, openid=push.sender, original_id=push.receiver, at=now)
            self.codec.encrypt(xml, timestamp=str(int(now.timestamp())), nonce="0123456789abcdef").xml()
        with self.watch.timing(LOG):
            structlog.get_logger("xinshi.wechat").info(
                "push", action="wechat.push", inbox=push.inbound.dedupe_key[-12:], outcome="answered", ms=1.5
            )


def measure(sizes: Sizes) -> Finding:
    """The profile of one turn."""
    database = work_folder() / "turn.sqlite"
    build_town(database)
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.turn", str(database), str(sizes.profiled_turns)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
        preexec_fn=pinned(cores()[0]),
    )
    return _finding(json.loads(done.stdout))


def _finding(micros: dict[str, float]) -> Finding:
    inside = sum(micros[name] for name in _REPOSITORIES)
    steps = [(text, micros[name]) for name, text in _SHELL.items()]
    steps += [(text, micros[name]) for name, text in _REPOSITORIES.items()]
    steps.append(("routing, words, savepoints: the rest of the turn", micros[WORK] - inside))
    steps.append((f"commit, a {GROUP}th of one", micros[COMMIT] / GROUP))
    total = sum(taken for _, taken in steps)
    rows = [(text, f"{taken:.0f}", f"{taken / total:.0%}") for text, taken in steps]
    return Finding(
        "turn",
        "One turn of 查等级, taken apart",
        (Table(("step", "µs", "share"), (*rows, ("all of these", f"{total:.0f}", "100%"))),),
        notes=(
            "In one thread, what the fastest tenth stays below; HTTP, the event loop and two threads come on top.",
        ),
        raw={"micros": micros},
    )


def _per_turn(taken: dict[str, list[float]], turns: int) -> dict[str, float]:
    """The time of a step in µs, times how often it comes in one turn (a commit: for itself)."""
    return {
        name: at_share(sorted(of), 0.1) * 1e6 * (1 if name == COMMIT else len(of) / turns)
        for name, of in taken.items()
    }


def main() -> None:
    database, count = Path(sys.argv[1]), int(sys.argv[2])
    with Path(os.devnull).open("w") as nowhere:
        configure("json", stream=nowhere)
        taken = TurnBench(database).run(count)
    sys.stdout.write(json.dumps(_per_turn(taken, count)))


if __name__ == "__main__":
    main()
