"""Tells those who watch that something changed."""

from __future__ import annotations

import asyncio


class Feed:
    """A version that grows with every change."""

    def __init__(self) -> None:
        self.version = 0
        self.closed = False
        self._event = asyncio.Event()

    def changed(self) -> None:
        """Wakes everybody who waits."""
        self.version += 1
        event, self._event = self._event, asyncio.Event()
        event.set()

    def close(self) -> None:
        """Wakes everybody for the last time, so that long answers end before the server does."""
        self.closed = True
        self.changed()

    async def wait(self, after: int, seconds: float) -> int:
        """The version once it is beyond ``after``, or as it stands when the time is over."""
        if self.version <= after and not self.closed:
            try:
                async with asyncio.timeout(seconds):
                    await self._event.wait()
            except TimeoutError:
                pass
        return self.version
