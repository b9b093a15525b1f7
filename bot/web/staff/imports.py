"""导入: a table is uploaded, looked at, told what its columns are, and confirmed by somebody else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from aiohttp import web

from bot.importing import opened, sealed
from bot.web.incoming import Incoming
from bot.web.pages import handed_out
from bot.web.site import Side, Visit
from bot.web.staff.home import number_in
from domain.errors import NotFound, Refused
from domain.model.case import Actor
from domain.model.intake import AT_WORK, Intake, IntakeState
from domain.services import intakes
from domain.services.import_kinds import ImportKind, import_kind
from domain.services.intake_rights import confirmers, kinds_for, may_confirm, require_importer
from domain.services.work import Work

LIST = "/h5/staff/imports"
PAGE = "/h5/staff/imports/{id}"
#: a table of a county's whole register stays below this
MAX_BYTES = 20 * 1024 * 1024
_ENDINGS = (".xlsx", ".xls", ".csv", ".txt", ".htm", ".html")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: seconds after which a page of something under way asks again
AGAIN = 2

NO_FILE = "没有收到表格，请选好种类和文件再点“上传并检查”。"
TOO_LARGE = "“{name}”超过20MB，请分成几个文件再传。"
WRONG_TYPE = "“{name}”不是表格。可以收 xlsx、xls、csv。"
EMPTY = "“{name}”是空文件，请重新选择。"
NO_STEP = "请用页面上的按钮。"

DONE = {
    "received": "已收到，正在检查。检查不写入任何数据。",
    "again": "这个文件已经传过，没有重复保存，就是下面这一份。",
    "columns": "已按新的对应重新检查。",
    "submitted": "已提交，同事确认以后才会导入，结果发到您的企业微信。",
    "withdrawn": "已撤回，没有写入任何数据。",
    "confirmed": "已确认，正在导入，结果会发给您和上传人。",
    "refused": "已退回，理由已经告诉上传人。",
}
HOW = {
    "exact": "名称一致",
    "similar": "名称相近，请核对",
    "chosen": "人工指定",
    "known": "认识，不需要",
    "": "不认识",
}
FORMS = {"xlsx": "xlsx 表格", "xls": "xls 表格", "csv": "csv 文本", "html": "网页另存的表格"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One uploaded table as its page shows it to one member."""

    intake: Intake
    kind: ImportKind
    own: bool
    #: the second person, now
    decides: bool
    #: names of those who are asked
    asked: tuple[str, ...]
    #: the same file, imported before
    earlier: Intake | None


