"""Logs: one event a line, for people (console) or for machines (json).

What people entrust to us stays out of them: long digit runs, codes and
platform ids are masked, addresses lose their query (it carries signatures,
tickets and openids), tracebacks come without local variables.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
import threading
from collections.abc import AsyncIterator, Mapping, MutableMapping
from functools import lru_cache, partial
from typing import Any, TextIO

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import Processor

_MASK = "***"
#: keys whose value is never written, whatever it is
_SECRET_KEYS = re.compile(
    r"secret|token|password|aes_?key|authorization|signature|ticket|id_number|^(text|body|content|echostr)$",
    re.IGNORECASE,
)
#: keys that name an account: the start is enough to follow one person through the log
_ACCOUNT_KEYS = frozenset({"openid", "sender", "from_user", "touser", "userid"})
_QUERY = re.compile(r"(?P<path>(?:https?://|/)[^\s?#'\"<>]*)\?[^\s'\"<>]*")
_USERINFO = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^/@\s]+@")
#: resident ID numbers and mobiles; a unified code is public and stays, it begins otherwise
_ID_NUMBER = re.compile(r"(?<![0-9A-Za-z])([1-9]\d{5})(?:19|20)\d{2}\d{7}[0-9Xx](?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)\d{6}(\d{2})(?!\d)")
_OPENID = re.compile(r"(?<![0-9A-Za-z_-])(o[0-9A-Za-z_-]{5})[0-9A-Za-z_-]{22}(?![0-9A-Za-z_-])")


#: so long a line waits for others, and with so many at most
_MOMENT_S = 0.05
_AT_MOST = 200
#: where the lines of this process go since the last ``configure``
_newest: list[_Lines] = []

#: from afar: what has neither is no number of a person and no openid
_SUSPECT = re.compile(r"\d{11}|[0-9A-Za-z_-]{28}")


def mask_text(text: str) -> str:
    """The text without URL queries, credentials in URLs, ID numbers, mobiles and openids."""
    if "?" in text:
        text = _QUERY.sub(r"\g<path>?…", text)
    if "@" in text:
        text = _USERINFO.sub(rf"\g<scheme>{_MASK}@", text)
    if not _SUSPECT.search(text):
        return text
    text = _ID_NUMBER.sub(rf"\1{_MASK}", text)
    text = _MOBILE.sub(r"\1******\2", text)
    return _OPENID.sub(rf"\1{_MASK}", text)


@lru_cache(maxsize=1000)
def _is_secret(key: str) -> bool:
    return _SECRET_KEYS.search(key) is not None


def _masked(key: str, value: Any) -> Any:
    if _is_secret(key):
        return _MASK if value else value
    if key in _ACCOUNT_KEYS and isinstance(value, str):
        return value[:6] + _MASK if len(value) > 6 else value
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, Mapping):
        return {k: _masked(str(k), v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked("", each) for each in value]
    return value


def mask(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Processor: mask every value of the event by its key and by what it looks like."""
    for key, value in event.items():
        event[key] = _masked(key, value)
    return event


_encode = json.JSONEncoder(ensure_ascii=False, default=repr).encode


def _as_json(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    return _encode(event)


def _renderers(log_format: str) -> list[Processor]:
    if log_format == "json":
        return [
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            mask,
            _as_json,
        ]
    return [
        structlog.processors.format_exc_info,
        mask,
        structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0),
    ]


class _Lines:
    """Finished lines on their way to a stream: one write for all that come within a moment.

    Every write hands the interpreter to another thread, which under load costs
    more than the line. What went wrong is written at once, and all before it.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: list[str] = []
        self._lock = threading.Lock()
        self.patient = False

    def put(self, line: str, *, at_once: bool) -> None:
        with self._lock:
            self._waiting.append(line)
        if at_once or not self.patient or len(self._waiting) >= _AT_MOST:
            self.flush()

    def flush(self) -> None:
        with self._lock:
            lines, self._waiting = self._waiting, []
            if lines:
                self._stream.write("\n".join(lines) + "\n")
                self._stream.flush()


class _Line:
    """Where a finished line of our own goes; it knows the name of its logger."""

    def __init__(self, lines: _Lines, name: str = "") -> None:
        self._lines = lines
        self.name = name

    def info(self, message: str) -> None:
        self._lines.put(message, at_once=False)

    def error(self, message: str) -> None:
        self._lines.put(message, at_once=True)

    debug = msg = info
    warning = warn = critical = fatal = exception = failure = error


async def gather_lines(_app: object) -> AsyncIterator[None]:
    """While a service runs, lines about what went well wait for a moment and are written together."""
    loop, lines = asyncio.get_running_loop(), _newest[0]
    lines.patient = True

    def flush() -> None:
        lines.flush()
        if lines.patient:
            loop.call_later(_MOMENT_S, flush)

    flush()
    yield
    lines.patient = False
    lines.flush()


def configure(log_format: str, *, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Set up structlog and the standard library's logging to write the same lines to ``stream`` (stderr).

    ``log_format`` is ``console`` or ``json``. May be called again; the last call counts.
    Our own lines do not pass through the standard library: that would cost as much as a statement.
    """
    out = stream or sys.stderr
    lines = _Lines(out)
    _newest[:] = [lines]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, *_renderers(log_format)],
        logger_factory=partial(_Line, lines),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    _configure_libraries(shared, log_format, level, out)


def _configure_libraries(shared: list[Processor], log_format: str, level: str, out: TextIO) -> None:
    """The same lines for what libraries log through the standard library."""
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(log_format)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # its access line holds the whole query; the pipeline logs requests itself
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    # it writes three lines for each tick; our own jobs say when they did something
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
