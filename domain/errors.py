"""What can go wrong, grouped by what the reader can do.

``Refused``      the person can do something else; ``text`` says what, in Chinese.
``NotFound``     a Refused: what was named is not there.
``NotAllowed``   a Refused: this person may not.
``TextMissing``  a Refused: a reason or the like must be given.
``StaleCase``    a Refused: somebody else was faster.
``Misconfigured``  the operator must mend a setting or a file; one line, no traceback.
``Unavailable``  try again later (database gone, full, read-only).
"""

from __future__ import annotations


class XinshiError(Exception):
    """Base. ``str()`` is the precise text for the log."""


class Refused(XinshiError):  # noqa: N818 - a refusal is an answer, not an accident
    """The wish cannot be granted; ``text`` is what the user reads."""

    def __init__(self, text: str, *, log: str = "") -> None:
        super().__init__(log or text)
        self.text = text


class NotFound(Refused):
    """What was named is not there."""


class NotAllowed(Refused):
    """This person may not do that."""


class TextMissing(Refused):
    """The step needs words (a reason, a requirement); ``text`` says which."""


class StaleCase(Refused):
    """The case moved on since this version of it was seen; ``text`` says who did what and when."""


class Misconfigured(XinshiError):  # noqa: N818
    """A setting, a rulebook or an office file is wrong: names it and says what is expected."""


class Unavailable(XinshiError):  # noqa: N818
    """The database cannot take work now; the platform shall push again."""


class TurnTooLong(XinshiError):  # noqa: N818
    """A turn ran over its time in the writer and was rolled back."""
