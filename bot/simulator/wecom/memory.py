"""What staff phones remember when the simulator is switched off: chats, cards, and the codes that update them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from bot.simulator.memory import bubble_entry, bubble_of, write_whole
from bot.simulator.wecom.codes import CardCode
from bot.simulator.wecom.corp import App, Corp
from bot.simulator.wecom.members import Chat

#: the form of the file; another one is not read
_FORM: Final = 1


def recall(corp: Corp) -> None:
    """Brings back what members saw; a file of another form or corp is left alone."""
    path = corp.config.memory
    if path is None or not path.exists():
        return
    kept = json.loads(path.read_text(encoding="utf-8"))
    if kept.get("form") != _FORM or kept.get("corp_id") != corp.config.corp_id:
        return
    for entry in kept["apps"]:
        if app := corp.apps.get(entry["agent_id"]):
            _recall_app(corp, app, entry)
    for code in kept["codes"]:
        expires_at = datetime.fromisoformat(code.pop("expires_at"))
        corp.codes.cards[code["value"]] = CardCode(expires_at=expires_at, **code)


def keep(corp: Corp) -> None:
    """Writes the file anew, whole or not at all; nothing where none was named."""
    if corp.config.memory is None:
        return
    kept = {
        "form": _FORM,
        "corp_id": corp.config.corp_id,
        "apps": [_app(corp, app) for app in corp.apps.values()],
        "codes": [_code(code) for code in corp.codes.cards.values() if not code.used],
    }
    write_whole(corp.config.memory, kept)


def _recall_app(corp: Corp, app: App, entry: dict[str, Any]) -> None:
    app.tasks.update({task_id: set(userids) for task_id, userids in entry["tasks"].items()})
    for userid, bubbles in entry["chats"].items():
        if member := corp.members.get(userid):
            corp.restore(app, member, Chat.of([bubble_of(each) for each in bubbles]))


def _app(corp: Corp, app: App) -> dict[str, Any]:
    chats = {
        userid: [bubble_entry(bubble) for bubble in chat.history]
        for (agent_id, userid), chat in corp.chats.items()
        if agent_id == app.agent_id
    }
    tasks = {task_id: sorted(userids) for task_id, userids in app.tasks.items()}
    return {"agent_id": app.agent_id, "chats": chats, "tasks": tasks}


def _code(code: CardCode) -> dict[str, Any]:
    return {
        "value": code.value,
        "agent_id": code.agent_id,
        "task_id": code.task_id,
        "expires_at": code.expires_at.isoformat(),
    }
