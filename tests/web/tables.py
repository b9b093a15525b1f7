"""What tests about uploaded tables share: two people, a table, and the job between them."""

from __future__ import annotations

import asyncio
import re
from io import BytesIO

from aiohttp import FormData

from domain.model.intake import AT_WORK, Intake
from domain.model.subject import SubjectKind
from domain.rules.codes import make_uscc
from tests.stories.conftest import Town
from tests.stories.desks import hired, runs
from tests.web.conftest import Browser, Enter

LIST = "/h5/staff/imports"
GOOD = make_uscc("140603", 901, SubjectKind.LEGAL_PERSON)
CSV = f"主体名称,统一社会信用代码\n平鲁新来商贸有限公司,{GOOD}\n平鲁错码商贸有限公司,123\n".encode()


async def uploads(browser: Browser, kind: str = "subjects", name: str = "名单.csv", data: bytes = CSV) -> str:
    """Sends the form of the list as a browser does; the page that is then read."""
    await browser.opens(LIST)
    form = FormData(quote_fields=False, default_to_multipart=True)
    form.add_field("csrf", browser.secret)
    form.add_field("kind", kind)
    form.add_field("file", BytesIO(data), filename=name)
    return (await browser.sends(LIST, form)).text


async def settled(town: Town, number: int = 1) -> Intake:
    """The table once no job works on it any more, whichever tick took it."""
    for _ in range(2000):
        await runs(town, "intakes")
        intake = await town.read(lambda uow: uow.intakes.get(number))
        assert intake is not None
        if intake.state not in AT_WORK:
            return intake
        await asyncio.sleep(0.005)
    raise AssertionError("the table is still under way")


async def takes(browser: Browser, step: str, number: int = 1, **fields: str) -> str:
    """Opens a table, presses a button of it; the page that is then read."""
    path = f"{LIST}/{number}"
    text = (await browser.opens(path)).text
    version = re.search(r'name="version" value="(\d+)"', text)
    seen = {"version": version[1]} if version else {}
    return (await browser.sends(path, {"step": step} | seen | fields)).text


async def clerk(town: Town, enter: Enter, userid: str = "chen", name: str = "陈静", *roles: str) -> Browser:
    """A member of the credit office at the list of imports."""
    return await enter(town, await hired(town, userid, name, *(roles or ("经办",))), LIST)


async def approver(town: Town, enter: Enter) -> Browser:
    return await clerk(town, enter, "liu", "刘海", "审批")
