"""Accounts of the channels, and their erasure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from domain.errors import NotFound
from domain.model.person import Channel, Person
from domain.rules.talk_windows import Touch, Window, Windows
from storage.prepared import Prepared
from storage.statements import insert_once
from storage.tables import bind_failures, bindings, conversations, inbox, outbox, people
from storage.types import AnyRow

_WANTED = people.c.id == bindparam("wanted")
_COLUMNS = select(
    people.c.id,
    people.c.channel,
    people.c.account,
    people.c.sender,
    people.c.notice_version,
    people.c.followed,
    people.c.last_inbound_at,
    people.c.erased_at,
)
_GET = _COLUMNS.where(_WANTED)
_BY_SENDER = _COLUMNS.where(
    people.c.channel == bindparam("on_channel"),
    people.c.account == bindparam("of_account"),
    people.c.sender == bindparam("by_sender"),
)
#: what each touch writes down, beside the moment
_TOUCHED: dict[Touch, dict[str, Any]] = {
    Touch.MESSAGE: {"message_at": bindparam("at"), "message_sent": 0},
    Touch.TAP: {"tap_at": bindparam("at"), "tap_sent": 0},
    Touch.OTHER: {},
    Touch.LEFT: {"message_at": None, "tap_at": None},
}
_ARRIVE = {
    touch: Prepared(
        update(people)
        .where(
            people.c.channel == bindparam("on_channel"),
            people.c.account == bindparam("of_account"),
            people.c.sender == bindparam("by_sender"),
        )
        .values(last_inbound_at=bindparam("at"), **values)
        .returning(*_COLUMNS.selected_columns)
    )
    for touch, values in _TOUCHED.items()
}
_ADD = insert_once(people, "channel", "account", "sender")
_NOTE_INBOUND = {
    touch: update(people).where(_WANTED).values(last_inbound_at=bindparam("at"), **values)
    for touch, values in _TOUCHED.items()
}
_WINDOWS = select(people.c.message_at, people.c.message_sent, people.c.tap_at, people.c.tap_sent).where(
    _WANTED
)
_NOTE_SENT = {
    Window.MESSAGE: update(people).where(_WANTED).values(message_sent=people.c.message_sent + 1),
    Window.TAP: update(people).where(_WANTED).values(tap_sent=people.c.tap_sent + 1),
}
_SET_FOLLOWED = update(people).where(_WANTED).values(followed=bindparam("follows"))
_SET_NOTICE = (
    update(people).where(_WANTED).values(notice_version=bindparam("version"), notice_at=bindparam("at"))
)

#: what erasure does, in this order; the audit chain keeps the person's number alone
_ERASURE = (
    update(people)
    .where(_WANTED)
    .values(
        sender=bindparam("pseudonym"),
        followed=False,
        last_inbound_at=None,
        message_at=None,
        tap_at=None,
        notice_version="",
        notice_at=None,
        erased_at=bindparam("at"),
    ),
    update(bindings)
    .where(bindings.c.person_id == bindparam("wanted"), bindings.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("at"), revoked_reason="erased"),
    delete(conversations).where(conversations.c.person_id == bindparam("wanted")),
    delete(bind_failures).where(bind_failures.c.person_id == bindparam("wanted")),
    # what waits is not sent any more; what was sent keeps its row, not its text
    update(outbox)
    .where(outbox.c.person_id == bindparam("wanted"), outbox.c.status == "waiting")
    .values(status="dead", last_error="erased"),
    update(outbox).where(outbox.c.person_id == bindparam("wanted")).values(payload=b""),
    update(inbox).where(inbox.c.person_id == bindparam("wanted")).values(reply=b"", answer_owner="passive"),
)


class SqlPeople:
    """Implements ``domain.ports.People``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get_or_add(self, channel: Channel, account: str, sender: str, at: datetime) -> Person:
        """The person behind an account of a channel; a new row where nobody wrote from it before."""
        who = {"on_channel": channel.value, "of_account": account, "by_sender": sender}
        row = self._connection.execute(_BY_SENDER, who).first()
        if row is None:
            new = {"channel": channel.value, "account": account, "sender": sender, "first_seen_at": at}
            self._connection.execute(_ADD, new)
            row = self._connection.execute(_BY_SENDER, who).one()
        return _to_person(row)

    def arrive(
        self, channel: Channel, account: str, sender: str, at: datetime, touch: Touch = Touch.MESSAGE
    ) -> Person:
        """``get_or_add`` and ``note_inbound`` in one statement: somebody wrote to us just now."""
        who = {"on_channel": channel.value, "of_account": account, "by_sender": sender, "at": at}
        row = _ARRIVE[touch].first(self._connection, who)
        if row is not None:
            return _to_person(row)
        person = self.get_or_add(channel, account, sender, at)
        self.note_inbound(person.id, at, touch)
        return self.get(person.id)

    def get(self, person_id: int) -> Person:
        """The person; ``NotFound`` where there is none."""
        row = self._connection.execute(_GET, {"wanted": person_id}).first()
        if row is None:
            raise NotFound("没有这个用户。", log=f"no person {person_id}")
        return _to_person(row)

    def note_inbound(self, person_id: int, at: datetime, touch: Touch = Touch.MESSAGE) -> None:
        """Remember when the person last did something; a message or a tap opens its window anew."""
        self._connection.execute(_NOTE_INBOUND[touch], {"wanted": person_id, "at": at})

    def windows(self, person_id: int) -> Windows:
        """Since when the person may be written to, and how often that was done."""
        return Windows(*self._connection.execute(_WINDOWS, {"wanted": person_id}).one())

    def note_sent(self, person_id: int, window: Window) -> None:
        """A customer message was taken from this window."""
        self._connection.execute(_NOTE_SENT[window], {"wanted": person_id})

    def set_followed(self, person_id: int, followed: bool, at: datetime) -> None:
        self._connection.execute(_SET_FOLLOWED, {"wanted": person_id, "follows": followed})

    def set_notice(self, person_id: int, version: str, at: datetime) -> None:
        """Store which privacy notice was shown, and when."""
        self._connection.execute(_SET_NOTICE, {"wanted": person_id, "version": version, "at": at})

    def erase(self, person_id: int, at: datetime) -> None:
        """Delete what belongs to the person alone and end the bindings (删除, PIPL 47).

        The row stays under a pseudonym, so that the audit chain, which holds
        numbers and hashes only, stays whole; who writes again from the same
        account is a new person.
        """
        values = {"wanted": person_id, "at": at, "pseudonym": f"erased:{person_id}"}
        for statement in _ERASURE:
            self._connection.execute(statement, values)


def _to_person(row: AnyRow) -> Person:
    return Person(
        id=row.id,
        channel=Channel(row.channel),
        account=row.account,
        sender=row.sender,
        notice_version=row.notice_version,
        followed=row.followed,
        last_inbound_at=row.last_inbound_at,
        erased=row.erased_at is not None,
    )
