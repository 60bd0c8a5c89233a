-- What left this computer beside the journal, and what waits to leave.

-- Questions that left and that no case keeps; the others are observations.
CREATE TABLE ledger (
    id    INTEGER NOT NULL PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    body  TEXT NOT NULL
) STRICT;
CREATE INDEX ledger_by_time ON ledger (at_ms);
CREATE INDEX observation_by_time ON observation (asked_at_ms);

-- Look-ups asked for while offline.
CREATE TABLE waiting_lookup (
    id      TEXT NOT NULL PRIMARY KEY,
    case_id TEXT,                        -- NULL when no case keeps the answers
    body    TEXT NOT NULL
) STRICT;
CREATE INDEX waiting_lookup_of_case ON waiting_lookup (case_id);
