"""What each interface does with a checked call: pure functions over the platform.

Every function takes the platform and the call, and returns the JSON answer or a
medium; it raises ``ApiError`` for what the platform refuses.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from bot.simulator.call import OK, Call
from bot.simulator.config import Slot, Template
from bot.simulator.errors import ApiError
from bot.simulator.jobs import Job
from bot.simulator.media import Medium
from bot.simulator.menus import check_menu
from bot.simulator.people import Person, Side
from bot.simulator.platform import Platform
from bot.simulator.replies import LONGEST_TEXT
from bot.simulator.templates import listing, render

_TYPING_GAP: Final = timedelta(seconds=30)


# tokens


def token(platform: Platform, call: Call) -> dict[str, Any]:
    """``GET token``: each call makes a new one."""
    _credentials(platform, call.query, "client_credential")
    value, seconds = platform.tokens.plain()
    return {"access_token": value, "expires_in": seconds}


def stable_token(platform: Platform, call: Call) -> dict[str, Any]:
    """``POST stable_token``: the same one again, unless forced."""
    body = call.json()
    _credentials(platform, body, "client_credential")
    value, seconds = platform.tokens.stable(force=body.get("force_refresh") is True)
    return {"access_token": value, "expires_in": seconds}


def _credentials(platform: Platform, given: Mapping[str, Any], grant: str) -> None:
    if given.get("grant_type") != grant:
        raise ApiError(40002)
    if not given.get("appid"):
        raise ApiError(41002)
    if not given.get("secret"):
        raise ApiError(41004)
    if given["appid"] != platform.config.app_id:
        raise ApiError(40013)
    if given["secret"] != platform.config.secret:
        raise ApiError(40125)


def page_login(platform: Platform, call: Call) -> dict[str, Any]:
    """``GET sns/oauth2/access_token``: who opened a page, for the code that came with the visit."""
    if not call.query.get("code"):
        raise ApiError(41008)
    _credentials(platform, call.query, "authorization_code")
    return platform.logins.spend(call.query["code"])


# customer messages


def custom_send(platform: Platform, call: Call) -> dict[str, Any]:
    """``message/custom/send``: shown at once, within a window."""
    body = call.json(chinese=True)
    person = _recipient(platform, body)
    kind = body.get("msgtype")
    payload = body.get(kind) if isinstance(kind, str) else None
    if not isinstance(payload, dict):
        raise ApiError(40008)
    text, detail = _content(platform, str(kind), payload)
    if not person.following:
        raise ApiError(45015)
    if person.blacklisted:
        raise ApiError(43019)
    if person.refuses:
        raise ApiError(48002)
    person.spend(platform.now())
    platform.show(person, Side.ACCOUNT, str(kind), text, detail=detail)
    return OK


def _recipient(platform: Platform, body: Mapping[str, Any]) -> Person:
    openid = body.get("touser")
    if not isinstance(openid, str) or not openid:
        raise ApiError(41009)
    return platform.person(openid)


def _content(platform: Platform, kind: str, payload: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Text and detail of a customer message; raises the error of its kind."""
    if kind == "text":
        return _checked_text(payload.get("content")), {}
    if kind in ("image", "voice", "video"):
        medium = platform.media.get(str(payload.get("media_id") or ""))
        return f"［{_MEDIA_NAMES[kind]}］", {"media_id": medium.media_id}
    if kind == "news":
        return _article(payload.get("articles"))
    if kind == "msgmenu":
        return _menu_message(payload)
    if kind == "miniprogrampage":
        return str(payload.get("title") or ""), {"path": payload.get("pagepath")}
    raise ApiError(40008)


_MEDIA_NAMES: Final = {"image": "图片", "voice": "语音", "video": "视频"}


def _checked_text(content: object) -> str:
    if not isinstance(content, str) or not content.strip():
        raise ApiError(44004)
    if len(content.encode()) > LONGEST_TEXT:
        raise ApiError(45002)
    return content


def _article(articles: object) -> tuple[str, dict[str, Any]]:
    if not isinstance(articles, list) or not articles or not isinstance(articles[0], dict):
        raise ApiError(47001)
    if len(articles) > 1:
        raise ApiError(45008)
    article = {key: str(articles[0].get(key, "")) for key in ("title", "description", "url")}
    article["pic_url"] = str(articles[0].get("picurl", ""))
    return article["title"], {"articles": [article]}


