"""Every table, in one place. Statements are built from these once, at module level."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.types import DecimalText, Json, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: SQLite wants INTEGER for its rowid keys, PostgreSQL BIGINT
Id = BigInteger().with_variant(Integer, "sqlite")

#: facts about the installation: rulebook id, demonstration mark
installation = Table(
    "installation",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

subjects = Table(
    "subjects",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("name", String(200), nullable=False, index=True),
    Column("uscc", String(18), unique=True),
    Column("id_sealed", LargeBinary),
    Column("id_hash", LargeBinary, unique=True),
    Column("industry", String(40), nullable=False, default=""),
    Column("domains", Json, nullable=False, default=list),
    Column("batch_id", Id, index=True),
)
subject_names = Table(
    "subject_names",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject_id", Id, ForeignKey("subjects.id"), nullable=False, index=True),
    Column("name", String(200), nullable=False, index=True),
    UniqueConstraint("subject_id", "name"),
)
legacy_codes = Table(
    "legacy_codes",
    metadata,
    Column("code", String(20), primary_key=True),
    Column("subject_id", Id, ForeignKey("subjects.id"), nullable=False, index=True),
)

records = Table(
    "records",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject_id", Id, ForeignKey("subjects.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("title", Text, nullable=False),
    Column("decided_on", Date, nullable=False),
    Column("authority", String(200), nullable=False, default=""),
    Column("doc_no", String(200), nullable=False, default=""),
    Column("source", String(200), nullable=False, default=""),
    Column("submitter", String(200), nullable=False, default=""),
    Column("state", String(10), nullable=False),
    Column("published_on", Date),
    Column("publicity_until", Date),
    Column("valid_until", Date),
    Column("rating", String(40), nullable=False, default=""),
    Column("score", DecimalText),
    Column("endorsed", Boolean, nullable=False, default=False),
    Column("issuer_kind", String(20), nullable=False, default=""),
    # 机关 + 文号 + 日期 + 主体 (M18), canonical, hashed: the same decision is stored once
    Column("business_key", String(64), nullable=False, unique=True),
    Column("batch_id", Id, index=True),
    Index("ix_records_subject_id_decided_on", "subject_id", "decided_on"),
)
violations = Table(
    "violations",
    metadata,
    Column("record_id", Id, ForeignKey("records.id"), primary_key=True),
    Column("seq", SmallInteger, primary_key=True),
    Column("act", Text, nullable=False),
    Column("sanctions", Json, nullable=False, default=list),
    Column("fine_fen", BigInteger, nullable=False, default=0),
    Column("confiscated_fen", BigInteger, nullable=False, default=0),
    Column("basis", Text, nullable=False, default=""),
    Column("severity", SmallInteger, nullable=False, default=0),
)

#: import and evaluation batches; rows of a batch count only once flipped_at is set
batches = Table(
    "batches",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(30), nullable=False),
    Column("file_sha256", String(64), nullable=False, default=""),
    Column("source", String(200), nullable=False, default=""),
    Column("by", String(100), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    # last sign of life: a pending import that has been silent for longer than its lease is dead
    Column("touched_at", UtcDateTime),
    Column("flipped_at", UtcDateTime),
    Column("abandoned_at", UtcDateTime),
    Column("reason", Text, nullable=False, default=""),
    Column("totals", Json, nullable=False, default=dict),
    # where a resumable batch stands
    Column("cursor", BigInteger, nullable=False, default=0),
)
#: what a batch changes in rows that are visible already; applied with its flip
staged_rows = Table(
    "staged_rows",
    metadata,
    Column("batch_id", Id, primary_key=True),
    Column("row_no", Integer, primary_key=True),
    Column("subject_id", Id, nullable=False),
    Column("payload", Json, nullable=False),
)
base_grades = Table(
    "base_grades",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject_id", Id, ForeignKey("subjects.id"), nullable=False),
    Column("scheme", String(40), nullable=False),
    Column("grade", String(20)),
    Column("score", DecimalText),
    Column("evaluated_on", Date, nullable=False),
    Column("source", String(200), nullable=False),
    Column("batch_id", Id, nullable=False, index=True),
    Column("approved_by", String(100), nullable=False),
    UniqueConstraint("subject_id", "scheme", "evaluated_on"),
)

#: what many evaluations share of their text, under a hash of its content
evaluation_forms = Table(
    "evaluation_forms",
    metadata,
    Column("key", String(20), primary_key=True),
    Column("form", Text, nullable=False),
)
assessments = Table(
    "assessments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject_id", Id, ForeignKey("subjects.id"), nullable=False),
    Column("rulebook_id", String(40), nullable=False),
    Column("rulebook_version", String(40), nullable=False),
    # 'in_force' | 'proposed' | 'past'
    Column("status", String(10), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("grade", String(20)),
    Column("score", DecimalText),
    Column("as_of", Date, nullable=False),
    Column("valid_until", Date),
    # what fills the form: values, records, dates
    Column("evaluation", Json, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("in_force_from", UtcDateTime),
    Column("batch_id", Id),
    Column("approved_by", String(100), nullable=False, default=""),
    Index("ix_assessments_subject_id_status", "subject_id", "status"),
    # two small ones for what is asked across all subjects. An index on the status
    # alone would tempt SQLite to read half the table where it should read a few subjects
    Index(
        "ix_assessments_due",
        "valid_until",
        sqlite_where=text("status = 'in_force'"),
        postgresql_where=text("status = 'in_force'"),
    ),
    Index(
        "ix_assessments_waiting",
        "batch_id",
        sqlite_where=text("status = 'proposed'"),
        postgresql_where=text("status = 'proposed'"),
    ),
)

people = Table(
    "people",
    metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(10), nullable=False),
    Column("account", String(64), nullable=False),
    Column("sender", String(128), nullable=False),
    Column("followed", Boolean, nullable=False, default=True),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("last_inbound_at", UtcDateTime),
    # the windows for customer messages: since when each is open, how many it has given since
    Column("message_at", UtcDateTime),
    Column("message_sent", SmallInteger, nullable=False, default=0),
    Column("tap_at", UtcDateTime),
    Column("tap_sent", SmallInteger, nullable=False, default=0),
    Column("notice_version", String(20), nullable=False, default=""),
    Column("notice_at", UtcDateTime),
    Column("erased_at", UtcDateTime),
    UniqueConstraint("channel", "account", "sender"),
)
bindings = Table(
    "bindings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("subject_id", Id, ForeignKey("subjects.id"), nullable=False, index=True),
    Column("power", SmallInteger, nullable=False),
    Column("bound_at", UtcDateTime, nullable=False),
    Column("proof", String(60), nullable=False),
    Column("until", Date),
    # kinds of commitment that the power is for; empty for all
    Column("scope", Json, nullable=False, default=list),
    Column("revoked_at", UtcDateTime),
    Column("revoked_reason", String(100), nullable=False, default=""),
)
bind_codes = Table(
    "bind_codes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject_id", Id, ForeignKey("subjects.id"), nullable=False),
    Column("code_hash", LargeBinary, nullable=False, unique=True),
    Column("power", SmallInteger, nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("issued_by", String(100), nullable=False),
    Column("used_at", UtcDateTime),
    Column("used_by", Id),
)
bind_failures = Table(
    "bind_failures",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_bind_failures_person_id_at", "person_id", "at"),
)
staff = Table(
    "staff",
    metadata,
    Column("userid", String(64), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("roles", Json, nullable=False),
    Column("department", String(100), nullable=False),
    Column("enabled", Boolean, nullable=False, default=True),
)

conversations = Table(
    "conversations",
    metadata,
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True),
    # form, step, data, choices, pages: sealed JSON
    Column("state", LargeBinary, nullable=False),
    Column("expires_at", UtcDateTime, index=True),
    Column("updated_at", UtcDateTime, nullable=False),
)

#: the claim: key inserted first, in the transaction of every effect; never the body
inbox = Table(
    "inbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(120), nullable=False, unique=True),
    Column("person_id", Id),
    Column("received_at", UtcDateTime, nullable=False),
    # the stored reply, sealed; empty for silence
    Column("reply", LargeBinary),
    # none → passive | outbox, by compare-and-set
    Column("answer_owner", String(10), nullable=False, default="none"),
    Column("failed", Boolean, nullable=False, default=False),
    # for the sweep of replies that lost their process; a turn in good time never enters it
    Index(
        "ix_inbox_unanswered",
        "received_at",
        sqlite_where=text("answer_owner = 'none' AND reply IS NOT NULL"),
        postgresql_where=text("answer_owner = 'none' AND reply IS NOT NULL"),
    ),
    # for the erasure of a person
    Index(
        "ix_inbox_person_id",
        "person_id",
        sqlite_where=text("person_id IS NOT NULL"),
        postgresql_where=text("person_id IS NOT NULL"),
    ),
)
outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("unique_key", String(160), nullable=False, unique=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("inbox_id", Id),
    Column("kind", String(20), nullable=False),
    Column("payload", LargeBinary, nullable=False),  # sealed JSON
    Column("legal_effect", Boolean, nullable=False, default=False),
    # waiting | leased | sent | carried | unknown | dead | unreachable
    Column("status", String(12), nullable=False, default="waiting"),
    Column("attempts", SmallInteger, nullable=False, default=0),
    Column("due_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("last_error", Text, nullable=False, default=""),
    Column("created_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("platform_id", String(64)),
    # what the letter is about; the letters of one notice to several people share ``notice``
    Column("case_id", Id),
    Column("notice", String(160), nullable=False, default=""),
    # the case 送达 that was opened because nobody could be reached
    Column("service_id", Id, index=True),
    # of a card: the platform drops a second one of the same id
    Column("task_id", String(64), nullable=False, default=""),
    Index("ix_outbox_status_due_at", "status", "due_at"),
    Index("ix_outbox_person_id_status", "person_id", "status"),
    # for the report that comes after a template message
    Index(
        "ix_outbox_platform_id",
        "platform_id",
        sqlite_where=text("platform_id IS NOT NULL"),
        postgresql_where=text("platform_id IS NOT NULL"),
    ),
)
#: what the platform reports of a send afterwards; it may come before the send itself is booked
delivery_results = Table(
    "delivery_results",
    metadata,
    Column("platform_id", String(64), primary_key=True),
    Column("status", String(60), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("action", String(60), nullable=False),
    Column("actor", String(120), nullable=False),
    Column("subject_id", Id),
    Column("ref", String(120), nullable=False, default=""),
    Column("detail", Json, nullable=False, default=dict),
    # set by the sealer, in order of ``sealed_no``
    Column("sealed_no", BigInteger, unique=True),
    Column("seal", String(64)),
)
query_log = Table(
    "query_log",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject_id", Id, nullable=False),
    Column("viewer", String(120), nullable=False),
    Column("purpose", String(60), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_query_log_subject_id_at", "subject_id", "at"),
)
job_runs = Table(
    "job_runs",
    metadata,
    Column("job", String(40), primary_key=True),
    Column("slot", UtcDateTime, primary_key=True),
    Column("host", String(60), nullable=False),
    Column("finished_at", UtcDateTime),
)
#: platform access tokens, one row for each app; single-flight refresh
tokens = Table(
    "tokens",
    metadata,
    Column("app", String(100), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

# -- cases ---------------------------------------------------------------------

#: the last number given for each kind and year; its row is the lock that keeps numbers ascending
case_counters = Table(
    "case_counters",
    metadata,
    Column("kind", String(10), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)
cases = Table(
    "cases",
    metadata,
    Column("id", Id, primary_key=True),
    Column("number", String(16), nullable=False, unique=True),
    Column("kind", String(10), nullable=False),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("subject_id", Id, ForeignKey("subjects.id"), index=True),
    Column("applicant_id", Id, ForeignKey("people.id"), index=True),
    Column("department", String(100), nullable=False),
    Column("handler", String(64), nullable=False, default=""),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("due_on", Date),
    Column("provisional", Boolean, nullable=False, default=False),
    # pauses carry what was asked for, facts what the case is about: sealed JSON
    Column("clocks", Json, nullable=False, default=list),
    Column("pauses", LargeBinary, nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Column("outcome", String(20), nullable=False, default=""),
    Column("closed_at", UtcDateTime),
    Column("parent_id", Id, ForeignKey("cases.id"), index=True),
    Index("ix_cases_department_closed_at", "department", "closed_at"),
    Index("ix_cases_closed_at_due_on", "closed_at", "due_on"),
)
case_events = Table(
    "case_events",
    metadata,
    Column("case_id", Id, ForeignKey("cases.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("actor_name", String(60), nullable=False),
    Column("action", String(20), nullable=False),
    Column("from_state", String(20), nullable=False),
    Column("to_state", String(20), nullable=False),
    # what was said; sealed, since people write about people
    Column("text", LargeBinary, nullable=False),
)
#: which version of a case a member of staff was shown last: a text decision on another one asks 确认
case_views = Table(
    "case_views",
    metadata,
    Column("userid", String(64), primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
#: cards on the phones of staff: which version each shows, and the code that changes it, once, within 72 hours
case_cards = Table(
    "case_cards",
    metadata,
    Column("task_id", String(64), primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False, index=True),
    Column("userid", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("response_code", Text, nullable=False),
    Column("code_at", UtcDateTime, nullable=False),
    # True: the code is used up, only a press brings another
    Column("used", Boolean, nullable=False, default=False),
)
evidence = Table(
    "evidence",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False, index=True),
    Column("sha256", String(64), nullable=False),
    Column("content_type", String(100), nullable=False),
    Column("size", Integer, nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(80), nullable=False),
    UniqueConstraint("case_id", "sha256"),
)
#: media named by a platform and not fetched yet; a job fetches within the media's life
media_to_fetch = Table(
    "media_to_fetch",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False),
    Column("channel", String(10), nullable=False),
    Column("media_id", String(200), nullable=False, unique=True),
    Column("by", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("attempts", SmallInteger, nullable=False, default=0),
    Column("due_at", UtcDateTime, nullable=False),
    Column("failed", Text, nullable=False, default=""),
)

#: who stands in for whom, from day to day
deputies = Table(
    "deputies",
    metadata,
    Column("id", Id, primary_key=True),
    Column("userid", String(64), ForeignKey("staff.userid"), nullable=False, index=True),
    Column("deputy", String(64), ForeignKey("staff.userid"), nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date, nullable=False),
)

#: days the operator or a notice of the State Council sets: worked or off
calendar_days = Table(
    "calendar_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("worked", Boolean, nullable=False),
    Column("source", String(200), nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
#: years whose arrangement was entered here before the library knew it
calendar_years = Table(
    "calendar_years",
    metadata,
    Column("year", Integer, primary_key=True),
    Column("source", String(200), nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

commitments = Table(
    "commitments",
    metadata,
    Column("id", Id, primary_key=True),
    # 6 digits of region, 8 of date, 6 of serial (records of the provincial platform)
    Column("code", String(20), nullable=False, unique=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False, unique=True),
    Column("subject_id", Id, ForeignKey("subjects.id"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("item", String(200), nullable=False),
    Column("template_version", String(40), nullable=False),
    Column("text_sha256", String(64), nullable=False),
    # of the picture of the signature, kept among the files; "" where it was signed in words
    Column("signature_sha256", String(64), nullable=False, default=""),
    # the text as signed, with what was shown and acknowledged before: sealed JSON
    Column("signed", LargeBinary, nullable=False),
    Column("consents", Json, nullable=False, default=dict),
    Column("signer_id", Id, nullable=False),
    Column("power", SmallInteger, nullable=False),
    Column("signed_at", UtcDateTime, nullable=False),
    Column("due_on", Date),
    # 未到期 | 全部履行 | 部分履行 | 全部未履行 | 已撤回
    Column("performance", String(10), nullable=False),
    Column("performance_text", Text, nullable=False, default=""),
    Column("judged_on", Date),
    Column("judged_by", String(80), nullable=False, default=""),
    Column("publicity", String(20), nullable=False),
)

#: the register of measures in force: subject, measure, executor, since, basis
measures_in_force = Table(
    "measures_in_force",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject_id", Id, ForeignKey("subjects.id"), nullable=False),
    Column("assessment_id", Id, ForeignKey("assessments.id"), nullable=False),
    # clause and text identify the measure within its rulebook version
    Column("clause", String(10), nullable=False),
    Column("text", Text, nullable=False),
    Column("public_text", Text, nullable=False),
    Column("modality", String(15), nullable=False),
    Column("executor", String(100), nullable=False),
    Column("basis", Text, nullable=False),
    # takes something away: its end must be confirmed by whoever carries it out
    Column("restricts", Boolean, nullable=False),
    Column("since", Date, nullable=False),
    Column("ended_on", Date),
    Index("ix_measures_in_force_subject_id_ended_on", "subject_id", "ended_on"),
)
#: corrections for the upper platform (S0-41), until exported and confirmed
corrections = Table(
    "corrections",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject_id", Id, ForeignKey("subjects.id"), nullable=False),
    Column("record_id", Id, ForeignKey("records.id")),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False),
    Column("what", String(40), nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("queued_at", UtcDateTime, nullable=False),
    Column("exported_at", UtcDateTime),
    # the file it went out in, and the platform's receipt for that
    Column("batch", Integer, index=True),
    Column("receipt", Text, nullable=False, default=""),
    Column("confirmed_at", UtcDateTime),
    Column("confirmed_by", String(80), nullable=False, default=""),
    Index("ix_corrections_case_id", "case_id"),
)

#: one reminder for each case, kind and day, whoever asks for it
reminders = Table(
    "reminders",
    metadata,
    Column("case_id", Id, ForeignKey("cases.id"), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("recipient", String(80), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

#: 群发: a notice with its audience, and what became of it for each recipient
broadcasts = Table(
    "broadcasts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False, unique=True),
    Column("text", LargeBinary, nullable=False),
    Column("audience", Json, nullable=False),
    Column("counted", Integer),
    Column("cursor", BigInteger, nullable=False, default=0),
    Column("released_at", UtcDateTime),
    Column("reported_at", UtcDateTime),
)
broadcast_recipients = Table(
    "broadcast_recipients",
    metadata,
    Column("broadcast_id", Id, ForeignKey("broadcasts.id"), primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True),
    Column("outbox_id", Id, ForeignKey("outbox.id")),
)
#: what a person began to fill in on a page and did not send yet
drafts = Table(
    "drafts",
    metadata,
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    # which form, and for what: "异议:12"
    Column("form", String(40), primary_key=True),
    Column("data", LargeBinary, nullable=False),  # sealed JSON
    Column("updated_at", UtcDateTime, nullable=False, index=True),
)
#: files that wait with a draft; without a person: let go of, the bytes are still to be deleted
draft_files = Table(
    "draft_files",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("form", String(40), nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("content_type", String(100), nullable=False),
    Column("size", Integer, nullable=False),
    Column("name", LargeBinary, nullable=False),
    UniqueConstraint("person_id", "form", "sha256"),
)

#: 文书 as issued: what each says is sealed, its hash and its code are not
paper_counters = Table(
    "paper_counters",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)
papers = Table(
    "papers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("number", String(60), nullable=False, unique=True),
    Column("issued_on", Date, nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("issuer", String(200), nullable=False),
    Column("subject_id", Id, ForeignKey("subjects.id"), nullable=False, index=True),
    # case:12 | assessment:5 | record:7
    Column("about", String(40), nullable=False),
    Column("case_id", Id, ForeignKey("cases.id"), index=True),
    Column("content", LargeBinary, nullable=False),
    Column("text_sha256", String(64), nullable=False),
    Column("code", String(40), nullable=False, unique=True),
    Column("pdf_sha256", String(64), nullable=False, default=""),
    Column("by_hand", Text, nullable=False, default=""),
    Column("revoked_at", UtcDateTime),
    Column("revoked_why", Text, nullable=False, default=""),
    UniqueConstraint("kind", "about"),
)

#: tables that members of staff uploaded: checked, confirmed by a second person, imported
intakes = Table(
    "intakes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(20), nullable=False),
    # of the bytes as they came: tells the same file again
    Column("sha256", String(64), nullable=False, index=True),
    Column("size", Integer, nullable=False),
    # where the sealed bytes, and the sealed workbook of rejected rows, lie; "" where they do not
    Column("stored", String(64), nullable=False),
    Column("rejected", String(64), nullable=False, default=""),
    Column("state", String(10), nullable=False),
    Column("version", Integer, nullable=False),
    Column("by", String(64), nullable=False),
    Column("by_name", String(60), nullable=False),
    Column("department", String(100), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("touched_at", UtcDateTime, nullable=False),
    Column("decider", String(64), nullable=False, default=""),
    Column("decider_name", String(60), nullable=False, default=""),
    Column("decided_at", UtcDateTime),
    # of a check or an import under way
    Column("attempts", SmallInteger, nullable=False, default=0),
    Column("lease_until", UtcDateTime),
    Column("rows_done", Integer, nullable=False, default=0),
    Column("rows_all", Integer, nullable=False, default=0),
    Column("batch_id", Id),
    # name of the file, columns, what was found in it: sealed JSON
    Column("details", LargeBinary, nullable=False),
    Index("ix_intakes_state_touched_at", "state", "touched_at"),
)
#: what a header was taken for by hand, remembered for the next file of the kind
intake_columns = Table(
    "intake_columns",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("caption", String(200), primary_key=True),
    # "" where the column is left out
    Column("key", String(40), nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

#: figures of the office as a job counted them last; a page never counts
statistics = Table(
    "statistics",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("figures", Json, nullable=False),
)
