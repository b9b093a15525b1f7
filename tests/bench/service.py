"""The service under load: ``create_app`` as ``serve`` runs it, and a look at how late its loop gets.

Run as ``python -m tests.bench.service PORT DATABASE_FILE``.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from bot.app import create_app, run_app
from bot.logging import configure
from bot.settings import Settings, load_settings
from tests.bench.load import at_share
from tests.bench.messages import AES_KEY, APP_ID, TOKEN
from tests.bench.places import ROOT

LAG_PATH = "/bench/lag"
_LOOK_EVERY_S = 0.005


def bench_settings(database: Path) -> Settings:
    """A complete configuration in safe mode; the platform's address leads nowhere."""
    return load_settings(
        data_dir=database.parent,
        database_url=f"sqlite:///{database}",
        rulebook="pinglu",
        office=ROOT / "office.example.toml",
        base_url="http://127.0.0.1:8080",
        secret_key="Kq3v9ZtX8uLw2RyB7nHs5DfJ1gPaE6cM4T",
        log_format="json",
        wechat_app_id=APP_ID,
        wechat_app_secret="bench-app-secret",
        wechat_token=TOKEN,
        wechat_encoding_aes_key=AES_KEY,
        wechat_mode="safe",
        wechat_api_base="http://127.0.0.1:9",
    )


class LoopWatch:
    """Asks the loop for a call every 5 ms and notes how late it comes."""

    def __init__(self) -> None:
        self._late: list[float] = []
        self._due = 0.0
        self._handle: asyncio.TimerHandle | None = None

    async def run(self, _app: web.Application) -> AsyncIterator[None]:
        self._plan()
        yield
        if self._handle is not None:
            self._handle.cancel()

    async def answer(self, _request: web.Request) -> web.Response:
        """The lateness since the last question, in milliseconds."""
        late, self._late = sorted(self._late), []
        if not late:
            return web.json_response({})
        return web.json_response({"p50": at_share(late, 0.5), "p99": at_share(late, 0.99), "max": late[-1]})

    def _plan(self) -> None:
        loop = asyncio.get_running_loop()
        self._due = loop.time() + _LOOK_EVERY_S
        self._handle = loop.call_at(self._due, self._look)

    def _look(self) -> None:
        self._late.append((asyncio.get_running_loop().time() - self._due) * 1000)
        self._plan()


def main() -> None:
    port, database = int(sys.argv[1]), Path(sys.argv[2])
    configure("json")
    app = create_app(bench_settings(database))
    watch = LoopWatch()
    app.cleanup_ctx.append(watch.run)
    app.router.add_get(LAG_PATH, watch.answer)
    run_app(app, "127.0.0.1", port)


if __name__ == "__main__":
    main()
