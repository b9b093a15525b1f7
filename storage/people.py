"""Accounts of the channels, and their erasure."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update

from domain.errors import NotFound
from domain.model.person import Channel, Person
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
)
_GET = _COLUMNS.where(_WANTED)
_BY_SENDER = _COLUMNS.where(
    people.c.channel == bindparam("on_channel"),
    people.c.account == bindparam("of_account"),
    people.c.sender == bindparam("by_sender"),
)
_ARRIVE = Prepared(
    update(people)
    .where(
        people.c.channel == bindparam("on_channel"),
        people.c.account == bindparam("of_account"),
        people.c.sender == bindparam("by_sender"),
    )
    .values(last_inbound_at=bindparam("at"))
    .returning(*_COLUMNS.selected_columns)
)
_ADD = insert_once(people, "channel", "account", "sender")
_NOTE_INBOUND = update(people).where(_WANTED).values(last_inbound_at=bindparam("at"))
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

    def arrive(self, channel: Channel, account: str, sender: str, at: datetime) -> Person:
        """``get_or_add`` and ``note_inbound`` in one statement: somebody wrote to us just now."""
        who = {"on_channel": channel.value, "of_account": account, "by_sender": sender, "at": at}
        row = _ARRIVE.first(self._connection, who)
        if row is not None:
            return _to_person(row)
        person = self.get_or_add(channel, account, sender, at)
        self.note_inbound(person.id, at)
        return self.get(person.id)

    def get(self, person_id: int) -> Person:
        """The person; ``NotFound`` where there is none."""
        row = self._connection.execute(_GET, {"wanted": person_id}).first()
        if row is None:
            raise NotFound("没有这个用户。", log=f"no person {person_id}")
        return _to_person(row)

    def note_inbound(self, person_id: int, at: datetime) -> None:
        """Remember when the person last wrote: the 48-hour window opens here."""
        self._connection.execute(_NOTE_INBOUND, {"wanted": person_id, "at": at})

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
    )
