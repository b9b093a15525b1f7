"""When the service account may write of its own accord, and how often.

What a person does opens a window: a message one of 48 hours, a tap on the
menu, a scan or the following one of a minute. Each holds a number of customer
messages, and doing it again opens the window anew. We count for ourselves, so
that another way is chosen before the platform refuses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Touch(StrEnum):
    """What somebody did, as far as windows are concerned."""

    #: wrote, spoke, sent a picture, a place, a link
    MESSAGE = "message"
    #: tapped the menu, scanned a code, began to follow
    TAP = "tap"
    #: opened a page, or anything else that opens no window
    OTHER = "other"
    #: stopped following: what was open is closed
    LEFT = "left"


class Window(StrEnum):
    """Which of the two windows a customer message is taken from."""

    MESSAGE = "message"
    TAP = "tap"


LASTS = {Window.MESSAGE: timedelta(hours=48), Window.TAP: timedelta(minutes=1)}
#: customer messages in the short window; the number for the long one stands in the office file
AFTER_TAP = 3


@dataclass(frozen=True, slots=True)
class Windows:
    """Since when each window of a person is open (None: never opened), and how many messages it has given."""

    message_at: datetime | None = None
    message_sent: int = 0
    tap_at: datetime | None = None
    tap_sent: int = 0

    def choose(self, now: datetime, after_message: int) -> Window | None:
        """The window that the next customer message comes from, the shorter one first; None: none is left."""
        if _runs(self.tap_at, Window.TAP, now) and self.tap_sent < AFTER_TAP:
            return Window.TAP
        if _runs(self.message_at, Window.MESSAGE, now) and self.message_sent < after_message:
            return Window.MESSAGE
        return None

    def used_up(self, now: datetime) -> bool:
        """Whether the window of 48 hours is still open: where nothing is left, its messages are used up."""
        return _runs(self.message_at, Window.MESSAGE, now)


def _runs(since: datetime | None, window: Window, now: datetime) -> bool:
    return since is not None and now - since < LASTS[window]
