"""The attachments folder: files by the hash of their content, under the year in which they came.

A file that stands under a name is whole, and never changes: it is written
beside its place and moved there. Nothing of a sender's own name reaches the disk.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from domain.errors import NotFound, Unavailable

_SHA256 = re.compile(r"[0-9a-f]{64}")


class FolderFiles:
    """Implements ``domain.ports.Files`` over a folder: ``<yyyy>/<sha256>``."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, data: bytes, year: int) -> str:
        """Keep the bytes; returns their hash. The same content is kept once, whatever the year.

        ``Unavailable`` where the disk does not take it.
        """
        name = sha256(data).hexdigest()
        known = self._path(name)
        try:
            if known is None:
                self._write(data, self._root / f"{year:04d}" / name)
            else:
                known.touch()  # as new: whoever is about to refer to it may not find it swept away
        except OSError as error:
            raise Unavailable(f"the attachments folder does not take a file: {error}") from error
        return name

    def get(self, name: str) -> bytes:
        """The bytes behind a hash; ``NotFound`` where they are gone, ``Unavailable`` where they changed."""
        path = self._path(name)
        if path is None:
            raise NotFound("没有找到这份文件，请联系信用办管理员。", log=f"no attachment {name[:64]}")
        data = path.read_bytes()
        if sha256(data).hexdigest() != name:
            raise Unavailable(f"attachment {name} is not what was stored")
        return data

    def exists(self, name: str) -> bool:
        """Whether a file of this hash is kept."""
        return self._path(name) is not None

    def delete(self, name: str) -> None:
        """Let go of a file; nothing happens where there is none."""
        path = self._path(name)
        if path is not None:
            path.unlink(missing_ok=True)

    def older(self, before: datetime) -> list[str]:
        """Names of all files last put before a moment, halves of files that were never finished included."""
        return [path.name for path in self._root.glob("*/*") if _last_put(path) < before]

    def delete_older(self, name: str, before: datetime) -> bool:
        """Let go of a file that was last put before a moment; False where it was put again, or is gone."""
        for path in self._root.glob(f"*/{name}"):
            if _last_put(path) < before:
                path.unlink(missing_ok=True)
                return True
        return False

    def _path(self, name: str) -> Path | None:
        if not _SHA256.fullmatch(name) or not self._root.is_dir():
            return None
        years = sorted(each for each in self._root.iterdir() if re.fullmatch(r"\d{4}", each.name))
        return next((year / name for year in years if (year / name).is_file()), None)

    @staticmethod
    def _write(data: bytes, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile(dir=path.parent, prefix=".half-", delete=False) as half:
            half.write(data)
            half.flush()
            os.fsync(half.fileno())
        Path(half.name).replace(path)


def _last_put(path: Path) -> datetime:
    """When the bytes were written or put again; now for a file that is just going."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return datetime.max.replace(tzinfo=UTC)
