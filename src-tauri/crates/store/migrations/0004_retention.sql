-- What must be kept, what may be erased, and what stays of what was.

-- Cases that must be kept whatever the rules say.
CREATE TABLE hold (
    case_id TEXT NOT NULL PRIMARY KEY,
    body    TEXT NOT NULL
) STRICT;

-- When closed cases were closed.
CREATE TABLE closing (
    case_id TEXT NOT NULL PRIMARY KEY,
    at_ms   INTEGER NOT NULL
) STRICT;

-- One row for each erased case.
CREATE TABLE tombstone (
    case_id TEXT NOT NULL PRIMARY KEY,
    year    INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    body    TEXT NOT NULL
) STRICT;

-- At most one row: the team's rules, when they are not those that ship.
CREATE TABLE retention (
    body TEXT NOT NULL
) STRICT;
