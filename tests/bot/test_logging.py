"""What people entrust to us is in no log line."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.logging import configure, gather_lines, mask_text


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    # without a configuration lines go to stdout, into what later tests read there
    configure("console")
    root.handlers[:] = handlers
    root.setLevel(level)


def written(log_format: str, **values: object) -> str:
    stream = io.StringIO()
    configure(log_format, stream=stream)
    structlog.get_logger("test").info("something happened", **values)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("GET /wechat/callback?signature=ab&openid=oX HTTP/1.1", "GET /wechat/callback?… HTTP/1.1"),
        ("https://api.weixin.qq.com/cgi-bin/token?secret=s3", "https://api.weixin.qq.com/cgi-bin/token?…"),
        ("postgresql://user:pass@db/name", "postgresql://***@db/name"),
        ("证件 110101199003077758 收到", "证件 110101*** 收到"),
        ("电话 13812345678", "电话 138******78"),
        ("91140603YYYYYY0101", "91140603YYYYYY0101"),
    ],
)
def test_texts_are_masked_by_what_they_look_like(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_values_are_masked_by_their_key(log_format: str) -> None:
    line = written(
        log_format,
        app_secret="hush",
        access_token="hush",
        openid="oABCDEFGHIJKLMNOPQRSTUVWXYZ0",
        extra={"text": "hush", "code": 3},
    )
    assert "hush" not in line
    assert "GHIJKL" not in line
    assert "oABCDE***" in line


def test_json_lines_keep_chinese_as_it_is() -> None:
    entry = json.loads(written("json", subject="演示公司"))
    assert (entry["event"], entry["subject"], entry["level"]) == ("something happened", "演示公司", "info")


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_traceback_shows_no_local_variables(log_format: str) -> None:
    stream = io.StringIO()
    configure(log_format, stream=stream)
    hidden = "local" + "-value"
    try:
        raise ValueError(f"for {len(hidden)} reasons")
    except ValueError:
        structlog.get_logger("test").exception("it broke")
    assert "for 11 reasons" in stream.getvalue()
    assert "local-value" not in stream.getvalue()


def test_a_library_that_logs_the_old_way_is_masked_too() -> None:
    stream = io.StringIO()
    configure("json", stream=stream)
    logging.getLogger("some.library").warning("GET %s failed", "https://host/path?ticket=abc")
    assert "ticket" not in stream.getvalue()
    assert json.loads(stream.getvalue())["logger"] == "some.library"


async def test_while_a_service_runs_good_news_is_written_together_and_bad_news_at_once() -> None:
    stream = io.StringIO()
    configure("json", stream=stream)
    log = structlog.get_logger("test")
    running = gather_lines(None)
    await anext(running)
    log.info("one")
    log.info("two")
    assert stream.getvalue() == ""
    log.warning("three")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["one", "two", "three"]
    log.info("four")
    with pytest.raises(StopAsyncIteration):
        await anext(running)
    assert '"four"' in stream.getvalue()
