"""The small pages of the service: alive, ready, whose domain it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import make_url

from bot.metrics import Metrics
from bot.pages import probes
from storage.runner import open_runner
from storage.vault import Vault
from tests.conftest import FixedClock

PROOF = "MP_verify_a1B2c3.txt"
Client = TestClient[Any, Any]


@pytest.fixture
async def client(sqlite_url: str, sealer: Vault, clock: FixedClock, tmp_path: Path) -> AsyncIterator[Client]:
    """The pages over a database of their own."""
    runner = await open_runner(sqlite_url, sealer=sealer, clock=clock)
    metrics = Metrics()
    app = web.Application()
    app.add_routes(probes(tmp_path, lambda: runner, lambda: metrics))
    async with TestClient(TestServer(app)) as client:
        yield client
    await runner.close()


def spoil(url: str) -> None:
    Path(str(make_url(url).database)).write_bytes(b"no database" * 1000)


async def test_a_running_service_is_alive_and_ready(client: Client) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert (await client.get(path)).status == 200


async def test_a_service_whose_database_broke_is_alive_and_not_ready(client: Client, sqlite_url: str) -> None:
    spoil(sqlite_url)
    assert (await client.get("/healthz")).status == 200
    answer = await client.get("/readyz")
    assert (answer.status, await answer.text()) == (503, "database unavailable\n")


async def test_a_proof_of_the_domain_is_given_as_the_platform_wrote_it(
    client: Client, tmp_path: Path
) -> None:
    (tmp_path / PROOF).write_bytes(b"a1B2c3")
    answer = await client.get(f"/{PROOF}")
    assert (answer.status, await answer.read()) == (200, b"a1B2c3")


async def test_a_proof_that_is_no_utf8_text_is_no_failure(client: Client, tmp_path: Path) -> None:
    (tmp_path / PROOF).write_bytes("证".encode("gb18030"))
    answer = await client.get(f"/{PROOF}")
    assert (answer.status, await answer.read()) == (200, "证".encode("gb18030"))


@pytest.mark.parametrize("path", ["/MP_verify_none.txt", "/MP_verify_..%2Fx.txt", "/xinshi.sqlite"])
async def test_nothing_else_of_the_data_folder_is_given(client: Client, tmp_path: Path, path: str) -> None:
    (tmp_path / "xinshi.sqlite").write_bytes(b"secret")
    assert (await client.get(path)).status == 404
