"""材料: the page on which files are added to a case, and the way in which staff fetch them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from html import escape

import structlog
from aiohttp import web

from bot.pipeline import House
from bot.web.incoming import Incoming, incoming
from bot.web.pages import handed_out, page, paragraph, polite
from domain.errors import Refused
from domain.model.case import Case, Evidence
from domain.ports import Files
from domain.rules.file_types import ACCEPTED
from domain.services import evidence, links
from domain.services.links import Link, Purpose
from storage.unit_of_work import SqlUnitOfWork

log = structlog.get_logger("xinshi.web")

#: files of one form; more are sent with the next
MOST_AT_ONCE = 9

_FORM = """<p>{about}</p>
<form class="card" method="post" enctype="multipart/form-data">
<label for="files">选择文件（可以选几份）</label>
<input type="file" id="files" name="file" multiple required accept="{accept}">
<button type="submit">上传</button>
</form>
<p class="aside">{hint}</p>
"""
#: endings that a file chooser offers; what a file is, its bytes say
ACCEPT = ".jpg,.jpeg,.png,.gif,.pdf,.doc,.docx,.xls,.xlsx,.amr,.mp3,.mp4"
ABOUT = "给{number}（{kind}）添加材料。"
HINT = f"可以收：{ACCEPTED}。每份不超过10MB，一次最多{MOST_AT_ONCE}份。"
KEPT = "“{name}”"
AGAIN = "“{name}”以前已经传过，没有重复保存。"
NOTHING = "没有收到文件，请选好文件再点“上传”。"
DONE = "传完了可以关闭这个页面，回到微信。材料备齐了，请回复“补充 {number} 说明”。"


class Uploads:
    """Pages about the files of cases."""

    def __init__(self, house: Callable[[], House], files: Files) -> None:
        self._house = house
        self._files = files

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of these pages."""
        return [
            web.get("/h5/upload/{token}", polite(self.form)),
            web.post("/h5/upload/{token}", polite(self.upload)),
            web.get("/h5/file/{token}", polite(self.file)),
        ]

    async def form(self, request: web.Request) -> web.Response:
        """The empty form, for whoever the link was given to and still may."""
        link = self._link(request, Purpose.UPLOAD)
        case = await self._house().runner.read(lambda uow: self._case(uow, link))
        return form_page(case)

    async def upload(self, request: web.Request) -> web.Response:
        """Take the files one by one; each is kept or refused with its own line."""
        link = self._link(request, Purpose.UPLOAD)
        case = await self._house().runner.read(lambda uow: self._case(uow, link))
        lines = [
            await self._line(link, file)
            async for file in incoming(request, cap=evidence.MAX_BYTES, most=MOST_AT_ONCE)
            if file.name
        ]
        if not lines:
            raise Refused(NOTHING)
        done = paragraph(DONE.format(number=case.number))
        return page("上传结果", f'<ul class="card">{"".join(lines)}</ul>{done}{_more(request)}')

    async def file(self, request: web.Request) -> web.Response:
        """One file of a case, to a member of staff who may read it; never shown, only handed out."""
        link = self._link(request, Purpose.FILE)
        item, number = await self._house().runner.run(lambda uow: self._to_read(uow, link))
        data = await asyncio.to_thread(self._files.get, item.sha256)
        return handed_out(data, name=evidence.download_name(number, item), content_type=item.content_type)

    def _link(self, request: web.Request, purpose: Purpose) -> Link:
        house = self._house()
        return links.read(house.sealer, request.match_info["token"], purpose, house.clock.now())

    def _case(self, uow: SqlUnitOfWork, link: Link) -> Case:
        work = self._house().work(uow)
        return evidence.require_taking(work, link.target, evidence.actor_behind(work, link.person_id))

    def _to_read(self, uow: SqlUnitOfWork, link: Link) -> tuple[Evidence, str]:
        work = self._house().work(uow)
        item = evidence.to_read(work, int(link.target), evidence.actor_behind(work, link.person_id))
        case = work.uow.cases.get(item.case_id)
        return item, case.number if case is not None else ""

    async def _line(self, link: Link, file: Incoming) -> str:
        try:
            new = await self._keep(link, file)
        except Refused as refusal:
            return f'<li class="bad">{escape(refusal.text)}</li>'
        text = KEPT if new else AGAIN
        return f'<li class="good">{escape(text.format(name=file.name))}</li>'

    async def _keep(self, link: Link, file: Incoming) -> bool:
        """The bytes first, then the row; False where the case has the file already."""
        house = self._house()
        content_type = await asyncio.to_thread(evidence.checked_type, file.data, file.name)
        sha256 = await asyncio.to_thread(self._files.put, file.data, house.clock.now().year)
        kept = evidence.File(sha256, content_type, len(file.data), file.name)

        def add(uow: SqlUnitOfWork) -> bool:
            work = house.work(uow)
            return evidence.add(work, link.target, kept, actor=evidence.actor_behind(work, link.person_id))

        new = await house.runner.run(add)
        log.info("evidence", action="evidence.uploaded", new=new, size=kept.size)
        return new


def form_page(case: Case) -> web.Response:
    """The page on which files for a case are chosen."""
    about = escape(ABOUT.format(number=case.number, kind=case.kind))
    return page("上传材料", _FORM.format(about=about, hint=escape(HINT), accept=ACCEPT))


def _more(request: web.Request) -> str:
    return f'<p><a class="button" href="{escape(request.path)}">继续上传</a></p>'
