"""The windows for customer messages, to the second and to the message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain.rules.talk_windows import AFTER_TAP, Window, Windows

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def since(**ago: float) -> datetime:
    return NOW - timedelta(**ago)


def test_who_never_wrote_is_not_written_to() -> None:
    assert Windows().choose(NOW, 5) is None
    assert not Windows().used_up(NOW)


def test_a_message_opens_forty_eight_hours() -> None:
    assert Windows(since(hours=48, seconds=-1)).choose(NOW, 5) is Window.MESSAGE
    assert Windows(since(hours=48)).choose(NOW, 5) is None
    assert not Windows(since(hours=48)).used_up(NOW)


def test_the_messages_of_a_window_are_counted() -> None:
    assert Windows(since(hours=1), 4).choose(NOW, 5) is Window.MESSAGE
    assert Windows(since(hours=1), 5).choose(NOW, 5) is None
    assert Windows(since(hours=1), 5).used_up(NOW)
    assert Windows(since(hours=1), 5).choose(NOW, 20) is Window.MESSAGE


def test_a_tap_opens_a_minute_which_is_used_first() -> None:
    assert Windows(tap_at=since(seconds=59)).choose(NOW, 5) is Window.TAP
    assert Windows(tap_at=since(seconds=60)).choose(NOW, 5) is None
    assert Windows(since(hours=1), 0, since(seconds=1), AFTER_TAP - 1).choose(NOW, 5) is Window.TAP
    assert Windows(since(hours=1), 0, since(seconds=1), AFTER_TAP).choose(NOW, 5) is Window.MESSAGE
