"""What is kept no longer than was promised: bounded deletes, oldest promise first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BindParameter, Connection, bindparam, delete, exists, select, tuple_, update

from storage.tables import bind_failures, bindings, conversations, draft_files, drafts, outbox, query_log

_BEFORE: BindParameter[datetime] = bindparam("before")
_AT_MOST: BindParameter[int] = bindparam("at_most")

_OLD_TALK = select(conversations.c.person_id).where(conversations.c.updated_at < _BEFORE).limit(_AT_MOST)
_FORGET_TALK = delete(conversations).where(conversations.c.person_id.in_(_OLD_TALK.scalar_subquery()))

# the row stays for the counts of delivery; its text goes
_OLD_LETTERS = (
    select(outbox.c.id)
    .where(outbox.c.status.in_(("sent", "carried")), outbox.c.sent_at < _BEFORE, outbox.c.payload != b"")
    .limit(_AT_MOST)
)
_BLANK_LETTERS = update(outbox).where(outbox.c.id.in_(_OLD_LETTERS.scalar_subquery())).values(payload=b"")

_OLD_FAILURES = select(bind_failures.c.id).where(bind_failures.c.at < _BEFORE).limit(_AT_MOST)
_FORGET_FAILURES = delete(bind_failures).where(bind_failures.c.id.in_(_OLD_FAILURES.scalar_subquery()))

_OLD_BINDINGS = select(bindings.c.id).where(bindings.c.revoked_at < _BEFORE).limit(_AT_MOST)
_FORGET_BINDINGS = delete(bindings).where(bindings.c.id.in_(_OLD_BINDINGS.scalar_subquery()))

_OLD_QUERIES = select(query_log.c.id).where(query_log.c.at < _BEFORE).limit(_AT_MOST)
_FORGET_QUERIES = delete(query_log).where(query_log.c.id.in_(_OLD_QUERIES.scalar_subquery()))


# the files that wait with such a draft are let go of first
_OLD_DRAFT = exists().where(
    drafts.c.person_id == draft_files.c.person_id,
    drafts.c.form == draft_files.c.form,
    drafts.c.updated_at < _BEFORE,
)
_OLD_FILES = select(draft_files.c.id).where(_OLD_DRAFT).limit(_AT_MOST)
_LET_GO_OF_FILES = delete(draft_files).where(draft_files.c.id.in_(_OLD_FILES.scalar_subquery()))
_WITH_FILES = exists().where(
    draft_files.c.person_id == drafts.c.person_id, draft_files.c.form == drafts.c.form
)
_OLD_DRAFTS = (
    select(drafts.c.person_id, drafts.c.form)
    .where(drafts.c.updated_at < _BEFORE, ~_WITH_FILES)
    .limit(_AT_MOST)
)
_FORGET_DRAFTS = delete(drafts).where(tuple_(drafts.c.person_id, drafts.c.form).in_(_OLD_DRAFTS))


class SqlRetention:
    """Implements ``domain.ports.Retention``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def forget(
        self,
        *,
        talk_before: datetime,
        ended_bindings_before: datetime,
        queries_before: datetime,
        limit: int,
    ) -> int:
        """Delete up to ``limit`` rows of each kind; return how many rows went in all."""
        work = (
            (_FORGET_TALK, talk_before),
            (_BLANK_LETTERS, talk_before),
            (_FORGET_FAILURES, talk_before),
            (_FORGET_BINDINGS, ended_bindings_before),
            (_FORGET_QUERIES, queries_before),
            (_LET_GO_OF_FILES, talk_before),
            (_FORGET_DRAFTS, talk_before),
        )
        return sum(
            self._connection.execute(statement, {"before": before, "at_most": limit}).rowcount
            for statement, before in work
        )
