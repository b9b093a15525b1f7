"""``message/send``: to whom, what, and what of it arrives."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from bot.simulator.call import OK, Call
from bot.simulator.faults import FaultKind
from bot.simulator.people import Side
from bot.simulator.wecom.card_rules import check_card, updatable
from bot.simulator.wecom.cards import Content
from bot.simulator.wecom.corp import App, Corp
from bot.simulator.wecom.errors import WeComError
from bot.simulator.wecom.members import Member

MOST_USERS: Final = 1000
MOST_GROUPS: Final = 100
LONGEST_TEXT: Final = 2048
#: answered with ``errcode`` 0 where a parameter could be read only by half
HALF_READ: Final = "ok. Warning: wrong json format. "
_SAME_FOR: Final = 1800
_SAME_AT_MOST: Final = 4 * 3600


@dataclass(frozen=True, slots=True)
class _Shown:
    """What arrives on a phone: a bubble, or a card."""

    kind: str
    text: str
    detail: dict[str, Any]
    card: Content | None = None


@dataclass(frozen=True, slots=True)
class _Audience:
    members: tuple[Member, ...]
    invalid_users: tuple[str, ...] = ()
    invalid_parties: tuple[str, ...] = ()
    invalid_tags: tuple[str, ...] = ()

    @property
    def invalid(self) -> dict[str, str]:
        """The lists of the answer, joined by ``|``; what is empty is left out."""
        lists = {
            "invaliduser": self.invalid_users,
            "invalidparty": self.invalid_parties,
            "invalidtag": self.invalid_tags,
        }
        return {name: "|".join(each) for name, each in lists.items() if each}


def message_send(corp: Corp, app: App, call: Call) -> dict[str, Any]:
    """Shows a message to every member it reaches; partial failure is told and is no error."""
    body = call.json()
    warning = own_agent(app, body)
    audience = _audience(corp, body)
    if not audience.members:
        raise WeComError(81013)
    shown = _content(corp, app, body)
    if known := _repeated(corp, app, call, body):
        return known
    corp.pace.spend_day(app.agent_id, len(audience.members))
    task_id = _task(corp, app, shown)
    for member in audience.members:
        _arrive(corp, app, member, shown, task_id)
    answer = OK | {"errmsg": warning or "ok"} | audience.invalid | {"msgid": secrets.token_urlsafe(48)}
    if shown.card is not None and updatable(shown.card):
        answer["response_code"] = corp.codes.card_code(app.agent_id, task_id)
    _remember(corp, app, call, body, answer)
    return answer


def own_agent(app: App, body: Mapping[str, Any]) -> str:
    """Checks ``agentid`` against the token; a number in quotes is read, with a warning that is returned."""
    given = body.get("agentid")
    warning = ""
    if isinstance(given, str) and given.isdecimal():
        given, warning = int(given), HALF_READ
    if not isinstance(given, int) or isinstance(given, bool):
        raise WeComError(40056)
    if given != app.agent_id:
        raise WeComError(301002)
    return warning


# to whom


def _audience(corp: Corp, body: Mapping[str, Any]) -> _Audience:
    users, parties, tags = (_listed(body, name) for name in ("touser", "toparty", "totag"))
    if not (users or parties or tags):
        raise WeComError(82001)
    if users == ["@all"]:
        return _Audience(tuple(corp.reachable()))
    if len(users) > MOST_USERS or len(parties) > MOST_GROUPS or len(tags) > MOST_GROUPS:
        raise WeComError(40032)
    chosen: dict[str, Member] = {}
    for userid in users:
        member = corp.members.get(userid.lower())
        if member is not None and member.reachable:
            chosen[member.userid.lower()] = member
    known = [each for each in parties if each.isdecimal() and int(each) in corp.departments]
    for member in corp.in_departments(map(int, known)):
        if member.enabled:
            chosen[member.userid.lower()] = member
    return _Audience(
        tuple(chosen.values()),
        tuple(each.lower() for each in users if not _is_reached(corp, each)),
        tuple(each for each in parties if each not in known),
        # the local corp has no tags
        tuple(tags),
    )


def _is_reached(corp: Corp, userid: str) -> bool:
    member = corp.members.get(userid.lower())
    return member is not None and member.reachable


def _listed(body: Mapping[str, Any], name: str) -> list[str]:
    """A ``|``-joined list; what is no text counts as nothing."""
    given = body.get(name)
    return [each for each in given.split("|") if each] if isinstance(given, str) else []


# what


def _content(corp: Corp, app: App, body: Mapping[str, Any]) -> _Shown:
    kind = body.get("msgtype")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    payload = body.get(str(kind))
    if reader is None or not isinstance(payload, dict):
        raise WeComError(40008)
    return reader(corp, app, payload)


def _cut(text: str, most: int) -> tuple[str, dict[str, Any]]:
    """A text cut at so many bytes, never inside a character."""
    encoded = text.encode()
    if len(encoded) <= most:
        return text, {}
    return encoded[:most].decode(errors="ignore"), {"cut_from": len(encoded)}


def _words(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name)
    if not isinstance(value, str) or not value.strip():
        raise WeComError(44004)
    return value


def _text(corp: Corp, app: App, payload: dict[str, Any]) -> _Shown:
    text, detail = _cut(_words(payload, "content"), LONGEST_TEXT)
    return _Shown("text", text, detail)


def _markdown(corp: Corp, app: App, payload: dict[str, Any]) -> _Shown:
    text = _words(payload, "content")
    if len(text.encode()) > LONGEST_TEXT:
        raise WeComError(45002)
    return _Shown("markdown", text, {})


def _textcard(corp: Corp, app: App, payload: dict[str, Any]) -> _Shown:
    title, _ = _cut(_words(payload, "title"), 128)
    description, cut = _cut(_words(payload, "description"), 512)
    url = _words(payload, "url")
    if len(url.encode()) > 2048:
        raise WeComError(45002)
    button = str(payload.get("btntxt") or "详情")[:4]
    detail = {"title": title, "description": description, "url": url, "button": button} | cut
    return _Shown("textcard", f"{title}\n{description}", detail)


def _medium(kind: str, label: str) -> Callable[[Corp, App, dict[str, Any]], _Shown]:
    def reader(corp: Corp, app: App, payload: dict[str, Any]) -> _Shown:
        medium = corp.media.get(str(payload.get("media_id") or ""))
        return _Shown(kind, f"［{label}］{medium.name}", {"media_id": medium.media_id, "name": medium.name})

    return reader


def _news(corp: Corp, app: App, payload: dict[str, Any]) -> _Shown:
    given = payload.get("articles")
    if not isinstance(given, list) or not given or not all(isinstance(each, dict) for each in given):
        raise WeComError(40063)
    if len(given) > 8:
        raise WeComError(45008)
    articles = [
        {
            "title": _cut(_words(each, "title"), 128)[0],
            "description": _cut(str(each.get("description", "")), 512)[0],
            "url": str(each.get("url", "")),
            "pic_url": str(each.get("picurl", "")),
        }
        for each in given
    ]
    return _Shown("news", articles[0]["title"], {"articles": articles})


def _template_card(corp: Corp, app: App, payload: dict[str, Any]) -> _Shown:
    card = check_card(payload)
    if updatable(card) and not app.callback_url:
        raise WeComError(43012)
    return _Shown("template_card", "", {}, card)


_READERS: Final[dict[str, Callable[[Corp, App, dict[str, Any]], _Shown]]] = {
    "text": _text,
    "markdown": _markdown,
    "textcard": _textcard,
    "image": _medium("image", "图片"),
    "voice": _medium("voice", "语音"),
    "video": _medium("video", "视频"),
    "file": _medium("file", "文件"),
    "news": _news,
    "template_card": _template_card,
}


# arriving


def _task(corp: Corp, app: App, shown: _Shown) -> str:
    """The card's task id, kept as used; raises 42014 where it was used before."""
    task_id = str(shown.card.get("task_id") or "") if shown.card else ""
    if not task_id:
        return ""
    if corp.config.task_ids_once and task_id in app.tasks:
        raise WeComError(42014, "task_id duplicated")
    app.tasks.setdefault(task_id, set())
    return task_id


