"""The small pages of the service itself: is it alive, is it ready, what does it count, whose domain is it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import structlog
from aiohttp import web

from bot.metrics import Metrics
from domain.errors import XinshiError
from storage.runner import Runner

log = structlog.get_logger("xinshi.app")


def probes(
    data_dir: Path, runner: Callable[[], Runner], metrics: Callable[[], Metrics]
) -> list[web.RouteDef]:
    """Routes for ``/healthz``, ``/readyz``, ``/metrics`` and the platforms' domain proofs."""

    async def healthz(_request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(_request: web.Request) -> web.Response:
        try:
            await runner().read(lambda uow: uow.installation.get("rulebook_id"))
        except XinshiError as error:
            log.warning("not ready", action="app.not_ready", error=str(error))
            return web.Response(status=503, text="database unavailable\n")
        return web.Response(text="ready\n")

    async def counters(_request: web.Request) -> web.Response:
        return web.Response(body=metrics().render(), headers={"Content-Type": "text/plain; version=0.0.4"})

    async def domain_proof(request: web.Request) -> web.Response:
        file = data_dir / request.match_info["name"]
        if not file.is_file():
            raise web.HTTPNotFound
        # as it is: what the platform wrote is compared by the platform
        return web.Response(body=file.read_bytes(), content_type="text/plain")

    return [
        web.get("/healthz", healthz),
        web.get("/readyz", readyz),
        web.get("/metrics", counters),
        web.get(r"/{name:(?:MP|WW)_verify_[0-9A-Za-z]{1,64}\.txt}", domain_proof),
    ]