def _menu_message(payload: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    items = payload.get("list")
    if not isinstance(items, list) or not items:
        raise ApiError(47001)
    if not all(isinstance(item, dict) and item.get("id") and item.get("content") for item in items):
        raise ApiError(47001)
    shown = [{"id": str(item["id"]), "content": str(item["content"])} for item in items]
    head, tail = str(payload.get("head_content", "")), str(payload.get("tail_content", ""))
    return _checked_text(head or tail or shown[0]["content"]), {"items": shown, "tail": tail}


def custom_typing(platform: Platform, call: Call) -> dict[str, Any]:
    """``message/custom/typing``."""
    body = call.json()
    person = _recipient(platform, body)
    if body.get("command") not in ("Typing", "CancelTyping"):
        raise ApiError(45072)
    if person.last_act is None or platform.now() - person.last_act > _TYPING_GAP:
        raise ApiError(45080)
    if person.typing == (body["command"] == "Typing"):
        raise ApiError(45081)
    person.typing = body["command"] == "Typing"
    platform.feed.changed()
    return OK


# template messages


def template_send(platform: Platform, call: Call) -> dict[str, Any]:
    """``message/template/send``: accepted now, its end reported later."""
    body = call.json(chinese=True)
    person = _recipient(platform, body)
    template = platform.templates.get(str(body.get("template_id") or ""))
    if template is None:
        raise ApiError(40037)
    if not person.following:
        raise ApiError(43004)
    own_id = str(body.get("client_msg_id") or "")
    known = platform.jobs.known(person.openid, own_id, platform.now())
    if known is not None:
        return OK | {"msgid": known}
    rendered = render(template, body.get("data"))
    job = Job(platform.next_id(), person, rendered, str(body.get("url") or ""), platform.exchange)
    platform.jobs.add(job, own_id, platform.now())
    return OK | {"msgid": job.number}


def list_templates(platform: Platform, call: Call) -> dict[str, Any]:
    """``get_all_private_template``."""
    return {"template_list": [listing(template) for template in platform.templates.values()]}


def add_template(platform: Platform, call: Call) -> dict[str, Any]:
    """``api_add_template``: keywords by name; the simulator takes every name as a ``thing``."""
    body = call.json()
    names = body.get("keyword_name_list")
    if not isinstance(body.get("template_id_short"), str) or not isinstance(names, list):
        raise ApiError(40035)
    slots = tuple(Slot(f"thing{n}", str(name)) for n, name in enumerate(names, start=1))
    template_id = secrets.token_urlsafe(32)
    platform.add_template(Template(template_id, body["template_id_short"], slots))
    return OK | {"template_id": template_id}


def delete_template(platform: Platform, call: Call) -> dict[str, Any]:
    """``del_private_template``."""
    if platform.templates.pop(str(call.json().get("template_id")), None) is None:
        raise ApiError(40037)
    return OK


# the menu


def menu_create(platform: Platform, call: Call) -> dict[str, Any]:
    """``menu/create``."""
    platform.menu = check_menu(call.json(chinese=True))
    platform.feed.changed()
    return OK


def menu_get(platform: Platform, call: Call) -> dict[str, Any]:
    """``menu/get``."""
    if platform.menu is None:
        raise ApiError(46003)
    return {"menu": platform.menu}


def menu_delete(platform: Platform, call: Call) -> dict[str, Any]:
    """``menu/delete``."""
    platform.menu = None
    platform.feed.changed()
    return OK


# media


def media_upload(platform: Platform, call: Call) -> dict[str, Any]:
    """``media/upload``: the part ``media``, with a plain filename."""
    part = next((part for part in call.parts if part.name == "media"), None)
    if part is None or not part.filename:
        raise ApiError(41005)
    medium = platform.media.put(call.query.get("type", ""), part.data)
    name = "thumb_media_id" if medium.kind == "thumb" else "media_id"
    return {
        "type": medium.kind,
        name: medium.media_id,
        "created_at": int(medium.created_at.timestamp()),
    }


def media_get(platform: Platform, call: Call) -> Medium | dict[str, Any]:
    """``media/get``: the bytes; for a video, where they are."""
    medium = platform.media.get(call.query.get("media_id", ""))
    if medium.kind == "video":
        return {"video_url": f"{platform.own_url}/media/{medium.media_id}"}
    return medium


# codes and people


def qrcode_create(platform: Platform, call: Call) -> dict[str, Any]:
    """``qrcode/create``."""
    scene, seconds = platform.scenes.create(call.json())
    platform.feed.changed()
    answer = {"ticket": scene.ticket, "url": f"http://weixin.qq.com/q/{scene.ticket[:16]}"}
    return answer | ({"expire_seconds": seconds} if seconds else {})


def user_info(platform: Platform, call: Call) -> dict[str, Any]:
    """``user/info``: of somebody who does not follow, nothing but that."""
    openid = call.query.get("openid", "")
    if not openid:
        raise ApiError(41009)
    person = platform.person(openid)
    if not person.following or person.followed_at is None:
        return {"subscribe": 0, "openid": openid}
    by_code = bool(person.scene)
    return {
        "subscribe": 1,
        "openid": openid,
        "language": call.query.get("lang", "zh_CN"),
        "subscribe_time": int(person.followed_at.timestamp()),
        "remark": "",
        "groupid": 0,
        "tagid_list": [],
        "subscribe_scene": "ADD_SCENE_QR_CODE" if by_code else "ADD_SCENE_SEARCH",
        "qr_scene": int(person.scene) if person.scene.isdecimal() else 0,
        "qr_scene_str": "" if person.scene.isdecimal() else person.scene,
    }
