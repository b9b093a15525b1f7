"""A signature drawn with a finger: a small picture, looked at before it is kept.

What a browser sends is anybody's to forge: it is read as a PNG and nothing
else, measured before it is unpacked, and written anew, without whatever else
it held.
"""

from __future__ import annotations

import base64
import binascii
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from domain.errors import Refused

#: characters of a picture as the page sends it
MAX_SENT = 600_000
_PREFIX = "data:image/png;base64,"
#: pixels of one side: the pad of a wide screen at three times its size
_LONGEST_SIDE = 4000
#: of the whole picture: unpacked it takes a dozen bytes for each
_MOST_PIXELS = 4_000_000
#: pixels that are ink: fewer are a slip, more than this share are no writing
_LEAST_INK = 120
_MOST_INK = 0.5
#: shorter strokes than this are a dot
_LEAST_EXTENT = 24
_DARK = 140
#: of the picture that is kept
_WIDTH, _MARGIN = 1200, 12

NOT_A_PICTURE = "签名没有传上来，请清除后重新签一次，或改用打字签署。"
BLANK = "签名框里还没有签名，请签上姓名，或改用打字签署。"
TOO_LARGE = "签名图片太大，请清除后重新签一次，或改用打字签署。"
NO_WRITING = "看不出签名，请清除后重新签上姓名，或改用打字签署。"


def checked_signature(sent: str) -> bytes:
    """The signature as a clean grey PNG, cut to its strokes; ``Refused`` says what is wrong."""
    grey = _on_paper(_opened(_decoded(sent)))
    ink = grey.point([255 if level < _DARK else 0 for level in range(256)])
    box = ink.getbbox()
    if box is None:
        raise Refused(BLANK)
    dark = ink.histogram()[255]
    extent = max(box[2] - box[0], box[3] - box[1])
    if dark < _LEAST_INK or extent < _LEAST_EXTENT or dark > _MOST_INK * ink.width * ink.height:
        raise Refused(NO_WRITING)
    return _written_anew(grey.crop(box))


def _decoded(sent: str) -> bytes:
    if len(sent) > MAX_SENT:
        raise Refused(TOO_LARGE)
    if not sent.startswith(_PREFIX):
        raise Refused(NOT_A_PICTURE, log="signature is no data address of a PNG")
    try:
        return base64.b64decode(sent.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(NOT_A_PICTURE, log="signature is no base64") from error


def _opened(data: bytes) -> Image.Image:
    """The picture, measured by its header before anything is unpacked."""
    try:
        picture = Image.open(BytesIO(data), formats=("PNG",))
        too_wide = max(picture.size) > _LONGEST_SIDE or picture.width * picture.height > _MOST_PIXELS
        if too_wide or getattr(picture, "n_frames", 1) != 1:
            raise Refused(TOO_LARGE)
        return picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Refused(NOT_A_PICTURE, log=f"signature is no PNG: {type(error).__name__}") from error


def _on_paper(picture: Image.Image) -> Image.Image:
    """Grey on white; what is transparent is paper."""
    paper = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(paper, picture).convert("L")


def _written_anew(strokes: Image.Image) -> bytes:
    if strokes.width > _WIDTH:
        strokes = strokes.resize((_WIDTH, max(1, strokes.height * _WIDTH // strokes.width)))
    sheet = Image.new("L", (strokes.width + 2 * _MARGIN, strokes.height + 2 * _MARGIN), 255)
    sheet.paste(strokes, (_MARGIN, _MARGIN))
    out = BytesIO()
    sheet.save(out, "PNG", optimize=True)
    return out.getvalue()
