-- The first house: the journal, its seals and originals, and the tables that screens read.

-- The journal. Append-only; `n` counts from 1 on each desk without a gap.
CREATE TABLE entry (
    id          TEXT NOT NULL PRIMARY KEY,
    desk        TEXT NOT NULL,
    n           INTEGER NOT NULL,
    at_ms       INTEGER NOT NULL,
    actor       TEXT NOT NULL,
    case_id     TEXT,                    -- NULL for the desk's own entries and for reports
    action      TEXT NOT NULL,
    sealed_with TEXT NOT NULL,           -- the seal that opens `body`
    body        BLOB NOT NULL,           -- sealed JSON of the action, with before and after
    prev        BLOB NOT NULL,           -- hash of the entry before; 32 zero bytes at the start
    hash        BLOB NOT NULL,
    UNIQUE (desk, n)
) STRICT;
CREATE INDEX entry_of_case ON entry (case_id, n);

CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- One signature a commit, over the hash of its last entry.
CREATE TABLE signature (
    desk      TEXT NOT NULL,
    n         INTEGER NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (desk, n)
) STRICT;

-- One key for each case, each report, and the desk itself; erasing a case deletes its key.
CREATE TABLE seal (
    id  TEXT NOT NULL PRIMARY KEY,
    key BLOB NOT NULL
) STRICT;

-- Bytes as they came: mails, files, wire messages. Stored once by hash, named by entries.
CREATE TABLE original (
    hash  TEXT NOT NULL PRIMARY KEY,
    size  INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;

-- From here on: projections. Rebuilt from the journal at any time; `body` is JSON of the model.

-- One row: what kind of vault this is.
CREATE TABLE vault (
    practice INTEGER NOT NULL
) STRICT;

CREATE TABLE member (
    id   TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE report (
    id             TEXT NOT NULL PRIMARY KEY,
    received_at_ms INTEGER NOT NULL,
    original       TEXT NOT NULL,
    message_id     TEXT,
    body           TEXT NOT NULL
) STRICT;
CREATE INDEX report_by_original ON report (original);
CREATE INDEX report_by_message ON report (message_id);

CREATE TABLE case_ (
    id           TEXT NOT NULL PRIMARY KEY,
    year         INTEGER NOT NULL,
    number       INTEGER NOT NULL,
    opened_at_ms INTEGER NOT NULL,
    status       TEXT NOT NULL,
    body         TEXT NOT NULL,
    UNIQUE (year, number)
) STRICT;
CREATE INDEX case_by_status ON case_ (status);

CREATE TABLE case_report (
    case_id   TEXT NOT NULL,
    report_id TEXT NOT NULL,
    PRIMARY KEY (case_id, report_id)
) STRICT;
CREATE INDEX report_of_case ON case_report (report_id);

-- Values that a person added to a case; what reports name stands in the reports.
CREATE TABLE observable (
    case_id TEXT NOT NULL,
    kind    TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (case_id, kind, value)
) STRICT;

CREATE TABLE target (
    case_id TEXT NOT NULL,
    kind    TEXT NOT NULL,
    value   TEXT NOT NULL,
    outcome TEXT NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (case_id, kind, value)
) STRICT;

CREATE TABLE clock (
    id      TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL,
    running INTEGER NOT NULL,
    body    TEXT NOT NULL
) STRICT;
CREATE INDEX clock_of_case ON clock (case_id);

CREATE TABLE note (
    id      TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL,
    at_ms   INTEGER NOT NULL,
    body    TEXT NOT NULL
) STRICT;
CREATE INDEX note_of_case ON note (case_id, at_ms);

CREATE TABLE observation (
    id          TEXT NOT NULL PRIMARY KEY,
    case_id     TEXT NOT NULL,
    asked_at_ms INTEGER NOT NULL,
    wire        TEXT,
    body        TEXT NOT NULL
) STRICT;
CREATE INDEX observation_of_case ON observation (case_id, asked_at_ms);

CREATE TABLE decision (
    id      TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL,
    at_ms   INTEGER NOT NULL,
    body    TEXT NOT NULL
) STRICT;
CREATE INDEX decision_of_case ON decision (case_id, at_ms);

CREATE TABLE mitigation (
    id      TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL,
    at_ms   INTEGER NOT NULL,
    state   TEXT NOT NULL,
    body    TEXT NOT NULL
) STRICT;
CREATE INDEX mitigation_of_case ON mitigation (case_id, at_ms);

-- A document without its blocks; they stand in `block`.
CREATE TABLE document (
    id            TEXT NOT NULL PRIMARY KEY,
    case_id       TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    saved_at_ms   INTEGER NOT NULL,
    body          TEXT NOT NULL
) STRICT;
CREATE INDEX document_of_case ON document (case_id, created_at_ms);

CREATE TABLE block (
    id          TEXT NOT NULL,
    document_id TEXT NOT NULL,
    position    INTEGER NOT NULL,
    body        TEXT NOT NULL,
    PRIMARY KEY (document_id, id)
) STRICT;

CREATE TABLE certificate (
    entry       TEXT NOT NULL PRIMARY KEY,
    document_id TEXT NOT NULL,
    at_ms       INTEGER NOT NULL,
    body        TEXT NOT NULL
) STRICT;
CREATE INDEX certificate_of_document ON certificate (document_id, at_ms);
