"""One transaction, and every repository over it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from domain.clock import Clock
from domain.ports import Sealer
from storage.assessments import SqlAssessments
from storage.audit import SqlAudit, SqlSealing
from storage.audit_reading import SqlAuditReading
from storage.batches import SqlBatches
from storage.bindings import SqlBindings
from storage.broadcasts import SqlBroadcasts
from storage.calendar import SqlCalendar
from storage.cards import SqlCards
from storage.cases import SqlCases
from storage.commitments import SqlCommitments
from storage.conversations import SqlConversations
from storage.drafts import SqlDrafts
from storage.evaluations import SqlEvaluationBook
from storage.evidence import SqlEvidence
from storage.held_files import SqlHeldFiles
from storage.inbox import SqlInbox
from storage.installation import SqlInstallation
from storage.intakes import SqlIntakes
from storage.jobs import SqlJobs
from storage.measures import SqlCorrections, SqlMeasures
from storage.outbox import SqlOutbox
from storage.papers import SqlPapers
from storage.people import SqlPeople
from storage.prepared import sqlite_driver
from storage.queries import SqlQueryLog
from storage.records import SqlRecords
from storage.reminders import SqlReminders
from storage.retention import SqlRetention
from storage.staff import SqlStaffMembers
from storage.statistics import SqlStatistics
from storage.subjects import SqlSubjects
from storage.tokens import SqlTokens


class SqlUnitOfWork:
    """Implements ``domain.ports.UnitOfWork`` over a synchronous SQLAlchemy connection.

    It neither begins nor ends the transaction: the runner and the session do.
    """

    def __init__(self, connection: Connection, *, sealer: Sealer, clock: Clock) -> None:
        self.connection = connection
        self._plain = _plain_execute(connection)
        self.sealer = sealer
        self.clock = clock
        self.subjects = SqlSubjects(connection)
        self.records = SqlRecords(connection)
        self.assessments = SqlAssessments(connection)
        self.evaluations = SqlEvaluationBook(connection)
        self.people = SqlPeople(connection)
        self.bindings = SqlBindings(connection)
        self.conversations = SqlConversations(connection, sealer, clock)
        self.audit = SqlAudit(connection, clock)
        self.sealing = SqlSealing(connection, clock)
        self.auditing = SqlAuditReading(connection)
        self.queries = SqlQueryLog(connection)
        self.retention = SqlRetention(connection)
        self.inbox = SqlInbox(connection, sealer)
        self.measures = SqlMeasures(connection)
        self.corrections = SqlCorrections(connection)
        self.commitments = SqlCommitments(connection, sealer)
        self.outbox = SqlOutbox(connection, sealer)
        self.staff = SqlStaffMembers(connection)
        self.batches = SqlBatches(connection)
        self.calendar = SqlCalendar(connection)
        self.cases = SqlCases(connection, sealer)
        self.cards = SqlCards(connection)
        self.reminders = SqlReminders(connection)
        self.evidence = SqlEvidence(connection, sealer)
        self.held_files = SqlHeldFiles(connection)
        self.broadcasts = SqlBroadcasts(connection, sealer)
        self.papers = SqlPapers(connection, sealer)
        self.intakes = SqlIntakes(connection, sealer)
        self.statistics = SqlStatistics(connection)
        self.drafts = SqlDrafts(connection, sealer)
        self.tokens = SqlTokens(connection, sealer)
        self.jobs = SqlJobs(connection)
        self.installation = SqlInstallation(connection)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Effects inside are rolled back when the block raises.

        Plain SQL instead of ``begin_nested``: a fraction of its cost, and the
        same on every kind of connection. An inner savepoint hides an outer one
        of the same name until it is released.
        """
        self._plain("SAVEPOINT effects")
        try:
            yield
        except BaseException as error:
            self._undo(error)
            raise
        self._plain("RELEASE SAVEPOINT effects")

    def _undo(self, error: BaseException) -> None:
        try:
            self._plain("ROLLBACK TO SAVEPOINT effects")
            self._plain("RELEASE SAVEPOINT effects")
        except (SQLAlchemyError, sqlite3.Error) as lost:
            # the error took the whole transaction with it; the runner sees that and begins again
            raise error from lost


def _plain_execute(connection: Connection) -> Callable[[str], object]:
    """The shortest way to run a statement without parameters or result."""
    driver = sqlite_driver(connection)
    return connection.exec_driver_sql if driver is None else driver.execute
