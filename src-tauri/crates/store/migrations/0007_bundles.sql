-- Cases come whole from other desks: entries of which only the digest is known, own numbers for cases
-- whose number is another case's here, and facts that two desks changed without knowing of each other.

CREATE TABLE bare (
    desk   TEXT NOT NULL,
    n      INTEGER NOT NULL,
    digest BLOB NOT NULL,
    hash   BLOB NOT NULL,
    PRIMARY KEY (desk, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE renumbered (
    case_id TEXT NOT NULL PRIMARY KEY,
    year    INTEGER NOT NULL,
    number  INTEGER NOT NULL
) STRICT;

CREATE TABLE conflict (
    owner TEXT NOT NULL,
    key   TEXT NOT NULL,
    body  TEXT NOT NULL,
    PRIMARY KEY (owner, key)
) STRICT;
CREATE INDEX entry_by_seal ON entry (sealed_with);
