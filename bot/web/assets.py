"""Static files, read once: compressed, named by their content, kept by the phone for a year."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from aiohttp import web

PREFIX: Final = "/h5/static"
_FOLDER: Final = Path(__file__).parent / "static"
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}


@dataclass(frozen=True, slots=True)
class _Asset:
    plain: bytes
    packed: bytes
    content_type: str
    mark: str


class Assets:
    """All files of ``static`` that browsers ask for."""

    def __init__(self) -> None:
        files = sorted(path for path in _FOLDER.rglob("*") if path.suffix in _TYPES)
        self._known = {path.relative_to(_FOLDER).as_posix(): _read(path) for path in files}

    def address(self, name: str) -> str:
        """Where a file is found; changes with its content."""
        return f"{PREFIX}/{name}?v={self._known[name].mark}"

    def routes(self) -> list[web.AbstractRouteDef]:
        """The route of all files."""
        return [web.get(f"{PREFIX}/{{name:.+}}", self._serve)]

    async def _serve(self, request: web.Request) -> web.Response:
        asset = self._known.get(request.match_info["name"])
        if asset is None:
            raise web.HTTPNotFound
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable",
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
        }
        body = asset.plain
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"], body = "gzip", asset.packed
        return web.Response(body=body, content_type=asset.content_type, headers=headers)


def _read(path: Path) -> _Asset:
    plain = path.read_bytes()
    return _Asset(
        plain, gzip.compress(plain, 9, mtime=0), _TYPES[path.suffix], sha256(plain).hexdigest()[:10]
    )
