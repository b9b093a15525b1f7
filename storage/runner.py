"""``open_runner``: the one small thing between the asynchronous shell and the synchronous core."""

from __future__ import annotations

from domain.clock import Clock
from domain.ports import Sealer
from storage.engines import is_sqlite, parse_url
from storage.runner_postgres import PostgresRunner
from storage.runner_sqlite import SqliteRunner
from storage.runner_types import TURN_LIMIT_MS, Priority, Runner, RunnerStats
from storage.schema import require_head

__all__ = ["TURN_LIMIT_MS", "Priority", "Runner", "RunnerStats", "open_runner"]


async def open_runner(
    database_url: str, *, sealer: Sealer, clock: Clock, rulebook_id: str | None = None
) -> Runner:
    """Open the runner for a database that has the newest schema.

    With ``rulebook_id`` the database is tied to that jurisdiction;
    ``Misconfigured`` where it serves another one, ``Unavailable`` where it is
    missing or cannot be written.
    """
    url = parse_url(database_url)
    runner: Runner
    if is_sqlite(url):
        runner = SqliteRunner(url, sealer=sealer, clock=clock)
    else:
        runner = PostgresRunner(url, sealer=sealer, clock=clock)
    try:
        await runner.read(lambda uow: require_head(uow.connection))
        if rulebook_id is not None:
            await runner.run(lambda uow: uow.installation.remember_rulebook(rulebook_id), limit_ms=None)
    except BaseException:
        await runner.close()
        raise
    return runner
