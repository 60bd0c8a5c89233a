-- Files that cases rest on.

CREATE TABLE evidence (
    id      TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL,
    at_ms   INTEGER NOT NULL,
    body    TEXT NOT NULL
) STRICT;
CREATE INDEX evidence_of_case ON evidence (case_id, at_ms);

-- The originals a file is made of; none once it was destroyed.
CREATE TABLE evidence_piece (
    evidence_id TEXT NOT NULL,
    n           INTEGER NOT NULL,
    original    TEXT NOT NULL,
    PRIMARY KEY (evidence_id, n)
) STRICT;
CREATE INDEX evidence_piece_by_original ON evidence_piece (original);

-- Originals of files that are still coming in; what is left of a file that never came whole is taken
-- away when the vault is opened.
CREATE TABLE arriving (
    file     TEXT NOT NULL,
    original TEXT NOT NULL,
    PRIMARY KEY (file, original)
) STRICT;

CREATE INDEX observation_by_wire ON observation (wire);
