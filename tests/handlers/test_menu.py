"""The menu of the service account: within the platform's limits, and every button answers."""

from __future__ import annotations

from handlers.menu import menu_json
from handlers.router import KEYS, ROUTES
from tests.handlers.conftest import Town

BUTTONS = menu_json()["button"]
SUB_BUTTONS = [sub for button in BUTTONS for sub in button["sub_button"]]


def test_the_menu_keeps_the_platforms_limits() -> None:
    assert 1 <= len(BUTTONS) <= 3
    for button in BUTTONS:
        assert 1 <= len(button["sub_button"]) <= 5
        assert len(button["name"]) <= 4
        assert len(button["name"].encode()) <= 16
    for sub in SUB_BUTTONS:
        assert sub["type"] == "click"
        assert len(sub["name"]) <= 8
        assert len(sub["name"].encode()) <= 60
        assert 0 < len(sub["key"].encode()) <= 128


def test_every_key_of_the_menu_has_an_answer(town: Town) -> None:
    for sub in SUB_BUTTONS:
        person = town.talk(f"openid-{sub['key']}")
        answer = person.clicks(sub["key"])
        assert answer == town.talk(f"other-{sub['key']}").says(sub["name"])
        assert "没有听懂" not in answer


def test_a_service_that_is_not_built_stands_in_no_menu() -> None:
    built = {route.word for route in ROUTES if route.handler} | {"帮助"}
    assert {sub["name"] for sub in SUB_BUTTONS} <= built


def test_every_key_stands_in_the_menu_once() -> None:
    keys = [sub["key"] for sub in SUB_BUTTONS]
    assert sorted(keys) == sorted(KEYS)


def test_with_pages_one_button_opens_them_and_the_word_it_replaces_is_still_understood(town: Town) -> None:
    buttons = [
        sub for button in menu_json("https://credit.example")["button"] for sub in button["sub_button"]
    ]
    pages = [sub for sub in buttons if sub["type"] == "view"]
    assert pages == [{"type": "view", "name": "我的页面", "url": "https://credit.example/h5/firm/"}]
    missing = {sub["name"] for sub in SUB_BUTTONS} - {sub["name"] for sub in buttons}
    assert missing == {"切换"}
    assert "没有听懂" not in town.talk().says("切换")


def test_a_key_of_an_older_menu_is_answered_with_a_way_forward(town: Town) -> None:
    assert "帮助" in town.talk().clicks("no-longer-there")
