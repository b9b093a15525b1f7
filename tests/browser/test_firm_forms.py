"""Forms of firms as a hand meets them: what is typed stays, a finger signs, the keyboard signs too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from io import BytesIO

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Page

from domain.model.commitment import Commitment
from domain.model.person import Person, Power
from storage.files import FolderFiles
from storage.unit_of_work import SqlUnitOfWork
from tests.browser.conftest import PageAt
from tests.browser.town import Town, open_town

ITEM = "三十日内补交消防验收材料"
#: strokes as shares of the pad
STROKES = (((0.2, 0.3), (0.35, 0.7), (0.45, 0.3)), ((0.5, 0.3), (0.5, 0.75)), ((0.55, 0.5), (0.85, 0.4)))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with open_town(tmp_path_factory.mktemp("town"), rulebook="pinglu") as opened:
        yield opened


async def signer(town: Town, openid: str) -> tuple[Person, int]:
    """Somebody who may sign for the first firm that has a credit code."""
    person = await town.firm(openid)
    (hint, *_) = await town.hints()

    def bind(uow: SqlUnitOfWork) -> int:
        (subject, *_) = uow.subjects.by_name(hint.name)
        held = [binding for binding, _ in uow.bindings.of_person(person.id)]
        if not held:
            until, proof = date(2027, 6, 30), "letter:SQ20250001"
            now = town.clock.now()
            uow.bindings.add(person.id, subject.id, Power.SIGN, at=now, proof=proof, until=until)
        return subject.id

    return person, await town.write(bind)


async def reads_everything(page: Page, address: str) -> None:
    """From the first page of a commitment to its letter."""
    await page.goto(address)
    await page.fill("[name=item]", ITEM)
    await page.check("[name=endless]")
    await page.click("button[value=next]")
    for tick in await page.query_selector_all("input[type=checkbox], input[value=no]"):
        await tick.check()
    await page.click("button[value=next]")


async def signed(town: Town, page: Page) -> Commitment:
    """What was signed in the case that the page names."""
    number = page.url.rsplit("/", 1)[1]
    case = await town.read(lambda uow: uow.cases.by_number(number))
    assert case is not None, page.url
    found = await town.read(lambda uow: uow.commitments.of_case(case.id))
    assert found is not None
    return found


async def test_what_is_typed_is_kept_without_pressing_anything(town: Town, page_at: PageAt) -> None:
    person, subject_id = await signer(town, "oX-types")
    window = await page_at(inside="wechat")
    await window.open(town.entrance(person, f"/h5/firm/{subject_id}/object/grade"))
    await window.page.fill("textarea", "这条处罚已被复议决定撤销")
    await window.page.get_by_text("已自动保存草稿").wait_for()
    await window.page.reload()
    assert await window.page.input_value("textarea") == "这条处罚已被复议决定撤销"
    assert window.complaints == []


async def test_a_finger_signs_takes_a_stroke_back_and_the_picture_is_kept(
    town: Town, page_at: PageAt
) -> None:
    person, subject_id = await signer(town, "oX-signs")
    window = await page_at(inside="wechat")
    page = window.page
    await window.open(town.entrance(person, f"/h5/firm/{subject_id}/commitments"))
    await reads_everything(page, f"{town.address}/h5/firm/{subject_id}/commitments/voluntary")
    await page.locator("canvas").scroll_into_view_if_needed()
    box = await page.locator("canvas").bounding_box()
    assert box is not None
    for (x, y), *rest in STROKES:
        await page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        await page.mouse.down()
        for x, y in rest:
            await page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=8)
        await page.mouse.up()
    await page.click("[data-undo]")
    await page.click("form[data-sign] button[type=submit]")
    await page.wait_for_url("**/filed/CN*")
    commitment = await signed(town, page)
    kept = FolderFiles(town.settings.attachments).get(commitment.signature_sha256)
    picture = Image.open(BytesIO(kept))
    # two of three strokes, drawn twice as fine as the screen at least
    assert 0.45 * box["width"] < picture.width < 1.2 * box["width"]
    assert window.complaints == []


async def test_the_keyboard_signs_where_nobody_can_draw(town: Town, page_at: PageAt) -> None:
    person, subject_id = await signer(town, "oX-keys")
    window = await page_at(1280, 800)
    page = window.page
    await window.open(town.entrance(person, f"/h5/firm/{subject_id}/commitments"))
    await reads_everything(page, f"{town.address}/h5/firm/{subject_id}/commitments/voluntary")
    await page.focus(".typed summary")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.insert_text("我承诺")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/filed/CN*")
    assert (await signed(town, page)).signature_sha256 == ""
