"""Pictures for the README: taken while the tests run, kept only where they are asked for (``make pictures``)."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.async_api import Page

KEEP: Final = os.environ.get("KEEP_PICTURES") == "1"
FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "pictures"
#: bytes; a README is read over slow lines too
LARGEST: Final = 200_000
_COLOURS: Final = 128


async def keep(page: Page, name: str) -> None:
    """What the window shows now, as docs/pictures/NAME.png."""
    if KEEP:
        # nothing is pointed at
        await page.mouse.move(0, 0)
        save(Image.open(BytesIO(await page.screenshot(animations="disabled", caret="hide"))), name)


def save(picture: Image.Image, name: str) -> None:
    """A picture in few colours, which is what pages are made of; fails where it is too large."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / f"{name}.png"
    picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    assert file.stat().st_size <= LARGEST, f"{file.name}: {file.stat().st_size} bytes"
