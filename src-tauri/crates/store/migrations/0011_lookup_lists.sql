-- Lists of names that are looked up, kept with every answer: the desk's own, as the queue is.

CREATE TABLE lookup_list (
    key          INTEGER NOT NULL PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    n_names      INTEGER NOT NULL,
    n_asked      INTEGER NOT NULL,
    n_subjects   INTEGER NOT NULL,
    n_registered INTEGER NOT NULL,
    body         TEXT NOT NULL
) STRICT;

-- The names of a list, each with what came of it.
CREATE TABLE listed_name (
    list          INTEGER NOT NULL,
    n             INTEGER NOT NULL,      -- its place, from 0
    name          TEXT NOT NULL,
    subject       TEXT NOT NULL,         -- what a registry is asked about for it; empty for none
    asked         INTEGER NOT NULL,      -- 1 once its DNS questions ended
    registered    INTEGER NOT NULL,      -- 1 once a registry was asked
    outcome       TEXT NOT NULL,
    ours          INTEGER NOT NULL,
    registered_ms INTEGER,               -- when its domain was registered, when that is known
    body          TEXT NOT NULL,
    PRIMARY KEY (list, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX listed_name_by_subject ON listed_name (list, subject);
-- Has what filters and orders ask for, so that rows that are passed by are not read.
CREATE INDEX listed_name_by_name ON listed_name (list, name, outcome, ours, registered_ms);

-- What names show that others may show as well.
CREATE TABLE listed_sign (
    list   INTEGER NOT NULL,
    kind   TEXT NOT NULL,
    value  TEXT NOT NULL,
    n      INTEGER NOT NULL,
    common INTEGER NOT NULL,             -- 1 for what all customers of a provider show
    PRIMARY KEY (list, kind, value, n)
) STRICT, WITHOUT ROWID;

-- The cases that a name was brought from; their answers are kept on them, too.
CREATE TABLE listed_for (
    list    INTEGER NOT NULL,
    n       INTEGER NOT NULL,
    case_id TEXT NOT NULL,
    PRIMARY KEY (list, n, case_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX listed_for_case ON listed_for (case_id);

-- Observations with the bytes they were read from, packed.
CREATE TABLE listed_answer (
    id    INTEGER NOT NULL PRIMARY KEY,
    list  INTEGER NOT NULL,
    about TEXT NOT NULL,                 -- h: a name, d: its domain, r: what a registry was asked about
    body  BLOB NOT NULL,
    UNIQUE (list, about)
) STRICT;
