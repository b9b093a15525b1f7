"""A disk that is full while people talk: who is told "done" is done, all others are told to come again."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

from storage import schema
from storage.session import open_session
from storage.vault import Vault
from tests.conftest import FixedClock

#: the limit on the size of a file fails like a full disk: the write-ahead log cannot grow any more
TALK_ON_A_FULL_DISK = """
import asyncio, resource, sys
from domain.errors import Unavailable
from domain.model.person import Staff
from storage.runner import open_runner
from storage.vault import Vault

ROOM = 400_000

def hire(userid):
    return lambda uow: uow.staff.save(Staff(userid, "名" * 60, ("经办",), "部" * 100))

async def talk():
    runner = await open_runner(sys.argv[1], sealer=Vault("x"), clock=None)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, resource.RLIM_INFINITY))
    names = [f"p{number:04}" for number in range(3000)]
    results = []
    for start in range(0, 3000, 100):
        group = [runner.run(hire(name)) for name in names[start:start + 100]]
        results += await asyncio.gather(*group, return_exceptions=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert all(result is None or isinstance(result, Unavailable) for result in results), results
    assert any(isinstance(result, Unavailable) for result in results)
    await runner.run(hire("afterwards"))
    await runner.close()
    done = [name for name, result in zip(names, results) if result is None]
    print(*done, "afterwards")

asyncio.run(talk())
"""


def test_what_was_answered_is_kept_and_nothing_else(
    sqlite_url: str, sealer: Vault, clock: FixedClock
) -> None:
    root = Path(__file__).parents[2]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    talk = subprocess.run(
        [sys.executable, "-c", TALK_ON_A_FULL_DISK, sqlite_url],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert talk.returncode == 0, talk.stderr
    with open_session(sqlite_url, sealer=sealer, clock=clock) as uow:
        kept = sorted(member.userid for member in uow.staff.all())
    assert kept == sorted(talk.stdout.split())
    assert schema.check(sqlite_url) == []