class ImportPages:
    """The list of uploaded tables, and the way of each to its import."""

    def __init__(self, side: Side) -> None:
        self._side = side
        #: button → what it does, and the word for what was done
        self._steps: dict[str, tuple[Callable[[Work, Actor, int, Visit, Mapping[str, str]], Intake], str]] = {
            "columns": (_choose, "columns"),
            "submit": (_submit, "submitted"),
            "withdraw": (_withdraw, "withdrawn"),
            "confirm": (_confirm, "confirmed"),
            "refuse": (_refuse, "refused"),
        }

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of these pages."""
        side = self._side
        return [
            side.get(LIST, self.list),
            side.post(LIST, self.upload),
            side.get(PAGE, self.table),
            side.post(PAGE, self.step),
            side.get(f"{PAGE}/rejected", self.rejected),
        ]

    async def list(self, visit: Visit) -> web.StreamResponse:
        """What was uploaded lately, and the form for another one."""
        return await self._listed(visit)

    async def upload(self, visit: Visit) -> web.StreamResponse:
        """Take one table; what is no table is said above the form."""
        kind, file = "", None
        async for part in visit.parts(cap=MAX_BYTES, most=2):
            if part.field == "kind":
                kind = part.data[:40].decode(errors="replace")
            elif part.name:
                file = part
        try:
            intake, new = await self._received(visit, kind, file)
        except Refused as refusal:
            return await self._listed(visit, problem=refusal.text, chosen=kind)
        return visit.go(PAGE.format(id=intake.id), done="received" if new else "again")

    async def table(self, visit: Visit) -> web.StreamResponse:
        """One table where it stands; under way it asks again by itself."""
        return await self._shown(visit)

    async def step(self, visit: Visit) -> web.StreamResponse:
        """A button of the page; what stands in the way is said above the table as it is now."""
        form, wanted = await visit.form(), number_in(visit, "id")
        known = self._steps.get(form.get("step", ""))
        if known is None:
            raise Refused(NO_STEP)
        take, done = known
        try:
            await visit.run(lambda work, actor: take(work, actor, wanted, visit, form))
        except NotFound:
            raise
        except Refused as refusal:
            return await self._shown(visit, problem=refusal.text, reason=form.get("reason", ""))
        return visit.go(PAGE.format(id=wanted), done=done)

    async def rejected(self, visit: Visit) -> web.StreamResponse:
        """The rows that came back, with reasons, as a workbook."""
        wanted = number_in(visit, "id")
        intake = await visit.run(lambda work, actor: intakes.rejected_rows(work, wanted, actor))
        data = await asyncio.to_thread(visit.files.get, intake.rejected)
        plain = await asyncio.to_thread(opened, visit.house.sealer, data)
        return handed_out(plain, name=f"rejected-{intake.id}.xlsx", content_type=_XLSX)

    # -- within --------------------------------------------------------------------

    async def _listed(self, visit: Visit, *, problem: str = "", chosen: str = "") -> web.StreamResponse:
        def ask(work: Work, actor: Actor) -> tuple[list[ImportKind], list[tuple[Intake, str, bool]]]:
            found = [
                (each, import_kind(each.kind).title, _waits_for(work, each, actor))
                for each in intakes.listed(work, actor)
            ]
            return kinds_for(actor), sorted(found, key=lambda item: not item[2])

        kinds, found = await visit.read(ask)
        return visit.page(
            "staff/imports.html",
            title="导入",
            done=DONE,
            problem=problem,
            kinds=[(kind.id, kind.title) for kind in kinds],
            chosen=chosen,
            found=found,
        )

    async def _received(self, visit: Visit, kind: str, file: Incoming | None) -> tuple[Intake, bool]:
        """The table in the file store, then its row; the same file, still open, is not taken twice."""
        if file is None or not kind:
            raise Refused(NO_FILE)
        wanted, name, data = import_kind(kind), file.name, file.data
        _check(name, data)
        digest = await asyncio.to_thread(lambda: sha256(data).hexdigest())

        def before(work: Work, actor: Actor) -> Intake | None:
            require_importer(actor, wanted)
            return intakes.under_way(work, wanted, digest, actor)

        known = await visit.read(before)
        if known is not None:
            return known, False
        house = visit.house
        bytes_kept = await asyncio.to_thread(sealed, house.sealer, data)
        stored = await asyncio.to_thread(visit.files.put, bytes_kept, house.clock.now().year)
        table = intakes.Table(wanted, name, digest, len(data), stored)
        return await visit.run(lambda work, actor: intakes.receive(work, actor, table)), True

    async def _shown(self, visit: Visit, *, problem: str = "", reason: str = "") -> web.StreamResponse:
        wanted = number_in(visit, "id")

        def ask(work: Work, actor: Actor) -> Shown:
            return _seen(work, actor, intakes.find(work, wanted, actor))

        shown = await visit.read(ask)
        working = shown.intake.state in AT_WORK
        return visit.page(
            "staff/import.html",
            title=f"导入{shown.kind.title}",
            done=DONE,
            problem=problem,
            reason=reason,
            shown=shown,
            table=shown.intake,
            again=AGAIN if working else 0,
            similar=_similar(shown.intake),
            states=IntakeState,
            how=HOW,
            forms=FORMS,
            captions={column.key: column.caption for column in shown.kind.columns},
            choices=[("", "不用这一列"), *((c.key, c.caption) for c in intakes.choosable(shown.kind))],
        )


def _seen(work: Work, actor: Actor, intake: Intake) -> Shown:
    waits = intake.state is IntakeState.WAITING
    return Shown(
        intake=intake,
        kind=import_kind(intake.kind),
        own=intake.by == actor.id,
        decides=waits and may_confirm(work, intake, actor),
        asked=tuple(confirmers(work, intake).values()) if waits else (),
        earlier=intakes.earlier(work, intake),
    )


def _similar(intake: Intake) -> int:
    """Columns that were only taken for what they resemble."""
    return sum(column.how == "similar" for column in intake.glimpse.columns) if intake.glimpse else 0


def _waits_for(work: Work, intake: Intake, actor: Actor) -> bool:
    """Whether this member has something to do with it now."""
    if intake.state is IntakeState.WAITING:
        return may_confirm(work, intake, actor)
    return intake.state is IntakeState.SEEN and intake.by == actor.id


def _choose(work: Work, actor: Actor, wanted: int, visit: Visit, form: Mapping[str, str]) -> Intake:
    glimpse = intakes.find(work, wanted, actor).glimpse
    found = glimpse.columns if glimpse is not None else ()
    told = {c.label: form[f"column-{no}"] for no, c in enumerate(found) if f"column-{no}" in form}
    return intakes.choose_columns(work, actor, wanted, told)


def _submit(work: Work, actor: Actor, wanted: int, visit: Visit, form: Mapping[str, str]) -> Intake:
    return intakes.submit(work, actor, wanted, base_url=visit.house.base_url)


def _withdraw(work: Work, actor: Actor, wanted: int, visit: Visit, form: Mapping[str, str]) -> Intake:
    return intakes.withdraw(work, actor, wanted)


def _confirm(work: Work, actor: Actor, wanted: int, visit: Visit, form: Mapping[str, str]) -> Intake:
    return intakes.confirm(work, actor, wanted, version=_version(form))


def _refuse(work: Work, actor: Actor, wanted: int, visit: Visit, form: Mapping[str, str]) -> Intake:
    return intakes.refuse(work, actor, wanted, form.get("reason", ""), version=_version(form))


def _version(form: Mapping[str, str]) -> int:
    written = form.get("version", "")
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 10 else 0


def _check(name: str, data: bytes) -> None:
    if not data:
        raise Refused(EMPTY.format(name=name))
    if len(data) > MAX_BYTES:
        raise Refused(TOO_LARGE.format(name=name))
    if not name.lower().endswith(_ENDINGS):
        raise Refused(WRONG_TYPE.format(name=name))
