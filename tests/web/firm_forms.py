"""What the tests of firms' forms share: filling in, files, going through to the number."""

from __future__ import annotations

import base64
import re
from io import BytesIO

from aiohttp import FormData
from PIL import Image, ImageDraw

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


def sent(picture: Image.Image) -> str:
    """A picture as the page of the signature sends it."""
    out = BytesIO()
    picture.save(out, "PNG")
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"


def drawn(background: str | tuple[int, int, int, int] = "white") -> str:
    """A signature."""
    pad = Image.new("RGBA", (600, 300), background)
    ImageDraw.Draw(pad).line([(100, 100), (180, 180), (250, 100), (400, 180)], fill="black", width=4)
    return sent(pad)


ITEM = "三十日内补交消防验收材料"
_TICK = re.compile(r'<input type="checkbox" id="(breach|notice_\w+)" name="\1" value="([0-9a-f]{64})"')
_CONSENT = re.compile(r'name="(consent_\w+)" value="yes"')
_LETTER = re.compile(r'name="letter" value="([0-9a-f]{64})"')


def ticks_of(page: Seen) -> dict[str, str]:
    """The ticks of the page of notices."""
    return dict(_TICK.findall(page.text))


def consents_of(page: Seen) -> list[str]:
    """The consents that it asks for."""
    return _CONSENT.findall(page.text)


async def reads_all(
    browser: Browser, path: str, *, due: str = "", answer: str = "no", item: str = ITEM
) -> Seen:
    """The first two pages of a commitment: the page with the letter."""
    await browser.opens(path)
    matter = {"item": item, "due": due} | ({} if due else {"endless": "yes"})
    notices = await browser.sends(path, matter)
    assert notices.path == f"{path}/notices", notices.text
    answers = dict.fromkeys(consents_of(notices), answer)
    return await browser.sends(f"{path}/notices", ticks_of(notices) | answers)


async def presses_sign(browser: Browser, path: str, **fields: str) -> Seen:
    """The form of the signature, with what the page holds unless told otherwise."""
    page = browser.last
    found = _LETTER.search(page.text)
    known = {"csrf": browser.secret, "once": once_of(page), "letter": found[1] if found else ""}
    form = FormData(default_to_multipart=True)
    for name, value in (known | fields).items():
        form.add_field(name, value)
    return await browser.sends(f"{path}/sign", form)


async def signs(browser: Browser, path: str, *, due: str = "", answer: str = "no", **how: str) -> str:
    """A commitment from its first page to its number."""
    await reads_all(browser, path, due=due, answer=answer)
    seen = await presses_sign(browser, path, **how)
    number = _NUMBER.search(seen.path)
    assert number is not None, seen.text
    return number[1]
