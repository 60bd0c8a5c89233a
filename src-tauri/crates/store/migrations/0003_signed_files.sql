-- Signed files that this desk wrote or took in, so that each is answered and taken in once.

CREATE TABLE signed_file (
    id      TEXT NOT NULL PRIMARY KEY,
    hash    TEXT NOT NULL UNIQUE,        -- SHA-256 of what was signed, hex
    kind    TEXT NOT NULL,
    about   TEXT NOT NULL,               -- what it asks to approve, or the hash of the file it answers
    case_id TEXT,                        -- NULL when it is about no case of this desk
    at_ms   INTEGER NOT NULL,            -- when this desk signed it or took it in
    body    TEXT NOT NULL
) STRICT;
CREATE INDEX signed_file_about ON signed_file (kind, about, at_ms);
