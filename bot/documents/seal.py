"""印章: a port. Who keeps the seals of an office stands behind it.

The demonstration draws one that says what it is. An office lays pictures of its
seals into a folder; a provider of electronic seals would be another ``Seal``.
A picture is no electronic seal in the sense of the law: the QR code and the
hash are what a paper is checked by.
"""

from __future__ import annotations

from html import escape
from math import cos, radians, sin
from pathlib import Path
from typing import Final, Protocol

from domain.errors import Misconfigured

_RED: Final = "#d9001b"
#: the words run along so much of the ring, fewer of them closer to its top
_ARC, _STEP = 250.0, 22.0
_RADIUS, _SIZE = 76.0, 19.0


class Seal(Protocol):
    """Gives the impression of an issuer's seal."""

    def impression(self, issuer: str) -> bytes | None:
        """A picture (SVG or PNG) to print over the date; None where this issuer has none."""
        ...


class NoSeal:
    """Papers without an impression: they are checked by their code."""

    def impression(self, issuer: str) -> bytes | None:
        return None


class TestSeal:
    """The demonstration's: drawn, and clearly no seal of anybody."""

    #: not a class of tests
    __test__ = False

    def impression(self, issuer: str) -> bytes:
        """A ring with the issuer's name, a star, and 测试章 across it."""
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200">'
            f'<g fill="none" stroke="{_RED}"><circle cx="100" cy="100" r="96" stroke-width="4"/></g>'
            f'<polygon points="{_star(100, 92, 26)}" fill="{_RED}"/>'
            f"{''.join(_around(issuer))}"
            f'<rect x="52" y="128" width="96" height="30" fill="none" stroke="{_RED}" stroke-width="2.5"/>'
            f"{_word('测试章', 100, 151, 23, spacing=27)}"
            f"{_word('无法律效力', 100, 178, 11, spacing=13)}"
            "</svg>"
        ).encode()


class PictureSeals:
    """Pictures in a folder, one for each issuer: ``<name of the office or department>.png`` or ``.svg``."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise Misconfigured(
                f"XINSHI_SEALS 不对：没有文件夹 {folder} / XINSHI_SEALS is wrong: no such folder"
            )
        self._pictures = {
            path.stem: path for path in sorted(folder.iterdir()) if path.suffix in (".png", ".svg")
        }

    def impression(self, issuer: str) -> bytes | None:
        """The picture for exactly this name."""
        path = self._pictures.get(issuer)
        return path.read_bytes() if path is not None else None


def _around(words: str) -> list[str]:
    """Each character upright to the centre, the whole even about the top of the ring."""
    step = min(_STEP, _ARC / max(len(words) - 1, 1))
    size = _SIZE * min(1.0, step / 15.0)
    first = -step * (len(words) - 1) / 2
    return [_placed(word, first + step * at, size) for at, word in enumerate(words)]


def _placed(word: str, angle: float, size: float) -> str:
    x, y = 100 + _RADIUS * sin(radians(angle)), 100 - _RADIUS * cos(radians(angle))
    return (
        f'<g transform="translate({x:.2f} {y:.2f}) rotate({angle:.2f})">'
        f"{_letter(word, 0, size * 0.36, size)}</g>"
    )


def _word(words: str, x: float, y: float, size: float, *, spacing: float) -> str:
    first = x - spacing * (len(words) - 1) / 2
    return "".join(_letter(word, first + spacing * at, y, size) for at, word in enumerate(words))


def _letter(word: str, x: float, y: float, size: float) -> str:
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-family="Noto Sans CJK SC" font-weight="700" '
        f'font-size="{size:.2f}" text-anchor="middle" fill="{_RED}">{escape(word)}</text>'
    )


def _star(x: float, y: float, radius: float) -> str:
    points = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.382
        angle = radians(36 * corner)
        points.append(f"{x + reach * sin(angle):.2f},{y - reach * cos(angle):.2f}")
    return " ".join(points)
