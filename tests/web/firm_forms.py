"""What the tests of firms' forms share: filling in, files, going through to the number."""

from __future__ import annotations

import re
from io import BytesIO

from aiohttp import FormData

from tests.web.conftest import Browser, Seen

PDF = b"%PDF-1.7 proof of payment"
REASON = "这条记录已被复议决定撤销，文号附后"

_ONCE = re.compile(r'name="once" value="([0-9a-f]{16})"')
_NUMBER = re.compile(r"/h5/firm/filed/([A-Z]{2}\d{8})")


async def writes(
    browser: Browser,
    path: str,
    *,
    action: str = "check",
    files: dict[str, bytes] | None = None,
    csrf: str | None = None,
    **fields: str,
) -> Seen:
    """Fills in the form of a page and presses one of its buttons."""
    await browser.opens(path)
    form = FormData(quote_fields=False, default_to_multipart=True)
    form.add_field("csrf", browser.secret if csrf is None else csrf)
    for name, value in fields.items():
        form.add_field(name, value)
    for name, data in (files or {}).items():
        form.add_field("file", BytesIO(data), filename=name, content_type="application/octet-stream")
    form.add_field("action", action)
    return await browser.sends(path, form)


def once_of(page: Seen) -> str:
    """The one-time number of a form."""
    found = _ONCE.search(page.text)
    assert found is not None, page.text
    return found[1]


async def confirms(browser: Browser, path: str) -> str:
    """Presses 确认提交 on the page of the check; the number of the case."""
    seen = await browser.sends(f"{path}/send", {"once": once_of(browser.last)})
    found = _NUMBER.search(seen.path)
    assert found is not None, seen.text
    return found[1]
