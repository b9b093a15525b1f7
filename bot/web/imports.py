"""导入: the page on which a table is uploaded, and the way to the rows that were rejected."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from secrets import token_hex

from aiohttp import web

from bot.pipeline import House
from bot.web.incoming import Incoming, incoming
from bot.web.pages import handed_out, page, paragraph, polite
from domain.errors import NotAllowed, Refused
from domain.model.case import Actor, Doer
from domain.ports import Files
from domain.services import evidence, links
from domain.services.import_kinds import KINDS, ImportKind, import_kind
from domain.services.links import Link, Purpose
from storage.unit_of_work import SqlUnitOfWork

#: who grants roles is not granted by a table that he may upload himself
_FOR_ADMINISTRATORS = frozenset({"staff"})
#: a table of a county's whole register stays below this
MAX_BYTES = 20 * 1024 * 1024
_NAME = re.compile(r"[^\w.()（）-]+")
_ENDINGS = (".xlsx", ".xls", ".csv", ".txt", ".htm", ".html")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_FORM = """<form class="card" method="post" enctype="multipart/form-data">
<label for="kind">数据种类</label>
<select id="kind" name="kind" required>{options}</select>
<label for="file">表格文件</label>
<input type="file" id="file" name="file" required accept=".xlsx,.xls,.csv">
<button type="submit">上传并导入</button>
</form>
<p class="aside">{hint}</p>
"""
HINT = "可以收 xlsx、xls、csv，不超过20MB。要么全部生效，要么全不生效；同一个文件再导入不改变任何数据。"
NOT_YOURS = "导入由信用办管理员或经办人员办理，您现在没有这个角色。"
NOT_YOUR_KIND = "“{title}”只能由信用办管理员导入。"
NO_FILE = "没有收到表格，请选好种类和文件再点“上传并导入”。"
TOO_LARGE = "“{name}”超过20MB，请分成几个文件再传。"
WRONG_TYPE = "“{name}”不是表格。可以收 xlsx、xls、csv。"
STARTED = "已收到“{name}”（{title}），正在导入。结果会发到您的企业微信，可以关闭这个页面。"

#: imports a file in the background: path, kind, person, userid
Start = Callable[[Path, str, int, str], None]


class Imports:
    """Pages about tables that staff upload."""

    def __init__(self, house: Callable[[], House], files: Files, folder: Path, start: Start) -> None:
        self._house = house
        self._files = files
        self._folder = folder
        self._start = start

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of these pages."""
        return [
            web.get("/h5/import/{token}", polite(self.form)),
            web.post("/h5/import/{token}", polite(self.upload)),
            web.get("/h5/rejected/{token}", polite(self.rejected)),
        ]

    async def form(self, request: web.Request) -> web.Response:
        """The empty form."""
        _, actor = await self._importer(request, Purpose.IMPORT)
        options = "".join(
            f'<option value="{kind.id}">{escape(kind.title)}</option>'
            for kind in KINDS.values()
            if _may(actor, kind)
        )
        return page("导入数据", _FORM.format(options=options, hint=escape(HINT)))

    async def upload(self, request: web.Request) -> web.Response:
        """Take one table and start its import; the result goes to the chat."""
        link, actor = await self._importer(request, Purpose.IMPORT)
        kind, file = "", None
        async for part in incoming(request, cap=MAX_BYTES, most=2):
            if part.field == "kind":
                kind = part.data[:40].decode(errors="replace")
            elif part.name:
                file = part
        if file is None or not kind:
            raise Refused(NO_FILE)
        wanted = import_kind(kind)
        if not _may(actor, wanted):
            raise NotAllowed(NOT_YOUR_KIND.format(title=wanted.title))
        _check(file)
        path = await asyncio.to_thread(self._put_down, file)
        self._start(path, wanted.id, link.person_id, actor.id)
        return page("导入数据", paragraph(STARTED.format(name=file.name, title=wanted.title)))

    async def rejected(self, request: web.Request) -> web.Response:
        """The rows that an import rejected, with reasons, for whoever imported them."""
        link, _ = await self._importer(request, Purpose.REJECTED)
        data = await asyncio.to_thread(self._files.get, link.target)
        return handed_out(data, name="rejected.xlsx", content_type=_XLSX)

    async def _importer(self, request: web.Request, purpose: Purpose) -> tuple[Link, Actor]:
        house = self._house()
        link = links.read(house.sealer, request.match_info["token"], purpose, house.clock.now())

        def actor(uow: SqlUnitOfWork) -> Actor:
            return evidence.actor_behind(house.work(uow), link.person_id)

        found = await house.runner.read(actor)
        if not {Doer.ADMIN, Doer.CLERK} & found.doers:
            raise NotAllowed(NOT_YOURS)
        return link, found

    def _put_down(self, file: Incoming) -> Path:
        """The file in a folder of its own, under a name without surprises."""
        folder = self._folder / token_hex(8)
        folder.mkdir(parents=True, mode=0o700)
        path = folder / _NAME.sub("_", file.name)[-80:].lstrip(".")
        path.write_bytes(file.data)
        return path


def _may(actor: Actor, kind: ImportKind) -> bool:
    return Doer.ADMIN in actor.doers or kind.id not in _FOR_ADMINISTRATORS


def _check(file: Incoming) -> None:
    if len(file.data) > MAX_BYTES:
        raise Refused(TOO_LARGE.format(name=file.name))
    if not file.name.lower().endswith(_ENDINGS):
        raise Refused(WRONG_TYPE.format(name=file.name))
