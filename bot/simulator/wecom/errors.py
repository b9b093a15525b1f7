"""WeCom's refusals: the code, the words it is known for, and who asked from where."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Final

from bot.simulator.errors import ApiError

TEXTS: Final[dict[int, str]] = {
    -1: "system busy",
    40001: "invalid credential",
    40003: "invalid userid",
    40004: "invalid media type",
    40005: "invalid file type",
    40006: "invalid media size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid corpid",
    40014: "invalid access_token",
    40029: "invalid code",
    40032: "invalid userid list size",
    40056: "invalid agentid",
    40058: "invalid parameter",
    40063: "some parameters are empty",
    41001: "access_token missing",
    41002: "corpid missing",
    41004: "corpsecret missing",
    41005: "media data missing",
    41006: "media_id missing",
    42001: "access_token expired",
    42014: "invalid task_id",
    42015: "task_id not match app",
    42016: "task_id not exist",
    42022: "response_code expired or already used",
    42027: "horizontal_content_list keyname missing",
    42028: "url missing",
    42029: "media_id missing",
    42030: "appid missing",
    42031: "invalid card_type",
    42033: "title missing",
    42035: "invalid horizontal_content_list size",
    42036: "invalid vertical_content_list size",
    42037: "invalid option_list size",
    42038: "button text missing",
    42039: "button key missing or repeated",
    42040: "option id missing or repeated",
    42041: "option text missing",
    42042: "invalid jump_list size",
    42043: "question_key missing or repeated",
    42044: "card_image url missing",
    42045: "invalid card_action",
    42046: "submit_button key missing",
    42047: "invalid select_list size",
    42049: "submit_button text missing",
    42050: "horizontal_content_list userid missing",
    42051: "invalid action_menu key",
    43001: "require GET method",
    43002: "require POST method",
    43012: "app has no callback url",
    44001: "empty media data",
    44002: "empty post data",
    44004: "empty content",
    45002: "content size out of limit",
    45008: "article size out of limit",
    45009: "api freq out of limit",
    45033: "api concurrent out of limit",
    47001: "data format error",
    48002: "api forbidden",
    50001: "redirect_uri unauthorized",
    60003: "department not found",
    60011: "no privilege to access/modify contact/party/agent",
    60020: "not allow to access from your ip",
    60111: "userid not found",
    60123: "invalid party id",
    81013: "user & party & tag all invalid",
    82001: "all of touser, toparty and totag are empty",
    301002: "no privilege to operate agent",
}


class WeComError(ApiError):
    """A call WeCom refuses, answered with HTTP 200 and this ``errcode``."""

    texts: ClassVar[dict[int, str]] = TEXTS


def refusal(error: ApiError, now: datetime, caller: str) -> dict[str, Any]:
    """The JSON answer; 60020 and its kind are recognised by the address they tell."""
    code = error.code
    text = error.text if isinstance(error, WeComError) else TEXTS.get(code, error.text)
    hint = f"{int(now.timestamp() * 1000)}_{code}"
    more = f"more info at https://open.work.weixin.qq.com/devtool/query?e={code}"
    return {"errcode": code, "errmsg": f"{text}, hint: [{hint}], from ip: {caller}, {more}"}
