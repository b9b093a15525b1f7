"""What each of WeCom's other interfaces does with a checked call.

Every function takes the corp, the app its token stands for, and the call, and
returns the JSON answer or a medium; it raises ``WeComError`` for what is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.simulator.call import OK, Call
from bot.simulator.media import Medium
from bot.simulator.wecom.card_rules import check_card, updatable
from bot.simulator.wecom.cards import INTERACTIVE, Card
from bot.simulator.wecom.corp import App, Corp
from bot.simulator.wecom.errors import WeComError
from bot.simulator.wecom.members import Department, Member
from bot.simulator.wecom.send import MOST_USERS, own_agent


def gettoken(corp: Corp, call: Call) -> dict[str, Any]:
    """``gettoken``: a token for the app whose secret this is."""
    corp_id, secret = call.query.get("corpid", ""), call.query.get("corpsecret", "")
    if not corp_id:
        raise WeComError(41002)
    if not secret:
        raise WeComError(41004)
    if corp_id != corp.config.corp_id:
        raise WeComError(40013)
    app = next((each for each in corp.apps.values() if each.config.secret == secret), None)
    if app is None:
        raise WeComError(40001)
    value, seconds = corp.tokens.issue(app.agent_id)
    return OK | {"access_token": value, "expires_in": seconds}


# cards


def update_template_card(corp: Corp, app: App, call: Call) -> dict[str, Any]:
    """``update_template_card``: a new face, or a grey button, for those who have the card; the code is used up."""
    body = call.json()
    own_agent(app, body)
    code = corp.codes.usable(body.get("response_code"), app.agent_id)
    wanted = _members_to_update(corp, app, body, code.task_id)
    change = _change(body)
    code.used = True
    missed = [userid for userid in wanted if not _update(corp, app, userid, code.task_id, change)]
    return OK | ({"invaliduser": [each.lower() for each in missed]} if missed else {})


def _members_to_update(corp: Corp, app: App, body: dict[str, Any], task_id: str) -> list[str]:
    if body.get("atall") == 1:
        return sorted(app.tasks.get(task_id, ()))
    users = [str(each) for each in body.get("userids") or ()]
    parties = [int(each) for each in body.get("partyids") or ()]
    users += [member.userid for member in corp.in_departments(parties)]
    if not users and not body.get("tagids"):
        raise WeComError(82001)
    if len(users) > MOST_USERS:
        raise WeComError(40032)
    return users


def _change(body: dict[str, Any]) -> dict[str, Any]:
    """Exactly one of ``button`` and ``template_card``, checked."""
    button, card = body.get("button"), body.get("template_card")
    if (button is None) == (card is None):
        raise WeComError(40058)
    if card is not None:
        return {"card": check_card(card, update=True)}
    if not isinstance(button, dict) or not str(button.get("replace_name") or "").strip():
        raise WeComError(40063)
    return {"name": str(button["replace_name"])}


def _update(corp: Corp, app: App, userid: str, task_id: str, change: dict[str, Any]) -> bool:
    """Whether this member has the card and it could be changed."""
    member = corp.members.get(userid.lower())
    card = corp.chat(app, member).card_of(task_id) if member else None
    if member is None or card is None or not _apply(card, change):
        return False
    corp.redraw(app, member, card)
    return True


def _apply(card: Card, change: dict[str, Any]) -> bool:
    if "card" in change:
        if not updatable(card.content):
            return False
        card.replace(dict(change["card"]))
        return True
    if card.kind not in INTERACTIVE:
        return False
    card.rename(change["name"])
    return True


# media


def media_upload(corp: Corp, app: App, call: Call) -> dict[str, Any]:
    """``media/upload``: the part ``media``, with a plain filename."""
    part = next((part for part in call.parts if part.name == "media"), None)
    if part is None or not part.filename:
        raise WeComError(41005)
    medium = corp.media.put(call.query.get("type", ""), part.data, part.filename)
    created = str(int(medium.created_at.timestamp()))
    return OK | {"type": medium.kind, "media_id": medium.media_id, "created_at": created}


def media_get(corp: Corp, app: App, call: Call) -> Medium:
    """``media/get``: the bytes, for any app of the corp."""
    return corp.media.get(call.query.get("media_id", ""))


# the address book


def user_get(corp: Corp, app: App, call: Call) -> dict[str, Any]:
    """``user/get``: of somebody whom the app may see."""
    member = corp.member(call.query.get("userid", ""))
    if not member.visible:
        raise WeComError(60011)
    return OK | _full(member)


def user_list(corp: Corp, app: App, call: Call) -> dict[str, Any]:
    """``user/list``: without photo, sex, telephone and mail, as for every app made since June 2022."""
    return OK | {"userlist": [_full(each) for each in _of_department(corp, call)]}


def user_simplelist(corp: Corp, app: App, call: Call) -> dict[str, Any]:
    """``user/simplelist``."""
    rows = (
        {"userid": m.userid, "name": m.name, "department": list(m.departments)}
        for m in _of_department(corp, call)
    )
    return OK | {"userlist": list(rows)}


def department_list(corp: Corp, app: App, call: Call) -> dict[str, Any]:
    """``department/list``: all, or one with those below it."""
    return OK | {"department": [_department(each) for each in _departments(corp, call)]}


def department_simplelist(corp: Corp, app: App, call: Call) -> dict[str, Any]:
    """``department/simplelist``: numbers only."""
    rows = ({"id": d.number, "parentid": d.parent, "order": d.number} for d in _departments(corp, call))
    return OK | {"department_id": list(rows)}


def _of_department(corp: Corp, call: Call) -> Iterable[Member]:
    number = call.query.get("department_id", "")
    if not number.isdecimal() or int(number) not in corp.departments:
        raise WeComError(60123)
    if call.query.get("fetch_child") == "1":
        return corp.in_departments([int(number)])
    return [m for m in corp.members.values() if m.visible and int(number) in m.departments]


def _departments(corp: Corp, call: Call) -> list[Department]:
    number = call.query.get("id", "")
    if not number:
        return list(corp.departments.values())
    if not number.isdecimal() or int(number) not in corp.departments:
        raise WeComError(60123)
    return [corp.departments[each] for each in sorted(corp.below({int(number)}))]


def _full(member: Member) -> dict[str, Any]:
    return {
        "userid": member.userid,
        "name": member.name,
        "department": list(member.departments),
        "order": [0] * len(member.departments),
        "position": member.label,
        "is_leader_in_dept": [0] * len(member.departments),
        "direct_leader": [],
        "status": 1 if member.enabled else 2,
        "enable": int(member.enabled),
        "isleader": 0,
        "extattr": {"attrs": []},
        "telephone": "",
        "main_department": member.departments[0] if member.departments else 0,
        "alias": "",
    }


def _department(department: Department) -> dict[str, Any]:
    return {
        "id": department.number,
        "name": department.name,
        "parentid": department.parent,
        "order": department.number,
        "department_leader": [],
    }


# who is at the page


def getuserinfo(corp: Corp, app: App, call: Call) -> dict[str, Any]:
    """``auth/getuserinfo``: the member of a code, once."""
    return OK | {"userid": corp.codes.spend_login(call.query.get("code", ""))}
