"""A million subjects with three records each, written by SQL alone: a data set, not a measurement."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from storage.schema import HEAD, upgrade

RECORDS_EACH = 3

#: how a number becomes a record: spread over two years, so that half lies outside a window of one year
_POPULATE = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -400000;
BEGIN;
INSERT INTO subjects (id, kind, name, uscc, industry, domains)
WITH RECURSIVE counter(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < {subjects})
SELECT n, '法人', '评价第' || n || '号有限公司', printf('91640221%09dX', n), '', '[]' FROM counter;

INSERT INTO records (id, subject_id, kind, title, decided_on, authority, doc_no, source, submitter, state,
                     rating, endorsed, issuer_kind, business_key)
WITH RECURSIVE counter(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counter WHERE n < {records} - 1)
SELECT n + 1, n / {each} + 1,
       CASE n * 2654435761 % 11 WHEN 0 THEN '责令改正、警告' WHEN 1 THEN '责令改正、警告'
            WHEN 2 THEN '表彰奖励' WHEN 3 THEN '违反信用承诺' ELSE '行政处罚' END,
       '未按规定办理登记案', date('{on}', '-' || (n * 40503 % 730) || ' days'), '平罗县市场监督管理局',
       '平市监罚〔2026〕' || n || '号', '信用中国', '',
       CASE n * 7919 % 23 WHEN 0 THEN '已修复' WHEN 1 THEN '异议中' ELSE '有效' END,
       '', 0, CASE n * 2654435761 % 11 WHEN 2 THEN '行政机关' ELSE '' END, 'bench-' || n
FROM counter;

INSERT INTO violations (record_id, seq, act, sanctions, fine_fen, confiscated_fen, basis, severity)
SELECT id, 1, '未按规定办理登记',
       CASE WHEN kind = '责令改正、警告' THEN '["警告"]' WHEN id % 3 = 0 THEN '["警告","罚款"]' ELSE '["罚款"]' END,
       CASE WHEN kind = '责令改正、警告' THEN 0 ELSE (id * 48271 % 9000 + 10) * 10000 END, 0, '', 1
FROM records WHERE kind IN ('行政处罚', '责令改正、警告');
COMMIT;
"""


def population(folder: Path, subjects: int, on: str) -> Path:
    """The data set of that many subjects, made once and kept; ``on`` is the day of the evaluation."""
    path = folder / f"population-{HEAD}-{subjects}-{on}.sqlite"
    if path.exists():
        return path
    half = path.with_suffix(".part")
    for old in (*folder.glob(f"{half.name}*"), *folder.glob("population-*.sqlite*")):
        old.unlink()
    upgrade(f"sqlite:///{half}")
    with closing(sqlite3.connect(half)) as raw:
        script = _POPULATE.format(
            subjects=subjects, records=subjects * RECORDS_EACH, each=RECORDS_EACH, on=on
        )
        raw.executescript(script)
    with closing(sqlite3.connect(half)) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")
    half.replace(path)
    return path