def _arrive(corp: Corp, app: App, member: Member, shown: _Shown, task_id: str) -> None:
    """One member sees it, unless too much came before: that is told to nobody."""
    if task_id:
        app.tasks[task_id].add(member.userid.lower())
    if not corp.pace.reaches(app.agent_id, member.userid.lower()) or corp.faults.take(FaultKind.SILENT_DROP):
        return
    if shown.card is not None:
        corp.show_card(app, member, task_id, shown.card)
    else:
        corp.show(app, member, Side.ACCOUNT, shown.kind, shown.text, detail=shown.detail)


def _repeated(corp: Corp, app: App, call: Call, body: Mapping[str, Any]) -> dict[str, Any] | None:
    """The first answer, where the same request with a duplicate check came a short while ago."""
    if body.get("enable_duplicate_check") != 1:
        return None
    until, answer = app.repeats.get(_fingerprint(call), (corp.now(), {}))
    return answer if corp.now() < until else None


def _remember(corp: Corp, app: App, call: Call, body: Mapping[str, Any], answer: dict[str, Any]) -> None:
    if body.get("enable_duplicate_check") == 1:
        seconds = min(int(body.get("duplicate_check_interval") or _SAME_FOR), _SAME_AT_MOST)
        app.repeats[_fingerprint(call)] = (corp.now() + timedelta(seconds=seconds), answer)


def _fingerprint(call: Call) -> str:
    return json.dumps(call.json(), sort_keys=True)
