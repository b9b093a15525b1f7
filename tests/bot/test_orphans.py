"""Bytes without a row are swept away after a day; what a row refers to, and what is new, stays."""

from __future__ import annotations

import os
import time
from pathlib import Path

from bot.orphans import AT_ONCE, sweep_orphans
from bot.pipeline import House
from domain.model.case import Case, CaseKind, Evidence
from domain.office import parse_office
from storage.files import FolderFiles
from storage.rulebook_files import load_rulebook
from storage.runner import Runner
from storage.unit_of_work import SqlUnitOfWork
from storage.vault import Vault
from tests.conftest import FixedClock

OFFICE = parse_office(Path("office.example.toml").read_text(encoding="utf-8"), "office.example.toml")
YESTERDAY = time.time() - 25 * 3600  # noqa: TID251 - the disk knows the machine's time alone


async def test_only_old_files_without_a_row_go(
    runner: Runner, clock: FixedClock, sealer: Vault, tmp_path: Path
) -> None:
    house, files = House(runner, clock, load_rulebook("pinglu"), OFFICE, sealer), FolderFiles(tmp_path)
    held, lost, young = (files.put(data, 2026) for data in (b"held", b"lost", b"young"))
    half = tmp_path / "2026" / ".half-written"
    half.write_bytes(b"ha")
    many = [files.put(str(number).encode(), 2026) for number in range(AT_ONCE)]
    for name in (held, lost, half.name, *many):
        os.utime(tmp_path / "2026" / name, (YESTERDAY, YESTERDAY))

    def keep(uow: SqlUnitOfWork) -> None:
        now = clock.now()
        plain = Case(
            0, "YY20260001", CaseKind.OBJECTION, "待受理", 1, None, None, "信用办", "", now, None, False
        )
        case = uow.cases.add(plain)
        uow.evidence.add(Evidence(0, case.id, held, "image/png", 4, "执照.png", now, "person:7"))

    await runner.run(keep)
    assert await sweep_orphans(house, files) == len(many) + 2
    assert files.exists(held)
    assert files.exists(young)
    assert not files.exists(lost)
    assert not half.exists()
    assert await sweep_orphans(house, files) == 0
