"""What phones remember when the simulator is switched off: followers and their chats."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.simulator.people import Bubble, Person, Side
from bot.simulator.platform import Platform

#: the form of the file; another one is not read
_FORM = 1


class Memory:
    """A JSON file, or nothing at all when no path was given."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def recall(self, platform: Platform) -> None:
        """Brings back who followed and what they saw; a file of another form is left alone."""
        if self._path is None or not self._path.exists():
            return
        kept = json.loads(self._path.read_text(encoding="utf-8"))
        if kept.get("form") != _FORM or kept.get("app_id") != platform.config.app_id:
            return
        for entry in kept["people"]:
            platform.restore(_person(entry))

    def keep(self, platform: Platform) -> None:
        """Writes the file anew, whole or not at all."""
        if self._path is None:
            return
        people = [_entry(person) for person in platform.people.values()]
        kept = {"form": _FORM, "app_id": platform.config.app_id, "people": people}
        write_whole(self._path, kept)


def write_whole(path: Path, kept: dict[str, Any]) -> None:
    """Writes JSON anew, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    beside.replace(path)


def _entry(person: Person) -> dict[str, Any]:
    return {
        "openid": person.openid,
        "name": person.name,
        "following": person.following,
        "followed_at": person.followed_at.isoformat() if person.followed_at else None,
        "scene": person.scene,
        "history": [bubble_entry(bubble) for bubble in person.history],
    }


def bubble_entry(bubble: Bubble) -> dict[str, Any]:
    """A bubble as JSON takes it."""
    return {
        "number": bubble.number,
        "side": bubble.side.value,
        "kind": bubble.kind,
        "text": bubble.text,
        "at": bubble.at.isoformat(),
        "detail": bubble.detail,
    }


def _person(entry: dict[str, Any]) -> Person:
    followed_at = entry["followed_at"]
    return Person(
        openid=entry["openid"],
        name=entry["name"],
        following=entry["following"],
        followed_at=datetime.fromisoformat(followed_at) if followed_at else None,
        scene=entry["scene"],
        history=[bubble_of(each) for each in entry["history"]],
    )


def bubble_of(entry: dict[str, Any]) -> Bubble:
    """The bubble of ``bubble_entry``; exchanges on the wire are not kept."""
    return Bubble(
        number=entry["number"],
        side=Side(entry["side"]),
        kind=entry["kind"],
        text=entry["text"],
        at=datetime.fromisoformat(entry["at"]),
        detail=entry["detail"],
    )
